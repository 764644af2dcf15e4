from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from xlmill.values.fifteen_digits import (
    LARGEST_SCALED,
    POWERS,
    SMALLEST_SCALED,
    digits_and_exponent,
    fifteen_digits,
    same_fifteen_digits,
    significand,
)

scaled = st.floats(SMALLEST_SCALED, LARGEST_SCALED, exclude_max=True)
near_powers = st.builds(
    lambda exponent, steps: float(np.float64(f"1e{exponent}") * (1 + steps * 2.0**-52)),
    st.integers(-7, 35),
    st.integers(-40, 40),
)
short_decimals = st.builds(lambda digits, places: digits / 10**places, st.integers(1, 10**17), st.integers(0, 17))


@given(st.one_of(scaled, near_powers, short_decimals.filter(lambda x: x >= SMALLEST_SCALED)))
@example(1234567890123.125)  # a tie at the fifteenth digit
@example(99999999999999.95)
@example(np.nextafter(LARGEST_SCALED, 0))
def test_the_scaled_digits_are_the_exact_ones(number: float) -> None:
    digits, exponent = significand(number, POWERS)

    assert Decimal(digits).scaleb(exponent - 14) == fifteen_digits(number)
    assert 10**14 <= digits < 10**15


@given(st.floats(min_value=5e-324, allow_infinity=False) | near_powers | short_decimals)
@example(1234567890123.125)
@example(1.7976931348623157e308)
def test_the_digits_of_one_number_are_the_exact_ones(number: float) -> None:
    digits, exponent = digits_and_exponent(number)

    assert Decimal(digits).scaleb(exponent - 14) == fifteen_digits(number)
    assert 10**14 <= digits < 10**15


@given(st.lists(st.one_of(near_powers, short_decimals), min_size=1), st.integers(-12, 12))
def test_compiled_interpreted_and_exact_comparisons_agree(numbers: list[float], ulps: int) -> None:
    a = np.array(numbers)
    b = a * (1 + ulps * 2.0**-52)

    exact = [fifteen_digits(x) == fifteen_digits(y) for x, y in zip(a.tolist(), b.tolist(), strict=True)]
    assert same_fifteen_digits(a, b).tolist() == exact


def test_the_compiled_significand_is_the_interpreted_one() -> None:
    numbers = np.random.default_rng(1).uniform(-7.9, 35.9, 2000)
    for number in (10.0**numbers).tolist():
        assert significand.compiled(number, POWERS) == significand(number, POWERS)


@pytest.mark.parametrize(
    ("number", "digits"),
    [
        (0.1 + 0.2, "0.300000000000000"),
        (123456789 - 0.0000004, "123456789.000000"),
        (1e14 + 0.5, "100000000000001"),
        (math.pi * 1e300, "3.14159265358979E+300"),
        (5e-324, "4.94065645841247E-324"),
    ],
)
def test_fifteen_digits_round_half_away(number: float, digits: str) -> None:
    assert fifteen_digits(number) == Decimal(digits)
