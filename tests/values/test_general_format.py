from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from xlmill.values.fifteen_digits import POWERS, fifteen_digits
from xlmill.values.general_format import (
    LONGEST_GENERAL,
    general_cell_text,
    general_column,
    general_text,
    general_texts,
    write_general,
)

finite = st.floats(allow_nan=False, allow_infinity=False)
decimals = st.builds(lambda digits, places: digits / 10**places, st.integers(-(10**16), 10**16), st.integers(0, 22))
wholes = st.integers(-(10**20), 10**20).map(float)
numbers = finite | decimals | wholes


@given(st.lists(numbers, min_size=1, max_size=30))
@example([0.0, -0.0, 1e-8, 9.999999999999999e-9, 1e15, 1e19, 99999999999999983616.0, -0.5, 1234567890123.125])
def test_the_kernel_writes_what_the_exact_way_writes(column: list[float]) -> None:
    array = np.array(column)
    buffer = np.zeros(len(column) * LONGEST_GENERAL, dtype=np.uint8)
    starts, lengths = np.zeros((2, len(column)), dtype=np.int64)
    write_general.interpreted(array, POWERS, buffer, starts, lengths)

    for number, start, length in zip(column, starts.tolist(), lengths.tolist(), strict=True):
        if length >= 0:
            assert bytes(buffer[start : start + length]).decode() == general_text(number)
        else:
            assert not 1e-8 <= abs(number) < 1e19


def test_a_long_column_compiled_is_what_its_numbers_are_one_by_one() -> None:
    random = np.random.default_rng(7)
    column = random.normal(size=120_000) * 10.0 ** random.integers(-12, 25, 120_000)
    column[::7] = np.round(column[::7])
    column[::5] = np.round(column[::5], 3)

    assert general_column(column).to_strings() == [general_text(number) for number in column.tolist()]


@given(numbers)
def test_the_text_reads_as_the_fifteen_digits(number: float) -> None:
    text = general_text(number)
    exact = fifteen_digits(number)

    assert not text.startswith("-0") or text.startswith("-0.")
    if 1e-98 < abs(number) < 1e98:
        assert fifteen_digits(float(text)) == exact
        assert len(text.removeprefix("-")) <= 20


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (-0.0, "0"),
        (0.1 + 0.2, "0.3"),
        (0.00001, "0.00001"),
        (1.2345678901234568e-5, "1.23456789012346E-05"),
        (5.6789012345e-8, "0.000000056789012345"),
        (5.67890123456e-8, "5.67890123456E-08"),
        (1e-18, "0.000000000000000001"),
        (1e-19, "1E-19"),
        (1e19, "10000000000000000000"),
        (1e20, "1E+20"),
        (1.2345678901234567e19, "12345678901234600000"),
        (-1.2345678901234568e20, "-1.23456789012346E+20"),
        (9.999999999999999e20, "1E+21"),
        (9.999999999999123e-98, "9.99999999999912E-98"),
        (1.2345678901234577e99, "1.2345678901235E+99"),
        (1.7976931348623157e308, "1.7976931348623E+308"),
        (2.225073858507201e-308, "0"),
    ],
)
def test_known_numbers_have_known_texts(number: float, text: str) -> None:
    assert general_text(number) == text
    assert general_texts([number]) == [text]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0001234567, "0.000123457"),
        (0.00001234567, "1.23457E-05"),
        (0.000012345, "0.000012345"),
        (0.0000012345, "1.2345E-06"),
        (0.000000001, "0.000000001"),
        (1e-10, "1E-10"),
        (1234567891.23, "1234567891"),
        (12345678912.3, "12345678912"),
        (99999999999.9, "1E+11"),
        (123456789123.0, "1.23457E+11"),
        (-2.5e-10, "-2.5E-10"),
        (1 / 3, "0.333333333"),
        (0.99999999999, "1"),
        (1.23456e100, "1.2346E+100"),
        (0.0, "0"),
    ],
)
def test_a_cell_shows_eleven_characters(number: float, text: str) -> None:
    assert general_cell_text(number) == text
