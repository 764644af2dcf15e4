"""Counts, averages and extremes of the cells that meet criteria."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xlmill.functions.conditional import (
    align,
    answer,
    conditional,
    numbers_summary,
    read_ranges,
    resize,
)
from xlmill.functions.criteria import read_criteria
from xlmill.functions.parameter import Number, RangeAndCriterion, Value, Whole, optional
from xlmill.functions.registry import function
from xlmill.functions.surroundings import Surroundings
from xlmill.values.cell_runs import sums_by_owner
from xlmill.values.column import Column, Index, error_where, errors_column, numbers_column, with_errors
from xlmill.values.error_value import ExcelError


@function("COUNTIF")
def countif(range: Whole, criteria: Value, *, surroundings: Surroundings) -> Column:
    """COUNTIF(range, criteria): how many cells meet a criterion.

    Arrays: range is taken as a whole; criteria may be an array.
    Source: Microsoft Support, "COUNTIF function".

    =COUNTIF({1,5,9},">4")  -> 2
    =COUNTIF({"ash";"oak";"Ash"},"a*")  -> 2
    =COUNTIF({1,2,1},{1,2,3})  -> {2,1,0}
    """
    return _count([range, criteria], surroundings)


@function("COUNTIFS")
def countifs(
    criteria_range1: Whole, criteria1: Value, *criteria: RangeAndCriterion, surroundings: Surroundings
) -> Column:
    """COUNTIFS(criteria_range1, criteria1, ...): at how many places all ranges meet their criteria.

    Arrays: ranges are taken as a whole, all of one size; criteria may be arrays.
    Errors: #VALUE! where the sizes differ.
    Source: Microsoft Support, "COUNTIFS function".

    =COUNTIFS({1;2;3},">1",{"a";"b";"a"},"a")  -> 1
    =COUNTIFS({1;2;3},">1",{"a";"b"},"a")  -> #VALUE!
    """
    return _count([criteria_range1, criteria1, *criteria], surroundings)


def _count(pairs: Sequence[Column], surroundings: Surroundings) -> Column:
    if len(pairs) % 2:
        return errors_column(np.full(len(pairs[0]), ExcelError.VALUE.code))
    ranges, codes = align([read_ranges(one, surroundings) for one in pairs[::2]], surroundings)
    counts = answer([one.arrays for one in ranges], pairs[1::2], ranges[0].arrays, _counted, codes, surroundings)
    beyond = ranges[0].beyond()
    if beyond.any():
        for criterion in pairs[1::2]:
            beyond = np.where(read_criteria(criterion).accept_empty(), beyond, 0)
        counts = numbers_column(counts.numbers + beyond)
    return with_errors(codes, counts)


def _counted(owners: Index, cells: Index, count: int) -> Column:
    return numbers_column(np.bincount(owners, minlength=count).astype(np.float64))


@function("AVERAGEIF")
def averageif(
    range: Whole, criteria: Value, average_range: Whole = optional(None), *, surroundings: Surroundings
) -> Column:
    """AVERAGEIF(range, criteria, [average_range]): the mean of the cells that meet a criterion, or of their partners.

    Arrays: criteria may be an array; average_range is taken in the size of range, from its first cell on.
    Errors: #DIV/0! where no cell with a number is met; an error value among the cells is the result.
    Source: Microsoft Support, "AVERAGEIF function".

    =AVERAGEIF({1,5,9},">4")  -> 7
    =AVERAGEIF({"a";"b";"a"},"a",{1;2;4})  -> 2.5
    =AVERAGEIF({1,5,9},">9")  -> #DIV/0!
    """
    asked = read_ranges(range, surroundings)
    averaged = asked
    if average_range is not None:
        averaged = resize(
            read_ranges(average_range, surroundings), asked.arrays.rows, asked.arrays.columns, surroundings
        )
    codes = np.where(asked.codes != 0, asked.codes, averaged.codes)
    summary = numbers_summary(averaged.arrays.cells, _mean)
    return with_errors(codes, answer([asked.arrays], [criteria], averaged.arrays, summary, codes, surroundings))


@function("AVERAGEIFS")
def averageifs(
    average_range: Whole,
    criteria_range1: Whole,
    criteria1: Value,
    *criteria: RangeAndCriterion,
    surroundings: Surroundings,
) -> Column:
    """AVERAGEIFS(average_range, criteria_range1, criteria1, ...): the mean of cells whose partners meet all criteria.

    Arrays: criteria may be arrays; all ranges have one size.
    Errors: #DIV/0! where no cell with a number is met; #VALUE! where the sizes differ.
    Source: Microsoft Support, "AVERAGEIFS function".

    =AVERAGEIFS({1;2;4},{"a";"b";"a"},"a")  -> 2.5
    =AVERAGEIFS({1;2;4},{"a";"b";"a"},"c")  -> #DIV/0!
    """
    return conditional(average_range, (criteria_range1, criteria1, *criteria), _mean, surroundings)


def _mean(numbers: Number, owners: Index, count: int) -> Column:
    counts = np.bincount(owners, minlength=count)
    mean = sums_by_owner(owners, numbers, count) / np.maximum(counts, 1)
    return error_where(counts == 0, ExcelError.DIV0, mean)


@function("MAXIFS")
def maxifs(
    max_range: Whole,
    criteria_range1: Whole,
    criteria1: Value,
    *criteria: RangeAndCriterion,
    surroundings: Surroundings,
) -> Column:
    """MAXIFS(max_range, criteria_range1, criteria1, ...): the largest of the cells whose partners meet all criteria.

    Arrays: criteria may be arrays; all ranges have one size. 0 where no cell with a number is met.
    Errors: #VALUE! where the sizes differ; an error value among the cells is the result.
    Source: Microsoft Support, "MAXIFS function".

    =MAXIFS({1;7;4},{"a";"b";"a"},"a")  -> 4
    =MAXIFS({1;7;4},{"a";"b";"a"},"c")  -> 0
    """

    def largest(numbers: Number, owners: Index, count: int) -> Column:
        return _extreme(np.maximum, numbers, owners, count)

    return conditional(max_range, (criteria_range1, criteria1, *criteria), largest, surroundings)


@function("MINIFS")
def minifs(
    min_range: Whole,
    criteria_range1: Whole,
    criteria1: Value,
    *criteria: RangeAndCriterion,
    surroundings: Surroundings,
) -> Column:
    """MINIFS(min_range, criteria_range1, criteria1, ...): the smallest of the cells whose partners meet all criteria.

    Arrays: criteria may be arrays; all ranges have one size. 0 where no cell with a number is met.
    Errors: #VALUE! where the sizes differ; an error value among the cells is the result.
    Source: Microsoft Support, "MINIFS function".

    =MINIFS({1;7;4},{"b";"a";"a"},"a")  -> 4
    =MINIFS({1;7;4},{"a";"b";"a"},"c")  -> 0
    """

    def smallest(numbers: Number, owners: Index, count: int) -> Column:
        return _extreme(np.minimum, numbers, owners, count)

    return conditional(min_range, (criteria_range1, criteria1, *criteria), smallest, surroundings)


def _extreme(ufunc: np.ufunc, numbers: Number, owners: Index, count: int) -> Column:
    result = np.zeros(count)
    if len(numbers):
        begins = np.flatnonzero(np.concatenate([[True], owners[1:] != owners[:-1]]))
        result[owners[begins]] = ufunc.reduceat(numbers, begins)
    return numbers_column(result)
