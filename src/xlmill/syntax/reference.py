"""References as text: cells, areas and the sheets before them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from xlmill.syntax.characters import CLASS, IN_WORD, STARTS_WORD
from xlmill.syntax.forest import RefFlag
from xlmill.syntax.lexer import scan_quoted_sheet
from xlmill.syntax.reference_lexer import COLUMNS, ROWS, read_reference

_LETTERS: Final = 26


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference as a row of `Forest.refs` has it, with its sheets as text (without the exclamation mark)."""

    sheet: str | None
    row1: int
    column1: int
    row2: int
    column2: int
    flags: RefFlag

    def __str__(self) -> str:
        return print_reference(self)


def column_number(letters: str) -> int:
    """The number of a column by its letters: A is 1, XFD is 16384."""
    number = 0
    for letter in letters.upper():
        if not "A" <= letter <= "Z":
            raise ValueError(f"no column: {letters}")
        number = number * _LETTERS + ord(letter) - ord("A") + 1
    if not 1 <= number <= COLUMNS:
        raise ValueError(f"no column: {letters}")
    return number


def column_letters(number: int) -> str:
    """The letters of a column by its number."""
    if not 1 <= number <= COLUMNS:
        raise ValueError(f"no column: {number}")
    letters = ""
    while number:
        number, digit = divmod(number - 1, _LETTERS)
        letters = chr(ord("A") + digit) + letters
    return letters


def parse_sheet_prefix(text: str) -> tuple[str | None, str, str | None]:
    """The workbook, the first sheet and the last sheet that stand before an exclamation mark.

    The first sheet is empty where only a workbook is named, as in `[1]!name`.

    >>> parse_sheet_prefix("'[Book one.xlsx]It''s'")
    ('Book one.xlsx', "It's", None)
    >>> parse_sheet_prefix("Jan:Mar")
    (None, 'Jan', 'Mar')
    """
    if len(text) >= 2 and text.startswith("'") and text.endswith("'"):
        text = text[1:-1].replace("''", "'")
    workbook = None
    opening = text.find("[")
    closing = text.rfind("]")
    if 0 <= opening < closing:
        workbook = text[:opening] + text[opening + 1 : closing]
        text = text[closing + 1 :]
    # A sheet's name holds no colon.
    first, colon, last = text.partition(":")
    return workbook, first, last if colon else None


def print_sheet_prefix(workbook: str | None, first: str, last: str | None = None) -> str:
    """What `parse_sheet_prefix` reads, in apostrophes where it needs them."""
    text = first if last is None else f"{first}:{last}"
    if workbook is not None:
        folder_end = max(workbook.rfind("\\"), workbook.rfind("/")) + 1
        text = f"{workbook[:folder_end]}[{workbook[folder_end:]}]{text}"
    sheets = [first] if last is None else [first, last]
    # A workbook alone, as in [1]!name, needs none.
    plain = all(_is_plain_sheet(sheet) for sheet in sheets) if first else True
    if workbook is not None:
        plain = plain and all(CLASS[byte] & IN_WORD for byte in workbook.encode())
    return text if plain else "'" + text.replace("'", "''") + "'"


def _is_plain_sheet(sheet: str) -> bool:
    data = sheet.encode()
    if not data or not CLASS[data[0]] & STARTS_WORD or not all(CLASS[byte] & IN_WORD for byte in data):
        return False
    if "?" in sheet or "\\" in sheet:
        return False
    return (
        parse_reference(sheet) is None
        and parse_reference(sheet, r1c1=True) is None
        and sheet.upper() not in ("TRUE", "FALSE")
    )


def parse_reference(text: str, r1c1: bool = False) -> Reference | None:
    """The reference that `text` is, whole, as INDIRECT reads it; None if it is none."""
    data = np.frombuffer(text.encode(errors="replace"), np.uint8)
    start = 0
    sheet = None
    if text.startswith("'"):
        start = scan_quoted_sheet.interpreted(data, 0, len(data))
        if start < 0 or data[start : start + 1].tobytes() != b"!":
            return None
        start += 1
    elif "!" in text:
        start = data.tobytes().index(b"!") + 1
    if start:
        sheet = data[: start - 1].tobytes().decode()
        if not parse_sheet_prefix(sheet)[1]:
            return None
    refs = np.zeros(7, np.int64)
    if read_reference.interpreted(data, start, len(data), r1c1, refs, 0) != len(data):
        return None
    _, _, row1, column1, row2, column2, flags = refs.tolist()
    if sheet is not None:
        flags |= RefFlag.SHEET
    return Reference(sheet, row1, column1, row2, column2, RefFlag(flags))


def print_reference(reference: Reference) -> str:
    """The reference as Excel writes it, in the notation that its flags tell."""
    flags = reference.flags
    prefix = "" if reference.sheet is None else reference.sheet + "!"
    if flags & RefFlag.DELETED and not reference.row1:
        return prefix + "#REF!"
    write = _r1c1_corner if flags & RefFlag.R1C1 else _a1_corner
    row1, column1 = (None if flags & RefFlag.WHOLE_COLUMNS else reference.row1), reference.column1
    row2, column2 = (None if flags & RefFlag.WHOLE_COLUMNS else reference.row2), reference.column2
    if flags & RefFlag.WHOLE_ROWS:
        first = write(row1, None, bool(flags & RefFlag.ROW1_ABSOLUTE), False)
        last = write(row2, None, bool(flags & RefFlag.ROW2_ABSOLUTE), False)
    else:
        row1_absolute, row2_absolute = bool(flags & RefFlag.ROW1_ABSOLUTE), bool(flags & RefFlag.ROW2_ABSOLUTE)
        first = write(row1, column1, row1_absolute, bool(flags & RefFlag.COLUMN1_ABSOLUTE))
        last = write(row2, column2, row2_absolute, bool(flags & RefFlag.COLUMN2_ABSOLUTE))
    return f"{prefix}{first}:{last}" if flags & RefFlag.IS_AREA else prefix + first


def _a1_corner(row: int | None, column: int | None, row_absolute: bool, column_absolute: bool) -> str:
    text = ""
    if column is not None:
        text += ("$" if column_absolute else "") + column_letters(column)
    if row is not None:
        if not 1 <= row <= ROWS:
            raise ValueError(f"no row: {row}")
        text += ("$" if row_absolute else "") + str(row)
    return text


def _r1c1_corner(row: int | None, column: int | None, row_absolute: bool, column_absolute: bool) -> str:
    text = ""
    if row is not None:
        text += "R" + _r1c1_number(row, row_absolute)
    if column is not None:
        text += "C" + _r1c1_number(column, column_absolute)
    return text


def _r1c1_number(number: int, absolute: bool) -> str:
    if absolute:
        return str(number)
    return f"[{number}]" if number else ""
