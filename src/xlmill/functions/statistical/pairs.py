"""Pairs of numbers: correlation, covariance, and the straight line through them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlmill.functions.parameter import Number, Range
from xlmill.functions.registry import alias, function
from xlmill.values.cell_runs import sums_by_owner
from xlmill.values.coercion import Codes
from xlmill.values.column import ERROR, NUMBER, Arrays, Column, Index, Numbers, error_where, runs, with_errors
from xlmill.values.distinct_rows import distinct_rows
from xlmill.values.error_value import ExcelError


@dataclass(frozen=True, slots=True)
class Pairs:
    """Sums over the pairs of two arrays by row; `codes` has the error of rows that have one.

    `xx`, `xy` and `yy` are sums of products of the deviations from the means.
    """

    counts: Index
    mean_x: Numbers
    mean_y: Numbers
    xx: Numbers
    xy: Numbers
    yy: Numbers
    codes: Codes

    @classmethod
    def of(cls, array_y: Arrays, array_x: Arrays) -> Pairs:
        """Pairs in which both cells are numbers; #N/A where the sizes differ."""
        keys = [array_y.starts, array_y.rows, array_y.columns, array_x.starts, array_x.rows, array_x.columns]
        asked, inverse = distinct_rows(keys)
        x, y, owners, codes = paired_numbers(array_x.take(asked), array_y.take(asked))
        count = len(codes)
        counts = np.bincount(owners, minlength=count)
        mean_x, mean_y = (sums_by_owner(owners, part, count) / np.maximum(counts, 1) for part in (x, y))
        dx, dy = x - mean_x[owners], y - mean_y[owners]
        xx, xy, yy = (sums_by_owner(owners, product, count)[inverse] for product in (dx * dx, dx * dy, dy * dy))
        return cls(counts[inverse], mean_x[inverse], mean_y[inverse], xx, xy, yy, codes[inverse])

    def slope(self) -> Column:
        """The slope of the line through the pairs; #DIV/0! where all x are equal."""
        flat = self.xx == 0
        return error_where(flat, ExcelError.DIV0, self.xy / np.where(flat, 1, self.xx))


def paired_numbers(one: Arrays, other: Arrays) -> tuple[Numbers, Numbers, Index, Codes]:
    """The pairs in which both cells are numbers, the row of each, and by row the error: #N/A where the sizes differ."""
    differ = one.sizes != other.sizes
    sizes = np.where(differ, 0, one.sizes)
    owners = np.repeat(np.arange(len(sizes)), sizes)
    codes = np.zeros(len(sizes))
    numeric = np.ones(len(owners), np.bool_)
    numbers = []
    for array in (one, other):
        at = runs(array.starts, sizes)
        numbers.append(array.cells.numbers[at])
        if array.cells.uniform != NUMBER:
            kinds = array.cells.kinds[at]
            numeric &= kinds == NUMBER
            wrong = np.flatnonzero(kinds == ERROR)[::-1]
            codes[owners[wrong]] = numbers[-1][wrong]
    codes = np.where(differ, ExcelError.NA.code, codes)
    x, y = numbers
    if not numeric.all():
        x, y, owners = x[numeric], y[numeric], owners[numeric]
    return x, y, owners, codes


@function("CORREL")
def correl(array1: Range, array2: Range) -> Column:
    """CORREL(array1, array2): the correlation coefficient of pairs of numbers.

    Arrays: taken as a whole; pairs in which one is no number are passed over.
    Errors: #N/A where the sizes differ; #DIV/0! where there are no pairs or one side does not vary.
    Source: Microsoft Support, "CORREL function".

    =CORREL({1,2,3},{2,4,6})  -> 1
    =CORREL({1,2,3},{5,5,5})  -> #DIV/0!
    """
    pairs = Pairs.of(array1, array2)
    square = pairs.xx * pairs.yy
    none = square <= 0
    return with_errors(pairs.codes, error_where(none, ExcelError.DIV0, pairs.xy / np.sqrt(np.where(none, 1, square))))


alias("PEARSON", "CORREL")


@function("RSQ")
def rsq(known_ys: Range, known_xs: Range) -> Column:
    """RSQ(known_ys, known_xs): the square of the correlation coefficient of pairs of numbers.

    Arrays: taken as a whole; pairs in which one is no number are passed over.
    Errors: #N/A where the sizes differ; #DIV/0! where there are no pairs or one side does not vary.
    Source: Microsoft Support, "RSQ function".

    =RSQ({1,2,4},{2,4,8})  -> 1
    =RSQ({1,2},{1})  -> #N/A
    """
    pairs = Pairs.of(known_ys, known_xs)
    square = pairs.xx * pairs.yy
    none = square <= 0
    return with_errors(pairs.codes, error_where(none, ExcelError.DIV0, pairs.xy**2 / np.where(none, 1, square)))


@function("COVARIANCE.P")
def covariance_p(array1: Range, array2: Range) -> Column:
    """COVARIANCE.P(array1, array2): the covariance of a whole population of pairs.

    Arrays: taken as a whole; pairs in which one is no number are passed over.
    Errors: #N/A where the sizes differ; #DIV/0! where there are no pairs.
    Source: Microsoft Support, "COVARIANCE.P function".

    =COVARIANCE.P({3,2,4,5,6},{9,7,12,15,17})  -> 5.2
    =COVARIANCE.P({1,2},{1})  -> #N/A
    """
    pairs = Pairs.of(array1, array2)
    covariance = error_where(pairs.counts == 0, ExcelError.DIV0, pairs.xy / np.maximum(pairs.counts, 1))
    return with_errors(pairs.codes, covariance)


alias("COVAR", "COVARIANCE.P")


@function("COVARIANCE.S")
def covariance_s(array1: Range, array2: Range) -> Column:
    """COVARIANCE.S(array1, array2): the covariance, from a sample of pairs.

    Arrays: taken as a whole; pairs in which one is no number are passed over.
    Errors: #N/A where the sizes differ; #DIV/0! where there are fewer than two pairs.
    Source: Microsoft Support, "COVARIANCE.S function".

    =COVARIANCE.S({2,4,8},{5,11,12})  -> 29/3
    =COVARIANCE.S({1},{1})  -> #DIV/0!
    """
    pairs = Pairs.of(array1, array2)
    covariance = error_where(pairs.counts < 2, ExcelError.DIV0, pairs.xy / np.maximum(pairs.counts - 1, 1))
    return with_errors(pairs.codes, covariance)


@function("SLOPE")
def slope(known_ys: Range, known_xs: Range) -> Column:
    """SLOPE(known_ys, known_xs): the slope of the straight line that fits pairs best.

    Arrays: taken as a whole; pairs in which one is no number are passed over.
    Errors: #N/A where the sizes differ; #DIV/0! where there are no pairs or all x are equal.
    Source: Microsoft Support, "SLOPE function".

    =SLOPE({3,5,7},{1,2,3})  -> 2
    =SLOPE({1,2},{3,3})  -> #DIV/0!
    """
    pairs = Pairs.of(known_ys, known_xs)
    return with_errors(pairs.codes, pairs.slope())


@function("INTERCEPT")
def intercept(known_ys: Range, known_xs: Range) -> Column:
    """INTERCEPT(known_ys, known_xs): where the straight line that fits pairs best meets the y axis.

    Arrays: taken as a whole; pairs in which one is no number are passed over.
    Errors: #N/A where the sizes differ; #DIV/0! where there are no pairs or all x are equal.
    Source: Microsoft Support, "INTERCEPT function".

    =INTERCEPT({3,5,7},{1,2,3})  -> 1
    =INTERCEPT({1,2},{3,3})  -> #DIV/0!
    """
    pairs = Pairs.of(known_ys, known_xs)
    line = pairs.slope()
    at_zero = pairs.mean_y - line.numbers * pairs.mean_x
    return with_errors(pairs.codes, error_where(line.is_kind(ERROR), ExcelError.DIV0, at_zero))


@function("FORECAST.LINEAR")
def forecast_linear(x: Number, known_ys: Range, known_xs: Range) -> Column:
    """FORECAST.LINEAR(x, known_ys, known_xs): the value at x of the straight line that fits pairs best.

    Arrays: known_ys and known_xs are taken as a whole, x elementwise; pairs without two numbers are passed over.
    Errors: #N/A where the sizes differ; #DIV/0! where there are no pairs or all x are equal.
    Source: Microsoft Support, "FORECAST and FORECAST.LINEAR functions".

    =FORECAST.LINEAR(10,{3,5,7},{1,2,3})  -> 21
    =FORECAST.LINEAR(1,{1,2},{3,3})  -> #DIV/0!
    """
    pairs = Pairs.of(known_ys, known_xs)
    line = pairs.slope()
    value = pairs.mean_y + line.numbers * (x - pairs.mean_x)
    return with_errors(pairs.codes, error_where(line.is_kind(ERROR), ExcelError.DIV0, value))


alias("FORECAST", "FORECAST.LINEAR")


@function("STEYX")
def steyx(known_ys: Range, known_xs: Range) -> Column:
    """STEYX(known_ys, known_xs): the standard error of y about the straight line that fits pairs best.

    Arrays: taken as a whole; pairs in which one is no number are passed over.
    Errors: #N/A where the sizes differ; #DIV/0! where there are fewer than three pairs or all x are equal.
    Source: Microsoft Support, "STEYX function".

    =STEYX({1,3,2},{1,2,3})  -> SQRT(1.5)
    =STEYX({1,2},{1,2})  -> #DIV/0!
    """
    pairs = Pairs.of(known_ys, known_xs)
    none = (pairs.xx == 0) | (pairs.counts < 3)
    rest = pairs.yy - pairs.xy**2 / np.where(none, 1, pairs.xx)
    error = np.sqrt(np.maximum(rest, 0) / np.maximum(pairs.counts - 2, 1))
    return with_errors(pairs.codes, error_where(none, ExcelError.DIV0, error))
