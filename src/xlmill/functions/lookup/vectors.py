"""The lists that lookups search, each distinct list once however many rows search it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlmill.functions.grids import distinct_rows
from xlmill.functions.value_order import folded
from xlmill.values.column import EMPTY, OMITTED, Arrays, Column, Index, Mask


@dataclass(frozen=True, slots=True)
class Vectors:
    """Distinct lists of cells: list k is `cells[offsets[k]:offsets[k + 1]]`; row i searches list `which[i]`.

    The cells are as equality sees them: see `value_order.folded`.
    """

    cells: Column
    offsets: Index
    which: Index

    @property
    def lengths(self) -> Index:
        """The length of each distinct list."""
        return np.diff(self.offsets)

    def take(self, rows: Index | Mask) -> Vectors:
        """The same lists, searched by some of the rows."""
        return Vectors(self.cells, self.offsets, self.which[rows])


def gather(cells: Column, starts: Index, steps: Index, lengths: Index) -> Vectors:
    """Row i searches `lengths[i]` cells, from `starts[i]` on, `steps[i]` apart."""
    first, which = distinct_rows(starts, steps, lengths)
    lengths = lengths[first]
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    owner = np.repeat(np.arange(len(first)), lengths)
    at = starts[first][owner] + (np.arange(len(owner)) - offsets[owner]) * steps[first][owner]
    return Vectors(folded(cells.take(at)), offsets, which)


def first_columns(arrays: Arrays) -> Vectors:
    """Each row searches the first column of its array."""
    return gather(arrays.cells, arrays.starts, arrays.columns, arrays.rows)


def first_rows(arrays: Arrays) -> Vectors:
    """Each row searches the first row of its array."""
    return gather(arrays.cells, arrays.starts, np.ones(len(arrays), np.int64), arrays.columns)


def all_cells(arrays: Arrays) -> Vectors:
    """Each row searches its array, which has one row or one column."""
    return gather(arrays.cells, arrays.starts, np.ones(len(arrays), np.int64), arrays.sizes)


def wanted_values(column: Column, empty_is_zero: bool) -> Column:
    """What is looked for, as equality sees it; an empty value may stand for 0."""
    if empty_is_zero and (column.has(EMPTY) or column.has(OMITTED)):
        empty = column.is_kind(EMPTY) | column.is_kind(OMITTED)
        kinds = np.where(empty, np.uint8(1), column.kinds)
        column = Column(kinds, np.where(empty, 0.0, column.numbers), column.texts)
    return folded(column)
