"""Values of one kind taken as another, as Excel does where a function expects it.

Each function here gives the converted column and, where some rows refused, an array of error codes (0 where
all went well). Error values refuse with their own code. Cells of arrays and references are not looked into:
whoever calls has spread them out before.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xlmill.values.column import (
    ARRAY,
    BOOLEAN,
    ERROR,
    FUNCTION,
    MIXED,
    NUMBER,
    REFERENCE,
    TEXT,
    Column,
    Mask,
    Numbers,
)
from xlmill.values.error_value import ExcelError
from xlmill.values.general_format import general_column
from xlmill.values.text_column import Texts, concatenate
from xlmill.values.text_number import numbers_from_texts

Codes = NDArray[np.float64]

_VALUE = float(ExcelError.VALUE.code)
_TRUE_FALSE = Texts.from_strings(["FALSE", "TRUE"])


def to_numbers(column: Column, date1904: bool = False) -> tuple[Numbers, Codes | None]:
    """As numbers: TRUE is 1, an empty value 0, text what VALUE would make of it, else #VALUE!."""
    if column.uniform in (NUMBER, BOOLEAN):
        return column.numbers, None
    kinds = column.kinds
    numeric = (kinds == NUMBER) | (kinds == BOOLEAN)
    numbers = np.where(numeric, column.numbers, 0.0)
    codes = _codes_of_errors(column)
    if column.texts is not None:
        rows = np.flatnonzero(kinds == TEXT)
        if len(rows):
            values, valid = numbers_from_texts(column.texts.take(rows), date1904)
            numbers[rows] = np.where(valid, values, 0.0)
            codes[rows[~valid]] = _VALUE
    return numbers, codes if codes.any() else None


def to_logicals(column: Column) -> tuple[Mask, Codes | None]:
    """As truth: any number but 0 is TRUE, empty is FALSE, text must read TRUE or FALSE, else #VALUE!."""
    if column.uniform in (NUMBER, BOOLEAN):
        return column.numbers != 0, None
    kinds = column.kinds
    numeric = (kinds == NUMBER) | (kinds == BOOLEAN)
    truth = numeric & (column.numbers != 0)
    codes = _codes_of_errors(column)
    if column.texts is not None:
        rows = np.flatnonzero(kinds == TEXT)
        if len(rows):
            words = [word.upper() for word in column.texts.take(rows).to_strings()]
            truth[rows] = [word == "TRUE" for word in words]
            refused = np.array([word not in ("TRUE", "FALSE") for word in words])
            codes[rows[refused]] = _VALUE
    return truth, codes if codes.any() else None


def to_texts(column: Column) -> tuple[Texts, Codes | None]:
    """As text: numbers in General format, TRUE and FALSE, nothing for an empty value."""
    if column.uniform == TEXT:
        assert column.texts is not None
        return column.texts, None
    if column.uniform == NUMBER:
        return general_column(column.numbers), None
    kinds = column.kinds
    count = len(kinds)
    if column.uniform == BOOLEAN:
        return _TRUE_FALSE.take(column.numbers.astype(np.int64)), None
    codes = _codes_of_errors(column)
    pieces = [column.text_rows(), general_column(column.numbers[kinds == NUMBER]), _TRUE_FALSE]
    joined = concatenate(pieces)
    place = np.full(count, -1, np.int64)
    place[kinds == TEXT] = np.flatnonzero(kinds == TEXT)
    place[kinds == NUMBER] = count + np.arange(len(pieces[1]))
    place[kinds == BOOLEAN] = count + len(pieces[1]) + (column.numbers[kinds == BOOLEAN] != 0)
    starts = joined.starts[place]
    lengths = joined.lengths[place]
    starts[place < 0] = 0
    lengths[place < 0] = 0
    return joined.sliced(starts, lengths), codes if codes.any() else None


def _codes_of_errors(column: Column) -> Codes:
    kinds = column.kinds
    codes = np.where(kinds == ERROR, column.numbers, 0.0)
    if column.uniform == MIXED or column.uniform in (ARRAY, REFERENCE, FUNCTION):
        codes[kinds >= ARRAY] = _VALUE
        for row in np.flatnonzero(kinds == FUNCTION).tolist():
            assert column.objects is not None
            codes[row] = column.objects[int(column.numbers[row])].as_value.code
    return codes
