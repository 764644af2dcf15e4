"""Parts of arrays: TAKE, DROP, CHOOSEROWS, CHOOSECOLS and TRIMRANGE."""

from __future__ import annotations

import numpy as np

from xlmill.functions.grids import (
    CALC,
    REF,
    VALUE,
    Codes,
    arrays_or_errors,
    extents,
    first_codes,
    line_counts,
    picked_lines,
    read_arrays,
    sizes_within,
    whole_numbers,
)
from xlmill.functions.lookup.sections import block, with_errors
from xlmill.functions.parameter import AllCells, Number, Range, Whole, optional
from xlmill.functions.registry import function
from xlmill.functions.surroundings import Surroundings
from xlmill.values.cell_runs import CellRuns
from xlmill.values.coercion import to_numbers
from xlmill.values.column import EMPTY, Arrays, Column, Index


@function("TAKE")
def take(array: Whole, rows: Number | None = optional(None), columns: Number | None = optional(None)) -> Column:
    """TAKE(array, rows, [columns]): the first rows and columns of an array, or, if negative, the last.

    A reference gives a reference. A number left out takes them all.
    Errors: #CALC! for 0 rows or columns.
    Source: Microsoft Support, "TAKE function".

    =TAKE({1,2;3,4;5,6},2)  -> {1,2;3,4}
    =TAKE({1,2;3,4;5,6},-1,1)  -> 5
    =TAKE({1,2},0)  -> #CALC!
    """
    height, width, codes = extents(array)
    top, tall = _taken(rows, height)
    left, wide = _taken(columns, width)
    return _block(array, codes, top, left, tall, wide)


@function("DROP")
def drop(array: Whole, rows: Number | None = optional(None), columns: Number | None = optional(None)) -> Column:
    """DROP(array, rows, [columns]): an array without its first rows and columns, or, if negative, the last.

    A reference gives a reference.
    Errors: #CALC! where nothing is left.
    Source: Microsoft Support, "DROP function".

    =DROP({1,2;3,4;5,6},1)  -> {3,4;5,6}
    =DROP({1,2,3},,-1)  -> {1,2}
    =DROP({1,2,3},1)  -> #CALC!
    """
    height, width, codes = extents(array)
    top, tall = _left_by_drop(rows, height)
    left, wide = _left_by_drop(columns, width)
    return _block(array, codes, top, left, tall, wide)


def _taken(number: Number | None, size: Index) -> tuple[Index, Index]:
    """Where the part begins, and how long it is."""
    if number is None:
        return np.zeros(len(size), np.int64), size
    whole = whole_numbers(number)
    length = np.minimum(np.abs(whole), size)
    return np.where(whole < 0, size - length, 0), length


def _left_by_drop(number: Number | None, size: Index) -> tuple[Index, Index]:
    if number is None:
        return np.zeros(len(size), np.int64), size
    whole = whole_numbers(number)
    length = np.maximum(size - np.abs(whole), 0)
    return np.where(whole > 0, size - length, 0), length


def _block(array: Column, codes: Codes, top: Index, left: Index, tall: Index, wide: Index) -> Column:
    codes = np.where((codes == 0) & ((tall == 0) | (wide == 0)), CALC, codes)
    good = codes == 0
    part = block(array, *(np.where(good, x, 0) for x in (top, left)), *(np.where(good, x, 1) for x in (tall, wide)))
    return with_errors(codes, part)


@function("CHOOSEROWS")
def chooserows(array: Range, row_num1: AllCells, *, surroundings: Surroundings) -> Column:
    """CHOOSEROWS(array, row_num1, ...): some rows of an array, in the order given; negative numbers count from the end.

    Errors: #VALUE! for 0 and for a row that is not there; #NUM! for an array that is too large.
    Source: Microsoft Support, "CHOOSEROWS function".

    =CHOOSEROWS({1,2;3,4;5,6},3,1)  -> {5,6;1,2}
    =CHOOSEROWS({1,2;3,4;5,6},-1)  -> {5,6}
    =CHOOSEROWS({1,2},2)  -> #VALUE!
    """
    return _chosen(array, row_num1, surroundings, across=False)


@function("CHOOSECOLS")
def choosecols(array: Range, col_num1: AllCells, *, surroundings: Surroundings) -> Column:
    """CHOOSECOLS(array, col_num1, ...): some columns of an array, in the order given; negative numbers count from the
    end.

    Errors: #VALUE! for 0 and for a column that is not there; #NUM! for an array that is too large.
    Source: Microsoft Support, "CHOOSECOLS function".

    =CHOOSECOLS({1,2,3;4,5,6},3,1)  -> {3,1;6,4}
    =CHOOSECOLS({1,2,3},-2)  -> 2
    =CHOOSECOLS({1,2},3)  -> #VALUE!
    """
    return _chosen(array, col_num1, surroundings, across=True)


def _chosen(array: Arrays, wanted: CellRuns, surroundings: Surroundings, across: bool) -> Column:
    count = len(array)
    sideways = np.full(count, across)
    owners = wanted.owners
    numbers, refused = to_numbers(wanted.cells)
    codes = first_codes(refused, owners, count)
    whole = whole_numbers(numbers)
    size = line_counts(array, sideways)[owners]
    outside = (whole == 0) | (np.abs(whole) > size)
    codes = np.where(codes != 0, codes, np.where(np.bincount(owners[outside], minlength=count) > 0, VALUE, 0.0))
    line = np.where(whole > 0, whole - 1, size + whole)
    lengths = np.where(sideways, array.rows, array.columns)
    counts, _, codes = sizes_within(np.diff(wanted.offsets), lengths, codes, surroundings)
    good = codes == 0
    return arrays_or_errors(picked_lines(array, sideways, counts, line[good[owners]]), codes)


@function("TRIMRANGE", omitted_is_default=True)
def trimrange(
    range: Whole,
    trim_rows: Number = optional(3),
    trim_cols: Number = optional(3),
    *,
    surroundings: Surroundings,
) -> Column:
    """TRIMRANGE(range, [trim_rows], [trim_cols]): a range or array without the empty rows and columns at its edges.

    trim_rows, trim_cols 0: none; 1: the first; 2: the last; 3: both. A reference gives a reference.
    Errors: #REF! where all is empty; #VALUE! for another number.
    Source: Microsoft Support, "TRIMRANGE function".

    =TRIMRANGE({1,2;3,4})  -> {1,2;3,4}
    =TRIMRANGE(A1:B9)  -> #REF!
    """
    arrays = read_arrays(range, surroundings)
    height, width, codes = extents(range)
    cells, owners = arrays.flat()
    element = np.arange(len(owners)) - (np.cumsum(arrays.sizes) - arrays.sizes)[owners]
    row = element // arrays.columns[owners]
    full = ~cells.is_kind(EMPTY)
    top, bottom = _edges(full, owners, row, height)
    left, right = _edges(full, owners, element - row * arrays.columns[owners], width)
    how, sideways = whole_numbers(trim_rows), whole_numbers(trim_cols)
    codes = np.where((codes == 0) & (bottom < top), REF, codes)
    codes = np.where((how < 0) | (how > 3) | (sideways < 0) | (sideways > 3), VALUE, codes)
    top, bottom = np.where(how & 1, top, 0), np.where(how & 2, bottom, height - 1)
    left, right = np.where(sideways & 1, left, 0), np.where(sideways & 2, right, width - 1)
    return _block(range, codes, top, left, bottom - top + 1, right - left + 1)


def _edges(
    full: np.ndarray[tuple[int], np.dtype[np.bool_]], owners: Index, at: Index, size: Index
) -> tuple[Index, Index]:
    """The first and last line of each array with a cell that is not empty; a last before the first where none has."""
    first, last = size.copy(), np.full(len(size), -1, np.int64)
    np.minimum.at(first, owners[full], at[full])
    np.maximum.at(last, owners[full], at[full])
    return first, last
