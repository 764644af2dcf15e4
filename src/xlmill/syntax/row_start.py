"""Where the expression of a row begins, behind its equals sign."""

from __future__ import annotations

from typing import Final

from xlmill.syntax.characters import EQUALS
from xlmill.syntax.forest import Bytes
from xlmill.syntax.lexer import skip_spaces
from xlmill.syntax.problem import LONGEST_FORMULA, Problem
from xlmill.values.two_speed import two_speed

# A UTF-16 unit takes at most three bytes of UTF-8: a longer row is too long, whatever it holds.
MOST_BYTES: Final = 3 * LONGEST_FORMULA

_NONE: Final = int(Problem.NONE)
_EMPTY: Final = int(Problem.EMPTY)
_TOO_LONG: Final = int(Problem.TOO_LONG)
_NOT_UTF8: Final = int(Problem.NOT_UTF8)


@two_speed
def _check_utf8(buffer: Bytes, i: int, stop: int) -> tuple[int, int]:
    """The position of the first byte that is not UTF-8, or -1; and the length in UTF-16 units up to there."""
    units = 0
    while i < stop:
        c = buffer[i]
        units += 1
        if c < 0x80:
            i += 1
            continue
        if c < 0xC2 or c > 0xF4:
            return i, units
        more = 1
        lowest = 0x80
        highest = 0xBF
        if c >= 0xF0:
            more = 3
            units += 1
            if c == 0xF0:
                lowest = 0x90  # shorter forms exist
            elif c == 0xF4:
                highest = 0x8F  # Unicode ends at U+10FFFF
        elif c >= 0xE0:
            more = 2
            if c == 0xE0:
                lowest = 0xA0
            elif c == 0xED:
                highest = 0x9F  # surrogates are no characters
        if i + more >= stop or buffer[i + 1] < lowest or buffer[i + 1] > highest:
            return i, units
        for k in range(2, more + 1):
            if buffer[i + k] & 0xC0 != 0x80:
                return i, units
        i += more + 1
    return -1, units


@two_speed
def begin_row(buffer: Bytes, start: int, stop: int) -> tuple[int, int, int]:
    """Where the expression begins, what is wrong with the row as a text, and where."""
    if stop - start > MOST_BYTES:
        return start, _TOO_LONG, start
    high = 0
    for k in range(start, stop):
        high |= buffer[k]
    if high >= 0x80:
        bad, units = _check_utf8(buffer, start, stop)
        if bad >= 0:
            return start, _NOT_UTF8, bad
    else:
        units = stop - start
    if units > LONGEST_FORMULA:
        return start, _TOO_LONG, start
    i = skip_spaces(buffer, start, stop)
    if i >= stop:
        return i, _EMPTY, start
    if buffer[i] == EQUALS:
        i += 1
    return i, _NONE, i
