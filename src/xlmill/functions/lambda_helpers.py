"""Functions that call a LAMBDA for the elements, rows or columns of arrays.

Elements become rows of one more batch, so that a LAMBDA's body is evaluated by the column here too. Elements
of a reference are references to single cells, as in Excel: a body may ask for their ROW.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xlmill.functions.grids import (
    CALC,
    VALUE,
    Codes,
    Layout,
    arrays_or_errors,
    layout,
    read_arrays,
    sizes_within,
    whole_numbers,
)
from xlmill.functions.lookup.sections import section, with_errors
from xlmill.functions.parameter import Number, Whole, WholeEach
from xlmill.functions.registry import function
from xlmill.functions.surroundings import Surroundings
from xlmill.values.cell_runs import to_arrays
from xlmill.values.column import (
    ARRAY,
    ERROR,
    FUNCTION,
    OMITTED,
    Column,
    Index,
    choose_rows,
    constant_column,
    error_where,
    numbers_column,
    stack,
)
from xlmill.values.error_value import ExcelError
from xlmill.values.reference_value import LAST_ROW

# So many calls are made at a time; more together only take more memory.
_CALLS_AT_A_TIME = 250_000


@function("MAP", is_deferred=True)
def map_(array1: Whole, lambda_or_array2: Whole, *lambda_or_array: WholeEach, surroundings: Surroundings) -> Column:
    """MAP(array1, [array2], ..., lambda): what a LAMBDA makes of each element of arrays, or of elements side by side.

    Errors: #CALC! for an element whose result is an array; #VALUE! without a LAMBDA. Where one array is
    smaller than another its elements are #N/A.
    Source: Microsoft Support, "MAP function".

    =MAP({1,2;3,4},LAMBDA(x,x*x))  -> {1,4;9,16}
    =MAP({1,2},{10,20},LAMBDA(x,y,x+y))  -> {11,22}
    =MAP({1,2},LAMBDA(x,{1,2}))  -> {#CALC!,#CALC!}
    """
    arrays = [array1, lambda_or_array2, *lambda_or_array]
    body = arrays.pop()
    shapes = [read_arrays(array, surroundings) for array in arrays]
    rows = np.max([shape.rows for shape in shapes], axis=0)
    columns = np.max([shape.columns for shape in shapes], axis=0)
    rows, columns, codes = sizes_within(rows, columns, _codes_without(body), surroundings)
    to = layout(rows, columns)
    elements = []
    for array, shape in zip(arrays, shapes, strict=True):
        outside = (to.row >= shape.rows[to.owner]) | (to.column >= shape.columns[to.owner])
        at = np.where(outside, 0, to.row), np.where(outside, 0, to.column)
        elements.append(error_where(outside, ExcelError.NA, section(array.take(to.owner), *at)))
    return arrays_or_errors(to.filled(_called(body, elements, to, surroundings)), codes)


@function("BYROW", is_deferred=True)
def byrow(array: Whole, lambda_: Whole, *, surroundings: Surroundings) -> Column:
    """BYROW(array, lambda): what a LAMBDA makes of each row of an array.

    Errors: #CALC! for a row whose result is an array; #VALUE! without a LAMBDA.
    Source: Microsoft Support, "BYROW function".

    =BYROW({1,2;3,4},LAMBDA(r,SUM(r)))  -> {3;7}
    =BYROW({1,2;3,4},5)  -> #VALUE!
    """
    shape = read_arrays(array, surroundings)
    codes = _codes_without(lambda_)
    to = layout(np.where(codes == 0, shape.rows, 0), np.ones(len(array), np.int64))
    lines = section(array.take(to.owner), to.row, np.full(len(to.row), -1))
    return arrays_or_errors(to.filled(_called(lambda_, [lines], to, surroundings)), codes)


@function("BYCOL", is_deferred=True)
def bycol(array: Whole, lambda_: Whole, *, surroundings: Surroundings) -> Column:
    """BYCOL(array, lambda): what a LAMBDA makes of each column of an array.

    Errors: #CALC! for a column whose result is an array; #VALUE! without a LAMBDA.
    Source: Microsoft Support, "BYCOL function".

    =BYCOL({1,2;3,4},LAMBDA(c,SUM(c)))  -> {4,6}
    =BYCOL({1,2;3,4},LAMBDA(c,c))  -> {#CALC!,#CALC!}
    """
    shape = read_arrays(array, surroundings)
    codes = _codes_without(lambda_)
    to = layout(np.ones(len(array), np.int64), np.where(codes == 0, shape.columns, 0))
    lines = section(array.take(to.owner), np.full(len(to.row), -1), to.column)
    return arrays_or_errors(to.filled(_called(lambda_, [lines], to, surroundings)), codes)


@function("MAKEARRAY", is_deferred=True)
def makearray(rows: Number, cols: Number, lambda_: Whole, *, surroundings: Surroundings) -> Column:
    """MAKEARRAY(rows, cols, lambda): an array whose elements a LAMBDA makes from their row and column, from 1.

    Errors: #VALUE! for fewer than 1 or more than 1,048,576 rows or columns, and without a LAMBDA; #NUM! for an
    array that is too large; #CALC! for an element that is an array.
    Source: Microsoft Support, "MAKEARRAY function".

    =MAKEARRAY(2,3,LAMBDA(r,c,r*10+c))  -> {11,12,13;21,22,23}
    =MAKEARRAY(0,1,LAMBDA(r,c,r))  -> #VALUE!
    """
    tall, wide = whole_numbers(rows), whole_numbers(cols)
    codes = _codes_without(lambda_)
    impossible = (tall < 1) | (wide < 1) | (tall > LAST_ROW) | (wide > LAST_ROW)
    tall, wide, codes = sizes_within(tall, wide, np.where(impossible, VALUE, codes), surroundings)
    to = layout(tall, wide)
    places = [numbers_column(at + 1.0) for at in (to.row.astype(np.float64), to.column.astype(np.float64))]
    return arrays_or_errors(to.filled(_called(lambda_, places, to, surroundings)), codes)


@function("REDUCE", is_deferred=True)
def reduce(initial_value: Whole, array: Whole, lambda_: Whole, *, surroundings: Surroundings) -> Column:
    """REDUCE([initial_value], array, lambda): what is left when a LAMBDA takes in the elements of an array, one by one.

    The LAMBDA gets what it gave last and the next element. Without initial_value it begins with the first
    element.
    Errors: #VALUE! without a LAMBDA.
    Differs: #NUM! for an array of more than 50,000 elements, the calls for which would take seconds.
    Source: Microsoft Support, "REDUCE function".

    =REDUCE(0,{1,2,3},LAMBDA(a,b,a+b))  -> 6
    =REDUCE(,{2,3,4},LAMBDA(a,b,a*b))  -> 24
    =REDUCE("",{"a","b"},LAMBDA(a,b,b&a))  -> "ba"
    """
    codes = _codes_of_steps(lambda_, array, surroundings)
    result, _ = _stepped(initial_value, array, lambda_, codes, surroundings)
    return with_errors(codes, result)


@function("SCAN", is_deferred=True)
def scan(initial_value: Whole, array: Whole, lambda_: Whole, *, surroundings: Surroundings) -> Column:
    """SCAN([initial_value], array, lambda): what REDUCE has after each element, in an array of the same size.

    Errors: #CALC! where that is an array; #VALUE! without a LAMBDA.
    Differs: #NUM! for an array of more than 50,000 elements, the calls for which would take seconds.
    Source: Microsoft Support, "SCAN function".

    =SCAN(0,{1,2,3},LAMBDA(a,b,a+b))  -> {1,3,6}
    =SCAN(,{2;3;4},LAMBDA(a,b,a*b))  -> {2;6;24}
    """
    codes = _codes_of_steps(lambda_, array, surroundings)
    shape = read_arrays(array, surroundings)
    _, steps = _stepped(initial_value, array, lambda_, codes, surroundings)
    to = layout(np.where(codes == 0, shape.rows, 0), np.where(codes == 0, shape.columns, 0))
    if not steps:
        return arrays_or_errors(to.filled(constant_column(ERROR, CALC, 0)), codes)
    # Step k gave the k-th element of each of its rows; put them in the order of the arrays.
    element = np.concatenate([to.starts[rows] + k for k, (rows, _) in enumerate(steps)])
    order = np.empty(len(element), np.int64)
    order[element] = np.arange(len(element))
    cells = stack([single_cells(values, surroundings) for _, values in steps]).take(order)
    return arrays_or_errors(to.filled(cells), codes)


def _stepped(
    initial: Column, array: Column, body: Column, codes: Codes, surroundings: Surroundings
) -> tuple[Column, list[tuple[Index, Column]]]:
    """The accumulators after all elements; and by step the rows that have such an element, with theirs then."""
    shape = read_arrays(array, surroundings)
    sizes = np.where(codes == 0, shape.sizes, 0)
    result = initial
    steps = []
    begins_with_first = initial.is_kind(OMITTED)
    for step in range(int(sizes.max(initial=0))):
        rows = np.flatnonzero(sizes > step)
        width = shape.columns[rows]
        element = section(array.take(rows), step // width, step % width)
        if step == 0 and begins_with_first[rows].all():
            values = element
        else:
            values = surroundings.subset(rows).call(body.take(rows), [result.take(rows), element])
            if step == 0 and begins_with_first[rows].any():
                values = choose_rows(begins_with_first[rows], element, values)
        if len(rows) == len(result):
            result = values
        else:
            place = np.arange(len(result))
            place[rows] = len(result) + np.arange(len(rows))
            result = stack([result, values]).take(place)
        steps.append((rows, values))
    return result, steps


def _codes_without(body: Column) -> Codes:
    """#VALUE! where there is no LAMBDA to call; an error value there is the result."""
    return np.where(body.is_kind(FUNCTION), 0.0, np.where(body.is_kind(ERROR), body.numbers, VALUE))


def _codes_of_steps(body: Column, array: Column, surroundings: Surroundings) -> Codes:
    """The same; and #NUM! where an array has more elements than calls may follow one another."""
    too_many = read_arrays(array, surroundings).sizes > surroundings.most_calls_in_turn
    codes = _codes_without(body)
    return np.where((codes == 0) & too_many, float(ExcelError.NUM.code), codes)


def _called(body: Column, arguments: Sequence[Column], to: Layout, surroundings: Surroundings) -> Column:
    """The results of calling each array's LAMBDA with the arguments of each of its elements."""
    results = []
    for first in range(0, max(len(to.owner), 1), _CALLS_AT_A_TIME):
        some = slice(first, first + _CALLS_AT_A_TIME)
        owner = to.owner[some]
        if not len(owner):
            return constant_column(ERROR, CALC, 0)
        calls = surroundings.subset(owner)
        given = [argument.take(some) for argument in arguments]
        results.append(single_cells(calls.call(body.take(owner), given), calls))
    return stack(results)


def single_cells(values: Column, surroundings: Surroundings) -> Column:
    """Values as cells of an array: references read, arrays of more than one cell as #CALC!."""
    values = surroundings.read(values)
    if not values.has(ARRAY):
        return values
    arrays = to_arrays(values)
    single = arrays.sizes == 1
    return error_where(~single, ExcelError.CALC, arrays.cells.take(np.where(single, arrays.starts, 0)))
