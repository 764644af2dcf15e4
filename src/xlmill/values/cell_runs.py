"""The many values that a function such as SUM takes in each row, one run of values a row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlmill.values.coercion import Codes, to_numbers
from xlmill.values.column import ARRAY, ERROR, NUMBER, Arrays, Column, Index, Mask, Numbers, runs, stack


@dataclass(frozen=True, slots=True)
class CellRuns:
    """Row i's cells are `cells[offsets[i]:offsets[i+1]]`, in the order in which Excel reads them.

    `direct` marks the cells that are arguments themselves, such as the 3 of SUM(A1:A2,3): text and
    booleans count there, while functions pass over them inside references and arrays.
    """

    cells: Column
    offsets: Index
    direct: Mask

    @property
    def owners(self) -> Index:
        """The row that each cell belongs to."""
        return np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))

    def first_errors(self) -> Codes | None:
        """By row the code of its first error value (0: none); None where no row has one."""
        at = np.flatnonzero(self.cells.is_kind(ERROR))
        if not len(at):
            return None
        codes = np.zeros(len(self.offsets) - 1)
        backwards = at[::-1]
        codes[self.owners[backwards]] = self.cells.numbers[backwards]
        return codes

    def to_number_runs(self, date1904: bool = False) -> tuple[NumberRuns, Codes | None]:
        """The numbers among the cells, by SUM's rules, and the error code of rows that have none.

        Direct arguments are converted (text must read as a number); in arrays and references only numbers count.
        """
        codes = self.first_errors()
        keep = self.cells.is_kind(NUMBER) | (self.direct & ~self.cells.is_kind(ERROR))
        values = self.cells.numbers
        owners = self.owners
        convert = np.flatnonzero(keep & ~self.cells.is_kind(NUMBER))
        if len(convert):
            converted, refused = to_numbers(self.cells.take(convert), date1904)
            values = values.copy()
            values[convert] = converted
            if refused is not None:
                codes = np.zeros(len(self.offsets) - 1) if codes is None else codes
                bad = np.flatnonzero(refused)[::-1]
                # The first argument that fails decides, be it an error value or text that is no number.
                first_bad = np.full(len(codes), len(values))
                first_bad[owners[convert[bad]]] = convert[bad]
                first_error = np.full(len(codes), len(values))
                errors = np.flatnonzero(self.cells.is_kind(ERROR))[::-1]
                first_error[owners[errors]] = errors
                codes = np.where(first_bad < first_error, float(refused[bad[0]]), codes)
        kept_owners = owners[keep]
        counts = np.bincount(kept_owners, minlength=len(self.offsets) - 1)
        return NumberRuns(values[keep], np.concatenate([[0], np.cumsum(counts)])), codes


@dataclass(frozen=True, slots=True)
class NumberRuns:
    """Row i's numbers are `values[offsets[i]:offsets[i+1]]`.

    Where all rows have the same number of values, `matrix` holds them as one line an argument: matrix[j] is
    the j-th number of every row. Sums run from the first number to the last, as Excel's do.
    """

    values: Numbers
    offsets: Index
    matrix: Numbers | None = field(default=None)

    @classmethod
    def from_matrix(cls, matrix: Numbers) -> NumberRuns:
        """From one line of numbers an argument."""
        width, count = matrix.shape
        return cls(_UNROLLED, np.arange(count + 1) * width, matrix)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def counts(self) -> Index:
        """How many numbers each row has."""
        return np.diff(self.offsets)

    def take(self, rows: NDArray[np.intp] | Index) -> NumberRuns:
        """The runs of some rows."""
        if self.matrix is not None:
            return NumberRuns.from_matrix(np.ascontiguousarray(self.matrix[:, rows]))
        counts = self.counts[rows]
        return NumberRuns(self.values[runs(self.offsets[:-1][rows], counts)], np.concatenate([[0], np.cumsum(counts)]))

    def flat(self) -> tuple[Numbers, Index]:
        """All numbers row by row, and the row that each belongs to."""
        owners = np.repeat(np.arange(len(self)), self.counts)
        if self.matrix is not None:
            return np.ascontiguousarray(self.matrix.T).ravel(), owners
        return self.values, owners

    def groups(self) -> Iterator[tuple[Index, Numbers]]:
        """Rows that have equally many numbers, together: (row indices, their numbers as rows by numbers)."""
        if self.matrix is not None:
            yield np.arange(len(self)), np.ascontiguousarray(self.matrix.T)
            return
        counts = self.counts
        for width in np.unique(counts):
            rows = np.flatnonzero(counts == width)
            yield rows, self.values[self.offsets[rows][:, None] + np.arange(width)]

    def sums(self) -> Numbers:
        """The sum of each row, 0 where it has no numbers."""
        if self.matrix is not None:
            if len(self.matrix) == 0:
                return np.zeros(len(self))
            # Reducing a single column, NumPy would add pairwise: other digits than the same row gives among many.
            total: Numbers = (
                np.add.accumulate(self.matrix, axis=0)[-1] if len(self) == 1 else np.add.reduce(self.matrix, axis=0)
            )
            return total
        return sums_by_owner(np.repeat(np.arange(len(self)), self.counts), self.values, len(self))

    def reduce(self, ufunc: np.ufunc, nothing: float) -> Numbers:
        """A reduction of each row by a ufunc such as np.maximum; `nothing` where a row has no numbers."""
        if self.matrix is not None:
            if len(self.matrix) == 0:
                return np.full(len(self), nothing)
            reduced: Numbers = ufunc.reduce(self.matrix, axis=0)
            return reduced
        result = np.full(len(self), nothing)
        filled = self.counts > 0
        if filled.any():
            result[filled] = ufunc.reduceat(self.values, self.offsets[:-1][filled])
        return result


def sums_by_owner(owners: Index, values: NDArray[Any], count: int) -> Numbers:
    """The sum of the values of each of `count` owners, added up in the order in which they stand."""
    return np.bincount(owners, values, count).astype(np.float64, copy=False)


_UNROLLED: Numbers = np.zeros(0)


def cell_runs(arguments: list[Column]) -> CellRuns:
    """The cells of several arguments, row by row; references have been read before."""
    parts: list[Column] = []
    owners: list[Index] = []
    direct: list[Mask] = []
    for argument in arguments:
        cells, rows = spread(argument)
        parts.append(cells)
        owners.append(rows)
        given = ~argument.is_kind(ARRAY)
        if argument.from_cells is not None:
            given &= ~argument.from_cells
        direct.append(given[rows])
    count, width = len(arguments[0]), len(arguments)
    if not any(argument.has(ARRAY) for argument in arguments):
        order = np.arange(width * count).reshape(width, count).T.ravel()  # one cell an argument: no need to sort
        offsets = np.arange(count + 1) * width
    else:
        owner = np.concatenate(owners)
        order = np.argsort(owner, kind="stable")
        offsets = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=count))])
    return CellRuns(stack(parts).take(order).settled(), offsets, np.concatenate(direct)[order])


def spread(column: Column) -> tuple[Column, Index]:
    """The cells of a column's arrays, a scalar being an array of one; and the row of each cell."""
    if not column.has(ARRAY):
        return column, np.arange(len(column))
    return to_arrays(column).flat()


def to_arrays(column: Column) -> Arrays:
    """Every value as an array, a scalar as one cell."""
    count = len(column)
    is_array = column.is_kind(ARRAY)
    if not is_array.any():
        ones = np.ones(count, np.int64)
        return Arrays(np.arange(count), ones, ones, column)
    assert column.arrays is not None
    if is_array.all():
        return column.arrays
    scalars = np.flatnonzero(~is_array)
    shift = len(column.arrays.cells)
    cells = stack([column.arrays.cells, column.take(scalars)])
    starts = np.where(is_array, column.arrays.starts, 0)
    rows = np.where(is_array, column.arrays.rows, 1)
    columns = np.where(is_array, column.arrays.columns, 1)
    starts[scalars] = shift + np.arange(len(scalars))
    return Arrays(starts, rows, columns, cells)
