from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, ROUND_UP, Context, Decimal

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from xlmill.values.fifteen_digits import fifteen_digits
from xlmill.values.rounding import (
    ceiling,
    ceiling_to_multiple,
    equal_to_15_digits,
    floor,
    floor_to_multiple,
    round_down,
    round_half_away,
    round_to_multiple,
    round_up,
    snap_to_zero,
)

finite = st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False)
decimals = st.builds(lambda digits, places: digits / 10**places, st.integers(-(10**16), 10**16), st.integers(0, 18))
halves = st.builds(
    lambda digits, places, ulps: (digits + 0.5) / 10**places * (1 + ulps * 2.0**-52),
    st.integers(-(10**9), 10**9),
    st.integers(0, 9),
    st.integers(-30, 30),
)
wholes = st.builds(
    lambda digits, places, ulps: digits / 10**places * (1 + ulps * 2.0**-52),
    st.integers(-(10**14), 10**14),
    st.integers(0, 9),
    st.integers(-30, 30),
)
numbers = st.one_of(finite, decimals, halves, wholes)
places = st.one_of(st.integers(-12, 12), st.integers(-320, 330))


def exactly(number: float, digits: int, rounding: str) -> float:
    value = fifteen_digits(number)
    # Where all fifteen digits are kept there is nothing to round; the number itself decides, not what it rounds up to.
    if number == 0 or Decimal(number).adjusted() + digits >= 15:
        return number
    wide = Context(prec=1500, Emin=-9999, Emax=9999)
    return float(value.quantize(Decimal(1).scaleb(-digits), rounding, wide))


@pytest.mark.parametrize(
    ("function", "rounding"),
    [(round_half_away, ROUND_HALF_UP), (round_down, ROUND_DOWN), (round_up, ROUND_UP)],
)
@given(column=st.lists(numbers, min_size=1, max_size=20), digits=places)
@example(column=[1.005, 2.345, 0.285, 1e14 + 0.5, 0.049999999999999975], digits=2)
@example(column=[99999999999999.5, 1234567890.12345], digits=0)
@example(column=[999999999999.9995], digits=3)
def test_columns_round_as_the_fifteen_digits_do(function, rounding, column, digits) -> None:  # type: ignore[no-untyped-def]
    with np.errstate(over="ignore"):
        rounded = function(np.array(column), digits)

    assert rounded.tolist() == [exactly(number, digits, rounding) for number in column]
    assert not np.signbit(rounded[rounded == 0]).any()


@given(st.lists(st.tuples(decimals, st.integers(-12, 12)), min_size=1, max_size=20))
def test_each_row_rounds_to_its_own_digits(rows: list[tuple[float, int]]) -> None:
    column, digits = (np.array(part, dtype=np.float64) for part in zip(*rows, strict=True))

    one_by_one = [float(round_half_away(number, digit)) for number, digit in rows]
    assert round_half_away(column, digits).tolist() == one_by_one


@given(numbers.filter(lambda x: abs(x) < 1e14))
def test_floor_and_ceiling_hold_the_fifteen_digits_between_them(number: float) -> None:
    value = fifteen_digits(number)
    low, high = int(floor(number)), int(ceiling(number))

    assert low == int(value.to_integral_value(ROUND_FLOOR))
    assert low <= value <= high
    assert high - low == (value != low)


@pytest.mark.parametrize(
    ("number", "digits", "rounded"),
    [
        (2.345, 2, 2.35),
        (1.005, 2, 1.01),
        (-2.5, 0, -3),
        (1234.5, -2, 1200),
        (-1.00001, -1.1, 0),
        (1.00001, 1.1, 1),
        (1e300, -300, 1e300),
        (5e-324, 400, 5e-324),
        (123.0, 400, 123),
        (123.0, -400, 0),
    ],
)
def test_known_values_of_round(number: float, digits: float, rounded: float) -> None:
    assert round_half_away(number, digits) == rounded


def test_int_cuts_what_is_left_of_fifteen_digits() -> None:
    assert floor(123456789 - 0.0000004) == 123456789
    assert floor(123456789 - 0.0000005) == 123456788
    assert floor(1e14 + 0.5) == 1e14 + 1
    assert floor(-1e-5) == -1
    assert floor([8.9, -8.9]).tolist() == [8, -9]


def test_multiples_are_counted_on_fifteen_digits() -> None:
    assert floor_to_multiple([23.5, -23.5, -23.5, 6.3], [1, 1, -1, 0.1]).tolist() == [23, -24, -23, 63 * 0.1]
    assert ceiling_to_multiple([-2.5, -2.5, 2.99999, 7], [-2, 2, 1.1, 0]).tolist() == [-4, -2, 3 * 1.1, 0]
    assert round_to_multiple([10, 3, 0.7 + 0.1], [3, 4, 1.6]).tolist() == [9, 4, 1.6]


@given(finite, finite)
@example(1.7e308, -1.7e308)
def test_equality_is_that_of_fifteen_digits(a: float, b: float) -> None:
    assert equal_to_15_digits(a, b) == (fifteen_digits(a) == fifteen_digits(b))


@given(finite, st.integers(-60, 60))
def test_neighbours_are_equal_where_their_fifteen_digits_are(a: float, ulps: int) -> None:
    b = a * (1 + ulps * 2.0**-52)

    assert equal_to_15_digits([a], [b])[0] == (fifteen_digits(a) == fifteen_digits(b))


def test_a_difference_of_what_shows_alike_is_zero() -> None:
    a, b = (
        np.array([0.5 - 0.4, 2665.9730000000004, 2.0, 0.0029439572664511846]),
        np.array([0.1, 2665.9729999999986, 1.0, 0.0029439572664513785]),
    )

    assert snap_to_zero(a, b, a - b).tolist() == [0.0, 0.0, 1.0, a[3] - b[3]]
    assert snap_to_zero(a, -b, a - b).tolist() == [0.0, 0.0, 1.0, a[3] - b[3]]
    assert equal_to_15_digits(0.1 + 0.2, 0.3)
