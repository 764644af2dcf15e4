"""SUBTOTAL and AGGREGATE: any of nineteen summaries, passing over hidden rows, other subtotals or errors."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from xlmill.functions.math_trig import aggregates
from xlmill.functions.parameter import Number, Whole, WholeEach
from xlmill.functions.registry import function
from xlmill.functions.statistical import averages, counting, extremes, modes, order, spread
from xlmill.functions.statistical.samples import Samples
from xlmill.functions.surroundings import Surroundings
from xlmill.values.cell_runs import NumberRuns, cell_runs, to_arrays
from xlmill.values.coercion import to_numbers
from xlmill.values.column import (
    ARRAY,
    EMPTY,
    ERROR,
    REFERENCE,
    Arrays,
    Column,
    Mask,
    arrays_column,
    error_where,
    errors_column,
    numbers_column,
    stack,
    with_errors,
)
from xlmill.values.error_value import ExcelError
from xlmill.values.reference_value import Area, Reference

OfNumbers = Callable[[NumberRuns], Column]
OfSamples = Callable[[Samples, Number], Column]

_SUBTOTAL = re.compile(r"\b(SUBTOTAL|AGGREGATE)\(", re.IGNORECASE)

# Summaries by number; 2 and 3 count cells, not numbers.
_COUNT, _COUNTA = 2, 3
_OF_NUMBERS: dict[int, OfNumbers] = {
    1: averages.mean,
    4: lambda runs: numbers_column(extremes.max_(runs)),
    5: lambda runs: numbers_column(extremes.min_(runs)),
    6: lambda runs: numbers_column(aggregates.product(runs)),
    7: spread.sample_deviation,
    8: spread.population_deviation,
    9: lambda runs: numbers_column(aggregates.sum_(runs)),
    10: spread.sample_variance,
    11: spread.population_variance,
    12: lambda runs: order.median_of(Samples.of_runs(runs)),
    13: modes.mode_of,
}
_LAST_OF_SUBTOTAL = 11
_OF_SAMPLES: dict[int, OfSamples] = {
    14: order.kth_largest,
    15: order.kth_smallest,
    16: order.percentile_included,
    17: lambda samples, quart: order.percentile_included(samples, np.trunc(quart) / 4),
    18: order.percentile_excluded,
    19: lambda samples, quart: order.percentile_excluded(samples, np.trunc(quart) / 4),
}


@function("SUBTOTAL")
def subtotal(function_num: Number, ref1: Whole, *refs: WholeEach, surroundings: Surroundings) -> Column:
    """SUBTOTAL(function_num, ref1, ...): a summary of cells that passes over other subtotals among them.

    function_num: 1 AVERAGE, 2 COUNT, 3 COUNTA, 4 MAX, 5 MIN, 6 PRODUCT, 7 STDEV, 8 STDEVP, 9 SUM, 10 VAR, 11 VARP;
    with 100 added, hidden rows are passed over too. Rows that a filter hides are always passed over.
    Arrays: taken as a whole; only references.
    Errors: #VALUE! for another function_num, or an argument that is no reference.
    Source: Microsoft Support, "SUBTOTAL function".

    =SUBTOTAL(9,A1:A3)  -> 0
    =SUBTOTAL(3,A1:A3)  -> 0
    =SUBTOTAL(99,A1:A3)  -> #VALUE!
    """
    wanted = np.trunc(function_num)
    hidden = wanted > 100
    wanted = np.where(hidden, wanted - 100, wanted)
    columns = [ref1, *refs]
    refused = (wanted < 1) | (wanted > _LAST_OF_SUBTOTAL)
    codes = np.where(refused, ExcelError.VALUE.code, _no_references(columns))
    skips = [_Skips(hidden=bool(h), nested=True, errors=False, filtered=True) for h in (False, True)]
    return _by_choice(columns, np.where(codes != 0, 0, wanted), hidden.astype(np.int64), skips, codes, surroundings)


@function("AGGREGATE")
def aggregate(
    function_num: Number, options: Number, ref1: Whole, *refs: WholeEach, surroundings: Surroundings
) -> Column:
    """AGGREGATE(function_num, options, ref1, ...) or AGGREGATE(function_num, options, array, k): a summary of cells.

    function_num: 1 to 11 as SUBTOTAL, 12 MEDIAN, 13 MODE.SNGL, and with k: 14 LARGE, 15 SMALL, 16 PERCENTILE.INC,
    17 QUARTILE.INC, 18 PERCENTILE.EXC, 19 QUARTILE.EXC. options, what to pass over: 0 other subtotals, 1 these and
    hidden rows, 2 these and errors, 3 all of them, 4 nothing, 5 hidden rows, 6 errors, 7 hidden rows and errors.
    Arrays: taken as a whole; arrays that are no references only with function_num 14 and above.
    Errors: #VALUE! for another function_num or options, a k that is missing, or an array where a reference is due.
    Source: Microsoft Support, "AGGREGATE function".

    =AGGREGATE(14,6,{3,#N/A,5},1)  -> 5
    =AGGREGATE(15,4,{3,1,5},2)  -> 3
    =AGGREGATE(9,4,A1:A3)  -> 0
    =AGGREGATE(20,4,A1:A3)  -> #VALUE!
    """
    wanted, option = np.trunc(function_num), np.trunc(options)
    refused = (wanted < 1) | (wanted > 19) | (option < 0) | (option > 7)
    takes_k = wanted >= min(_OF_SAMPLES)
    columns = [ref1, *refs]
    codes = np.where(takes_k, 0, _no_references(columns))
    codes = np.where(refused | takes_k & (len(refs) != 1), ExcelError.VALUE.code, codes)
    skips = [
        _Skips(hidden=option in (1, 3, 5, 7), nested=option <= 3, errors=option in (2, 3, 6, 7)) for option in range(8)
    ]
    choice = np.where(codes != 0, 0, option).astype(np.int64)
    return _by_choice(columns, np.where(codes != 0, 0, wanted), choice, skips, codes, surroundings)


class _Skips:
    """Which cells are passed over."""

    def __init__(self, hidden: bool, nested: bool, errors: bool, filtered: bool = False) -> None:
        self.hidden, self.nested, self.errors, self.filtered = hidden, nested, errors, filtered


def _no_references(columns: Sequence[Column]) -> Number:
    """By row the error code for an argument that is no reference."""
    codes = np.zeros(len(columns[0]))
    for column in columns:
        wrong = np.where(column.is_kind(ERROR), column.numbers, ExcelError.VALUE.code)
        codes = np.where((codes == 0) & ~column.is_kind(REFERENCE), wrong, codes)
    return codes


def _by_choice(
    columns: Sequence[Column],
    wanted: Number,
    choice: np.ndarray[tuple[int], np.dtype[np.int64]],
    skips: Sequence[_Skips],
    codes: Number,
    surroundings: Surroundings,
) -> Column:
    """The rows of each summary and each choice of cells together."""
    parts: list[Column] = []
    place = np.empty(len(wanted), np.int64)
    done = 0
    combined = wanted.astype(np.int64) * len(skips) + choice
    for key in np.unique(combined).tolist():
        rows = np.flatnonzero(combined == key)
        number, skipped = divmod(key, len(skips))
        if number == 0:
            part = errors_column(codes[rows])
        else:
            given = [column.take(rows) for column in columns]
            part = _summary(number, given, skips[skipped], surroundings.subset(rows))
        parts.append(part)
        place[rows] = done + np.arange(len(rows))
        done += len(rows)
    return stack(parts).take(place).settled()


def _summary(number: int, columns: list[Column], skips: _Skips, surroundings: Surroundings) -> Column:
    if number in _OF_SAMPLES:
        array = to_arrays(_left_over(columns[0], skips, surroundings))
        return _of_samples(_OF_SAMPLES[number], array, surroundings.read(columns[1]))
    cells = cell_runs([_left_over(column, skips, surroundings) for column in columns])
    if number == _COUNT:
        return numbers_column(counting.count(cells, surroundings=surroundings))
    if number == _COUNTA:
        return numbers_column(counting.counta(cells))
    # All values stand in cells here, so none is converted.
    runs, codes = replace(cells, direct=np.zeros_like(cells.direct)).to_number_runs()
    result = _OF_NUMBERS[number](runs)
    return result if codes is None else with_errors(codes, result)


def _of_samples(summarise: OfSamples, array: Arrays, k: Column) -> Column:
    """With an array as k, an array of answers."""
    samples = Samples.of(array)
    places = to_arrays(k)
    cells, owners = places.flat()
    numbers, refused = to_numbers(cells)
    answers = with_errors(samples.codes[owners], _finite(summarise(samples.take(owners), numbers)))
    if refused is not None:
        answers = with_errors(refused, answers)
    if not k.has(ARRAY):
        return answers
    sizes = places.sizes
    return arrays_column(Arrays(np.cumsum(sizes) - sizes, places.rows, places.columns, answers))


def _finite(column: Column) -> Column:
    return error_where(~np.isfinite(column.numbers), ExcelError.NUM, column)


def _left_over(column: Column, skips: _Skips, surroundings: Surroundings) -> Column:
    """What an argument refers to, with empty cells where cells are passed over."""
    read = surroundings.read(column)
    blank: Mask | None = None
    arrays = to_arrays(read)
    if skips.errors and arrays.cells.has(ERROR):
        blank = arrays.cells.is_kind(ERROR)
    if (skips.hidden or skips.nested) and column.has(REFERENCE):
        assert column.objects is not None
        blank = np.zeros(len(arrays.cells), np.bool_) if blank is None else blank
        seen: set[tuple[int, int]] = set()
        for row in np.flatnonzero(column.is_kind(REFERENCE)).tolist():
            begin, width = int(arrays.starts[row]), int(arrays.columns[row])
            reference: Reference = column.objects[int(column.numbers[row])]
            if (begin, int(arrays.sizes[row])) in seen or len(reference.areas) != 1:
                continue
            seen.add((begin, int(arrays.sizes[row])))
            passed = _passed_over(reference.areas[0], int(arrays.rows[row]), width, skips, surroundings)
            blank[begin + np.array(passed, np.int64)] = True
    if blank is None or not blank.any():
        return read
    kinds = np.where(blank, np.uint8(EMPTY), arrays.cells.kinds)
    cells = Column(kinds, arrays.cells.numbers, arrays.cells.texts).settled()
    return arrays_column(Arrays(arrays.starts, arrays.rows, arrays.columns, cells))


def _passed_over(area: Area, rows: int, columns: int, skips: _Skips, surroundings: Surroundings) -> list[int]:
    """The places in an area, row by row, of cells in hidden rows and of cells that are subtotals themselves."""
    passed = []
    look = skips.hidden or (skips.filtered and surroundings.is_filtered(area))
    hidden = surroundings.hidden_rows(area) if look else [False] * rows
    for place in range(rows * columns):
        row, column = divmod(place, columns)
        if hidden[row]:
            passed.append(place)
        elif skips.nested:
            cell = Area(area.sheet, area.row1 + row, area.column1 + column, area.row1 + row, area.column1 + column)
            formula = surroundings.formula_text(cell)
            if formula is not None and _SUBTOTAL.search(formula):
                passed.append(place)
    return passed
