"""Order statistics: medians, the k-th largest, percentiles, quartiles."""

from __future__ import annotations

import numpy as np

from xlmill.functions.parameter import AllNumbers, Number, Range
from xlmill.functions.registry import alias, function
from xlmill.functions.statistical.samples import Samples
from xlmill.values.column import Column, error_where, with_errors
from xlmill.values.error_value import ExcelError


@function("MEDIAN")
def median(number1: AllNumbers) -> Column:
    """MEDIAN(number1, ...): the number in the middle, or the mean of the two in the middle.

    Arrays: taken as a whole; text and booleans in references and arrays are passed over.
    Errors: #NUM! where there are no numbers.
    Source: Microsoft Support, "MEDIAN function".

    =MEDIAN(5,1,3)  -> 3
    =MEDIAN({1,2,4,9})  -> 3
    =MEDIAN({"x"})  -> #NUM!
    """
    return median_of(Samples.of_runs(number1))


def median_of(samples: Samples) -> Column:
    """The median of each row."""
    counts = samples.counts
    middle = (samples.at((counts - 1) // 2) + samples.at(counts // 2)) / 2
    return error_where(counts == 0, ExcelError.NUM, middle)


@function("LARGE")
def large(array: Range, k: Number) -> Column:
    """LARGE(array, k): the k-th largest number.

    Arrays: array is taken as a whole, k elementwise.
    Errors: #NUM! where k is below 1 or above the count of numbers.
    Source: Microsoft Support, "LARGE function".

    =LARGE({3,5,4},1)  -> 5
    =LARGE({3,5,4},{2,3})  -> {4,3}
    =LARGE({3,5,4},4)  -> #NUM!
    """
    samples = Samples.of(array)
    return with_errors(samples.codes, kth_largest(samples, k))


@function("SMALL")
def small(array: Range, k: Number) -> Column:
    """SMALL(array, k): the k-th smallest number.

    Arrays: array is taken as a whole, k elementwise.
    Errors: #NUM! where k is below 1 or above the count of numbers.
    Source: Microsoft Support, "SMALL function".

    =SMALL({3,5,4},1)  -> 3
    =SMALL({3,5,4},0)  -> #NUM!
    """
    samples = Samples.of(array)
    return with_errors(samples.codes, kth_smallest(samples, k))


def kth_largest(samples: Samples, k: Number) -> Column:
    """LARGE of samples in order; a fraction counts as the next whole number."""
    counts = samples.counts
    place = np.ceil(k)
    wrong = (k < 1) | (place > counts)
    return error_where(wrong, ExcelError.NUM, samples.at(counts - np.where(wrong, 1, place).astype(np.int64)))


def kth_smallest(samples: Samples, k: Number) -> Column:
    """SMALL of samples in order; a fraction counts as the next whole number."""
    place = np.ceil(k)
    wrong = (k < 1) | (place > samples.counts)
    return error_where(wrong, ExcelError.NUM, samples.at(np.where(wrong, 1, place).astype(np.int64) - 1))


@function("PERCENTILE.INC")
def percentile_inc(array: Range, k: Number) -> Column:
    """PERCENTILE.INC(array, k): the number below which a share k of the numbers lies; k from 0 to 1, both included.

    Arrays: array is taken as a whole, k elementwise; between two numbers the result is interpolated.
    Errors: #NUM! for k outside 0 to 1, and where there are no numbers.
    Source: Microsoft Support, "PERCENTILE.INC function".

    =PERCENTILE.INC({1,2,3,4},0.3)  -> 1.9
    =PERCENTILE.INC({1,2},1.5)  -> #NUM!
    """
    samples = Samples.of(array)
    return with_errors(samples.codes, percentile_included(samples, k))


alias("PERCENTILE", "PERCENTILE.INC")


@function("PERCENTILE.EXC")
def percentile_exc(array: Range, k: Number) -> Column:
    """PERCENTILE.EXC(array, k): the number below which a share k of the numbers lies; k between 0 and 1.

    Arrays: array is taken as a whole, k elementwise; between two numbers the result is interpolated.
    Errors: #NUM! for k below 1/(n+1) or above n/(n+1), n being the count of numbers.
    Source: Microsoft Support, "PERCENTILE.EXC function".

    =PERCENTILE.EXC({1,2,3},0.5)  -> 2
    =PERCENTILE.EXC({1,2,3},0.1)  -> #NUM!
    """
    samples = Samples.of(array)
    return with_errors(samples.codes, percentile_excluded(samples, k))


def percentile_included(samples: Samples, k: Number) -> Column:
    """PERCENTILE.INC of samples in order."""
    counts = samples.counts
    wrong = (k < 0) | (k > 1) | (counts == 0)
    return error_where(wrong, ExcelError.NUM, samples.between(np.where(wrong, 0, k * (counts - 1))))


def percentile_excluded(samples: Samples, k: Number) -> Column:
    """PERCENTILE.EXC of samples in order."""
    counts = samples.counts
    place = k * (counts + 1)
    # The ends are meant to be included, also where 1/(n+1) as a double misses them by a last bit.
    nearest = np.round(place)
    place = np.where(np.abs(place - nearest) < 1e-12 * counts, nearest, place)
    wrong = (k <= 0) | (k >= 1) | (counts == 0) | (place < 1) | (place > counts)
    return error_where(wrong, ExcelError.NUM, samples.between(np.where(wrong, 0, place - 1)))


@function("QUARTILE.INC")
def quartile_inc(array: Range, quart: Number) -> Column:
    """QUARTILE.INC(array, quart): the smallest number (0), a quartile (1, 2, 3) or the largest number (4).

    Arrays: array is taken as a whole, quart elementwise.
    Errors: #NUM! for quart outside 0 to 4, and where there are no numbers.
    Source: Microsoft Support, "QUARTILE.INC function".

    =QUARTILE.INC({1,2,4,7,8,9,10,12},1)  -> 3.5
    =QUARTILE.INC({1,2},5)  -> #NUM!
    """
    samples = Samples.of(array)
    return with_errors(samples.codes, percentile_included(samples, np.trunc(quart) / 4))


alias("QUARTILE", "QUARTILE.INC")


@function("QUARTILE.EXC")
def quartile_exc(array: Range, quart: Number) -> Column:
    """QUARTILE.EXC(array, quart): a quartile (1, 2, 3), counted without the ends.

    Arrays: array is taken as a whole, quart elementwise.
    Errors: #NUM! for quart outside 1 to 3, and where there are too few numbers.
    Source: Microsoft Support, "QUARTILE.EXC function".

    =QUARTILE.EXC({6,7,15,36,39,40,41,42,43,47,49},1)  -> 15
    =QUARTILE.EXC({1,2,3},0)  -> #NUM!
    """
    samples = Samples.of(array)
    return with_errors(samples.codes, percentile_excluded(samples, np.trunc(quart) / 4))
