"""FILTER and UNIQUE: some rows or columns of an array."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xlmill.functions.grids import (
    CALC,
    VALUE,
    Layout,
    arrays_or_errors,
    first_codes,
    layout,
    line_counts,
    picked_lines,
)
from xlmill.functions.parameter import Branch, Logical, Range, optional
from xlmill.functions.registry import Branches, function
from xlmill.functions.value_order import identities
from xlmill.values.cell_runs import to_arrays
from xlmill.values.coercion import to_logicals
from xlmill.values.column import Arrays, Column, Index, Mask, choose_rows


def _taken_by_filter(position: int, arguments: Sequence[Column]) -> Mask:
    """What stands for nothing is wanted where no cell says TRUE; where that cannot be told yet, everywhere."""
    cells, owners = to_arrays(arguments[1]).flat()
    truth, _ = to_logicals(cells)
    nothing: Mask = np.bincount(owners[truth], minlength=len(arguments[1])) == 0
    return nothing


@function("FILTER", branches=Branches(2, _taken_by_filter))
def filter_(array: Range, include: Range, if_empty: Branch | None = optional(None)) -> Column:
    """FILTER(array, include, [if_empty]): the rows, or columns, of an array where include is TRUE.

    include has one cell for each row, or for each column.
    Errors: #CALC! where no row is left and if_empty is not given; #VALUE! where the sizes do not go together.
    Source: Microsoft Support, "FILTER function".

    =FILTER({1;2;3},{1;0;1})  -> {1;3}
    =FILTER({1,2;3,4},{FALSE,TRUE})  -> {2;4}
    =FILTER({1;2},{0;0},"none")  -> "none"
    =FILTER({1;2},{0;0})  -> #CALC!
    """
    down = (include.columns == 1) & (include.rows == array.rows)
    across = (include.rows == 1) & (include.columns == array.columns) & ~down
    cells, owners = include.flat()
    truth, refused = to_logicals(cells)
    codes = first_codes(refused, owners, len(array))
    codes = np.where(down | across, codes, VALUE)
    keep = truth & (codes[owners] == 0)
    counts = np.bincount(owners[keep], minlength=len(array))
    empty = (codes == 0) & (counts == 0)
    line = np.arange(len(owners)) - (np.cumsum(include.sizes) - include.sizes)[owners]
    result = picked_lines(array, across, counts, line[keep])
    if if_empty is None:
        return arrays_or_errors(result, np.where(empty, CALC, codes))
    return choose_rows(empty, if_empty, arrays_or_errors(result, codes))


@function("UNIQUE")
def unique(array: Range, by_col: Logical = optional(False), exactly_once: Logical = optional(False)) -> Column:
    """UNIQUE(array, [by_col], [exactly_once]): the rows, or columns, of an array without repetitions.

    With exactly_once only those that are not repeated at all. Text compares without case.
    Errors: #CALC! where none is left.
    Source: Microsoft Support, "UNIQUE function".

    =UNIQUE({1;2;1;"a";"A"})  -> {1;2;"a"}
    =UNIQUE({1,2,1},TRUE)  -> {1,2}
    =UNIQUE({1;2;1},FALSE,TRUE)  -> 2
    """
    to = _lines(array, by_col)
    same = _same_lines(array, by_col, to)
    _, first, repeats = np.unique(same, return_index=True, return_counts=True)
    first = np.sort(first[(repeats == 1) | ~exactly_once[to.owner[first]]])
    counts = np.bincount(to.owner[first], minlength=len(array))
    codes = np.where(counts == 0, CALC, 0.0)
    return arrays_or_errors(picked_lines(array, by_col, counts, to.row[first]), codes)


def _lines(arrays: Arrays, across: Mask) -> Layout:
    return layout(line_counts(arrays, across), np.ones(len(arrays), np.int64))


def _same_lines(arrays: Arrays, across: Mask, to: Layout) -> Index:
    """Numbers that are the same for lines of one array with equal cells."""
    same = to.owner
    lengths = np.where(across, arrays.rows, arrays.columns)
    sideways = across[to.owner]
    for place in range(int(lengths.max(initial=0))):
        has = np.flatnonzero(lengths[to.owner] > place)
        row = np.where(sideways, place, to.row)[has]
        column = np.where(sideways, to.row, place)[has]
        owner = to.owner[has]
        cells = arrays.cells.take(arrays.starts[owner] + row * arrays.columns[owner] + column).settled()
        numbers = identities(cells)
        pairs = same[has] * (int(numbers.max(initial=0)) + 1) + numbers
        _, together = np.unique(pairs, return_inverse=True)
        same = same.copy()
        # Lines that are too short for this place keep a number of their own kind.
        same[has] = together.reshape(-1)
        rest = np.ones(len(same), np.bool_)
        rest[has] = False
        same[rest] += len(same)
    return same
