"""The plain kind of section, such as #,##0.00 or 0.0%, written as bytes by a compiled pass."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xlmill.values.fifteen_digits import POWERS, SMALLEST_SCALED, significand
from xlmill.values.number_format.digits import Fixed
from xlmill.values.two_speed import two_speed

Bytes = NDArray[np.uint8]
Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

MOST_DIGITS = 18  # that a 64-bit integer always holds


def fits(fixed: Fixed) -> bool:
    """Whether the pass can write this format at all."""
    return fixed.whole_digits + fixed.decimals <= MOST_DIGITS and -MOST_DIGITS <= fixed.shift <= MOST_DIGITS


def write_column(fixed: Fixed, numbers: Float64) -> tuple[Bytes, Int64, Int64]:
    """The texts of a column, one behind the other: bytes, starts and lengths (-1 for rows left out)."""
    prefix = np.frombuffer(fixed.prefix.encode("utf-8", "surrogatepass"), np.uint8)
    suffix = np.frombuffer(fixed.suffix.encode("utf-8", "surrogatepass"), np.uint8)
    # A sign, 18 digits, five commas, a point.
    longest = len(prefix) + len(suffix) + MOST_DIGITS + 7
    buffer = np.empty(len(numbers) * longest, dtype=np.uint8)
    starts = np.empty(len(numbers), dtype=np.int64)
    lengths = np.empty(len(numbers), dtype=np.int64)
    used = write_fixed.run(
        longest * len(numbers),
        *(numbers, POWERS, prefix, suffix),
        *(fixed.whole_digits, fixed.decimals, fixed.grouped, fixed.shift),
        *(buffer, starts, lengths),
    )
    return buffer[:used], starts, lengths


@two_speed
def write_fixed(  # type: ignore[no-untyped-def]
    numbers, powers, prefix, suffix, whole_digits, decimals, grouped, shift, buffer, starts, lengths
):
    """Write the texts of a column one behind the other; gives the number of bytes written.

    Rows with more digits than MOST_DIGITS, and some very small ones, get the length -1.
    """
    at = 0
    for i in range(len(numbers)):
        starts[i] = at
        value = _rounded(abs(numbers[i]), powers, decimals + shift)
        if value < 0:
            lengths[i] = -1
            continue
        if numbers[i] < 0.0 and value > 0:
            buffer[at] = 45
            at += 1
        for k in range(len(prefix)):
            buffer[at + k] = prefix[k]
        at += len(prefix)
        count = 1
        while count < 18 and value >= int(powers[count]):
            count += 1
        whole = max(count - decimals, whole_digits)
        end = at + whole
        if grouped:
            end += (whole - 1) // 3
        point = end
        if decimals > 0:
            end += decimals + 1
            for k in range(decimals):
                buffer[end - 1 - k] = 48 + value % 10
                value //= 10
            buffer[point] = 46
        place = point - 1
        for k in range(whole):
            if grouped and k > 0 and k % 3 == 0:
                buffer[place] = 44
                place -= 1
            buffer[place] = 48 + value % 10
            value //= 10
            place -= 1
        at = end
        for k in range(len(suffix)):
            buffer[at + k] = suffix[k]
        at += len(suffix)
        lengths[i] = at - starts[i]
    return at


@two_speed
def _rounded(size, powers, places):  # type: ignore[no-untyped-def]
    """A number's fifteen digits times 10 ** places, rounded half away from zero; -1 where out of reach."""
    if size == 0.0:
        return 0
    if not (size >= SMALLEST_SCALED and size < 1e18):
        return -1
    digits, exponent = significand(size, powers)
    power = exponent - 14 + places
    if power > 3:
        return -1
    if power >= 0:
        return digits * int(powers[power])
    if power < -15:
        return 0
    unit = int(powers[-power])
    return (digits + unit // 2) // unit
