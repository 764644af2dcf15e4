"""One number rounded by the fifteen decimal digits that Excel sees of it: the loops of values.rounding.

Floating-point arithmetic settles almost every number. What lies too near a border for it is UNDECIDED, and
wants decimal arithmetic.
"""

from __future__ import annotations

from typing import Final

from xlmill.values.compiler.c_math import floor
from xlmill.values.fifteen_digits import EXACT_POWER, LARGEST_SCALED, SMALLEST_SCALED, significand
from xlmill.values.two_speed import two_speed

HALF_AWAY: Final = 0
DOWN: Final = 1
UP: Final = 2

# Half a unit of the fifteenth digit is at most 5e-15 of the number; the rest covers the error of scaling it.
BORDER: Final = 6e-15
_ULP: Final = 2.3e-16

# The most places, either way, for which a power of ten is exact.
MOST_PLACES: Final = EXACT_POWER


@two_speed
def rounded(number, digits, rounding, powers):  # type: ignore[no-untyped-def]
    """A number rounded to places after the point (before it, where negative), and whether that is certain.

    `rounding`: HALF_AWAY, DOWN (toward zero) or UP. `powers`: fifteen_digits.POWERS.
    """
    if number == 0.0:
        return 0.0, True
    if not abs(digits) < MOST_PLACES + 1.0:
        return number, False
    places = int(digits)
    return rounded_at(number, powers[abs(places)], places >= 0, rounding, powers)


@two_speed
def rounded_at(number, power, is_behind, rounding, powers):  # type: ignore[no-untyped-def]
    """The same for 10 to the power of the places; `is_behind`: behind the point, not before it."""
    size = abs(number)
    scaled = size * power if is_behind else size / power
    if scaled >= 1e15:  # all fifteen digits are kept
        return number, True
    whole = floor(scaled)
    rest = scaled - whole
    margin = scaled * BORDER
    if rounding == HALF_AWAY:
        is_near = abs(rest - 0.5) <= margin
        steps = rest >= 0.5
    elif rounding == DOWN:
        is_near = rest >= 1.0 - margin
        steps = False
    else:
        is_near = rest > 0.0 and rest <= margin
        steps = rest > 0.0
    if is_near:
        if scaled < 1e-21:
            return number, False
        # Rounding to fifteen digits first moves each border down by half a unit of the fifteenth digit.
        half_unit = 0.5 * _first_digit(scaled, powers) * 1e-14
        if rounding == HALF_AWAY:
            # From 1e14 on that unit is 1, and a half is no longer among the fifteen digits.
            border = 0.5 - half_unit if half_unit < 0.5 else 0.5
        elif rounding == DOWN:
            border = 1.0 - half_unit
        else:
            border = half_unit
        if abs(rest - border) <= scaled * _ULP:
            return number, False
        steps = rest >= border
    whole += float(steps)  # no branch, which would be guessed wrong every other time
    result = whole / power if is_behind else whole * power
    return (-result if number < 0.0 else result) + 0.0, True


@two_speed
def _first_digit(scaled, powers):  # type: ignore[no-untyped-def]
    """The power of ten that a number's first digit counts, from 1e-22 to 1e15."""
    exponent = 0
    if scaled >= 1.0:
        while scaled >= powers[exponent + 1]:
            exponent += 1
        return powers[exponent]
    while scaled < 1.0 / powers[exponent]:
        exponent += 1
    return 1.0 / powers[exponent]


@two_speed
def order(a, b, powers):  # type: ignore[no-untyped-def]
    """-1, 0 or 1 as a is less than b, has the same fifteen digits, or is greater; and whether that is certain."""
    if a == b:
        return 0, True
    if abs(a - b) <= 2.0 * BORDER * abs(a):
        low = min(abs(a), abs(b))
        high = max(abs(a), abs(b))
        if low < SMALLEST_SCALED or high >= LARGEST_SCALED:
            return 0, False
        low_digits, low_exponent = significand(low, powers)
        high_digits, high_exponent = significand(high, powers)
        if low_digits == high_digits and low_exponent == high_exponent:
            return 0, True
    return (1 if a > b else -1), True
