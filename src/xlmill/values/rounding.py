"""Rounding and comparing by the fifteen decimal digits that Excel sees.

ROUND(1.005, 2) is 1.01 though the double lies below 1.005, INT(123456789 - 0.0000004) is 123456789, and
0.1 + 0.2 = 0.3 is true. Each function takes whole columns: one pass of floating-point arithmetic settles
almost all rows, and the few that lie too near a border for it are done again in decimal arithmetic.

Source: Microsoft Learn, "Floating-point arithmetic may give inaccurate results in Excel"; for INT,
microsoft.public.excel, "INT defect?" (joeu2004, 2009): it cuts what is left of fifteen digits.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Context, Decimal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xlmill.values.fifteen_digits import EXACT_POWER, fifteen_digits, same_fifteen_digits

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
Mask = NDArray[np.bool_]

_POWERS = np.array([float(f"1e{k}") for k in range(309)])
_UNITS = np.array([float(f"1e{k}") for k in range(-323, 17)])  # to find a number's first digit among

# Half a unit of the fifteenth digit is at most 5e-15 of the number; the rest covers the error of scaling it.
_BORDER = 6e-15
_ULP = 2.3e-16

_WIDE = Context(prec=1500, Emin=-9999, Emax=9999)


def round_half_away(numbers: ArrayLike, digits: ArrayLike = 0) -> Float64:
    """ROUND: to so many digits after the point (before it, where negative), half away from zero."""
    return _round(numbers, digits, ROUND_HALF_UP)


def round_down(numbers: ArrayLike, digits: ArrayLike = 0) -> Float64:
    """ROUNDDOWN, TRUNC: what follows the last digit kept is cut off."""
    return _round(numbers, digits, ROUND_DOWN)


def round_up(numbers: ArrayLike, digits: ArrayLike = 0) -> Float64:
    """ROUNDUP: away from zero wherever anything follows the last digit kept."""
    return _round(numbers, digits, ROUND_UP)


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
        near = ~equal & (np.abs(a - b) <= 2 * _BORDER * np.abs(a))
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
        near = (result != 0) & (np.abs(result) <= 2 * _BORDER * np.abs(a))
    if not near.any():
        return result
    snapped = result.copy()
    snapped[near] = np.where(same_fifteen_digits(np.abs(a[near]), np.abs(b[near])), 0.0, result[near])
    return snapped


def _round(numbers: ArrayLike, digits: ArrayLike, rounding: str) -> Float64:
    x, places = np.broadcast_arrays(np.asarray(numbers, dtype=np.float64), _whole_digits(digits))
    shape = x.shape
    x = x.ravel()
    if places.size and (places == places.flat[0]).all():
        return _round_to(x, int(places.flat[0]), rounding).reshape(shape)
    places = places.ravel()
    result = np.empty(len(x))
    for each in np.unique(places).tolist():
        rows = places == each
        result[rows] = _round_to(x[rows], each, rounding)
    return result.reshape(shape)


def _whole_digits(digits: ArrayLike) -> Int64:
    numbers = np.asarray(digits, dtype=np.float64)
    # Beyond 400 places either way nothing of a double is left to round, or nothing of it is kept.
    return np.clip(np.trunc(np.nan_to_num(numbers)), -400, 400).astype(np.int64)


def _round_to(x: Float64, places: int, rounding: str) -> Float64:
    """Round to one number of places, the common case: a kernel's digits are nearly always a constant."""
    power = _POWERS[min(abs(places), 308)]
    size = np.abs(x)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        scaled = size * power if places >= 0 else size / power
        whole = np.floor(scaled)
        rest = scaled - whole
        if rounding == ROUND_HALF_UP:
            near = np.abs(rest - 0.5) <= scaled * _BORDER
            whole += rest >= 0.5
        elif rounding == ROUND_DOWN:
            near = rest >= 1 - scaled * _BORDER
        else:
            near = (rest > 0) & (rest <= scaled * _BORDER)
            whole += rest > 0
        result = whole / power if places >= 0 else whole * power
        within = scaled < 1e15
    if abs(places) > EXACT_POWER:
        rows = np.flatnonzero(within & (size > 0))
    else:
        rows = np.flatnonzero(near & within)
        settled, certain = _settle(scaled[rows], rest[rows], rounding)
        result[rows] = settled / power if places >= 0 else settled * power
        rows = rows[~certain]
    for row in rows.tolist():
        result[row] = _round_exactly(float(size[row]), places, rounding)
    # From 1e15 on, all fifteen digits are kept: nothing to round. Adding 0 makes a -0 a plain 0.
    signed: Float64 = np.where(within, np.copysign(result, x), x) + 0.0
    return signed


def _settle(scaled: Float64, rest: Float64, rounding: str) -> tuple[Float64, Mask]:
    """The rounded whole numbers of rows near a border, and where the scaling error leaves that certain."""
    # Rounding to fifteen digits first moves each border down by half a unit of the fifteenth digit.
    half_unit = 0.5 * _UNITS[np.searchsorted(_UNITS, scaled, side="right") - 1] * 1e-14
    if rounding == ROUND_HALF_UP:
        # From 1e14 on that unit is 1, and a half is no longer among the fifteen digits.
        border = np.where(half_unit < 0.5, 0.5 - half_unit, 0.5)
    elif rounding == ROUND_DOWN:
        border = 1 - half_unit
    else:
        border = half_unit
    certain = np.abs(rest - border) > scaled * _ULP
    return np.floor(scaled) + (rest >= border), certain


def _round_exactly(size: float, places: int, rounding: str) -> float:
    """One positive number, in decimal arithmetic."""
    return float(fifteen_digits(size).quantize(Decimal(1).scaleb(-places), rounding, _WIDE))


def _quotient(numbers: ArrayLike, multiple: ArrayLike) -> Float64:
    numbers, multiple = np.asarray(numbers, dtype=np.float64), np.asarray(multiple, dtype=np.float64)
    with np.errstate(over="ignore", under="ignore"):
        quotient: Float64 = np.where(multiple == 0, 0.0, numbers / np.where(multiple == 0, 1.0, multiple))
    return quotient


def _times(count: Float64, multiple: ArrayLike) -> Float64:
    with np.errstate(over="ignore", invalid="ignore"):
        product: Float64 = count * np.asarray(multiple, dtype=np.float64) + 0.0
    return product
