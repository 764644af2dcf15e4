"""SORT and SORTBY: the rows or columns of an array put in order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xlmill.functions.grids import (
    VALUE,
    Codes,
    arrays_or_errors,
    first_codes,
    layout,
    line_counts,
    picked_lines,
    whole_numbers,
)
from xlmill.functions.parameter import Logical, Range, RangeEach, optional
from xlmill.functions.registry import function
from xlmill.functions.value_order import EMPTY_CLASS, sort_keys
from xlmill.values.coercion import to_numbers
from xlmill.values.column import OMITTED, Arrays, Column, Index, Mask, numbers_column

Keys = tuple[NDArray[np.int64], NDArray[np.float64]]


@function("SORT", omitted_is_default=True)
def sort(
    array: Range,
    sort_index: Range | None = optional(None),
    sort_order: Range | None = optional(None),
    by_col: Logical = optional(False),
) -> Column:
    """SORT(array, [sort_index], [sort_order], [by_col]): the rows, or columns, of an array in order.

    sort_index is the column (or row) to sort by, from 1; sort_order 1 ascending, -1 descending; arrays of
    several sort by the first, then the next. Numbers come before text, text before FALSE, TRUE and errors;
    empty cells come last either way.
    Errors: #VALUE! for a sort_index that is not there and for another sort_order.
    Source: Microsoft Support, "SORT function".

    =SORT({3;1;2})  -> {1;2;3}
    =SORT({3,"c";1,"a";2,"b"},2,-1)  -> {3,"c";2,"b";1,"a"}
    =SORT({3,1,2},1,1,TRUE)  -> {1,2,3}
    =SORT({1;2},5)  -> #VALUE!
    """
    count = len(array)
    codes = np.zeros(count)
    sort_index = _ones(count) if sort_index is None else sort_index
    sort_order = _ones(count) if sort_order is None else sort_order
    places, codes = _numbers(sort_index, codes)
    orders, codes = _numbers(sort_order, codes)
    size = np.where(by_col, array.rows, array.columns)
    several = sort_index.sizes
    codes = np.where((codes == 0) & (sort_order.sizes != several) & (sort_order.sizes != 1), VALUE, codes)
    to = layout(line_counts(array, by_col), np.ones(count, np.int64))
    keys: list[Keys] = []
    for nth in range(int(several.max(initial=0))):
        has = several > nth
        place = places[np.where(has, np.cumsum(several) - several + nth, 0)] - 1
        at = np.where(has, np.cumsum(sort_order.sizes) - sort_order.sizes + np.minimum(nth, sort_order.sizes - 1), 0)
        order = orders[np.minimum(at, len(orders) - 1)]
        codes = np.where((codes == 0) & has & ((place < 0) | (place >= size) | (np.abs(order) != 1)), VALUE, codes)
        used = np.where(has & (codes == 0), place, 0)[to.owner]
        sideways = by_col[to.owner]
        row, column = np.where(sideways, used, to.row), np.where(sideways, to.row, used)
        cells = array.cells.take(array.starts[to.owner] + row * array.columns[to.owner] + column).settled()
        keys.append(_keys(cells, order[to.owner], has[to.owner]))
    return _sorted(array, by_col, to.owner, to.row, keys, codes)


@function("SORTBY")
def sortby(array: Range, by_array1: Range, *sort_orders_and_arrays: RangeEach) -> Column:
    """SORTBY(array, by_array1, [sort_order1], ...): the rows, or columns, of an array in the order of other cells.

    by_array has one cell for each row, or for each column; sort_order is 1 for ascending, -1 for descending.
    Further pairs of both decide where earlier ones are equal.
    Errors: #VALUE! where the sizes do not go together, and for another sort_order.
    Source: Microsoft Support, "SORTBY function".

    =SORTBY({"a";"b";"c"},{3;1;2})  -> {"b";"c";"a"}
    =SORTBY({"a";"b";"c"},{3;1;2},-1)  -> {"a";"c";"b"}
    =SORTBY({1,2,3},{1,1,0},1,{1,2,3},-1)  -> {3,2,1}
    =SORTBY({1;2},{1;2;3})  -> #VALUE!
    """
    count = len(array)
    down = (by_array1.columns == 1) & (by_array1.rows == array.rows)
    across = (by_array1.rows == 1) & (by_array1.columns == array.columns) & ~down
    codes = np.where(down | across, 0.0, VALUE)
    given = (by_array1, *sort_orders_and_arrays)
    lines = line_counts(array, across)
    to = layout(lines, np.ones(count, np.int64))
    keys: list[Keys] = []
    for nth in range(0, len(given), 2):
        by = given[nth]
        fits = (by.rows == by_array1.rows) & (by.columns == by_array1.columns)
        order = np.ones(count, np.int64)
        if nth + 1 < len(given):
            orders, codes = _numbers(given[nth + 1], codes)
            first = np.cumsum(given[nth + 1].sizes) - given[nth + 1].sizes
            left_out = given[nth + 1].cells.is_kind(OMITTED)[given[nth + 1].starts]
            order = np.where(left_out, 1, orders[first])
        codes = np.where((codes == 0) & (~fits | (np.abs(order) != 1)), VALUE, codes)
        place = np.where(codes[to.owner] == 0, to.row, 0)
        keys.append(_keys(by.cells.take(by.starts[to.owner] + place).settled(), order[to.owner], None))
    return _sorted(array, across, to.owner, to.row, keys, codes)


def _ones(count: int) -> Arrays:
    ones = np.ones(count, np.int64)
    return Arrays(np.arange(count), ones, ones, numbers_column(np.ones(count)))


def _numbers(arrays: Arrays, codes: Codes) -> tuple[Index, Codes]:
    """The whole numbers in the cells, row by row, and the codes with those of cells that are no numbers."""
    cells, owners = arrays.flat()
    numbers, refused = to_numbers(cells)
    found = first_codes(refused, owners, len(arrays))
    return whole_numbers(numbers), np.where(codes != 0, codes, found)


def _keys(cells: Column, order: Index, has: Mask | None) -> Keys:
    classes, keys = sort_keys(cells)
    ranks = classes.astype(np.int64)
    backwards = order < 0
    ranks = np.where(backwards & (ranks < EMPTY_CLASS), -ranks, ranks)
    keys = np.where(backwards, -keys, keys)
    if has is not None:
        ranks, keys = np.where(has, ranks, 0), np.where(has, keys, 0.0)
    return ranks, keys


def _sorted(array: Arrays, across: Mask, owner: Index, line: Index, keys: list[Keys], codes: Codes) -> Column:
    by: list[NDArray[np.int64] | NDArray[np.float64]] = []
    for ranks, numbers in reversed(keys):
        by.extend((numbers, ranks))
    order = np.lexsort((*by, owner))
    good = codes == 0
    counts = np.where(good, line_counts(array, across), 0)
    return arrays_or_errors(picked_lines(array, across, counts, line[order][good[owner]]), codes)
