from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from xlmill.values.number_format import parse_format
from xlmill.values.number_format.digits import DigitsLayout
from xlmill.values.number_format.fixed import fits, write_column
from xlmill.values.number_format.section import split_sections

CODES = ["0", "0.00", "#,##0", "#,##0.00", "0%", "0.0%", "$#,##0.00", "000,000.0", '#,##0.0,"k€"', "0.000000000000"]
numbers = st.floats(allow_nan=False, allow_infinity=False) | st.builds(
    lambda digits, places: digits / 10**places, st.integers(-(10**16), 10**16), st.integers(0, 20)
)


@pytest.mark.parametrize("code", CODES)
@given(column=st.lists(numbers, min_size=1, max_size=20))
@example(column=[0.0, -0.0, -0.001, 999.995, 1e15, 1e-8, 1.005, -1234567.895, 99999999999999.5])
def test_the_compiled_pass_writes_what_the_layout_writes(code: str, column: list[float]) -> None:
    layout = DigitsLayout(split_sections(code)[0])
    plan = layout.fixed
    assert plan is not None
    assert fits(plan)
    buffer, starts, lengths = write_column(plan, np.array(column))

    expected = layout.texts(column, True, False)
    for text, start, length in zip(expected, starts.tolist(), lengths.tolist(), strict=True):
        if length >= 0:
            assert buffer[start : start + length].tobytes().decode() == text


@pytest.mark.parametrize("code", CODES)
def test_ordinary_numbers_are_not_left_out(code: str) -> None:
    plan = DigitsLayout(split_sections(code)[0]).fixed
    assert plan is not None

    _, _, lengths = write_column(plan, np.array([0, 1.5, -12345.678, 0.01]))
    assert (lengths >= 0).all()


@pytest.mark.parametrize("code", ["#", "0.0#", "?0", "00-00", '0"0"0', "0.00E+00", ".00", "0."])
def test_other_sections_are_not_of_the_plain_kind(code: str) -> None:
    assert DigitsLayout(split_sections(code)[0]).fixed is None


def test_a_long_column_compiled_is_what_its_numbers_are_one_by_one() -> None:
    random = np.random.default_rng(5)
    column = random.normal(size=60_000) * 10.0 ** random.integers(-10, 19, 60_000)
    form = parse_format("$#,##0.00")
    texts, failed = form.format_column(column)

    assert texts.to_strings() == form.format_numbers(column)
    assert not failed.any()
