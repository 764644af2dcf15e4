"""A number as the fifteen significant decimal digits that Excel sees of it.

A double carries up to 17 digits. Excel shows 15, and its rounding functions, comparisons and conversions to
text work on those 15: the number rounded, half away from zero, to fifteen significant digits.

Source: Microsoft Learn, "Floating-point arithmetic may give inaccurate results in Excel".
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal

import numpy as np
from numpy.typing import NDArray

from xlmill.values.two_speed import two_speed

Float64 = NDArray[np.float64]
Mask = NDArray[np.bool_]

# A double holds powers of ten up to 1e22 exactly: multiplying or dividing by one of them rounds once.
EXACT_POWER = 22
POWERS = np.array([float(f"1e{k}") for k in range(EXACT_POWER + 1)])
POWERS.flags.writeable = False

# Between these, scaling a number to a whole number of fifteen digits needs an exact power only.
SMALLEST_SCALED = 1e-8
LARGEST_SCALED = 1e36

_FIFTEEN = Context(prec=15, rounding=ROUND_HALF_UP, Emin=-999, Emax=999)


def fifteen_digits(number: float) -> Decimal:
    """`number` rounded to fifteen significant digits, exactly."""
    return _FIFTEEN.create_decimal(number)


def digits_and_exponent(number: float) -> tuple[int, int]:
    """The fifteen digits of any positive number as a whole number, and its decimal exponent."""
    shown = f"{number:.16e}"
    digits, exponent = int(shown[0] + shown[2:16]), int(shown[19:])
    rest = shown[16:18]
    # Seventeen digits can only leave the fifteenth in doubt where the last two read as a half.
    if rest > "50" or (rest == "50" and fifteen_digits(number) > Decimal(digits).scaleb(exponent - 14)):
        digits += 1
        if digits == 10**15:
            return 10**14, exponent + 1
    return digits, exponent


@two_speed
def significand(number, powers):  # type: ignore[no-untyped-def]
    """The fifteen digits of a positive number as a whole number, and its decimal exponent.

    0.05 gives (500000000000000, -2). `powers` is POWERS; the number is at least SMALLEST_SCALED and below
    LARGEST_SCALED.
    """
    exponent = 0
    if number >= 1e22:
        exponent = 22
        while exponent < 35 and number / 1e22 >= powers[exponent - 21]:
            exponent += 1
    elif number >= 1.0:
        while number >= powers[exponent + 1]:
            exponent += 1
    else:
        # Negative powers are not exact, so look at the number times their inverses.
        exponent = -1
        while number * powers[-exponent] < 1.0:
            exponent -= 1
    if exponent <= 14:
        scaled = number * powers[14 - exponent]
        error = _product_error(number, powers[14 - exponent], scaled)
    else:
        power = powers[exponent - 14]
        scaled = number / power
        product = scaled * power
        error = ((number - product) - _product_error(scaled, power, product)) / power
    digits = int(scaled)
    # The error is what the fifteenth digit hangs on where `scaled` itself was rounded to a half.
    if (scaled - digits) + error >= 0.5:
        digits += 1
    if digits >= 1000000000000000:
        digits //= 10
        exponent += 1
    return digits, exponent


@two_speed
def _product_error(a, b, product):  # type: ignore[no-untyped-def]
    """What a rounded product lacks of the true one, exactly.

    Source: T. J. Dekker, "A floating-point technique for extending the available precision" (1971).
    """
    split = 134217729.0 * a
    a_high = split - (split - a)
    a_low = a - a_high
    split = 134217729.0 * b
    b_high = split - (split - b)
    b_low = b - b_high
    return ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


def same_fifteen_digits(a: Float64, b: Float64) -> Mask:
    """Row by row, whether two positive numbers have the same fifteen digits."""
    same = np.empty(len(a), dtype=np.int8)
    _compare_digits.run(20 * len(a), a, b, POWERS, same)
    for row in np.flatnonzero(same == _UNDECIDED).tolist():
        same[row] = fifteen_digits(float(a[row])) == fifteen_digits(float(b[row]))
    decided: Mask = same == 1
    return decided


_UNDECIDED = 2


@two_speed
def _compare_digits(a, b, powers, same):  # type: ignore[no-untyped-def]
    for i in range(len(a)):
        low = min(a[i], b[i])
        high = max(a[i], b[i])
        if low >= SMALLEST_SCALED and high < LARGEST_SCALED:
            low_digits, low_exponent = significand(low, powers)
            high_digits, high_exponent = significand(high, powers)
            same[i] = low_digits == high_digits and low_exponent == high_exponent
        else:
            same[i] = _UNDECIDED
