"""Rounding and comparing by the fifteen decimal digits that Excel sees.

ROUND(1.005, 2) is 1.01 though the double lies below 1.005, INT(123456789 - 0.0000004) is 123456789, and
0.1 + 0.2 = 0.3 is true. Each function takes whole columns: one pass of floating-point arithmetic
(values.rounded) settles almost all rows, and the few that lie too near a border are done in decimal arithmetic.

Source: Microsoft Learn, "Floating-point arithmetic may give inaccurate results in Excel"; for INT,
microsoft.public.excel, "INT defect?" (joeu2004, 2009): it cuts what is left of fifteen digits.
"""

from __future__ import annotations

import math
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Context, Decimal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xlmill.values.fifteen_digits import POWERS, fifteen_digits, same_fifteen_digits
from xlmill.values.rounded import BORDER, DOWN, HALF_AWAY, MOST_PLACES, UP, rounded, rounded_at
from xlmill.values.two_speed import two_speed

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
Mask = NDArray[np.bool_]

_DECIMAL = {HALF_AWAY: ROUND_HALF_UP, DOWN: ROUND_DOWN, UP: ROUND_UP}
_WIDE = Context(prec=1500, Emin=-9999, Emax=9999)


def round_half_away(numbers: ArrayLike, digits: ArrayLike = 0) -> Float64:
    """ROUND: to so many digits after the point (before it, where negative), half away from zero."""
    return _round(numbers, digits, HALF_AWAY)


def round_down(numbers: ArrayLike, digits: ArrayLike = 0) -> Float64:
    """ROUNDDOWN, TRUNC: what follows the last digit kept is cut off."""
    return _round(numbers, digits, DOWN)


def round_up(numbers: ArrayLike, digits: ArrayLike = 0) -> Float64:
    """ROUNDUP: away from zero wherever anything follows the last digit kept."""
    return _round(numbers, digits, UP)


def floor(numbers: ArrayLike) -> Float64:
    """INT: down to a whole number, negative numbers away from zero."""
    numbers = np.asarray(numbers, dtype=np.float64)
    if not (numbers < 0).any():
        return round_down(numbers)
    result: Float64 = np.where(numbers < 0, round_up(numbers), round_down(numbers))
    return result


def ceiling(numbers: ArrayLike) -> Float64:
    """Up to a whole number, negative numbers toward zero."""
    return 0.0 - floor(-np.asarray(numbers, dtype=np.float64))


def round_to_multiple(numbers: ArrayLike, multiple: ArrayLike) -> Float64:
    """MROUND: to the nearest multiple, half away from zero; 0 where the multiple is 0."""
    return _times(round_half_away(_quotient(numbers, multiple)), multiple)


def floor_to_multiple(numbers: ArrayLike, multiple: ArrayLike) -> Float64:
    """FLOOR: to the multiple at or below the number (above it where the multiple is negative), 0 for 0."""
    return _times(floor(_quotient(numbers, multiple)), multiple)


def ceiling_to_multiple(numbers: ArrayLike, multiple: ArrayLike) -> Float64:
    """CEILING: to the multiple at or above the number (below it where the multiple is negative), 0 for 0."""
    return _times(ceiling(_quotient(numbers, multiple)), multiple)


def equal_to_15_digits(a: ArrayLike, b: ArrayLike) -> Mask:
    """Where = <> < > <= >= take two numbers as equal: their fifteen digits are the same."""
    a, b = np.broadcast_arrays(np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64))
    equal = np.asarray(a == b)
    with np.errstate(invalid="ignore", over="ignore"):
        near = ~equal & (np.abs(a - b) <= 2 * BORDER * np.abs(a))
    if near.any():
        equal[near] = same_fifteen_digits(np.abs(a[near]), np.abs(b[near]))
    return equal


def snap_to_zero(a: ArrayLike, b: ArrayLike, result: ArrayLike) -> Float64:
    """The result of a + b or a - b as a formula's last step: 0 where the operands cancel to fifteen digits.

    Excel does this for the last addition or subtraction of a formula only, outside parentheses:
    =0.5-0.4-0.1 is 0, =(0.5-0.4-0.1) is -2.78E-17.

    Source: Microsoft Learn, "Floating-point arithmetic may give inaccurate results in Excel", example when
    adding a number close to zero; microsoft.public.excel, J. W. Lewis (2005).
    """
    a, b, result = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (a, b, result)))
    with np.errstate(invalid="ignore"):
        near = (result != 0) & (np.abs(result) <= 2 * BORDER * np.abs(a))
    if not near.any():
        return result
    snapped = result.copy()
    snapped[near] = np.where(same_fifteen_digits(np.abs(a[near]), np.abs(b[near])), 0.0, result[near])
    return snapped


def _round(numbers: ArrayLike, digits: ArrayLike, rounding: int) -> Float64:
    x = np.asarray(numbers, dtype=np.float64)
    places = np.trunc(np.asarray(digits, dtype=np.float64))
    shape = np.broadcast_shapes(x.shape, places.shape)
    x = np.ascontiguousarray(np.broadcast_to(x, shape)).ravel()
    places = places.ravel() if places.size == 1 else np.ascontiguousarray(np.broadcast_to(places, shape)).ravel()
    result = np.empty(len(x))
    doubtful = np.empty(len(x), np.int64)
    left = _round_all.run(10 * len(x), x, places, rounding, POWERS, result, doubtful)
    for row in doubtful[:left].tolist():
        result[row] = _round_exactly(float(x[row]), float(places[row if len(places) > 1 else 0]), rounding)
    return result.reshape(shape)


@two_speed
def _round_all(numbers, digits, rounding, powers, result, doubtful):  # type: ignore[no-untyped-def]
    """Round each number; the rows where that is not certain go to `doubtful`. Returns how many they are."""
    left = 0
    # Digits are nearly always one constant: then the power of ten is looked up once.
    is_constant = len(digits) == 1 and abs(digits[0]) <= MOST_PLACES
    power = powers[abs(int(digits[0]))] if is_constant else 1.0
    is_behind = digits[0] >= 0.0 if is_constant else True
    last = len(digits) - 1
    for i in range(len(numbers)):
        if is_constant:
            value, is_certain = rounded_at(numbers[i], power, is_behind, rounding, powers)
        else:
            value, is_certain = rounded(numbers[i], digits[min(i, last)], rounding, powers)
        result[i] = value
        if not is_certain:
            doubtful[left] = i
            left += 1
    return left


def _round_exactly(number: float, digits: float, rounding: int) -> float:
    """One number, in decimal arithmetic."""
    if not math.isfinite(number):
        return number
    # Beyond 400 places either way nothing of a double is left to round, or nothing of it is kept.
    places = 0 if math.isnan(digits) else int(max(-400.0, min(400.0, digits)))
    exact = fifteen_digits(abs(number))
    if Decimal(number).adjusted() + places >= 15:  # all fifteen digits are kept
        return number
    result = float(exact.quantize(Decimal(1).scaleb(-places), _DECIMAL[rounding], _WIDE))
    return math.copysign(result, number) + 0.0


def _quotient(numbers: ArrayLike, multiple: ArrayLike) -> Float64:
    numbers, multiple = np.asarray(numbers, dtype=np.float64), np.asarray(multiple, dtype=np.float64)
    with np.errstate(over="ignore", under="ignore"):
        quotient: Float64 = np.where(multiple == 0, 0.0, numbers / np.where(multiple == 0, 1.0, multiple))
    return quotient


def _times(count: Float64, multiple: ArrayLike) -> Float64:
    with np.errstate(over="ignore", invalid="ignore"):
        product: Float64 = count * np.asarray(multiple, dtype=np.float64) + 0.0
    return product
