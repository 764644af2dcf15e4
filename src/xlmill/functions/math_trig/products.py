"""Sums over arrays taken element by element."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from xlmill.functions.parameter import Number, Range, RangeEach
from xlmill.functions.registry import function
from xlmill.values.cell_runs import sums_by_owner
from xlmill.values.column import (
    ERROR,
    NUMBER,
    TEXT,
    Arrays,
    Column,
    Index,
    Mask,
    choose_rows,
    error_where,
    errors_column,
    numbers_column,
    runs,
)
from xlmill.values.distinct_rows import distinct_rows
from xlmill.values.error_value import ExcelError


@function("SUMPRODUCT")
def sumproduct(array1: Range, *arrays: RangeEach) -> Column:
    """SUMPRODUCT(array1, [array2], ...): the sum of the products of cells at the same place.

    Arrays: taken as a whole, all of one size; text, booleans and empty cells count as 0.
    Errors: #VALUE! where the sizes differ, and for an array that is one cell with text; an error value among the
    cells is the result.
    Source: Microsoft Support, "SUMPRODUCT function".

    =SUMPRODUCT({1,2,3},{4,5,6})  -> 32
    =SUMPRODUCT({1,2;3,4})  -> 10
    =SUMPRODUCT({1,2},{1,2,3})  -> #VALUE!
    =SUMPRODUCT(({1,2,3}>1)*{10,20,30})  -> 50
    """
    result = _summed([array1, *arrays], _product, ExcelError.VALUE, same_shape=True)
    for array in (array1, *arrays):
        # A cell by itself is a value, not an array, and text is no value to multiply.
        if array.cells.has(TEXT):
            single = np.flatnonzero(array.sizes == 1)
            refused = np.zeros(len(array), np.bool_)
            refused[single] = array.cells.kinds[array.starts[single]] == TEXT
            result = error_where(refused, ExcelError.VALUE, result)
    return result


def _product(numbers: Sequence[Number], numeric: Sequence[Mask]) -> Number:
    # A cell without a number counts as 0, whatever its partners are.
    terms = np.where(numeric[0], numbers[0], 0.0)
    for other, holds in zip(numbers[1:], numeric[1:], strict=True):
        terms = terms * np.where(holds, other, 0.0)
    return terms


@function("SUMX2MY2")
def sumx2my2(array_x: Range, array_y: Range) -> Column:
    """SUMX2MY2(array_x, array_y): the sum of x^2 - y^2 over pairs of numbers.

    Arrays: taken as a whole; pairs in which one is no number are passed over.
    Errors: #N/A where the sizes differ; #DIV/0! where there is no pair.
    Source: Microsoft Support, "SUMX2MY2 function".

    =SUMX2MY2({3,4},{1,2})  -> 20
    =SUMX2MY2({3,4},{1,2,3})  -> #N/A
    """
    return _of_pairs(array_x, array_y, lambda x, y: x * x - y * y)


@function("SUMX2PY2")
def sumx2py2(array_x: Range, array_y: Range) -> Column:
    """SUMX2PY2(array_x, array_y): the sum of x^2 + y^2 over pairs of numbers.

    Arrays: taken as a whole; pairs in which one is no number are passed over.
    Errors: #N/A where the sizes differ; #DIV/0! where there is no pair.
    Source: Microsoft Support, "SUMX2PY2 function".

    =SUMX2PY2({3,4},{1,2})  -> 30
    =SUMX2PY2({3,"a"},{1,2})  -> 10
    """
    return _of_pairs(array_x, array_y, lambda x, y: x * x + y * y)


@function("SUMXMY2")
def sumxmy2(array_x: Range, array_y: Range) -> Column:
    """SUMXMY2(array_x, array_y): the sum of (x - y)^2 over pairs of numbers.

    Arrays: taken as a whole; pairs in which one is no number are passed over.
    Errors: #N/A where the sizes differ; #DIV/0! where there is no pair.
    Source: Microsoft Support, "SUMXMY2 function".

    =SUMXMY2({3,5},{1,2})  -> 13
    =SUMXMY2({3,5},{1})  -> #N/A
    """
    return _of_pairs(array_x, array_y, lambda x, y: (x - y) ** 2)


def _of_pairs(array_x: Range, array_y: Range, term: Callable[[Number, Number], Number]) -> Column:
    def terms(numbers: Sequence[Number], numeric: Sequence[Mask]) -> Number:
        return np.where(numeric[0] & numeric[1], term(numbers[0], numbers[1]), 0.0)

    return _summed([array_x, array_y], terms, ExcelError.NA, same_shape=False, needs_pair=True)


def _summed(
    arrays: Sequence[Arrays],
    terms: Callable[[Sequence[Number], Sequence[Mask]], Number],
    mismatch: ExcelError,
    same_shape: bool,
    needs_pair: bool = False,
) -> Column:
    """The sum of `terms(numbers of each array, where they are numbers)`; equal sets of arrays are summed once."""
    keys: list[Index] = []
    for array in arrays:
        keys += [array.starts, array.rows, array.columns]
    asked, inverse = distinct_rows(keys)
    arrays = [array.take(asked) for array in arrays]
    first = arrays[0]
    differ = np.zeros(len(asked), np.bool_)
    for array in arrays[1:]:
        if same_shape:
            differ |= (array.rows != first.rows) | (array.columns != first.columns)
        else:
            differ |= array.sizes != first.sizes
    sizes = np.where(differ, 0, first.sizes)
    owners = np.repeat(np.arange(len(sizes)), sizes)
    numbers, numeric = [], []
    codes = np.zeros(len(asked))
    for array in reversed(arrays):
        at = runs(array.starts, sizes)
        numbers.append(array.cells.numbers[at])
        if array.cells.uniform == NUMBER:
            numeric.append(np.ones(len(at), np.bool_))
            continue
        kinds = array.cells.kinds[at]
        numeric.append(kinds == NUMBER)
        wrong = np.flatnonzero(kinds == ERROR)[::-1]
        codes[owners[wrong]] = numbers[-1][wrong]
    numbers.reverse()
    numeric.reverse()
    result: Column = numbers_column(sums_by_owner(owners, terms(numbers, numeric), len(sizes)))
    result = error_where(~np.isfinite(result.numbers), ExcelError.NUM, result)
    if needs_pair:
        pairs = sums_by_owner(owners, np.logical_and.reduce(numeric), len(sizes))
        result = error_where(pairs == 0, ExcelError.DIV0, result)
    if codes.any():
        result = choose_rows(codes != 0, errors_column(codes), result)
    result = error_where(differ, mismatch, result)
    return result if len(asked) == len(inverse) else result.take(inverse)
