"""Numbers written into the placeholders of a section by a compiled pass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlmill.values.fifteen_digits import POWERS, SMALLEST_SCALED, significand
from xlmill.values.text_column import Texts, read_only
from xlmill.values.two_speed import two_speed

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
Mask = NDArray[np.bool_]

# Codes of what a pattern is made of: the bytes of literal text stand for themselves.
ZERO, HASH, QUESTION = 256, 257, 258

MOST_DIGITS = 18  # that a 64-bit integer always holds
_LARGEST_EXPONENT = 3  # digits of it


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """A section as the pass takes it: bytes and placeholders of its parts, and what its commas and percents mean.

    `decimals` begins with the point, where there is one; `places` and `whole_places` count placeholders.
    `exponent_sign` is 0 for a section without an exponent, 1 for E- and 2 for E+; `shift` says by how many
    powers of ten the number is multiplied.
    """

    whole: Int64
    decimals: Int64
    exponent: Int64
    exponent_sign: int
    whole_places: int
    places: int
    shift: int
    grouped: bool

    @property
    def fits(self) -> bool:
        """Whether the pass can write this pattern at all."""
        return self.whole_places + self.places <= MOST_DIGITS and -MOST_DIGITS <= self.shift <= MOST_DIGITS

    def pays(self, count: int) -> bool:
        """Whether to write so many numbers by the pass: see `TwoSpeed.pays`."""
        return self.fits and write_digits.pays(count * _MICROSECONDS_A_TEXT)

    def written(self, numbers: Float64, minus: bool) -> tuple[Texts, Mask]:
        """The texts of a column of numbers, and which rows were left out, having too many digits or being too small."""
        left = len(self.whole) + MOST_DIGITS + (len(self.whole) + MOST_DIGITS) // 3 + 1
        exponent = 2 * (len(self.exponent) + _LARGEST_EXPONENT) + 2
        room = left + len(self.decimals) + exponent
        buffer = np.empty(len(numbers) * room, dtype=np.uint8)
        starts = np.empty(len(numbers), dtype=np.int64)
        lengths = np.empty(len(numbers), dtype=np.int64)
        write_digits.compiled(
            *(numbers, POWERS, self.whole, self.decimals, self.exponent),
            *(self.exponent_sign, self.whole_places, self.places, self.shift, self.grouped, minus),
            *(room, left, buffer, starts, lengths),
        )
        left_out = lengths < 0
        return Texts(read_only(buffer), starts, np.where(left_out, 0, lengths)), left_out


_MICROSECONDS_A_TEXT = 4  # what a row of `DigitsLayout` takes, written one by one


@two_speed
def write_digits(  # type: ignore[no-untyped-def]
    numbers,
    powers,
    whole,
    decimals,
    exponent_codes,
    exponent_sign,
    whole_places,
    places,
    shift,
    grouped,
    minus,
    room,
    middle,
    buffer,
    starts,
    lengths,
):
    """Write each number into its `room` bytes, the whole part ending and the decimals beginning at `middle`.

    Rows with more digits than MOST_DIGITS, and very small ones, get the length -1. `powers` is POWERS.
    """
    unit = int(powers[places])
    for i in range(len(numbers)):
        lengths[i] = -1
        starts[i] = 0
        size = abs(numbers[i])
        digits = 0
        power = shift - 14
        if size != 0.0:
            if not (size >= SMALLEST_SCALED and size < 1e18):
                continue
            digits, lead = significand(size, powers)
            power += lead
        shown = 0  # the exponent
        if exponent_sign > 0 and digits > 0:
            # With several places before the point the exponent goes in steps of so many: ##0.0E+0 in threes.
            step = max(whole_places, 1)
            lead = power + 14
            if whole_places == 0:
                lead += 1
            shown = lead // step * step
            if _scaled(digits, power - shown + places, powers) >= int(powers[whole_places + places]):
                shown = (lead + 1) // step * step
        value = _scaled(digits, power - shown + places, powers)
        if value < 0:
            continue
        base = i * room + middle
        begin = _fill_whole(value // unit, whole, grouped, len(decimals) > 0, buffer, base)
        end = _fill_decimals(value % unit, decimals, places, powers, buffer, base)
        if exponent_sign > 0:
            buffer[end] = 69
            end += 1
            if shown < 0:
                buffer[end] = 45
                end += 1
            elif exponent_sign == 2:
                buffer[end] = 43
                end += 1
            # Written from the right like every whole number, and then moved up.
            last = (i + 1) * room
            first = _fill_whole(abs(shown), exponent_codes, False, True, buffer, last)
            for k in range(first, last):
                buffer[end + k - first] = buffer[k]
            end += last - first
        if minus and numbers[i] < 0.0 and value > 0:
            begin -= 1
            buffer[begin] = 45
        starts[i] = begin
        lengths[i] = end - begin


@two_speed
def _fill_whole(value, codes, grouped, keep, buffer, end):  # type: ignore[no-untyped-def]
    """Write a whole number into placeholders so that it ends before `end`; gives where it begins.

    The leftmost placeholder takes all digits that are left. Where there is none, the digits come last if they
    must be kept.
    """
    first = 0
    while first < len(codes) and codes[first] < ZERO:
        first += 1
    at = end
    if first == len(codes) and keep:
        while value > 0:
            at -= 1
            buffer[at] = 48 + value % 10
            value //= 10
    count = 0
    for k in range(len(codes)):
        place = len(codes) - 1 - k
        code = codes[place]
        if code < ZERO:
            at -= 1
            buffer[at] = code
            continue
        more = True
        while more:
            if value > 0 or code != HASH:
                is_blank = value == 0 and code == QUESTION
                if grouped and count > 0 and count % 3 == 0:
                    at -= 1
                    buffer[at] = 32 if is_blank else 44
                at -= 1
                buffer[at] = 32 if is_blank else 48 + value % 10
                count += 1
            value //= 10
            more = place == first and value > 0
    return at


@two_speed
def _fill_decimals(value, codes, places, powers, buffer, at):  # type: ignore[no-untyped-def]
    """Write decimals into placeholders from `at` on, zeros at the end only where a 0 asks for them; gives the end."""
    needed = places
    rest = value
    while needed > 0 and rest % 10 == 0:
        rest //= 10
        needed -= 1
    count = 0
    for k in range(len(codes)):
        code = codes[k]
        if code < ZERO:
            buffer[at] = code
            at += 1
            continue
        if count < needed:
            buffer[at] = 48 + value // int(powers[places - 1 - count]) % 10
            at += 1
        elif code != HASH:
            buffer[at] = 48 if code == ZERO else 32
            at += 1
        count += 1
    return at


@two_speed
def _scaled(digits, power, powers):  # type: ignore[no-untyped-def]
    """Fifteen digits times 10 ** power, rounded half away from zero; -1 where that has too many digits."""
    if digits == 0:
        return 0
    if power > 3:
        return -1
    if power >= 0:
        return digits * int(powers[power])
    if power < -15:
        return 0
    unit = int(powers[-power])
    return (digits + unit // 2) // unit
