"""GROUPBY and PIVOTBY: summaries of data by the groups that it falls into."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xlmill.functions.dynamic_array.group_tree import GroupTree
from xlmill.functions.dynamic_array.pivot import BY_COLUMN, BY_PARENT_ROW, Pivot, Pool, Side
from xlmill.functions.grids import CALC, VALUE, arrays_or_errors, read_arrays
from xlmill.functions.lambda_helpers import single_cells
from xlmill.functions.parameter import Number, Range, Whole, optional
from xlmill.functions.registry import function
from xlmill.functions.surroundings import Surroundings
from xlmill.functions.value_order import identities
from xlmill.values.coercion import to_logicals, to_numbers, to_texts
from xlmill.values.column import (
    ERROR,
    FUNCTION,
    NUMBER,
    OMITTED,
    TEXT,
    Arrays,
    Column,
    arrays_column,
    stack,
    texts_column,
)
from xlmill.values.text_column import Texts

_NO_HEADINGS, _HIDDEN, _MADE, _SHOWN = range(4)


@function("GROUPBY", is_deferred=True, omitted_is_default=True)
def groupby(
    row_fields: Range,
    values: Range,
    function_: Whole,
    field_headers: Number | None = optional(None),
    total_depth: Number | None = optional(None),
    sort_order: Range | None = optional(None),
    filter_array: Range | None = optional(None),
    field_relationship: Number = optional(0),
    *,
    surroundings: Surroundings,
) -> Column:
    """GROUPBY(row_fields, values, function, [field_headers], ...): what a function makes of values, group by group.

    The further arguments are [total_depth], [sort_order], [filter_array] and [field_relationship].
    row_fields has a column for each level of groups. function is a LAMBDA or a function's name, such as SUM, or an
    array of them, whose direction says whether their results stand side by side or one below the other; names for
    them may stand in a second row or column. A function that needs two arguments gets all values as the second.
    field_headers: 0 there are none, 1 there are but are not shown, 2 there are none but make some, 3 there are and
    are shown; left out, the data has headings if its first value is text and its second a number, and they are shown
    where there is more than one level.
    total_depth: 0 no totals, 1 a grand total, 2 subtotals of the outermost level too, and so on; negative at the
    top; left out, all there can be.
    sort_order: a column of the fields, or behind them of the values, negative to descend; an array sorts by several.
    field_relationship: 0 groups stay within the groups they belong to, 1 rows are sorted without regard to that.
    Errors: #VALUE! without a function, where the sizes do not go together, for an option that is none; #CALC! where
    no row is left.
    Differs: Microsoft does not publish what headings that Excel makes up itself say; here they are Row Field 1,
    Value 1 and so on, and functions without a name are CUSTOM.
    Source: Microsoft Support, "GROUPBY function".

    =GROUPBY({"b";"a";"b"},{1;2;3},SUM)  -> {"a",2;"b",4;"Total",6}
    =GROUPBY({"b";"a";"b"},{1;2;3},SUM,,0,-2)  -> {"b",4;"a",2}
    =GROUPBY({"b";"a";"b"},{1;2;1},PERCENTOF,,0)  -> {"a",0.5;"b",0.5}
    =GROUPBY({"x";"b";"a"},{"n";2;3},SUM,3,0)  -> {"x","n";"a",3;"b",2}
    =GROUPBY({"a";"b"},{1},SUM)  -> #VALUE!
    """
    sides = [(row_fields, total_depth, sort_order, field_relationship)]
    relative_to = np.zeros(len(row_fields))
    return _summaries(sides, values, function_, field_headers, filter_array, relative_to, surroundings)


@function("PIVOTBY", is_deferred=True, omitted_is_default=True)
def pivotby(
    row_fields: Range,
    col_fields: Range,
    values: Range,
    function_: Whole,
    field_headers: Number | None = optional(None),
    row_total_depth: Number | None = optional(None),
    row_sort_order: Range | None = optional(None),
    col_total_depth: Number | None = optional(None),
    col_sort_order: Range | None = optional(None),
    filter_array: Range | None = optional(None),
    relative_to: Number = optional(0),
    *,
    surroundings: Surroundings,
) -> Column:
    """PIVOTBY(row_fields, col_fields, values, function, ...): what a function makes of values, by rows and columns.

    The further arguments are [field_headers], [row_total_depth], [row_sort_order], [col_total_depth],
    [col_sort_order], [filter_array] and [relative_to]; see GROUPBY for those that both have. Where a row and a column
    have no data in common the cell is "".
    relative_to says what a function with two arguments gets as the second: the values 0 of the whole column, 1 of the
    whole row, 2 all, 3 of the group of columns that the column belongs to, in this row, 4 of the group of rows, in this
    column.
    Errors: #VALUE! without a function, where the sizes do not go together, for an option that is none; #CALC! where
    no row is left.
    Differs: as GROUPBY; where headings are shown, that of the columns stands above their labels.
    Source: Microsoft Support, "PIVOTBY function".

    =PIVOTBY({"a";"a";"b"},{2;1;1},{3;4;5},SUM)  -> {"",1,2,"Total";"a",4,3,7;"b",5,"",5;"Total",9,3,12}
    =PIVOTBY({"a";"b"},{1;1},{1;3},PERCENTOF,,0,,0)  -> {"",1;"a",0.25;"b",0.75}
    =PIVOTBY({"a";"b"},{1;2},{1;3},SUM,,0,-1,0,-1)  -> {"",2,1;"b",3,"";"a","",1}
    =PIVOTBY({"a";"b"},{1},{1;3},SUM)  -> #VALUE!
    """
    hierarchy = np.zeros(len(row_fields))
    sides = [
        (row_fields, row_total_depth, row_sort_order, hierarchy),
        (col_fields, col_total_depth, col_sort_order, hierarchy),
    ]
    return _summaries(sides, values, function_, field_headers, filter_array, relative_to, surroundings)


class _RefusedError(Exception):
    """A summary cannot be made; `code` is that of the error value."""

    def __init__(self, code: float) -> None:
        self.code = code


def _summaries(
    sides: list[tuple[Range, Number | None, Range | None, Number]],
    values: Range,
    functions: Column,
    field_headers: Number | None,
    filter_array: Range | None,
    relative_to: Number,
    surroundings: Surroundings,
) -> Column:
    """Each row's summary: planned one by one, since no two are alike, but computed in one call."""
    count = len(values)
    given = read_arrays(functions, surroundings)
    codes = np.zeros(count)
    pivots: dict[int, Pivot] = {}
    for row in range(count):
        try:
            pivots[row] = _planned(row, sides, values, given, field_headers, filter_array, relative_to)
        except _RefusedError as refused:
            codes[row] = refused.code
    results = _computed(pivots, values.cells, given.cells, surroundings)
    cells = [results, *(fields.cells for fields, *_ in sides), values.cells]
    ends = np.cumsum([len(column) for column in cells]).tolist()
    pool = Pool(ends[0], ends[-3], ends[-2], ends[-1])
    grids = {row: pivot.laid_out(results, pool) for row, pivot in pivots.items()}
    heights, widths = np.ones(count, np.int64), np.ones(count, np.int64)
    for row, grid in grids.items():
        heights[row], widths[row] = grid.shape
    everything = stack([*cells, texts_column(Texts.from_strings([*pool.texts, ""]))])
    numbers = [grids[row].ravel() if row in grids else np.zeros(1, np.int64) for row in range(count)]
    sizes = heights * widths
    laid = everything.take(np.concatenate(numbers)).settled()
    return arrays_or_errors(Arrays(np.cumsum(sizes) - sizes, heights, widths, laid), codes)


def _planned(
    row: int,
    sides: list[tuple[Range, Number | None, Range | None, Number]],
    values: Range,
    functions: Range,
    field_headers: Number | None,
    filter_array: Range | None,
    relative_to: Number,
) -> Pivot:
    cells = _cell_numbers(values, row)
    count = len(cells)
    kinds = values.cells.kinds[cells[:2, 0]].tolist()
    detected = kinds == [TEXT, NUMBER]
    option = (_SHOWN if detected else _NO_HEADINGS) if field_headers is None else int(field_headers[row])
    relation = int(relative_to[row])
    if not (_NO_HEADINGS <= option <= _SHOWN and BY_COLUMN <= relation <= BY_PARENT_ROW):
        raise _RefusedError(VALUE)
    headed = option in (_HIDDEN, _SHOWN)
    kept = np.ones(count, np.bool_)
    if filter_array is not None:
        wanted = _cell_numbers(filter_array, row).ravel()
        truth, refused = to_logicals(filter_array.cells.take(wanted))
        if len(wanted) != count or refused is not None:
            raise _RefusedError(VALUE)
        kept = truth.copy()
    kept[: int(headed)] = False
    data = np.flatnonzero(kept)
    if not len(data):
        raise _RefusedError(CALC)
    chosen, names, is_down = _functions(row, functions)
    outputs = cells.shape[1] * len(chosen)
    planned = [_side(row, *side, count, data, headed, outputs) for side in sides]
    rows, columns = planned if len(planned) == 2 else (planned[0], _no_fields(len(data)))
    several = rows.tree.depth > 1 or columns.tree.depth > 1
    shows = option in (_MADE, _SHOWN) if field_headers is not None else option == _SHOWN and several
    headings = cells[0] if headed else None
    return Pivot(rows, columns, cells[data], headings, chosen, names, is_down, shows, relation)


def _cell_numbers(arrays: Range, row: int) -> NDArray[np.int64]:
    """The numbers of the cells of one array, by row and column."""
    tall, wide = int(arrays.rows[row]), int(arrays.columns[row])
    return int(arrays.starts[row]) + np.arange(tall * wide).reshape(tall, wide)


def _side(
    row: int,
    fields: Range,
    total_depth: Number | None,
    sort_order: Range | None,
    relationship: Number,
    count: int,
    data: NDArray[np.int64],
    headed: bool,
    outputs: int,
) -> Side:
    """The groups of rows, or of columns, and what is asked of them."""
    cells = _cell_numbers(fields, row)
    if cells.size == 1 and fields.cells.kinds[cells[0, 0]] == OMITTED:
        return _no_fields(len(data))
    if len(cells) != count:
        raise _RefusedError(VALUE)
    depth = cells.shape[1]
    is_table = bool(relationship[row])
    totals = (1 if is_table else depth) if total_depth is None else int(total_depth[row])
    order: list[int] = []
    if sort_order is not None:
        numbers, refused = to_numbers(sort_order.cells.take(_cell_numbers(sort_order, row).ravel()))
        order = numbers.astype(np.int64).tolist()
        if refused is not None or any(not 1 <= abs(number) <= depth + outputs for number in order):
            raise _RefusedError(VALUE)
    if abs(totals) > (1 if is_table else depth):
        raise _RefusedError(VALUE)
    ranks = [identities(fields.cells.take(cells[data, place]).settled()) for place in range(depth)]
    tree = GroupTree.of(ranks, len(data))
    return Side(tree, cells[data], cells[0] if headed else None, order, abs(totals), totals < 0, is_table)


def _no_fields(count: int) -> Side:
    return Side(GroupTree.of([], count), np.zeros((count, 0), np.int64), None, [], 0, False, False)


def _functions(row: int, functions: Range) -> tuple[list[int], list[str], bool]:
    """The numbers of a row's functions, their names where they are to be shown, and whether they go down."""
    cells = _cell_numbers(functions, row)
    is_function = functions.cells.is_kind(FUNCTION)[cells]
    if is_function.all() and 1 in cells.shape:
        chosen, is_down = cells.ravel(), len(cells) > 1
        names = _own_names(functions.cells, chosen) if len(chosen) > 1 else []
    elif len(cells) == 2 and is_function[0].all() and not is_function[1].any():
        chosen, is_down = cells[0], False
        names = to_texts(functions.cells.take(cells[1]))[0].to_strings()
    elif cells.shape[1] == 2 and is_function[:, 0].all() and not is_function[:, 1].any():
        chosen, is_down = cells[:, 0], True
        names = to_texts(functions.cells.take(cells[:, 1]))[0].to_strings()
    else:
        first = functions.cells.take(cells[0, :1])
        raise _RefusedError(float(first.numbers[0]) if first.has(ERROR) else VALUE)
    return chosen.tolist(), names, is_down


def _own_names(cells: Column, chosen: NDArray[np.int64]) -> list[str]:
    assert cells.objects is not None
    return [cells.objects[number].name for number in cells.numbers[chosen].astype(np.int64).tolist()]


def _computed(pivots: dict[int, Pivot], values: Column, functions: Column, surroundings: Surroundings) -> Column:
    """What the functions make of the values of all groups of all summaries; each is told where its results begin."""
    gathered: list[NDArray[np.int64]] = []
    total = first = 0
    blocks: dict[tuple[int, int, int, int], int] = {}

    def block(row: int, depths: tuple[int, int], value: int) -> int:
        """Where the values of the groups at two depths begin among those gathered."""
        nonlocal total
        key = row, *depths, value
        if key not in blocks:
            pivot = pivots[row]
            blocks[key] = total
            gathered.append(pivot.values[pivot.table(*depths).data, value])
            total += len(gathered[-1])
        return blocks[key]

    jobs: list[NDArray[np.int64]] = []
    for row, pivot in pivots.items():
        for depths in pivot.needed():
            table = pivot.table(*depths)
            above, place = pivot.relative(*depths)
            whole = pivot.table(*above)
            pivot.first_result[depths] = first
            for value in range(pivot.values.shape[1]):
                part = block(row, depths, value) + table.starts
                everything = block(row, above, value) + whole.starts[place]
                for number in pivot.functions:
                    columns = (part, table.counts, everything, whole.counts[place])
                    constants = (np.full(len(part), constant) for constant in (row, number))
                    jobs.append(np.stack((*constants, *columns)))
                    first += len(part)
    if not jobs:
        return values.take(np.zeros(0, np.int64))
    owner, chosen, *runs = np.hstack(jobs)
    surroundings.reserve(total)
    cells = values.take(np.concatenate(gathered)).settled()
    called = functions.take(chosen)
    ones = np.ones(len(owner), np.int64)
    arguments = [arrays_column(Arrays(starts, counts, ones, cells)) for starts, counts in (runs[:2], runs[2:])]
    assert called.objects is not None
    places, which = np.unique(called.numbers.astype(np.int64), return_inverse=True)
    needs_two = np.array([not called.objects[place].takes(1) for place in places.tolist()])[which]
    results = []
    members = [np.flatnonzero(~needs_two), np.flatnonzero(needs_two)]
    for member, given in zip(members, (arguments[:1], arguments), strict=True):
        if len(member):
            calls = surroundings.subset(owner[member])
            made = calls.call(called.take(member), [argument.take(member) for argument in given])
            results.append(single_cells(made, calls))
    order = np.argsort(np.concatenate(members), kind="stable")
    return stack(results).take(order)
