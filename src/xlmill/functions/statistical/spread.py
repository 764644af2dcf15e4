"""How far numbers lie apart: variance, standard deviation, mean deviation, skewness, kurtosis."""

from __future__ import annotations

import numpy as np

from xlmill.functions.parameter import AllCells, AllNumbers, Number
from xlmill.functions.registry import alias, function
from xlmill.functions.statistical.samples import Moments, numbers_and_text
from xlmill.values.cell_runs import NumberRuns, sums_by_owner
from xlmill.values.column import Column, error_where, with_errors
from xlmill.values.error_value import ExcelError


@function("VAR.S")
def var_s(number1: AllNumbers) -> Column:
    """VAR.S(number1, ...): the variance, from a sample.

    Arrays: taken as a whole; text and booleans in references and arrays are passed over.
    Errors: #DIV/0! where there are fewer than two numbers.
    Source: Microsoft Support, "VAR.S function".

    =VAR.S(1,2,3,4)  -> 5/3
    =VAR.S(1)  -> #DIV/0!
    """
    return sample_variance(number1)


alias("VAR", "VAR.S")


@function("VAR.P")
def var_p(number1: AllNumbers) -> Column:
    """VAR.P(number1, ...): the variance of a whole population.

    Arrays: taken as a whole; text and booleans in references and arrays are passed over.
    Errors: #DIV/0! where there are no numbers.
    Source: Microsoft Support, "VAR.P function".

    =VAR.P(1,2,3,4)  -> 1.25
    =VAR.P({"x"})  -> #DIV/0!
    """
    return population_variance(number1)


alias("VARP", "VAR.P")


@function("STDEV.S")
def stdev_s(number1: AllNumbers) -> Column:
    """STDEV.S(number1, ...): the standard deviation, from a sample.

    Arrays: taken as a whole; text and booleans in references and arrays are passed over.
    Errors: #DIV/0! where there are fewer than two numbers.
    Source: Microsoft Support, "STDEV.S function".

    =STDEV.S(1,3)  -> SQRT(2)
    =STDEV.S(1)  -> #DIV/0!
    """
    return sample_deviation(number1)


alias("STDEV", "STDEV.S")


@function("STDEV.P")
def stdev_p(number1: AllNumbers) -> Column:
    """STDEV.P(number1, ...): the standard deviation of a whole population.

    Arrays: taken as a whole; text and booleans in references and arrays are passed over.
    Errors: #DIV/0! where there are no numbers.
    Source: Microsoft Support, "STDEV.P function".

    =STDEV.P(1,3)  -> 1
    =STDEV.P({"x"})  -> #DIV/0!
    """
    return population_deviation(number1)


alias("STDEVP", "STDEV.P")


@function("VARA")
def vara(value1: AllCells) -> Column:
    """VARA(value1, ...): the variance, from a sample; text counts as 0, TRUE as 1.

    Arrays: taken as a whole; empty cells are passed over.
    Errors: #DIV/0! where there are fewer than two values.
    Source: Microsoft Support, "VARA function".

    =VARA({2,"x"})  -> 2
    =VARA(TRUE)  -> #DIV/0!
    """
    numbers, codes = numbers_and_text(value1)
    return with_errors(codes, sample_variance(numbers))


@function("VARPA")
def varpa(value1: AllCells) -> Column:
    """VARPA(value1, ...): the variance of a whole population; text counts as 0, TRUE as 1.

    Arrays: taken as a whole; empty cells are passed over.
    Errors: #DIV/0! where there are no values.
    Source: Microsoft Support, "VARPA function".

    =VARPA({2,"x"})  -> 1
    =VARPA({TRUE,FALSE})  -> 0.25
    """
    numbers, codes = numbers_and_text(value1)
    return with_errors(codes, population_variance(numbers))


@function("STDEVA")
def stdeva(value1: AllCells) -> Column:
    """STDEVA(value1, ...): the standard deviation, from a sample; text counts as 0, TRUE as 1.

    Arrays: taken as a whole; empty cells are passed over.
    Errors: #DIV/0! where there are fewer than two values.
    Source: Microsoft Support, "STDEVA function".

    =STDEVA({2,"x"})  -> SQRT(2)
    =STDEVA(TRUE)  -> #DIV/0!
    """
    numbers, codes = numbers_and_text(value1)
    return with_errors(codes, sample_deviation(numbers))


@function("STDEVPA")
def stdevpa(value1: AllCells) -> Column:
    """STDEVPA(value1, ...): the standard deviation of a whole population; text counts as 0, TRUE as 1.

    Arrays: taken as a whole; empty cells are passed over.
    Errors: #DIV/0! where there are no values.
    Source: Microsoft Support, "STDEVPA function".

    =STDEVPA({2,"x"})  -> 1
    =STDEVPA({TRUE,FALSE})  -> 0.5
    """
    numbers, codes = numbers_and_text(value1)
    return with_errors(codes, population_deviation(numbers))


@function("DEVSQ")
def devsq(number1: AllNumbers) -> Column:
    """DEVSQ(number1, ...): the sum of the squares of the deviations from the mean.

    Arrays: taken as a whole; text and booleans in references and arrays are passed over.
    Errors: #NUM! where there are no numbers.
    Source: Microsoft Support, "DEVSQ function".

    =DEVSQ(4,5,8,7,11,4,3)  -> 48
    =DEVSQ({"x"})  -> #NUM!
    """
    moments = Moments.of(number1)
    return error_where(moments.counts == 0, ExcelError.NUM, moments.powers(2))


@function("AVEDEV")
def avedev(number1: AllNumbers) -> Column:
    """AVEDEV(number1, ...): the mean distance from the mean.

    Arrays: taken as a whole; text and booleans in references and arrays are passed over.
    Errors: #NUM! where there are no numbers.
    Source: Microsoft Support, "AVEDEV function".

    =AVEDEV(2,4,6)  -> 4/3
    =AVEDEV({"x"})  -> #NUM!
    """
    moments = Moments.of(number1)
    distances = sums_by_owner(moments.owners, np.abs(moments.deviations), len(moments.counts))
    return error_where(moments.counts == 0, ExcelError.NUM, distances / np.maximum(moments.counts, 1))


@function("SKEW")
def skew(number1: AllNumbers) -> Column:
    """SKEW(number1, ...): the skewness, from a sample.

    Arrays: taken as a whole; text and booleans in references and arrays are passed over.
    Errors: #DIV/0! where there are fewer than three numbers, or all are equal.
    Source: Microsoft Support, "SKEW function".

    =SKEW(1,2,3)  -> 0
    =SKEW(1,2)  -> #DIV/0!
    """
    moments = Moments.of(number1)
    n = moments.counts.astype(np.float64)
    squares = moments.powers(2)
    none = (n < 3) | (squares == 0)
    scale = n / np.where(none, 1, (n - 1) * (n - 2))
    deviation = np.sqrt(np.where(none, 1, squares / np.maximum(n - 1, 1)))
    return error_where(none, ExcelError.DIV0, scale * moments.powers(3) / deviation**3)


@function("SKEW.P")
def skew_p(number1: AllNumbers) -> Column:
    """SKEW.P(number1, ...): the skewness of a whole population.

    Arrays: taken as a whole; text and booleans in references and arrays are passed over.
    Errors: #DIV/0! where there are fewer than three numbers, or all are equal.
    Source: Microsoft Support, "SKEW.P function".

    =SKEW.P(0,0,3)  -> SQRT(2)/2
    =SKEW.P(1,2)  -> #DIV/0!
    """
    moments = Moments.of(number1)
    n = moments.counts.astype(np.float64)
    squares = moments.powers(2)
    none = (n < 3) | (squares == 0)
    deviation = np.sqrt(np.where(none, 1, squares / np.maximum(n, 1)))
    return error_where(none, ExcelError.DIV0, moments.powers(3) / np.maximum(n, 1) / deviation**3)


@function("KURT")
def kurt(number1: AllNumbers) -> Column:
    """KURT(number1, ...): the excess kurtosis, from a sample.

    Arrays: taken as a whole; text and booleans in references and arrays are passed over.
    Errors: #DIV/0! where there are fewer than four numbers, or all are equal.
    Source: Microsoft Support, "KURT function".

    =KURT(1,2,3,4)  -> -1.2
    =KURT(1,2,3)  -> #DIV/0!
    """
    moments = Moments.of(number1)
    n = moments.counts.astype(np.float64)
    squares = moments.powers(2)
    none = (n < 4) | (squares == 0)
    variance = np.where(none, 1, squares / np.maximum(n - 1, 1))
    below = np.where(none, 1, (n - 2) * (n - 3))
    fourth = n * (n + 1) / np.where(none, 1, (n - 1) * below) * moments.powers(4) / variance**2
    return error_where(none, ExcelError.DIV0, fourth - 3 * (n - 1) ** 2 / below)


def sample_variance(numbers: NumberRuns) -> Column:
    """VAR.S of each row."""
    return _divided(numbers, 1, lambda variance: variance)


def population_variance(numbers: NumberRuns) -> Column:
    """VAR.P of each row."""
    return _divided(numbers, 0, lambda variance: variance)


def sample_deviation(numbers: NumberRuns) -> Column:
    """STDEV.S of each row."""
    return _divided(numbers, 1, np.sqrt)


def population_deviation(numbers: NumberRuns) -> Column:
    """STDEV.P of each row."""
    return _divided(numbers, 0, np.sqrt)


def _divided(numbers: NumberRuns, fewer: int, finish: object) -> Column:
    assert callable(finish)
    moments = Moments.of(numbers)
    degrees = moments.counts - fewer
    variance: Number = moments.powers(2) / np.maximum(degrees, 1)
    return error_where(degrees < 1, ExcelError.DIV0, finish(variance))
