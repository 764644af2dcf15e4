from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmill.lab.extrapolation import expected_seconds
from xlmill.lab.quantities import bytes_text, factor_text, rate_text, seconds_text, tick_text

UNITS = {"µs": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0}


@given(st.floats(1e-6, 1e6))
def test_a_duration_reads_as_what_it_is(seconds: float) -> None:
    words = seconds_text(seconds).replace(",", "").split()
    read = sum(float(number) * UNITS[unit] for number, unit in zip(words[::2], words[1::2], strict=True))

    assert read == pytest.approx(seconds, rel=0.02)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0 µs"),
        (0.000_412, "412 µs"),
        (0.0412, "41.2 ms"),
        (0.9996, "1 s"),
        (1.234, "1.23 s"),
        (99.94, "99.9 s"),
        (185.2, "3 min 5 s"),
        (7800.0, "2 h 10 min"),
    ],
)
def test_durations_have_three_digits(seconds: float, text: str) -> None:
    assert seconds_text(seconds) == text


def test_other_quantities_read_well() -> None:
    assert [tick_text(tick) for tick in (0, 2e-5, 0.1, 1.0, 1000.0)] == ["0", "20 µs", "100 ms", "1 s", "1,000 s"]
    assert [factor_text(factor) for factor in (1300, 12.3, 1.84, 0.56)] == ["1,300", "12", "1.8", "0.56"]
    assert [factor_text(factor) for factor in (0.056, 1 / 10_900)] == ["1/18", "1/10,900"]
    assert [bytes_text(count) for count in (870e3, 41.2e6, 1.24e9, 3e13)] == ["870 kB", "41 MB", "1.2 GB", "30,000 GB"]
    assert [rate_text(rate) for rate in (0.5, 384, 12_345, 1.9e6)] == ["0.5", "384", "12,300", "1.9 million"]


@given(st.floats(0, 10), st.floats(1e-9, 1e-2), st.integers(2, 1000), st.integers(1, 1000), st.integers(1, 10**6))
def test_a_start_and_equal_rows_are_extrapolated_exactly(
    start: float, each: float, pilot: int, more: int, rows: int
) -> None:
    measured, everything = pilot + more, pilot + more + rows
    found = expected_seconds((measured, start + each * measured), (pilot, start + each * pilot), everything)

    assert found == pytest.approx(start + each * everything, rel=1e-3)


def test_without_a_pilot_time_grows_with_the_rows() -> None:
    assert expected_seconds((10, 2.0), None, 50) == 10.0
    assert expected_seconds((10, 2.0), (5, 3.0), 50) == 10.0
