"""Numbers as text in the General format, as & and every text function make it, and as TEXT shows it.

A number joined to text keeps fifteen significant digits. It is written plainly while that takes at most
twenty characters, else in scientific notation: 0.00001 stays, 0.0000123456789012346 becomes
1.23456789012346E-05, and 1E+20 is the first whole number not written out.

TEXT(x, "General") follows the cell instead, which is eleven characters wide.

Source: the numbers rendered by Excel that the Apache POI project recorded for its NumberToTextConverter.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xlmill.values.fifteen_digits import (
    POWERS,
    SMALLEST_SCALED,
    digits_and_exponent,
    significand,
)
from xlmill.values.text_column import Texts, read_only
from xlmill.values.two_speed import TwoSpeed, two_speed

Bytes = NDArray[np.uint8]
Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

LONGEST_GENERAL = 22  # bytes of -1.2345678901234E+100, and one to spare
_PLAIN_CHARACTERS = 20  # the longest plain text, without the sign
_CELL_CHARACTERS = 11

_SMALLEST_NORMAL = 2.2250738585072014e-308  # Excel shows smaller numbers as 0
_MICROSECONDS_A_TEXT = 2  # what `general_text` takes


def general_text(number: float) -> str:
    """One number as text, as `&` makes it."""
    size = abs(number)
    if not _SMALLEST_NORMAL <= size < math.inf:
        return "0"
    digits, exponent = digits_and_exponent(size)
    if abs(exponent) > 98:
        # Excel writes one digit less from 1E+99 and 1E-99 on.
        digits = (digits + 5) // 10
        if digits == 10**14:
            digits, exponent = 10**13, exponent + 1
    shown = str(digits).rstrip("0")
    if exponent < _PLAIN_CHARACTERS and (exponent >= 0 or 1 - exponent + len(shown) <= _PLAIN_CHARACTERS):
        return ("-" if number < 0 else "") + _plain(shown, exponent)
    return ("-" if number < 0 else "") + _scientific(shown, exponent)


def general_texts(numbers: ArrayLike) -> list[str]:
    """A column of numbers as text, as `&` makes it."""
    return general_column(np.asarray(numbers, dtype=np.float64)).to_strings()


def general_column(numbers: Float64) -> Texts:
    """A column of numbers as a column of text, as `&` makes it."""
    return _column(numbers, write_general, general_text)


def general_cell_column(numbers: Float64) -> Texts:
    """A column of numbers as a column of text, as TEXT(number, "General") shows them."""
    return _column(numbers, write_general_cells, general_cell_text)


def _column(numbers: Float64, write: TwoSpeed[..., int], one: Callable[[float], str]) -> Texts:
    """A column of numbers as text by a compiled pass; one by one where they are few, or the pass leaves them out."""
    count = len(numbers)
    if not write.pays(count * _MICROSECONDS_A_TEXT):
        return Texts.from_strings([one(number) for number in numbers.tolist()])
    buffer = np.empty(count * LONGEST_GENERAL, dtype=np.uint8)
    starts = np.empty(count, dtype=np.int64)
    lengths = np.empty(count, dtype=np.int64)
    used = write.compiled(numbers, POWERS, buffer, starts, lengths)
    left = np.flatnonzero(lengths < 0)
    rest = Texts.from_strings([one(number) for number in numbers[left].tolist()])
    starts[left] = used + rest.starts
    lengths[left] = rest.lengths
    return Texts(read_only(np.concatenate([buffer[:used], rest.buffer])), starts, lengths)


def general_cell_text(number: float) -> str:
    """One number as TEXT(number, "General") shows it: as in a cell, eleven characters and the sign."""
    size = abs(number)
    if not _SMALLEST_NORMAL <= size < math.inf:
        return "0"
    digits, exponent = digits_and_exponent(size)
    sign = "-" if number < 0 else ""
    if -4 <= exponent <= 10:
        decimals = max(9 - max(exponent, 0), 0)
        shown, plain_exponent = _rounded(digits, exponent, exponent + 1 + decimals)
        if plain_exponent <= 10:
            return sign + _plain(shown, plain_exponent)
    elif exponent < 0:
        # Smaller numbers are written plainly only if that takes none of their digits.
        plain = _plain(str(digits).rstrip("0"), exponent)
        if len(plain) <= _CELL_CHARACTERS:
            return sign + plain
    mantissa = _CELL_CHARACTERS - len(f"E{exponent:+03d}")
    return sign + _scientific(*_rounded(digits, exponent, mantissa - 1))


def _rounded(digits: int, exponent: int, kept: int) -> tuple[str, int]:
    """Fifteen digits rounded to fewer, half away from zero, without the zeros at the end."""
    unit = 10 ** (15 - kept)
    rounded = (digits + unit // 2) // unit
    if rounded == 10**kept:
        return "1", exponent + 1
    return str(rounded).rstrip("0"), exponent


def _plain(shown: str, exponent: int) -> str:
    if exponent < 0:
        return "0." + "0" * (-exponent - 1) + shown
    whole = shown[: exponent + 1].ljust(exponent + 1, "0")
    decimals = shown[exponent + 1 :]
    return f"{whole}.{decimals}" if decimals else whole


def _scientific(shown: str, exponent: int) -> str:
    mantissa = f"{shown[0]}.{shown[1:]}" if len(shown) > 1 else shown
    return f"{mantissa}E{exponent:+03d}"


@two_speed
def write_general(numbers, powers, buffer, starts, lengths):  # type: ignore[no-untyped-def]
    """Write the texts of a column one behind the other; gives the number of bytes written.

    Rows that only `general_text` can do (very large, very small) get the length -1. `buffer` holds
    LONGEST_GENERAL bytes for each row; `powers` is POWERS.
    """
    at = 0
    for i in range(len(numbers)):
        starts[i] = at
        end = write_number(numbers[i], powers, buffer, at)
        lengths[i] = end - at
        if end < at:
            lengths[i] = -1
        else:
            at = end
    return at


@two_speed
def write_general_cells(numbers, powers, buffer, starts, lengths):  # type: ignore[no-untyped-def]
    """The same for cells, eleven characters wide; what is left out, `general_cell_text` can do."""
    at = 0
    for i in range(len(numbers)):
        starts[i] = at
        end = _write_cell(numbers[i], powers, buffer, at)
        lengths[i] = end - at
        if end < at:
            lengths[i] = -1
        else:
            at = end
    return at


@two_speed
def write_number(number, powers, buffer, at):  # type: ignore[no-untyped-def]
    """Write one number's text; gives where it ends, or -1 where only `general_text` can do it."""
    size = abs(number)
    if size == 0.0:
        buffer[at] = 48
        return at + 1
    if not (size >= SMALLEST_SCALED and size < 1e19):
        return -1
    if number < 0.0:
        buffer[at] = 45
        at += 1
    if size < 1e15 and size == float(int(size)):
        digits = int(size)
        count = 1
        while count < 15 and size >= powers[count]:
            count += 1
        exponent = count - 1
    else:
        digits, exponent = significand(size, powers)
        count = 15
        while digits % 10 == 0:
            digits //= 10
            count -= 1
    if exponent < 0 and 1 - exponent + count > 20:
        return _write_scientific(digits, count, exponent, buffer, at)
    return _write_plain(digits, count, exponent, buffer, at)


@two_speed
def _write_cell(number, powers, buffer, at):  # type: ignore[no-untyped-def]
    size = abs(number)
    if size == 0.0:
        buffer[at] = 48
        return at + 1
    if not (size >= SMALLEST_SCALED and size < 1e19):
        return -1
    if number < 0.0:
        buffer[at] = 45
        at += 1
    digits, exponent = significand(size, powers)
    count = 15
    while digits % 10 == 0:
        digits //= 10
        count -= 1
    # Smaller numbers are written plainly only if that takes none of their digits.
    if exponent < -4 and 1 - exponent + count <= 11:
        return _write_plain(digits, count, exponent, buffer, at)
    if exponent >= -4 and exponent <= 10:
        width = max(10 + min(exponent, 0), exponent + 1)
        rounded, kept, lead = _shortened(digits, count, exponent, width, powers)
        if lead <= 10:
            return _write_plain(rounded, kept, lead, buffer, at)
    # Seven characters are left beside an exponent of two digits, one of them the point.
    rounded, kept, lead = _shortened(digits, count, exponent, 6, powers)
    return _write_scientific(rounded, kept, lead, buffer, at)


@two_speed
def _shortened(digits, count, exponent, kept, powers):  # type: ignore[no-untyped-def]
    """Digits rounded to at most `kept`, half away from zero, without the zeros at the end; how many; the exponent."""
    if count > kept:
        unit = int(powers[count - kept])
        digits = (digits + unit // 2) // unit
        count = kept
        if digits == int(powers[kept]):
            exponent += 1
            digits = 1
            count = 1
        while digits % 10 == 0:
            digits //= 10
            count -= 1
    return digits, count, exponent


@two_speed
def _write_scientific(digits, count, exponent, buffer, at):  # type: ignore[no-untyped-def]
    """Write `count` digits, the first before the point, and an exponent of two digits; gives where they end."""
    at = _write_plain(digits, count, 0, buffer, at)
    buffer[at] = 69
    buffer[at + 1] = 45 if exponent < 0 else 43
    buffer[at + 2] = 48 + abs(exponent) // 10
    buffer[at + 3] = 48 + abs(exponent) % 10
    return at + 4


@two_speed
def _write_plain(digits, count, exponent, buffer, at):  # type: ignore[no-untyped-def]
    """Write `count` digits, with the point after the first `exponent` + 1; gives where they end."""
    if exponent < 0:
        buffer[at] = 48
        buffer[at + 1] = 46
        at += 2
        for _ in range(-exponent - 1):
            buffer[at] = 48
            at += 1
        exponent = count - 1
    point = exponent + 1
    for k in range(count, point):
        buffer[at + k] = 48
    end = at + max(count, point)
    if count > point:
        end += 1
        buffer[at + point] = 46
    for k in range(count - 1, -1, -1):
        place = at + k
        if k >= point:
            place += 1
        buffer[place] = 48 + digits % 10
        digits //= 10
    return end
