"""The same cells in another shape: TOCOL, TOROW, WRAPROWS, WRAPCOLS and EXPAND."""

from __future__ import annotations

import numpy as np

from xlmill.functions.grids import (
    CALC,
    NA,
    NUM,
    VALUE,
    Layout,
    arrays_or_errors,
    is_vector,
    layout,
    read_arrays,
    sizes_within,
    whole_numbers,
)
from xlmill.functions.parameter import Logical, Number, Value, Whole, optional
from xlmill.functions.registry import function
from xlmill.functions.surroundings import Surroundings
from xlmill.values.column import EMPTY, ERROR, Arrays, Column, Index, Mask, choose_rows, constant_column


@function("TOCOL", omitted_is_default=True)
def tocol(
    array: Whole,
    ignore: Number = optional(0),
    scan_by_column: Logical = optional(False),
    *,
    surroundings: Surroundings,
) -> Column:
    """TOCOL(array, [ignore], [scan_by_column]): all cells as one column, row by row or column by column.

    ignore 0: none; 1: empty cells; 2: errors; 3: both.
    Errors: #CALC! where nothing is left; #VALUE! for another ignore.
    Source: Microsoft Support, "TOCOL function".

    =TOCOL({1,2;3,4})  -> {1;2;3;4}
    =TOCOL({1,2;3,4},0,TRUE)  -> {1;3;2;4}
    =TOCOL({1,#N/A;3,4},2)  -> {1;3;4}
    """
    return _in_line(read_arrays(array, surroundings), ignore, scan_by_column, across=False)


@function("TOROW", omitted_is_default=True)
def torow(
    array: Whole,
    ignore: Number = optional(0),
    scan_by_column: Logical = optional(False),
    *,
    surroundings: Surroundings,
) -> Column:
    """TOROW(array, [ignore], [scan_by_column]): all cells as one row, row by row or column by column.

    ignore 0: none; 1: empty cells; 2: errors; 3: both.
    Errors: #CALC! where nothing is left; #VALUE! for another ignore.
    Source: Microsoft Support, "TOROW function".

    =TOROW({1,2;3,4})  -> {1,2,3,4}
    =TOROW({1,2;3,4},0,TRUE)  -> {1,3,2,4}
    """
    return _in_line(read_arrays(array, surroundings), ignore, scan_by_column, across=True)


def _in_line(arrays: Arrays, ignore: Number, by_column: Mask, across: bool) -> Column:
    to = layout(np.where(by_column, arrays.columns, arrays.rows), np.where(by_column, arrays.rows, arrays.columns))
    turned = by_column[to.owner]
    row, column = np.where(turned, to.column, to.row), np.where(turned, to.row, to.column)
    cells = arrays.cells.take(arrays.starts[to.owner] + row * arrays.columns[to.owner] + column)
    how = whole_numbers(ignore)
    without = how[to.owner]
    keep = ~((without & 1 == 1) & cells.is_kind(EMPTY) | (without & 2 == 2) & cells.is_kind(ERROR))
    codes = np.where((how < 0) | (how > 3), VALUE, 0.0)
    keep &= codes[to.owner] == 0
    counts = np.bincount(to.owner[keep], minlength=len(arrays))
    codes = np.where((codes == 0) & (counts == 0), CALC, codes)
    ones = np.ones(len(arrays), np.int64)
    rows, columns = (ones, counts) if across else (counts, ones)
    return arrays_or_errors(Arrays(np.cumsum(counts) - counts, rows, columns, cells.take(keep).settled()), codes)


@function("WRAPROWS")
def wraprows(
    vector: Whole, wrap_count: Number, pad_with: Value | None = optional(None), *, surroundings: Surroundings
) -> Column:
    """WRAPROWS(vector, wrap_count, [pad_with]): a row or column of cells broken into rows of equal length.

    What is missing in the last row is pad_with, #N/A if that is not given.
    Errors: #VALUE! for an array of several rows and columns; #NUM! for wrap_count below 1.
    Source: Microsoft Support, "WRAPROWS function".

    =WRAPROWS({1,2,3,4,5},2,0)  -> {1,2;3,4;5,0}
    =WRAPROWS({1,2,3},2)  -> {1,2;3,#N/A}
    =WRAPROWS({1,2;3,4},2)  -> #VALUE!
    """
    return _wrapped(read_arrays(vector, surroundings), wrap_count, pad_with, across=True)


@function("WRAPCOLS")
def wrapcols(
    vector: Whole, wrap_count: Number, pad_with: Value | None = optional(None), *, surroundings: Surroundings
) -> Column:
    """WRAPCOLS(vector, wrap_count, [pad_with]): a row or column of cells broken into columns of equal length.

    What is missing in the last column is pad_with, #N/A if that is not given.
    Errors: #VALUE! for an array of several rows and columns; #NUM! for wrap_count below 1.
    Source: Microsoft Support, "WRAPCOLS function".

    =WRAPCOLS({1,2,3,4,5},2,0)  -> {1,3,5;2,4,0}
    =WRAPCOLS({1,2,3},2)  -> {1,3;2,#N/A}
    =WRAPCOLS({1,2,3},0)  -> #NUM!
    """
    return _wrapped(read_arrays(vector, surroundings), wrap_count, pad_with, across=False)


def _wrapped(arrays: Arrays, wrap_count: Number, pad_with: Column | None, across: bool) -> Column:
    length = whole_numbers(wrap_count)
    codes = np.where(length < 1, NUM, 0.0)
    codes = np.where(is_vector(arrays.rows, arrays.columns), codes, VALUE)
    good = codes == 0
    size = np.where(good, arrays.sizes, 0)
    # A vector that is shorter than one row or column stays as long as it is.
    length = np.where(good, np.minimum(length, size), 1)
    lines = -(-size // length)
    to = layout(*((lines, length) if across else (length, lines)))
    line, place = (to.row, to.column) if across else (to.column, to.row)
    at = line * length[to.owner] + place
    missing = at >= size[to.owner]
    return arrays_or_errors(_padded(arrays, to, np.where(missing, 0, at), missing, pad_with), codes)


def _padded(arrays: Arrays, to: Layout, at: Index, missing: Mask, pad_with: Column | None) -> Arrays:
    """New arrays from the cells at these places of the given ones, something else where cells are missing."""
    cells = arrays.cells.take(arrays.starts[to.owner] + at)
    if missing.any():
        filler = constant_column(ERROR, NA, len(at)) if pad_with is None else pad_with.take(to.owner)
        cells = choose_rows(missing, filler, cells)
    return to.filled(cells)


@function("EXPAND")
def expand(
    array: Whole,
    rows: Number | None = optional(None),
    columns: Number | None = optional(None),
    pad_with: Value | None = optional(None),
    *,
    surroundings: Surroundings,
) -> Column:
    """EXPAND(array, rows, [columns], [pad_with]): an array made larger.

    What is new is pad_with, #N/A if that is not given. A number left out keeps the array's own.
    Errors: #VALUE! for fewer rows or columns than the array has; #NUM! for an array that is too large.
    Source: Microsoft Support, "EXPAND function".

    =EXPAND({1,2},2,3,0)  -> {1,2,0;0,0,0}
    =EXPAND({1},2)  -> {1;#N/A}
    =EXPAND({1,2},1,1)  -> #VALUE!
    """
    arrays = read_arrays(array, surroundings)
    tall = arrays.rows if rows is None else whole_numbers(rows)
    wide = arrays.columns if columns is None else whole_numbers(columns)
    codes = np.where((tall < arrays.rows) | (wide < arrays.columns), VALUE, 0.0)
    tall, wide, codes = sizes_within(tall, wide, codes, surroundings)
    to = layout(tall, wide)
    missing = (to.row >= arrays.rows[to.owner]) | (to.column >= arrays.columns[to.owner])
    at = np.where(missing, 0, to.row * arrays.columns[to.owner] + to.column)
    return arrays_or_errors(_padded(arrays, to, at, missing, pad_with), codes)
