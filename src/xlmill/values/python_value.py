"""Python values to columns and back."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import numpy as np

from xlmill.values.column import (
    ARRAY,
    BOOLEAN,
    EMPTY,
    ERROR,
    FUNCTION,
    NUMBER,
    OMITTED,
    REFERENCE,
    TEXT,
    Arrays,
    Column,
    stack,
)
from xlmill.values.error_value import ExcelError
from xlmill.values.serial_date import from_datetime
from xlmill.values.text_column import Texts


def column_from_python(values: Sequence[Any], date1904: bool = False) -> Column:
    """A column of Python values: int, float, str, bool, None, ExcelError, dates, nested lists, 2-D NumPy arrays.

    A list of lists is an array of rows; a flat list is one row. Raises TypeError for anything else.
    """
    count = len(values)
    kinds = np.empty(count, np.uint8)
    numbers = np.zeros(count)
    texts: list[str] = []
    has_text = False
    arrays: dict[int, Any] = {}
    for i, value in enumerate(values):
        text = ""
        if isinstance(value, bool | np.bool_):
            kinds[i] = BOOLEAN
            numbers[i] = value
        elif isinstance(value, int | float | np.number):
            number = float(value)
            kinds[i] = NUMBER
            numbers[i] = number
            if not np.isfinite(number):
                kinds[i] = ERROR
                numbers[i] = ExcelError.NUM.code
        elif isinstance(value, str):
            kinds[i] = TEXT
            text = value
            has_text = True
        elif value is None:
            kinds[i] = EMPTY
        elif isinstance(value, ExcelError):
            kinds[i] = ERROR
            numbers[i] = value.code
        elif isinstance(value, datetime.date | datetime.time):
            kinds[i] = NUMBER
            numbers[i] = from_datetime(value, date1904)
        elif isinstance(value, list | tuple | np.ndarray):
            kinds[i] = ARRAY
            arrays[i] = value
        else:
            raise TypeError(f"a formula cannot hold a Python {type(value).__name__}: {value!r}")
        texts.append(text)
    return Column(
        kinds,
        numbers,
        Texts.from_strings(texts) if has_text else None,
        _arrays(count, arrays, date1904) if arrays else None,
    ).settled()


def python_from_column(column: Column) -> list[Any]:
    """The values of a column as Python values; arrays as nested lists, empty as None."""
    kinds = column.kinds
    if column.uniform == NUMBER:
        return list(column.numbers.tolist())
    values: list[Any] = column.numbers.tolist()
    for kind in np.unique(kinds).tolist():
        rows = np.flatnonzero(kinds == kind)
        if kind == NUMBER:
            continue
        if kind == TEXT:
            converted: list[Any] = column.text_rows().take(rows).to_strings()
        elif kind == BOOLEAN:
            converted = (column.numbers[rows] != 0).tolist()
        elif kind == ERROR:
            converted = [ExcelError.from_code(int(code)) for code in column.numbers[rows]]
        elif kind == ARRAY:
            assert column.arrays is not None
            converted = _nested_lists(column.arrays.take(rows))
        elif kind in (EMPTY, OMITTED):
            converted = [None] * len(rows)
        elif kind == FUNCTION:
            converted = [ExcelError.CALC] * len(rows)
        else:
            assert kind == REFERENCE
            converted = [ExcelError.REF] * len(rows)
        for row, value in zip(rows.tolist(), converted, strict=True):
            values[row] = value
    return values


def _arrays(count: int, given: dict[int, Any], date1904: bool) -> Arrays:
    starts = np.zeros(count, np.int64)
    heights = np.zeros(count, np.int64)
    widths = np.zeros(count, np.int64)
    parts: list[Column] = []
    at = 0
    for i, value in given.items():
        table = _table(value)
        cells = column_from_python([cell for line in table for cell in line], date1904)
        starts[i], heights[i], widths[i] = at, len(table), len(table[0])
        at += len(cells)
        parts.append(cells)
    return Arrays(starts, heights, widths, stack(parts).settled())


def _table(value: Any) -> list[list[Any]]:
    rows = value.tolist() if isinstance(value, np.ndarray) else list(value)
    if rows and not isinstance(rows[0], list | tuple | np.ndarray):
        rows = [rows]
    table = [list(row) for row in rows]
    if not table or not table[0]:
        raise TypeError("an array needs at least one row and one column")
    if any(len(row) != len(table[0]) for row in table):
        raise TypeError("the rows of an array must be equally long")
    return table


def _nested_lists(arrays: Arrays) -> list[list[list[Any]]]:
    cells, _ = arrays.flat()
    values = python_from_column(cells)
    result = []
    at = 0
    for rows, columns in zip(arrays.rows.tolist(), arrays.columns.tolist(), strict=True):
        result.append([values[at + r * columns : at + (r + 1) * columns] for r in range(rows)])
        at += rows * columns
    return result
