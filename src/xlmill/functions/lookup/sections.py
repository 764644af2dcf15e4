"""Parts of references and arrays: a cell, a row, a column, or all of it."""

from __future__ import annotations

import numpy as np

from xlmill.functions.grids import Codes, distinct_rows, extents, layout, picked
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
    rows, columns, _ = extents(values)
    tall, wide = np.where(row < 0, rows, 1), np.where(column < 0, columns, 1)
    return block(values, np.maximum(row, 0), np.maximum(column, 0), tall, wide)


def block(values: Column, top: Index, left: Index, tall: Index, wide: Index) -> Column:
    """Of each value `tall` rows and `wide` columns from row `top` and column `left` on, both from 0.

    What is inside is for the caller to see to; see `section`.
    """
    has_references = values.has(REFERENCE)
    if values.arrays is None and not has_references:
        return values
    is_array = values.is_kind(ARRAY)
    if values.arrays is not None and is_array.all():
        return _of_arrays(values.arrays, top, left, tall, wide)
    place = np.arange(len(values))
    parts = [values]
    total = len(values)
    if is_array.any():
        assert values.arrays is not None
        rows = np.flatnonzero(is_array)
        parts.append(_of_arrays(values.arrays.take(rows), top[rows], left[rows], tall[rows], wide[rows]))
        place[rows] = total + np.arange(len(rows))
        total += len(rows)
    if has_references:
        rows = np.flatnonzero(values.is_kind(REFERENCE))
        part = _of_references(values.take(rows), top[rows], left[rows], tall[rows], wide[rows])
        if len(rows) == len(values):
            return part
        parts.append(part)
        place[rows] = total + np.arange(len(rows))
    return stack(parts).take(place).settled()


def _of_arrays(arrays: Arrays, top: Index, left: Index, tall: Index, wide: Index) -> Column:
    at: Index = arrays.starts + top * arrays.columns + left
    single = tall * wide == 1
    if single.all():
        return arrays.cells.take(at).settled()
    # A part of whole rows stands in one piece; any other of several rows has to be gathered.
    scattered = (tall > 1) & (wide < arrays.columns)
    result = arrays_column(Arrays(at, tall, wide, arrays.cells))
    if scattered.any():
        rows = np.flatnonzero(scattered)
        to = layout(tall[rows], wide[rows])
        gathered = picked(arrays.take(rows), to, top[rows][to.owner] + to.row, left[rows][to.owner] + to.column)
        place = np.arange(len(arrays))
        place[rows] = len(arrays) + np.arange(len(rows))
        result = stack((result, arrays_column(gathered))).take(place)
    if not single.any():
        return result
    return choose_rows(single, arrays.cells.take(np.where(single, at, 0)), result).settled()


def _of_references(values: Column, top: Index, left: Index, tall: Index, wide: Index) -> Column:
    """References to parts; equal parts share one reference."""
    assert values.objects is not None
    keys = (values.numbers.astype(np.int64), top, left, tall, wide)
    first, which = distinct_rows(*keys)
    places = zip(*(key[first].tolist() for key in keys), strict=True)
    objects = [_part(values.objects[number].areas[0], *place) for number, *place in places]
    kinds = np.full(len(top), REFERENCE, np.uint8)
    return Column(kinds, which.astype(np.float64), objects=objects, uniform=REFERENCE)


def _part(area: Area, top: int, left: int, tall: int, wide: int) -> Reference:
    row, column = area.row1 + top, area.column1 + left
    return Reference((Area(area.sheet, row, column, row + tall - 1, column + wide - 1),))


def references_or_errors(objects: list[Reference | None], codes: Codes) -> Column:
    """A column of references; None is the error with that row's code."""
    wrong = np.array([reference is None for reference in objects], np.bool_)
    numbers = np.where(wrong, codes, np.arange(len(objects)))
    return Column(np.where(wrong, np.uint8(ERROR), np.uint8(REFERENCE)), numbers, objects=objects).settled()


def with_errors(codes: Codes, otherwise: Column) -> Column:
    """`otherwise`, with error values in the rows that have a code."""
    return choose_rows(codes != 0, errors_column(codes), otherwise).settled() if codes.any() else otherwise
