"""Sums of the cells that meet criteria."""

from __future__ import annotations

import numpy as np

from xlmill.functions.conditional import (
    answer,
    conditional,
    numbers_summary,
    read_ranges,
    resize,
)
from xlmill.functions.parameter import Number, RangeAndCriterion, Value, Whole, optional
from xlmill.functions.registry import function
from xlmill.functions.surroundings import Surroundings
from xlmill.values.cell_runs import sums_by_owner
from xlmill.values.column import Column, Index, numbers_column, with_errors


@function("SUMIF")
def sumif(range: Whole, criteria: Value, sum_range: Whole = optional(None), *, surroundings: Surroundings) -> Column:
    """SUMIF(range, criteria, [sum_range]): the sum of the cells that meet a criterion, or of their partners.

    Arrays: criteria may be an array; sum_range is taken in the size of range, from its first cell on.
    Errors: an error value among the cells that are summed is the result.
    Source: Microsoft Support, "SUMIF function".

    =SUMIF({1,5,9},">4")  -> 14
    =SUMIF({"ash";"oak";"Ash"},"ash",{1;2;4})  -> 5
    =SUMIF({1,2,3},{1,3})  -> {1,3}
    """
    asked = read_ranges(range, surroundings)
    summed = asked
    if sum_range is not None:
        summed = resize(read_ranges(sum_range, surroundings), asked.arrays.rows, asked.arrays.columns, surroundings)
    summary = numbers_summary(summed.arrays.cells, _sum)
    codes = np.where(asked.codes != 0, asked.codes, summed.codes)
    return with_errors(codes, answer([asked.arrays], [criteria], summed.arrays, summary, codes, surroundings))


@function("SUMIFS")
def sumifs(
    sum_range: Whole,
    criteria_range1: Whole,
    criteria1: Value,
    *criteria: RangeAndCriterion,
    surroundings: Surroundings,
) -> Column:
    """SUMIFS(sum_range, criteria_range1, criteria1, ...): the sum of the cells whose partners meet all criteria.

    Arrays: criteria may be arrays; all ranges have one size.
    Errors: #VALUE! where the sizes differ; an error value among the cells that are summed is the result.
    Source: Microsoft Support, "SUMIFS function".

    =SUMIFS({1;2;4},{"a";"b";"a"},"a")  -> 5
    =SUMIFS({1;2;4},{"a";"b";"a"},"a",{1;2;4},">1")  -> 4
    =SUMIFS({1;2;4},{"a";"b"},"a")  -> #VALUE!
    """
    return conditional(sum_range, (criteria_range1, criteria1, *criteria), _sum, surroundings)


def _sum(numbers: Number, owners: Index, count: int) -> Column:
    return numbers_column(sums_by_owner(owners, numbers, count))
