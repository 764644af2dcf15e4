"""Addresses and links as text."""

from __future__ import annotations

import re

import numpy as np

from xlmill.functions.grids import VALUE, whole_numbers
from xlmill.functions.lookup.sections import with_errors
from xlmill.functions.parameter import Logical, Number, Text, Value, optional
from xlmill.functions.registry import function
from xlmill.values.column import Column, texts_column
from xlmill.values.reference_value import LAST_COLUMN, LAST_ROW
from xlmill.values.text_column import Texts

# A sheet's name stands without quotes if it is made of letters, digits, points and underscores, begins with no
# digit or point, and cannot be taken for an address. A workbook's name in brackets may stand before it.
_PLAIN_NAME = re.compile(r"(\[[^\[\]'*?:/\\ -]+\])?[^\W\d][\w.]*")
_LIKE_ADDRESS = re.compile(r"([A-Z]{1,3}\d+|R\d*(C\d*)?|C\d*)", re.IGNORECASE)


@function("ADDRESS", omitted_is_default=True)
def address(
    row_num: Number,
    column_num: Number,
    abs_num: Number = optional(1),
    a1: Logical = optional(True),
    sheet_text: Text | None = optional(None),
) -> Column:
    """ADDRESS(row_num, column_num, [abs_num], [a1], [sheet_text]): a cell's address as text.

    abs_num 1: row and column absolute; 2: only the row; 3: only the column; 4: neither. a1 FALSE: R1C1 style.
    Arrays: elementwise.
    Errors: #VALUE! for a cell off the sheet and for another abs_num.
    Source: Microsoft Support, "ADDRESS function".

    =ADDRESS(2,3)  -> "$C$2"
    =ADDRESS(2,3,2,FALSE)  -> "R2C[3]"
    =ADDRESS(2,3,4,TRUE,"My Sheet")  -> "'My Sheet'!C2"
    =ADDRESS(0,1)  -> #VALUE!
    """
    row, column, how = whole_numbers(row_num), whole_numbers(column_num), whole_numbers(abs_num)
    wrong = (how < 1) | (how > 4) | (row > LAST_ROW) | (column > LAST_COLUMN)
    # In R1C1 style a relative row or column is an offset, and may be 0 or negative.
    fixed_row, fixed_column = (how == 1) | (how == 2), (how == 1) | (how == 3)
    wrong |= (row < 1) & (a1 | fixed_row) | (column < 1) & (a1 | fixed_column)
    prefixes = [""] * len(row) if sheet_text is None else [_prefix(name) for name in sheet_text.to_strings()]
    facts = zip(row.tolist(), column.tolist(), fixed_row.tolist(), fixed_column.tolist(), a1.tolist(), strict=True)
    spelled = [
        prefix + (_a1(r, c, by_row, by_column) if style else _r1c1(r, c, by_row, by_column))
        for prefix, (r, c, by_row, by_column, style) in zip(prefixes, facts, strict=True)
    ]
    return with_errors(np.where(wrong, VALUE, 0.0), texts_column(Texts.from_strings(spelled)))


def _a1(row: int, column: int, fixed_row: bool, fixed_column: bool) -> str:
    letters = ""
    while column > 0:
        column, letter = divmod(column - 1, 26)
        letters = chr(65 + letter) + letters
    return f"{'$' * fixed_column}{letters}{'$' * fixed_row}{row}"


def _r1c1(row: int, column: int, fixed_row: bool, fixed_column: bool) -> str:
    across = f"R{row}" if fixed_row else f"R[{row}]" if row else "R"
    down = f"C{column}" if fixed_column else f"C[{column}]" if column else "C"
    return across + down


def _prefix(sheet: str) -> str:
    if not sheet or (_PLAIN_NAME.fullmatch(sheet) and not _LIKE_ADDRESS.fullmatch(sheet)):
        return sheet + "!"
    return "'" + sheet.replace("'", "''") + "'!"


@function("HYPERLINK")
def hyperlink(link_location: Text, friendly_name: Value | None = optional(None)) -> Column:
    """HYPERLINK(link_location, [friendly_name]): what a link shows, its name if it has one, else where it leads.

    Arrays: elementwise.
    Source: Microsoft Support, "HYPERLINK function".

    =HYPERLINK("https://example.com","Example")  -> "Example"
    =HYPERLINK("#A1")  -> "#A1"
    """
    return texts_column(link_location) if friendly_name is None else friendly_name
