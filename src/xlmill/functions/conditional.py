"""The cells that meet criteria, for SUMIFS, COUNTIF and their kind: ranges read, questions asked once each.

Rows of a batch that put the same criteria to the same ranges are one question. A question with many cells and
criteria such as "north", which name one value, is answered from an index of the range; others look at every
cell. Cells beyond the used part of a sheet are never stored: they count as empty.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from xlmill.functions.criteria import Comparison, read_criteria
from xlmill.functions.surroundings import Surroundings
from xlmill.values.cell_runs import to_arrays
from xlmill.values.column import (
    ERROR,
    NUMBER,
    REFERENCE,
    TEXT,
    Arrays,
    Column,
    Index,
    Numbers,
    errors_column,
    runs,
    stack,
    with_errors,
)
from xlmill.values.distinct_rows import distinct_rows
from xlmill.values.error_value import ExcelError
from xlmill.values.reference_value import Reference
from xlmill.values.text_identity import identify

# Pairs of a question and a cell that are looked at together, about 100 bytes each.
_PAIRS_AT_ONCE = 1 << 20

# Looking at so many times the cells of the distinct ranges costs more than sorting these.
_INDEX_FROM = 8

Summary = Callable[[Index, Index, int], Column]
NumbersSummary = Callable[[Numbers, Index, int], Column]


@dataclass(frozen=True, slots=True)
class Ranges:
    """Ranges as a column of arrays; `rows` and `columns` are their full size, `codes` errors given instead."""

    given: Column
    arrays: Arrays
    rows: Index
    columns: Index
    codes: Index

    def beyond(self) -> Index:
        """How many cells of each range lie outside the used part of its sheet."""
        return self.rows * self.columns - self.arrays.sizes


def read_ranges(column: Column, surroundings: Surroundings) -> Ranges:
    """Read a column of references (or arrays); a reference that many rows share is read once."""
    if column.uniform == REFERENCE and len(column) > 1:
        first, inverse = np.unique(column.numbers, return_index=True, return_inverse=True)[1:]
        if len(first) < len(column):
            once = read_ranges(column.take(first), surroundings)
            return Ranges(
                column, once.arrays.take(inverse), once.rows[inverse], once.columns[inverse], once.codes[inverse]
            )
    read = surroundings.read(column)
    arrays = to_arrays(read)
    rows, columns = arrays.rows.copy(), arrays.columns.copy()
    codes = np.where(column.is_kind(ERROR), column.numbers, 0.0).astype(np.int64)
    if column.objects is not None:
        for row in np.flatnonzero(column.is_kind(REFERENCE)).tolist():
            areas = column.objects[int(column.numbers[row])].areas
            if len(areas) == 1:
                rows[row], columns[row] = areas[0].rows, areas[0].columns
            else:
                codes[row] = ExcelError.VALUE.code
    return Ranges(column, arrays, rows, columns, codes)


def resize(ranges: Ranges, rows: Index, columns: Index, surroundings: Surroundings) -> Ranges:
    """The ranges that begin where these do but have another size; #VALUE! for what is no reference."""
    wrong = np.flatnonzero((ranges.arrays.rows != rows) | (ranges.arrays.columns != columns))
    if not len(wrong):
        return ranges
    given = ranges.given.take(wrong)
    kinds, numbers = given.kinds.copy(), given.numbers.copy()
    objects: list[Reference] = []
    moved: dict[tuple[float, int, int], int] = {}
    for at, (row, number) in enumerate(zip(wrong.tolist(), numbers.tolist(), strict=True)):
        if kinds[at] != REFERENCE:
            kinds[at], numbers[at] = ERROR, ExcelError.VALUE.code
            continue
        assert given.objects is not None
        size = (number, int(rows[row]), int(columns[row]))
        if size not in moved:
            moved[size] = len(objects)
            area = given.objects[int(number)].areas[0].moved(0, 0, size[1], size[2])
            objects.append(Reference((area,) if area is not None else given.objects[int(number)].areas))
        numbers[at] = moved[size]
    again = read_ranges(Column(kinds, numbers, objects=objects).settled(), surroundings)
    place = np.arange(len(rows))
    place[wrong] = len(rows) + np.arange(len(wrong))
    arrays = ranges.arrays, again.arrays
    joined = Arrays(
        np.concatenate([arrays[0].starts, arrays[1].starts + len(arrays[0].cells)]),
        np.concatenate([arrays[0].rows, arrays[1].rows]),
        np.concatenate([arrays[0].columns, arrays[1].columns]),
        stack([arrays[0].cells, arrays[1].cells]),
    ).take(place)
    # Beyond the sheet's end there is nothing to take.
    codes = np.where((joined.rows != rows) | (joined.columns != columns), ExcelError.VALUE.code, 0)
    return Ranges(ranges.given, joined, rows, columns, np.where(ranges.codes != 0, ranges.codes, codes))


def align(ranges: Sequence[Ranges], surroundings: Surroundings) -> tuple[list[Ranges], Index]:
    """Ranges of one size, and by row the error code where they differ or one is an error."""
    codes = ranges[0].codes
    first = ranges[0]
    for other in ranges[1:]:
        codes = np.where(codes != 0, codes, other.codes)
        differ = (other.rows != first.rows) | (other.columns != first.columns)
        codes = np.where((codes == 0) & differ, ExcelError.VALUE.code, codes)
    # Whole columns of two sheets end where each sheet's cells end.
    rows = np.max([one.arrays.rows for one in ranges], axis=0)
    columns = np.max([one.arrays.columns for one in ranges], axis=0)
    fine = codes == 0
    resized = [
        resize(one, np.where(fine, rows, one.arrays.rows), np.where(fine, columns, one.arrays.columns), surroundings)
        for one in ranges
    ]
    for one in resized:
        codes = np.where(codes != 0, codes, one.codes)
    return resized, codes


def answer(
    ranges: Sequence[Arrays],
    criteria: Sequence[Column],
    values: Arrays,
    summarise: Summary,
    codes: Index,
    surroundings: Surroundings,
) -> Column:
    """What `summarise` makes of the cells of `values` whose partners in each range meet its criterion.

    `summarise(owners, cells, count)` gets the cells that are met as indices into `values.cells`, with the
    number of the question that each belongs to, questions in order; it gives a column of `count` answers. Rows
    with a code have no cells.
    """
    fine = codes == 0
    values = Arrays(values.starts, np.where(fine, values.rows, 0), values.columns, values.cells)
    identities = [values.starts, values.rows, values.columns]
    for array, criterion in zip(ranges, criteria, strict=True):
        identities += [array.starts, *_identities(criterion)]
    asked, inverse = distinct_rows(identities)
    values = values.take(asked)
    ranges = [array.take(asked) for array in ranges]
    date1904 = surroundings.date1904
    comparisons = [
        Comparison(read_criteria(criterion.take(asked).settled(), date1904), array.cells, date1904)
        for array, criterion in zip(ranges, criteria, strict=True)
    ]
    candidates = _candidates(values.sizes, ranges, comparisons)
    ends = np.cumsum(candidates.counts)
    parts: list[Column] = []
    begin = 0
    while begin < len(asked):
        before = int(ends[begin - 1]) if begin else 0
        end = max(begin + 1, int(np.searchsorted(ends, before + _PAIRS_AT_ONCE, side="right")))
        left = list(zip(ranges, comparisons, strict=True))
        found = None
        if candidates.order is None:
            array, comparison = left[0]
            found = comparison.met_in_runs(array.starts[begin:end], candidates.counts[begin:end], begin)
        if found is None:
            owners, positions = candidates.pairs(begin, end)
        else:
            (owners, positions), left = found, left[1:]
        for array, comparison in left:
            met = comparison.holds(array.starts[owners] + positions, owners)
            if not met.all():
                owners, positions = owners[met], positions[met]
        parts.append(summarise(owners - begin, values.starts[owners] + positions, end - begin))
        begin = end
    answers = stack(parts)
    return answers if len(asked) == len(inverse) else answers.take(inverse).settled()


def conditional(
    values: Column,
    pairs: Sequence[Column],
    summarise_numbers: NumbersSummary,
    surroundings: Surroundings,
) -> Column:
    """What `summarise_numbers` makes of the numbers in `values` whose partners meet all criteria.

    `pairs` are range, criterion, range, criterion, ...; the first error value among the cells that are met is
    the result. `summarise_numbers(numbers, owners, count)` gives a column of `count` answers.
    """
    if len(pairs) % 2:
        return errors_column(np.full(len(values), ExcelError.VALUE.code))
    aligned, codes = align([read_ranges(one, surroundings) for one in (values, *pairs[::2])], surroundings)
    return with_errors(
        codes,
        answer(
            [one.arrays for one in aligned[1:]],
            pairs[1::2],
            aligned[0].arrays,
            numbers_summary(aligned[0].arrays.cells, summarise_numbers),
            codes,
            surroundings,
        ),
    )


def numbers_summary(cells: Column, summarise_numbers: NumbersSummary) -> Summary:
    """A summary of the numbers among the cells that are met."""

    def summarise(owners: Index, met: Index, count: int) -> Column:
        if cells.uniform == NUMBER:
            return summarise_numbers(cells.numbers[met], owners, count)
        kinds, numbers = cells.kinds[met], cells.numbers[met]
        numeric = np.flatnonzero(kinds == NUMBER)
        wrong = np.flatnonzero(kinds == ERROR)[::-1]
        codes = np.zeros(count, np.int64)
        codes[owners[wrong]] = numbers[wrong]
        return with_errors(codes, summarise_numbers(numbers[numeric], owners[numeric], count))

    return summarise


def _identities(column: Column) -> list[Index]:
    """Columns of numbers that are equal where two values of a column are."""
    identities: list[Index] = [np.ascontiguousarray(column.numbers).view(np.int64)]
    if column.uniform < 0:
        identities.append(column.kinds.astype(np.int64))
    if column.texts is not None:
        is_text = column.is_kind(TEXT)
        numbered = np.full(len(column), -1, np.int64)
        numbered[is_text] = identify([column.texts.take(is_text)])[0] if len(column) > 1 else 0
        identities.append(numbered)
    return identities


@dataclass(frozen=True, slots=True)
class _Candidates:
    """The positions in its ranges that each question has to look at: all, or `order[begins...]`."""

    counts: Index
    begins: Index
    order: Index | None

    def pairs(self, begin: int, end: int) -> tuple[Index, Index]:
        """Question and position, for the questions from `begin` to `end`."""
        counts = self.counts[begin:end]
        owners = np.repeat(np.arange(begin, end), counts)
        at = runs(self.begins[begin:end], counts)
        return owners, at if self.order is None else self.order[at]


def _candidates(sizes: Index, ranges: Sequence[Arrays], comparisons: Sequence[Comparison]) -> _Candidates:
    """Few positions that hold all that are met, among the first `sizes`."""
    best = _Candidates(sizes, np.zeros_like(sizes), None)
    if int(sizes.sum()) < _PAIRS_AT_ONCE:
        return best
    fewest = int(sizes.sum())
    for array, comparison in zip(ranges, comparisons, strict=True):
        if not comparison.can_be_indexed():
            continue
        tables, table = distinct_rows([array.starts, sizes])
        table_sizes = sizes[tables]
        if _INDEX_FROM * int(table_sizes.sum()) > int(sizes.sum()):
            continue
        cell_keys, wanted = comparison.keys
        owners = np.repeat(np.arange(len(tables)), table_sizes)
        keys = cell_keys[runs(array.starts[tables], table_sizes)]
        span = max(int(keys.max(initial=0)), int(wanted.max(initial=0))) + 3
        joined = owners * span + keys + 2
        order = np.argsort(joined, kind="stable")
        ordered = joined[order]
        asked = table * span + wanted + 2
        begins = np.searchsorted(ordered, asked, side="left")
        counts = np.searchsorted(ordered, asked, side="right") - begins
        if int(counts.sum()) < fewest:
            fewest = int(counts.sum())
            first = np.cumsum(table_sizes) - table_sizes
            best = _Candidates(counts, begins, order - first[owners[order]])
    return best
