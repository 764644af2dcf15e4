"""Ranks: where a number stands among others."""

from __future__ import annotations

import numpy as np

from xlmill.functions.parameter import Number, Range, optional
from xlmill.functions.registry import alias, function
from xlmill.functions.statistical.samples import Samples
from xlmill.values.column import Column, error_where, with_errors
from xlmill.values.error_value import ExcelError
from xlmill.values.rounding import round_down


@function("RANK.EQ")
def rank_eq(number: Number, ref: Range, order: Number = optional(0)) -> Column:
    """RANK.EQ(number, ref, [order]): the place of a number among others, from the largest (order 0) or the smallest.

    Arrays: ref is taken as a whole, number elementwise; equal numbers share the first of their places.
    Errors: #N/A where the number is not among the others.
    Source: Microsoft Support, "RANK.EQ function".

    =RANK.EQ(3,{1,3,3,5})  -> 2
    =RANK.EQ(3,{1,3,3,5},1)  -> 2
    =RANK.EQ(2,{1,3})  -> #N/A
    """
    samples = Samples.of(ref)
    below, up_to = samples.below(number), samples.up_to(number)
    rank = np.where(order == 0, samples.counts - up_to, below) + 1.0
    return with_errors(samples.codes, error_where(below == up_to, ExcelError.NA, rank))


alias("RANK", "RANK.EQ")


@function("RANK.AVG")
def rank_avg(number: Number, ref: Range, order: Number = optional(0)) -> Column:
    """RANK.AVG(number, ref, [order]): the place of a number among others; equal numbers share their places' mean.

    Arrays: ref is taken as a whole, number elementwise.
    Errors: #N/A where the number is not among the others.
    Source: Microsoft Support, "RANK.AVG function".

    =RANK.AVG(3,{1,3,3,5})  -> 2.5
    =RANK.AVG(1,{1,3,3,5},1)  -> 1
    """
    samples = Samples.of(ref)
    below, up_to = samples.below(number), samples.up_to(number)
    rank = np.where(order == 0, samples.counts - up_to, below) + (up_to - below + 1) / 2
    return with_errors(samples.codes, error_where(below == up_to, ExcelError.NA, rank))


@function("PERCENTRANK.INC")
def percentrank_inc(array: Range, x: Number, significance: Number = optional(3)) -> Column:
    """PERCENTRANK.INC(array, x, [significance]): the share of the other numbers below x, cut to so many digits.

    Arrays: array is taken as a whole, x elementwise; between two numbers the result is interpolated.
    Errors: #N/A for x outside the numbers; #NUM! for a significance below 1, and where there are no numbers.
    Source: Microsoft Support, "PERCENTRANK.INC function".

    =PERCENTRANK.INC({13,12,11,8,4,3,2,1,1,1},2)  -> 0.333
    =PERCENTRANK.INC({13,12,11,8,4,3,2,1,1,1},5)  -> 0.583
    =PERCENTRANK.INC({1,2},3)  -> #N/A
    """
    samples = Samples.of(array)
    counts = samples.counts
    rank = _place(samples, x) / np.maximum(counts - 1, 1)
    return _ranked(samples, x, np.where(counts == 1, 1.0, rank), significance)


alias("PERCENTRANK", "PERCENTRANK.INC")


@function("PERCENTRANK.EXC")
def percentrank_exc(array: Range, x: Number, significance: Number = optional(3)) -> Column:
    """PERCENTRANK.EXC(array, x, [significance]): the place of x among n numbers over n+1, cut to so many digits.

    Arrays: array is taken as a whole, x elementwise; between two numbers the result is interpolated.
    Errors: #N/A for x outside the numbers; #NUM! for a significance below 1, and where there are no numbers.
    Source: Microsoft Support, "PERCENTRANK.EXC function".

    =PERCENTRANK.EXC({1,2,3,6,6,6,7,8,9},7)  -> 0.7
    =PERCENTRANK.EXC({1,2,3,6,6,6,7,8,9},5.43)  -> 0.381
    """
    samples = Samples.of(array)
    return _ranked(samples, x, (_place(samples, x) + 1) / (samples.counts + 1), significance)


def _place(samples: Samples, x: Number) -> Number:
    """How many numbers are less than x; for x between two numbers, the fraction of the way between them."""
    below = samples.below(x)
    low, high = samples.at(np.maximum(below - 1, 0)), samples.at(below)
    gap = np.where(high > low, high - low, 1.0)
    return np.where(samples.up_to(x) > below, below, below - 1 + (x - low) / gap)


def _ranked(samples: Samples, x: Number, rank: Number, significance: Number) -> Column:
    counts = samples.counts
    result = error_where(
        (counts > 0) & ((x < samples.at(np.zeros_like(counts))) | (x > samples.at(counts - 1))),
        ExcelError.NA,
        round_down(rank, significance),
    )
    result = error_where((counts == 0) | (np.trunc(significance) < 1), ExcelError.NUM, result)
    return with_errors(samples.codes, result)
