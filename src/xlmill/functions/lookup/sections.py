"""Parts of references and arrays: a cell, a row, a column, or all of it."""

from __future__ import annotations

import numpy as np

from xlmill.functions.grids import Codes, layout, picked
from xlmill.values.column import (
    ARRAY,
    ERROR,
    REFERENCE,
    Arrays,
    Column,
    Index,
    arrays_column,
    choose_rows,
    errors_column,
    stack,
)
from xlmill.values.reference_value import Area, Reference


def section(values: Column, row: Index, column: Index) -> Column:
    """Of each value the cell at `row` and `column`, from 0; -1 takes all rows, or all columns.

    What is inside is for the caller to see to. A reference gives a reference, an array a value or an
    array; a value that is neither is itself.
    """
    has_references = values.has(REFERENCE)
    if values.arrays is None and not has_references:
        return values
    is_array = values.is_kind(ARRAY)
    if values.arrays is not None and is_array.all():
        return _of_arrays(values.arrays, row, column)
    place = np.arange(len(values))
    parts = [values]
    total = len(values)
    if is_array.any():
        assert values.arrays is not None
        rows = np.flatnonzero(is_array)
        parts.append(_of_arrays(values.arrays.take(rows), row[rows], column[rows]))
        place[rows] = total + np.arange(len(rows))
        total += len(rows)
    if has_references:
        rows = np.flatnonzero(values.is_kind(REFERENCE))
        part = _of_references(values.take(rows), row[rows], column[rows])
        if len(rows) == len(values):
            return part
        parts.append(part)
        place[rows] = total + np.arange(len(rows))
    return stack(parts).take(place).settled()


def _of_arrays(arrays: Arrays, row: Index, column: Index) -> Column:
    heights = np.where(row < 0, arrays.rows, 1)
    widths = np.where(column < 0, arrays.columns, 1)
    at = arrays.starts + np.maximum(row, 0) * arrays.columns + np.maximum(column, 0)
    single = heights * widths == 1
    if single.all():
        return arrays.cells.take(at).settled()
    # A part of whole rows stands in one piece; a column of a wider array has to be gathered.
    scattered = (heights > 1) & (widths < arrays.columns)
    parts = Arrays(at, heights, widths, arrays.cells)
    if scattered.any():
        rows = np.flatnonzero(scattered)
        to = layout(heights[rows], widths[rows])
        gathered = picked(arrays.take(rows), to, to.row, column[rows][to.owner] + to.column)
        pieces = arrays_column(parts), arrays_column(gathered)
        place = np.arange(len(arrays))
        place[rows] = len(arrays) + np.arange(len(rows))
        result = stack(pieces).take(place)
    else:
        result = arrays_column(parts)
    if not single.any():
        return result
    return choose_rows(single, arrays.cells.take(np.where(single, at, 0)), result).settled()


def _of_references(values: Column, row: Index, column: Index) -> Column:
    """References to parts; equal parts share one reference."""
    assert values.objects is not None
    keys = np.stack([values.numbers.astype(np.int64), row, column])
    if len(row) == 1:
        distinct, which = keys, np.zeros(1, np.int64)
    else:
        distinct, which = np.unique(keys, axis=1, return_inverse=True)
    objects = [_part(values.objects[number].areas[0], r, c) for number, r, c in distinct.T.tolist()]
    kinds = np.full(len(row), REFERENCE, np.uint8)
    return Column(kinds, which.ravel().astype(np.float64), objects=objects, uniform=REFERENCE)


def _part(area: Area, row: int, column: int) -> Reference:
    row1, row2 = (area.row1, area.row2) if row < 0 else (area.row1 + row, area.row1 + row)
    column1, column2 = (area.column1, area.column2) if column < 0 else (area.column1 + column, area.column1 + column)
    return Reference((Area(area.sheet, row1, column1, row2, column2),))


def references_or_errors(objects: list[Reference | None], codes: Codes) -> Column:
    """A column of references; None is the error with that row's code."""
    wrong = np.array([reference is None for reference in objects], np.bool_)
    numbers = np.where(wrong, codes, np.arange(len(objects)))
    return Column(np.where(wrong, np.uint8(ERROR), np.uint8(REFERENCE)), numbers, objects=objects).settled()


def with_errors(codes: Codes, otherwise: Column) -> Column:
    """`otherwise`, with error values in the rows that have a code."""
    return choose_rows(codes != 0, errors_column(codes), otherwise).settled() if codes.any() else otherwise
