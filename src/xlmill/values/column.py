"""Columns of values: what kernels take and give."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlmill.values.error_value import ExcelError
from xlmill.values.text_column import Texts, concatenate
from xlmill.values.two_speed import two_speed

Kinds = NDArray[np.uint8]
Numbers = NDArray[np.float64]
Index = NDArray[np.int64]
Nodes = NDArray[np.int64] | NDArray[np.int32]
Mask = NDArray[np.bool_]


class Kind(IntEnum):
    """What a value is."""

    EMPTY = 0
    NUMBER = 1
    BOOLEAN = 2
    TEXT = 3
    ERROR = 4
    OMITTED = 5  # an argument left out between commas; an empty value to most functions
    ARRAY = 6
    REFERENCE = 7
    FUNCTION = 8  # a LAMBDA as a value


EMPTY, NUMBER, BOOLEAN, TEXT, ERROR, OMITTED, ARRAY, REFERENCE, FUNCTION = (int(kind) for kind in Kind)
MIXED = -1


class SideBySide:
    """Cells of columns that stand side by side, row by row; laid out so when somebody asks for them."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = columns
        self.starts = np.arange(len(columns[0])) * len(columns)
        self._cells: Column | None = None

    def arrays(self) -> Arrays:
        """Each row as an array."""
        ones = np.ones(len(self.starts), np.int64)
        return Arrays(self.starts, ones, ones * len(self.columns), self)

    def cells(self) -> Column:
        """The first row's cell in each column, then the second row's, and so on."""
        if self._cells is None:
            count, width = len(self.columns[0]), len(self.columns)
            order = (np.arange(count)[:, None] + np.arange(width) * count).ravel()
            self._cells = stack(self.columns).take(order).settled()
        return self._cells


@dataclass(frozen=True, slots=True)
class Arrays:
    """2-D arrays, one a row: row i has `rows[i] * columns[i]` cells, row by row from `cells[starts[i]]`.

    Like slices of text, arrays may share cells: a table that a million lookups read stands here once.
    """

    starts: Index
    rows: Index
    columns: Index
    laid: Column | SideBySide

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def cells(self) -> Column:
        """The cells that the arrays are slices of."""
        return self.laid.cells() if isinstance(self.laid, SideBySide) else self.laid

    @property
    def cell_count(self) -> int:
        """How many cells the arrays are slices of."""
        if isinstance(self.laid, SideBySide):
            return sum(len(column) for column in self.laid.columns)
        return len(self.laid)

    def side_by_side(self) -> Sequence[Column] | None:
        """The columns that the arrays were made of, a row each, where that is how they were made."""
        if not isinstance(self.laid, SideBySide):
            return None
        columns = self.laid.columns
        if self.starts is self.laid.starts:
            return columns
        return [column.take(self.starts // len(columns)) for column in columns]

    @property
    def sizes(self) -> Index:
        """The number of cells of each array."""
        return self.rows * self.columns

    def take(self, rows: Any) -> Arrays:
        """The arrays of some rows."""
        return Arrays(self.starts[rows], self.rows[rows], self.columns[rows], self.laid)

    def flat(self) -> tuple[Column, Index]:
        """The cells of all arrays one behind the other, and the row that each cell belongs to."""
        sizes = self.sizes
        owners = np.repeat(np.arange(len(sizes)), sizes)
        if len(sizes) and bool((self.starts == np.cumsum(sizes) - sizes).all()) and int(sizes.sum()) == len(self.cells):
            return self.cells, owners
        return self.cells.take(runs(self.starts, sizes)), owners


@dataclass(frozen=True, slots=True)
class Column:
    """A column of values, each of its own kind.

    `numbers` holds a NUMBER's value, a BOOLEAN's 1 or 0, an ERROR's code, and for a REFERENCE or FUNCTION its place
    in `objects`. A FUNCTION there has a `name`, tells by `takes` how many arguments it may be called with, and has
    `as_value`, the error that it is where a value is expected. `texts` and `arrays` are there when some row is a TEXT
    or an ARRAY; their other rows mean nothing. `uniform` is the kind that all rows have, or MIXED. `from_cells` marks
    rows that were read from a cell, where functions such as SUM pass over text that they would convert if given
    directly.
    """

    kinds: Kinds
    numbers: Numbers
    texts: Texts | None = None
    arrays: Arrays | None = None
    objects: Sequence[Any] | None = None
    uniform: int = MIXED
    from_cells: Mask | None = None

    def __len__(self) -> int:
        return len(self.kinds)

    def is_kind(self, kind: int) -> Mask:
        """Which rows are of this kind."""
        if self.uniform != MIXED:
            return np.full(len(self), self.uniform == kind)
        mask: Mask = self.kinds == kind
        return mask

    def has(self, kind: int) -> bool:
        """Whether some row is of this kind."""
        if self.uniform != MIXED:
            return self.uniform == kind and len(self) > 0
        return bool((self.kinds == kind).any())

    def take(self, rows: Any) -> Column:
        """The values of some rows (indices or a mask)."""
        return Column(
            self.kinds[rows],
            self.numbers[rows],
            None if self.texts is None else self.texts.take(rows),
            None if self.arrays is None else self.arrays.take(rows),
            self.objects,
            self.uniform,
            None if self.from_cells is None else self.from_cells[rows],
        )

    def repeat(self, count: int) -> Column:
        """One value as a column of `count` rows."""
        return self.take(np.zeros(count, np.int64))

    def settled(self) -> Column:
        """The same column with `uniform` found out."""
        if self.uniform != MIXED or len(self.kinds) == 0:
            return self
        first = int(self.kinds[0])
        if not bool((self.kinds == first).all()):
            return self
        return Column(self.kinds, self.numbers, self.texts, self.arrays, self.objects, first, self.from_cells)

    def text_rows(self) -> Texts:
        """`texts`, or empty texts where the column has none."""
        if self.texts is not None:
            return self.texts
        nothing = np.zeros(len(self), np.int64)
        return Texts(_NO_BYTES, nothing, nothing)


_NO_BYTES: NDArray[np.uint8] = np.zeros(0, np.uint8)
_NO_BYTES.flags.writeable = False


def numbers_column(numbers: Numbers) -> Column:
    """A column of numbers."""
    return Column(np.full(len(numbers), NUMBER, np.uint8), numbers, uniform=NUMBER)


def booleans_column(values: Mask) -> Column:
    """A column of TRUE and FALSE."""
    return Column(np.full(len(values), BOOLEAN, np.uint8), values.astype(np.float64), uniform=BOOLEAN)


def texts_column(texts: Texts) -> Column:
    """A column of text."""
    return Column(np.full(len(texts), TEXT, np.uint8), np.zeros(len(texts)), texts, uniform=TEXT)


def errors_column(codes: NDArray[Any]) -> Column:
    """A column of error values, from their codes."""
    return Column(np.full(len(codes), ERROR, np.uint8), codes.astype(np.float64), uniform=ERROR)


def constant_column(kind: int, number: float, count: int) -> Column:
    """One value without text, `count` times."""
    return Column(np.full(count, kind, np.uint8), np.full(count, number), uniform=kind)


def arrays_column(arrays: Arrays) -> Column:
    """A column of arrays."""
    return Column(np.full(len(arrays), ARRAY, np.uint8), np.zeros(len(arrays)), arrays=arrays, uniform=ARRAY)


def error_where(mask: Mask, error: ExcelError, otherwise: Numbers | Column) -> Column:
    """`otherwise`, with an error value in the rows of `mask`; a number that is not finite is #NUM!."""
    column = otherwise if isinstance(otherwise, Column) else _finite_column(otherwise)
    if not mask.any():
        return column
    kinds = np.where(mask, np.uint8(ERROR), column.kinds)
    numbers = np.where(mask, float(error.code), column.numbers)
    return Column(kinds, numbers, column.texts, column.arrays, column.objects, from_cells=column.from_cells)


def _finite_column(numbers: Numbers) -> Column:
    finite = np.isfinite(numbers)
    if finite.all():
        return numbers_column(numbers)
    kinds = np.where(finite, np.uint8(NUMBER), np.uint8(ERROR))
    return Column(kinds, np.where(finite, numbers, float(ExcelError.NUM.code)))


def with_errors(codes: NDArray[Any], otherwise: Column) -> Column:
    """`otherwise`, with the error value of each row that has a code; 0 is none."""
    if not codes.any():
        return otherwise
    return choose_rows(codes != 0, errors_column(codes), otherwise).settled()


def as_cells(column: Column) -> Column:
    """The same values, read from cells: SUM and its kin pass over text, booleans and empty ones among them."""
    if column.uniform == NUMBER:
        return column
    return replace(column, from_cells=np.ones(len(column), np.bool_))


@functools.lru_cache(maxsize=8)
def counting(count: int) -> Index:
    """The numbers from 0 up to `count`: always the same array, so that it can be told by its identity."""
    numbers = np.arange(count)
    numbers.flags.writeable = False
    return numbers


def rows_of(column: Column, rows: Nodes) -> Column:
    """The values of some rows; the column itself where `rows` is `counting` of all of them."""
    return column if rows is counting(len(column)) else column.take(rows)


def choose_rows(mask: Mask, where_true: Column, where_false: Column) -> Column:
    """Row by row one of two columns."""
    if mask.all():
        return where_true
    if not mask.any():
        return where_false
    if where_true.uniform == where_false.uniform == NUMBER:  # of cells or not, a number is one
        chosen = np.empty(len(mask))
        _choose.run(len(mask), mask, where_true.numbers, where_false.numbers, chosen)
        return numbers_column(chosen)
    count = len(mask)
    stacked = stack([where_true, where_false])
    return stacked.take(np.where(mask, np.arange(count), np.arange(count, 2 * count)))


@two_speed
def _choose(mask, where_true, where_false, chosen):  # type: ignore[no-untyped-def]
    for i in range(len(mask)):
        # Both are read, so that machine code needs no branch, which would be guessed wrong every other time.
        one = where_true[i]
        other = where_false[i]
        chosen[i] = one if mask[i] else other


def stack(columns: Sequence[Column]) -> Column:
    """Columns, one below the other."""
    columns = [column for column in columns if len(column)] or list(columns[:1])
    if len(columns) == 1:
        return columns[0]
    first = columns[0]
    uniform = first.uniform if all(column.uniform == first.uniform for column in columns) else MIXED
    texts = arrays = objects = cells = None
    numbers = np.concatenate([column.numbers for column in columns])
    kinds = np.concatenate([column.kinds for column in columns])
    if any(column.texts is not None for column in columns):
        texts = concatenate(column.text_rows() for column in columns)
    if any(column.arrays is not None for column in columns):
        arrays = _stack_arrays(columns)
    with_objects = [column.objects for column in columns if column.objects is not None]
    if with_objects:
        objects = with_objects[0]
        if any(one is not objects for one in with_objects):
            objects, numbers = _stack_objects(columns, numbers)
    if any(column.from_cells is not None for column in columns):
        cells = np.concatenate([np.zeros(len(c), np.bool_) if c.from_cells is None else c.from_cells for c in columns])
    return Column(kinds, numbers, texts, arrays, objects, uniform, cells)


def _stack_arrays(columns: Sequence[Column]) -> Arrays:
    with_arrays = [column.arrays for column in columns if column.arrays is not None]
    shared = all(arrays.cells is with_arrays[0].cells for arrays in with_arrays)
    cells = with_arrays[0].cells if shared else stack([arrays.cells for arrays in with_arrays])
    shift = 0
    starts, rows, widths = [], [], []
    for column in columns:
        if column.arrays is None:
            nothing = np.zeros(len(column), np.int64)
            starts.append(nothing)
            rows.append(nothing)
            widths.append(nothing)
            continue
        starts.append(column.arrays.starts + shift)
        rows.append(column.arrays.rows)
        widths.append(column.arrays.columns)
        if not shared:
            shift += len(column.arrays.cells)
    return Arrays(np.concatenate(starts), np.concatenate(rows), np.concatenate(widths), cells)


def _stack_objects(columns: Sequence[Column], numbers: Numbers) -> tuple[list[Any], Numbers]:
    objects: list[Any] = []
    numbers = numbers.copy()
    at = 0
    for column in columns:
        if column.objects is not None:
            refers = (column.kinds == REFERENCE) | (column.kinds == FUNCTION)
            numbers[at : at + len(column)][refers] += len(objects)
            objects.extend(column.objects)
        at += len(column)
    return objects, numbers


def runs(starts: Index, sizes: Index) -> Index:
    """The indices of runs: starts[0], starts[0]+1, ... up to sizes[0] of them, then the next run's."""
    total = int(sizes.sum())
    if total == 0:
        return np.zeros(0, np.int64)
    ends = np.cumsum(sizes)
    steps: Index = np.arange(total) - np.repeat(ends - sizes, sizes) + np.repeat(starts, sizes)
    return steps
