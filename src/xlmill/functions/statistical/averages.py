"""Averages: arithmetic, geometric, harmonic, trimmed."""

from __future__ import annotations

import numpy as np

from xlmill.functions.parameter import AllCells, AllNumbers, Number, Range
from xlmill.functions.registry import function
from xlmill.functions.statistical.samples import Samples, numbers_and_text
from xlmill.values.cell_runs import NumberRuns, sums_by_owner
from xlmill.values.column import Column, Numbers, error_where, numbers_column, runs, with_errors
from xlmill.values.error_value import ExcelError


@function("AVERAGE")
def average(number1: AllNumbers) -> Column:
    """AVERAGE(number1, ...): the arithmetic mean of numbers.

    Arrays: taken as a whole; text and booleans in references and arrays are passed over.
    Errors: #DIV/0! where there are no numbers; #VALUE! for a direct argument that is text and no number.
    Source: Microsoft Support, "AVERAGE function".

    =AVERAGE(1,2,6)  -> 3
    =AVERAGE({1,"x",3})  -> 2
    =AVERAGE({"x"})  -> #DIV/0!
    """
    return mean(number1)


@function("AVERAGEA")
def averagea(value1: AllCells) -> Column:
    """AVERAGEA(value1, ...): the arithmetic mean of values; text counts as 0, TRUE as 1.

    Arrays: taken as a whole; empty cells are passed over.
    Errors: #DIV/0! where there are no values; #VALUE! for a direct argument that is text and no number.
    Source: Microsoft Support, "AVERAGEA function".

    =AVERAGEA({1,"x",TRUE,2})  -> 1
    =AVERAGEA(TRUE,FALSE)  -> 0.5
    """
    numbers, codes = numbers_and_text(value1)
    return with_errors(codes, mean(numbers))


def mean(numbers: NumberRuns) -> Column:
    """AVERAGE of each row."""
    counts = numbers.counts
    return error_where(counts == 0, ExcelError.DIV0, _finite(numbers.sums() / np.maximum(counts, 1)))


@function("GEOMEAN")
def geomean(number1: AllNumbers) -> Column:
    """GEOMEAN(number1, ...): the geometric mean of positive numbers.

    Arrays: taken as a whole; text and booleans in references and arrays are passed over.
    Errors: #NUM! where a number is not positive, or there are none.
    Source: Microsoft Support, "GEOMEAN function".

    =GEOMEAN(2,8)  -> 4
    =GEOMEAN(1,0)  -> #NUM!
    """
    values, owners = number1.flat()
    counts = number1.counts
    logarithms = sums_by_owner(owners, np.log(values), len(counts))
    refused = (counts == 0) | (number1.reduce(np.minimum, 0.0) <= 0)
    # The product is exact more often, but leaves the doubles where there are many numbers.
    product = number1.reduce(np.multiply, 1.0)
    is_ordinary = np.isfinite(product) & (product > 1e-300)
    by_product = np.power(np.where(is_ordinary, product, 1.0), 1 / np.maximum(counts, 1))
    mean = np.where(is_ordinary, by_product, np.exp(logarithms / np.maximum(counts, 1)))
    return error_where(refused, ExcelError.NUM, mean)


@function("HARMEAN")
def harmean(number1: AllNumbers) -> Column:
    """HARMEAN(number1, ...): the harmonic mean of positive numbers.

    Arrays: taken as a whole; text and booleans in references and arrays are passed over.
    Errors: #NUM! where a number is not positive; #N/A where there are none.
    Source: Microsoft Support, "HARMEAN function".

    =HARMEAN(2,6)  -> 3
    =HARMEAN(1,0)  -> #NUM!
    """
    values, owners = number1.flat()
    counts = number1.counts
    refused = number1.reduce(np.minimum, 1.0) <= 0
    inverses = sums_by_owner(owners, 1 / values, len(counts))
    result = error_where(refused, ExcelError.NUM, _finite(counts / np.where(counts == 0, 1.0, inverses)))
    return error_where(counts == 0, ExcelError.NA, result)


@function("TRIMMEAN")
def trimmean(array: Range, percent: Number) -> Column:
    """TRIMMEAN(array, percent): the mean of the numbers that are left when a share at both ends is taken off.

    Arrays: array is taken as a whole, percent elementwise; the numbers taken off are cut down to an even count.
    Errors: #NUM! for a percent below 0 or not below 1, and where there are no numbers.
    Source: Microsoft Support, "TRIMMEAN function".

    =TRIMMEAN({4,5,6,7,2,3,4,5,1,2,3},0.2)  -> 34/9
    =TRIMMEAN({1,2},1)  -> #NUM!
    """
    samples = Samples.of(array)
    counts = samples.counts
    wrong = (percent < 0) | (percent >= 1) | (counts == 0)
    trimmed = np.floor(counts * np.where(wrong, 0, percent) / 2 + 1e-12).astype(np.int64)
    left = counts - 2 * trimmed
    owners = np.repeat(np.arange(len(left)), left)
    at = runs(samples.offsets[samples.inverse] + trimmed, left)
    mean = sums_by_owner(owners, samples.values[at], len(left)) / np.maximum(left, 1)
    return with_errors(samples.codes, error_where(wrong, ExcelError.NUM, mean))


def _finite(numbers: Numbers) -> Column:
    return error_where(~np.isfinite(numbers), ExcelError.NUM, numbers_column(numbers))
