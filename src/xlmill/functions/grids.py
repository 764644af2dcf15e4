"""Arrays laid out anew: the cells of results computed from the cells of arguments, all rows at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlmill.functions.surroundings import Surroundings
from xlmill.values.cell_runs import to_arrays
from xlmill.values.column import ARRAY, ERROR, REFERENCE, Arrays, Column, Index, Mask
from xlmill.values.error_value import ExcelError
from xlmill.values.reference_value import Reference

Codes = NDArray[np.float64]

NA, VALUE, REF, NUM, CALC = (
    float(error.code) for error in (ExcelError.NA, ExcelError.VALUE, ExcelError.REF, ExcelError.NUM, ExcelError.CALC)
)


@dataclass(frozen=True, slots=True)
class Layout:
    """The cells of new arrays in order: for each cell its array, its row and its column there."""

    owner: Index
    row: Index
    column: Index
    starts: Index
    rows: Index
    columns: Index

    def filled(self, cells: Column) -> Arrays:
        """The arrays, from their cells in this order."""
        return Arrays(self.starts, self.rows, self.columns, cells.settled())


def layout(rows: Index, columns: Index) -> Layout:
    """The cells of arrays of these sizes."""
    sizes = rows * columns
    starts = np.cumsum(sizes) - sizes
    owner = np.repeat(np.arange(len(sizes)), sizes)
    element = np.arange(len(owner)) - starts[owner]
    width = columns[owner]
    row = element // width
    return Layout(owner, row, element - row * width, starts, rows, columns)


def picked(arrays: Arrays, to: Layout, row: Index, column: Index) -> Arrays:
    """New arrays whose cells stand at `row` and `column` of the given ones."""
    at = arrays.starts[to.owner] + row * arrays.columns[to.owner] + column
    return to.filled(arrays.cells.take(at))


def picked_lines(arrays: Arrays, across: Mask, counts: Index, chosen: Index) -> Arrays:
    """New arrays of some rows of the given ones, or, where `across`, of some columns.

    `chosen` has the numbers of the lines, from 0, array by array; `counts` how many there are for each array.
    """
    to = layout(np.where(across, arrays.rows, counts), np.where(across, counts, arrays.columns))
    sideways = across[to.owner]
    first = (np.cumsum(counts) - counts)[to.owner]
    line = chosen[first + np.where(sideways, to.column, to.row)]
    return picked(arrays, to, np.where(sideways, to.row, line), np.where(sideways, line, to.column))


def line_counts(arrays: Arrays, across: Mask) -> Index:
    """How many rows each array has, or, where `across`, columns."""
    return np.where(across, arrays.columns, arrays.rows)


def first_codes(refused: Codes | None, owners: Index, count: int) -> Codes:
    """By row the first error code among its cells, 0 where there is none."""
    codes = np.zeros(count)
    if refused is not None:
        wrong = np.flatnonzero(refused)[::-1]
        codes[owners[wrong]] = refused[wrong]
    return codes


def arrays_or_errors(arrays: Arrays, codes: Codes) -> Column:
    """The arrays as a column, error values in the rows that have a code."""
    count = len(arrays)
    wrong = codes != 0
    if not wrong.any():
        return Column(np.full(count, ARRAY, np.uint8), np.zeros(count), arrays=arrays, uniform=ARRAY)
    kinds = np.where(wrong, np.uint8(ERROR), np.uint8(ARRAY))
    return Column(kinds, np.where(wrong, codes, 0.0), arrays=arrays).settled()


def sizes_within(rows: Index, columns: Index, codes: Codes, surroundings: Surroundings) -> tuple[Index, Index, Codes]:
    """The sizes, 0 where there is an error or the array would outgrow the budget, which is #NUM!."""
    too_large = rows.astype(np.float64) * columns > surroundings.most_cells
    codes = np.where((codes == 0) & too_large, NUM, codes)
    good = codes == 0
    rows, columns = np.where(good, rows, 0), np.where(good, columns, 0)
    surroundings.reserve(int((rows * columns).sum()))
    return rows, columns, codes


def read_arrays(column: Column, surroundings: Surroundings) -> Arrays:
    """Every value as an array, references read."""
    return to_arrays(surroundings.read(column))


def single_areas(column: Column) -> dict[int, Reference]:
    """The references of one area each, by row."""
    if not column.has(REFERENCE):
        return {}
    assert column.objects is not None
    found = {}
    for row in np.flatnonzero(column.is_kind(REFERENCE)).tolist():
        reference = column.objects[int(column.numbers[row])]
        if len(reference.areas) == 1:
            found[row] = reference
    return found


def extents(column: Column) -> tuple[Index, Index, Codes]:
    """Rows and columns of each value without reading references, and the codes of error values.

    A reference of several areas has no extent: #REF!.
    """
    count = len(column)
    rows, columns = np.ones(count, np.int64), np.ones(count, np.int64)
    codes = np.where(column.is_kind(ERROR), column.numbers, 0.0)
    if column.arrays is not None:
        is_array = column.is_kind(ARRAY)
        rows = np.where(is_array, column.arrays.rows, 1)
        columns = np.where(is_array, column.arrays.columns, 1)
    if column.has(REFERENCE):
        assert column.objects is not None
        refers = np.flatnonzero(column.is_kind(REFERENCE))
        distinct, which = np.unique(column.numbers[refers], return_inverse=True)
        facts = np.zeros((len(distinct), 3), np.int64)
        for at, number in enumerate(distinct.tolist()):
            areas = column.objects[int(number)].areas
            facts[at] = (areas[0].rows, areas[0].columns, len(areas))
        rows[refers], columns[refers] = facts[which, 0], facts[which, 1]
        codes[refers] = np.where(facts[which, 2] > 1, REF, 0.0)
    return rows, columns, codes


def whole_numbers(numbers: NDArray[np.float64]) -> Index:
    """Numbers cut to whole ones, within what sizes and positions can be."""
    return np.clip(np.trunc(numbers), -(2.0**40), 2.0**40).astype(np.int64)


def is_vector(rows: Index, columns: Index) -> Mask:
    """Which arrays have one row or one column."""
    vectors: Mask = (rows == 1) | (columns == 1)
    return vectors


def distinct_rows(*keys: Index) -> tuple[Index, Index]:
    """For each distinct row of several columns a row that has it, and for each row the number of what it has."""
    count = len(keys[0])
    varying = [key for key in keys if count and bool((key[1:] != key[0]).any())]
    if not varying:
        return np.zeros(min(count, 1), np.int64), np.zeros(count, np.int64)
    order = np.lexsort(varying) if len(varying) > 1 else np.argsort(varying[0], kind="stable")
    differs = np.zeros(count, np.bool_)
    for key in varying:
        differs[1:] |= np.diff(key[order]) != 0
    which = np.empty(count, np.int64)
    which[order] = np.cumsum(differs)
    differs[0] = True
    return order[differs], which
