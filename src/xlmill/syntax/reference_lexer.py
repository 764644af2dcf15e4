"""References in a formula's bytes: A1, $A$1:B2, A:C, 1:3, and R[-1]C[2]."""

# ruff: noqa: SIM109 (membership in a tuple is not in the compiled subset)

from __future__ import annotations

from typing import Final

from xlmill.syntax.characters import (
    BANG,
    CLASS,
    CLOSE_BRACKET,
    COLON,
    DIGIT,
    DOLLAR,
    HASH,
    IN_WORD,
    LETTER,
    MINUS_SIGN,
    OPEN,
    OPEN_BRACKET,
    UPPER,
    UPPER_C,
    UPPER_R,
    ZERO,
)
from xlmill.syntax.forest import (
    REF_COLUMN1,
    REF_COLUMN2,
    REF_FLAGS,
    REF_ROW1,
    REF_ROW2,
    Bytes,
    Int64,
    RefFlag,
)
from xlmill.syntax.lexer import skip_spaces
from xlmill.values.two_speed import two_speed

ROWS: Final = 1_048_576
COLUMNS: Final = 16_384

_ROW1_ABSOLUTE: Final = int(RefFlag.ROW1_ABSOLUTE)
_COLUMN1_ABSOLUTE: Final = int(RefFlag.COLUMN1_ABSOLUTE)
_ROW2_ABSOLUTE: Final = int(RefFlag.ROW2_ABSOLUTE)
_COLUMN2_ABSOLUTE: Final = int(RefFlag.COLUMN2_ABSOLUTE)
_WHOLE_COLUMNS: Final = int(RefFlag.WHOLE_COLUMNS)
_WHOLE_ROWS: Final = int(RefFlag.WHOLE_ROWS)
_IS_AREA: Final = int(RefFlag.IS_AREA)
_R1C1: Final = int(RefFlag.R1C1)

# What a corner names.
_NOTHING: Final = 0
_COLUMN: Final = 1
_ROW: Final = 2
_CELL: Final = 3


@two_speed
def _goes_on(byte: int) -> bool:
    """Whether a word that is followed by `byte` is more than a reference."""
    return CLASS[byte] & IN_WORD != 0 or byte == BANG or byte == OPEN_BRACKET


@two_speed
def _read_corner(buffer: Bytes, i: int, stop: int) -> tuple[int, int, int, int, int]:
    """What an A1 corner names, its end, row, column, and which of the two are absolute (as for corner 1)."""
    begin = i
    absolute = 0
    if i < stop and buffer[i] == DOLLAR:
        absolute = _COLUMN1_ABSOLUTE
        i += 1
    column = 0
    letters = i
    while i < stop and i - letters < 4 and CLASS[buffer[i]] & LETTER:
        column = column * 26 + (UPPER[buffer[i]] - 64)
        i += 1
    if i == letters:
        # What stood there was a row's sign.
        if absolute:
            absolute = _ROW1_ABSOLUTE
    else:
        if column > COLUMNS:
            return _NOTHING, begin, 0, 0, 0
        if i < stop and buffer[i] == DOLLAR:
            absolute |= _ROW1_ABSOLUTE
            i += 1
    row = 0
    digits = i
    while i < stop and CLASS[buffer[i]] & DIGIT and row <= ROWS:
        row = row * 10 + (buffer[i] - ZERO)
        i += 1
    if i < stop and (_goes_on(buffer[i]) or buffer[i] == DOLLAR):
        return _NOTHING, begin, 0, 0, 0
    if i == digits:
        if column == 0 or buffer[i - 1] == DOLLAR:
            return _NOTHING, begin, 0, 0, 0
        return _COLUMN, i, 0, column, absolute
    if row == 0 or row > ROWS:
        return _NOTHING, begin, 0, 0, 0
    if column == 0:
        return _ROW, i, row, 0, absolute
    return _CELL, i, row, column, absolute


@two_speed
def _read_r1c1_part(buffer: Bytes, i: int, stop: int, most: int) -> tuple[int, int, bool]:
    """The end, the number and whether it is absolute, of what follows R or C; the end is -1 if it is wrong."""
    begin = i
    value = 0
    if i < stop and buffer[i] == OPEN_BRACKET:
        i += 1
        negative = i < stop and buffer[i] == MINUS_SIGN
        if negative:
            i += 1
        digits = i
        while i < stop and CLASS[buffer[i]] & DIGIT and value <= most:
            value = value * 10 + (buffer[i] - ZERO)
            i += 1
        if i == digits or i >= stop or buffer[i] != CLOSE_BRACKET or value >= most:
            return -1, 0, False
        return i + 1, -value if negative else value, False
    while i < stop and CLASS[buffer[i]] & DIGIT and value <= most:
        value = value * 10 + (buffer[i] - ZERO)
        i += 1
    if i == begin:
        return i, 0, False
    if value == 0 or value > most:
        return -1, 0, False
    return i, value, True


@two_speed
def _read_r1c1_corner(buffer: Bytes, i: int, stop: int) -> tuple[int, int, int, int, int]:
    """As `_read_corner`, of an R1C1 corner; what is not absolute is an offset."""
    begin = i
    kind = _NOTHING
    row = 0
    column = 0
    absolute = 0
    if i < stop and UPPER[buffer[i]] == UPPER_R:
        i, row, fixed = _read_r1c1_part(buffer, i + 1, stop, ROWS)
        if i < 0:
            return _NOTHING, begin, 0, 0, 0
        kind = _ROW
        if fixed:
            absolute = _ROW1_ABSOLUTE
    if i < stop and UPPER[buffer[i]] == UPPER_C:
        i, column, fixed = _read_r1c1_part(buffer, i + 1, stop, COLUMNS)
        if i < 0:
            return _NOTHING, begin, 0, 0, 0
        kind += _COLUMN
        if fixed:
            absolute |= _COLUMN1_ABSOLUTE
    if i < stop and _goes_on(buffer[i]):
        return _NOTHING, begin, 0, 0, 0
    return kind, i, row, column, absolute


@two_speed
def read_reference(buffer: Bytes, i: int, stop: int, r1c1: bool, refs: Int64, at: int) -> int:
    """Read the reference at `i` into `refs` from `at` on, all but its sheet; its end, or -1 if there is none.

    An area's corners are put in order where both are absolute or written in A1.
    """
    if r1c1:
        kind, end, row1, column1, flags = _read_r1c1_corner(buffer, i, stop)
    else:
        kind, end, row1, column1, flags = _read_corner(buffer, i, stop)
    if kind == _NOTHING:
        return -1
    row2 = row1
    column2 = column1
    flags2 = flags
    is_area = False
    j = skip_spaces(buffer, end, stop)
    if j < stop and buffer[j] == COLON:
        j = skip_spaces(buffer, j + 1, stop)
        if r1c1:
            kind2, j, row, column, absolute = _read_r1c1_corner(buffer, j, stop)
        else:
            kind2, j, row, column, absolute = _read_corner(buffer, j, stop)
        # A1:B2# is A1:(B2#), and A1:LOG10(2) ends in a call.
        if kind2 == kind and not (j < stop and (buffer[j] == HASH or buffer[j] == OPEN)):
            is_area = True
            end = j
            row2 = row
            column2 = column
            flags2 = absolute
    if kind != _CELL and not is_area and not r1c1:
        return -1
    if row1 > row2 and (not r1c1 or flags & flags2 & _ROW1_ABSOLUTE):
        row1, row2 = row2, row1
        swapped = (flags2 & _ROW1_ABSOLUTE) | (flags & _COLUMN1_ABSOLUTE)
        flags2 = (flags & _ROW1_ABSOLUTE) | (flags2 & _COLUMN1_ABSOLUTE)
        flags = swapped
    if column1 > column2 and (not r1c1 or flags & flags2 & _COLUMN1_ABSOLUTE):
        column1, column2 = column2, column1
        swapped = (flags2 & _COLUMN1_ABSOLUTE) | (flags & _ROW1_ABSOLUTE)
        flags2 = (flags & _COLUMN1_ABSOLUTE) | (flags2 & _ROW1_ABSOLUTE)
        flags = swapped
    if flags2 & _ROW1_ABSOLUTE:
        flags |= _ROW2_ABSOLUTE
    if flags2 & _COLUMN1_ABSOLUTE:
        flags |= _COLUMN2_ABSOLUTE
    if kind == _COLUMN:
        row1 = 1
        row2 = ROWS
        flags |= _WHOLE_COLUMNS | _ROW1_ABSOLUTE | _ROW2_ABSOLUTE
    elif kind == _ROW:
        column1 = 1
        column2 = COLUMNS
        flags |= _WHOLE_ROWS | _COLUMN1_ABSOLUTE | _COLUMN2_ABSOLUTE
    if is_area:
        flags |= _IS_AREA
    if r1c1:
        flags |= _R1C1
    refs[at + REF_ROW1] = row1
    refs[at + REF_COLUMN1] = column1
    refs[at + REF_ROW2] = row2
    refs[at + REF_COLUMN2] = column2
    refs[at + REF_FLAGS] = flags
    return end
