"""Numbers of a row as a sample: sorted once however many rows ask, moments, and numbers with text counted as 0."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlmill.values.cell_runs import CellRuns, NumberRuns, sums_by_owner
from xlmill.values.coercion import Codes, to_numbers
from xlmill.values.column import BOOLEAN, ERROR, NUMBER, OMITTED, TEXT, Arrays, Column, Index, Mask, Numbers
from xlmill.values.distinct_rows import distinct_rows


@dataclass(frozen=True, slots=True)
class Samples:
    """Row i's numbers in order are `values[offsets[s]:offsets[s+1]]`, where s is `inverse[i]`.

    `codes` has the error code of rows whose arrays hold an error value, 0 for the others.
    """

    values: Numbers
    offsets: Index
    inverse: Index
    codes: Codes

    @classmethod
    def of(cls, arrays: Arrays) -> Samples:
        """The numbers of arrays; arrays that rows share are sorted once."""
        asked, inverse = distinct_rows([arrays.starts, arrays.rows, arrays.columns])
        arrays = arrays.take(asked)
        cells, owners = arrays.flat()
        codes = np.zeros(len(asked))
        numbers = cells.numbers
        if cells.uniform != NUMBER:
            cells, codes = _converted(cells, owners, arrays.sizes == 1)
            numbers = cells.numbers
            wrong = np.flatnonzero(cells.is_kind(ERROR))[::-1]
            codes[owners[wrong]] = numbers[wrong]
            numeric = np.flatnonzero(cells.is_kind(NUMBER))
            numbers, owners = numbers[numeric], owners[numeric]
        return cls(*_sorted(numbers, owners, len(asked)), inverse, codes[inverse])

    @classmethod
    def of_runs(cls, runs: NumberRuns) -> Samples:
        """The numbers of each row."""
        if runs.matrix is not None:
            values = np.sort(runs.matrix, axis=0).T.ravel()
            return cls(values, runs.offsets, np.arange(len(runs)), np.zeros(len(runs)))
        numbers, owners = runs.flat()
        return cls(*_sorted(numbers, owners, len(runs)), np.arange(len(runs)), np.zeros(len(runs)))

    @property
    def counts(self) -> Index:
        """How many numbers each row has."""
        return np.diff(self.offsets)[self.inverse]

    def at(self, place: Index) -> Numbers:
        """From each row the number at a place, from 0 for the smallest; any number where there is no such place."""
        if not len(self.values):
            return np.zeros(len(place))
        found: Numbers = self.values[np.clip(self.offsets[self.inverse] + place, 0, len(self.values) - 1)]
        return found

    def between(self, place: Numbers) -> Numbers:
        """From each row the number at a place that may lie between two, by linear interpolation."""
        whole = np.floor(place)
        low = self.at(whole.astype(np.int64))
        part = place - whole
        return np.where(part > 0, low + part * (self.at(whole.astype(np.int64) + 1) - low), low)

    def below(self, numbers: Numbers) -> Index:
        """How many of each row's numbers are less than one number a row."""
        return self._bisect(numbers, lambda found, number: found < number)

    def up_to(self, numbers: Numbers) -> Index:
        """How many of each row's numbers are at most one number a row."""
        return self._bisect(numbers, lambda found, number: found <= number)

    def take(self, rows: Index) -> Samples:
        """The samples of some rows."""
        return Samples(self.values, self.offsets, self.inverse[rows], self.codes[rows])

    def _bisect(self, numbers: Numbers, before: object) -> Index:
        assert callable(before)
        begin = self.offsets[self.inverse]
        low, high = begin.copy(), begin + self.counts
        while True:
            open_ = low < high
            if not open_.any():
                found: Index = low - begin
                return found
            middle = (low + high) // 2
            goes_right = open_ & before(self.values[np.minimum(middle, len(self.values) - 1)], numbers)
            low = np.where(goes_right, middle + 1, low)
            high = np.where(open_ & ~goes_right, middle, high)


def _converted(cells: Column, owners: Index, single: Mask) -> tuple[Column, Codes]:
    """Values given directly, and not by a cell or an array, converted to numbers."""
    codes = np.zeros(len(single))
    given = single[owners] & (cells.is_kind(BOOLEAN) | cells.is_kind(TEXT))
    if cells.from_cells is not None:
        given &= ~cells.from_cells
    if not given.any():
        return cells, codes
    at = np.flatnonzero(given)
    converted, refused = to_numbers(cells.take(at))
    kinds, numbers = cells.kinds.copy(), cells.numbers.copy()
    kinds[at], numbers[at] = NUMBER, converted
    if refused is not None:
        codes[owners[at]] = refused
    return Column(kinds, numbers).settled(), codes


def _sorted(numbers: Numbers, owners: Index, count: int) -> tuple[Numbers, Index]:
    offsets = np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=count))])
    if count == 1:
        return np.sort(numbers), offsets
    return numbers[np.lexsort((numbers, owners))], offsets


@dataclass(frozen=True, slots=True)
class Moments:
    """Each row's number of numbers, their mean, and the deviations from it, row by row."""

    counts: Index
    means: Numbers
    deviations: Numbers
    owners: Index

    @classmethod
    def of(cls, runs: NumberRuns) -> Moments:
        """In two passes: first the mean, then how far each number lies from it."""
        counts = runs.counts
        means = runs.sums() / np.maximum(counts, 1)
        values, owners = runs.flat()
        return cls(counts, means, values - means[owners], owners)

    def powers(self, exponent: int) -> Numbers:
        """The sum of a power of the deviations of each row."""
        return sums_by_owner(self.owners, self.deviations**exponent, len(self.counts))


def numbers_among(arrays: Arrays) -> tuple[NumberRuns, Codes]:
    """The numbers of arrays, what is no number passed over; and the error codes."""
    cells, owners = arrays.flat()
    codes = np.zeros(len(arrays))
    wrong = np.flatnonzero(cells.is_kind(ERROR))[::-1]
    codes[owners[wrong]] = cells.numbers[wrong]
    numeric = cells.is_kind(NUMBER)
    counts = np.bincount(owners[numeric], minlength=len(arrays))
    return NumberRuns(cells.numbers[numeric], np.concatenate([[0], np.cumsum(counts)])), codes


def numbers_and_text(cells: CellRuns) -> tuple[NumberRuns, Codes]:
    """Numbers as AVERAGEA takes them: text in references and arrays is 0, TRUE is 1; and the error codes."""
    column = cells.cells
    codes = cells.first_errors()
    codes = np.zeros(len(cells.offsets) - 1) if codes is None else codes
    kinds = column.kinds
    given_text = cells.direct & ((kinds == TEXT) | (kinds == OMITTED))
    keep = (kinds == NUMBER) | (kinds == BOOLEAN) | (kinds == TEXT) | given_text
    values = np.where((kinds == NUMBER) | (kinds == BOOLEAN), column.numbers, 0.0)
    owners = cells.owners
    convert = np.flatnonzero(given_text)
    if len(convert):
        converted, refused = to_numbers(column.take(convert))
        values[convert] = converted
        if refused is not None:
            bad = np.flatnonzero(refused)[::-1]
            fresh = codes[owners[convert[bad]]] == 0
            codes[owners[convert[bad[fresh]]]] = refused[bad[fresh]]
    offsets = np.concatenate([[0], np.cumsum(np.bincount(owners[keep], minlength=len(codes)))])
    return NumberRuns(values[keep], offsets), codes
