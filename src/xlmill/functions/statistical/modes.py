"""The most frequent numbers, and how often numbers fall between bounds."""

from __future__ import annotations

import numpy as np

from xlmill.functions.parameter import AllCells, Range
from xlmill.functions.registry import alias, function
from xlmill.functions.statistical.samples import Samples
from xlmill.values.cell_runs import CellRuns, NumberRuns
from xlmill.values.coercion import Codes
from xlmill.values.column import (
    ERROR,
    NUMBER,
    Arrays,
    Column,
    Index,
    Numbers,
    arrays_column,
    error_where,
    numbers_column,
    with_errors,
)
from xlmill.values.error_value import ExcelError


@function("MODE.SNGL")
def mode_sngl(number1: AllCells) -> Column:
    """MODE.SNGL(number1, ...): the number that occurs most often; of several, the one that comes first.

    Arrays: taken as a whole; text and booleans in references and arrays are passed over.
    Errors: #N/A where no number occurs twice; #VALUE! for an argument that is one value and no number.
    Source: Microsoft Support, "MODE.SNGL function".

    =MODE.SNGL({5,4,4,5,1})  -> 5
    =MODE.SNGL(1,2,3)  -> #N/A
    """
    numbers, codes = _numbers(number1)
    return with_errors(codes, mode_of(numbers))


alias("MODE", "MODE.SNGL")


@function("MODE.MULT")
def mode_mult(number1: AllCells) -> Column:
    """MODE.MULT(number1, ...): the numbers that occur most often, one below the other.

    Arrays: taken as a whole; gives an array.
    Errors: #N/A where no number occurs twice; #VALUE! for an argument that is one value and no number.
    Source: Microsoft Support, "MODE.MULT function".

    =MODE.MULT({1,2,3,2,1})  -> {1;2}
    =MODE.MULT(1,2)  -> #N/A
    """
    numbers, codes = _numbers(number1)
    modes, counts = _modes(numbers)
    arrays = Arrays(np.cumsum(counts) - counts, counts, np.ones_like(counts), numbers_column(modes))
    return with_errors(codes, error_where(counts == 0, ExcelError.NA, arrays_column(arrays)))


def mode_of(numbers: NumberRuns) -> Column:
    """MODE.SNGL of each row."""
    modes, counts = _modes(numbers)
    firsts = np.cumsum(counts) - counts
    found = counts > 0
    result = np.zeros(len(counts))
    result[found] = modes[firsts[found]]
    return error_where(~found, ExcelError.NA, result)


def _numbers(cells: CellRuns) -> tuple[NumberRuns, Codes]:
    """The numbers of each row; unlike SUM, MODE converts nothing: a single value must be a number."""
    column = cells.cells
    numeric = column.is_kind(NUMBER)
    codes = np.zeros(len(cells.offsets) - 1)
    owners = cells.owners
    if not numeric.all():
        single = cells.direct if column.from_cells is None else cells.direct | column.from_cells
        wrong = np.where(column.is_kind(ERROR), column.numbers, np.where(single, ExcelError.VALUE.code, 0.0))
        bad = np.flatnonzero((wrong != 0) & ~numeric)[::-1]
        codes[owners[bad]] = wrong[bad]
    counts = np.bincount(owners[numeric], minlength=len(codes))
    return NumberRuns(column.numbers[numeric], np.concatenate([[0], np.cumsum(counts)])), codes


def _modes(numbers: NumberRuns) -> tuple[Numbers, Index]:
    """Row by row the numbers that occur most often, at least twice, in order of first appearance; and how many."""
    values, owners = numbers.flat()
    order = np.lexsort((values, owners))
    values, owners = values[order], owners[order]
    begins = np.ones(len(values), np.bool_)
    begins[1:] = (values[1:] != values[:-1]) | (owners[1:] != owners[:-1])
    starts = np.flatnonzero(begins)
    sizes = np.diff(np.append(starts, len(values)))
    most = np.full(len(numbers), 2)
    np.maximum.at(most, owners[starts], sizes)
    chosen = np.flatnonzero(sizes == most[owners[starts]])
    # A stable sort leaves equal numbers in their order: the first of a group is where it first appears.
    appearance = np.argsort(order[starts[chosen]], kind="stable")
    chosen = starts[chosen[appearance]]
    chosen = chosen[np.argsort(owners[chosen], kind="stable")]
    return values[chosen], np.bincount(owners[chosen], minlength=len(numbers))


@function("FREQUENCY")
def frequency(data_array: Range, bins_array: Range) -> Column:
    """FREQUENCY(data_array, bins_array): how many numbers lie up to each bound, and at last above all bounds.

    Arrays: taken as a whole; gives a column one longer than the bounds. Of equal bounds the first counts.
    Source: Microsoft Support, "FREQUENCY function".

    =FREQUENCY({79,85,78,85,50,81,95,88,97},{70,79,89})  -> {1;2;4;2}
    =FREQUENCY({1,2,3},{5})  -> {3;0}
    """
    samples = Samples.of(data_array)
    cells, owners = bins_array.flat()
    codes = samples.codes.copy()
    if cells.uniform != NUMBER:
        wrong = np.flatnonzero(cells.is_kind(ERROR))[::-1]
        codes[owners[wrong]] = np.where(codes[owners[wrong]] != 0, codes[owners[wrong]], cells.numbers[wrong])
        numeric = cells.is_kind(NUMBER)
        cells, owners = cells.take(numeric), owners[numeric]
    bounds = cells.numbers
    rows = len(samples.inverse)
    bins = np.bincount(owners, minlength=rows)
    order = np.lexsort((bounds, owners))
    reached = samples.take(owners[order]).up_to(bounds[order])
    before = np.zeros(len(reached), np.int64)
    before[1:] = np.where(owners[order][1:] == owners[order][:-1], reached[:-1], 0)
    # Without bounds there is one group, and Excel counts all numbers there.
    starts = np.cumsum(bins + 1) - (bins + 1)
    counts = np.zeros(len(bounds) + rows)
    counts[order + owners[order]] = reached - before
    highest = np.zeros(rows, np.int64)
    np.maximum.at(highest, owners[order], reached)
    counts[starts + bins] = samples.counts - highest
    arrays = Arrays(starts, bins + 1, np.ones_like(bins), numbers_column(counts))
    return with_errors(codes, arrays_column(arrays))
