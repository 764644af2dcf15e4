"""Tests of hypotheses, by the probability of what was observed: T.TEST, F.TEST, Z.TEST, CHISQ.TEST."""

from __future__ import annotations

import numpy as np

from xlmill.functions.parameter import Number, Numbers, Range, optional
from xlmill.functions.registry import alias, function
from xlmill.functions.statistical.normal import cumulative_normal
from xlmill.functions.statistical.of_samples import chi_squared_upper, f_upper, t_upper
from xlmill.functions.statistical.pairs import paired_numbers
from xlmill.functions.statistical.samples import Moments, numbers_among
from xlmill.values.cell_runs import sums_by_owner
from xlmill.values.coercion import Codes
from xlmill.values.column import Arrays, Column, Mask, error_where, with_errors
from xlmill.values.error_value import ExcelError

_PAIRS, _EQUAL_VARIANCE, _ANY_VARIANCE = 1, 2, 3


@function("T.TEST")
def t_test(array1: Range, array2: Range, tails: Number, type_: Number) -> Column:
    """T.TEST(array1, array2, tails, type): the probability that two samples come from populations of equal means.

    tails is 1 or 2; type is 1 for pairs, 2 for samples of equal variance, 3 for samples of any variance. Both are cut
    down to whole numbers.
    Arrays: array1 and array2 are taken as a whole; what is no number is passed over, in pairs with its partner.
    Errors: #N/A for pairs of which one side is longer; #NUM! for other tails or types; #DIV/0! for too few numbers,
    and where nothing varies.
    Source: Microsoft Support, "T.TEST function".

    =T.TEST({3,4,5,8,9,1,2,4,5},{6,19,3,2,14,4,5,17,1},2,1)  -> 0.196015784925282
    =T.TEST({1,2,3},{2,4,9},2,2)  -> T.DIST.2T(3/SQRT(14/3),4)
    =T.TEST({1,2},{1,2},3,1)  -> #NUM!
    =T.TEST({1,2},{1},1,1)  -> #N/A
    """
    sides, kind = np.trunc(tails), np.trunc(type_)
    wrong = (sides < 1) | (sides > 2) | (kind < _PAIRS) | (kind > _ANY_VARIANCE)
    paired = kind == _PAIRS
    squared1, degrees1, codes1 = _of_pairs(array1, array2)
    squared2, degrees2, codes2 = _of_samples(array1, array2, kind == _EQUAL_VARIANCE)
    squared, degrees = np.where(paired, squared1, squared2), np.where(paired, degrees1, degrees2)
    undefined = ~np.isfinite(squared) | ~(degrees > 0)
    probability = sides * t_upper(np.sqrt(np.where(undefined, 0, squared)), np.where(undefined, 1, degrees))
    result = error_where(undefined, ExcelError.DIV0, probability)
    return error_where(wrong, ExcelError.NUM, with_errors(np.where(paired, codes1, codes2), result))


alias("TTEST", "T.TEST")


@function("F.TEST")
def f_test(array1: Numbers, array2: Numbers) -> Column:
    """F.TEST(array1, array2): the probability, on both sides, that two samples come from populations of equal variance.

    Arrays: taken as a whole; what is no number is passed over.
    Errors: #DIV/0! for fewer than two numbers, and where one sample does not vary.
    Source: Microsoft Support, "F.TEST function".

    =F.TEST({6,7,9,15,21},{20,28,31,38,40})  -> 0.64831784643512
    =F.TEST({1,2},{5,5})  -> #DIV/0!
    """
    one, other = Moments.of(array1), Moments.of(array2)
    sums1, sums2 = one.powers(2), other.powers(2)
    undefined = (sums1 == 0) | (sums2 == 0)
    degrees1, degrees2 = np.maximum(one.counts - 1.0, 1), np.maximum(other.counts - 1.0, 1)
    ratio = (sums1 / degrees1) / np.where(undefined, 1, sums2 / degrees2)
    # The smaller tail from its own end: the complement of the larger one would have fewer digits.
    tail = np.minimum(
        f_upper(ratio, degrees1, degrees2), f_upper(1 / np.where(undefined, 1, ratio), degrees2, degrees1)
    )
    return error_where(undefined, ExcelError.DIV0, 2 * tail)


alias("FTEST", "F.TEST")


@function("Z.TEST")
def z_test(array: Numbers, x: Number, sigma: Number | None = optional(None)) -> Column:
    """Z.TEST(array, x, [sigma]): the probability that a sample's mean is above that observed, if x is the true mean.

    sigma is the population's standard deviation, if not given that of the sample.
    Arrays: array is taken as a whole, what is no number passed over; x and sigma elementwise.
    Errors: #N/A where there are no numbers; #NUM! where sigma is not positive; #DIV/0! where it is not given and the
    numbers do not vary.
    Source: Microsoft Support, "Z.TEST function".

    =Z.TEST({3,6,7,8,6,5,4,2,1,9},4)  -> 0.0905741968513638
    =Z.TEST({1,3},2,1)  -> 0.5
    =Z.TEST({5},4)  -> #DIV/0!
    """
    moments = Moments.of(array)
    counts = moments.counts
    if sigma is None:
        deviation = np.sqrt(moments.powers(2) / np.maximum(counts - 1, 1))
        wrong, error = deviation == 0, ExcelError.DIV0
    else:
        deviation = sigma
        wrong, error = deviation <= 0, ExcelError.NUM
    z = (moments.means - x) * np.sqrt(counts) / np.where(wrong, 1, deviation)
    return error_where(counts == 0, ExcelError.NA, error_where(wrong, error, cumulative_normal(-z)))


alias("ZTEST", "Z.TEST")


@function("CHISQ.TEST")
def chisq_test(actual_range: Range, expected_range: Range) -> Column:
    """CHISQ.TEST(actual_range, expected_range): the probability of counts, if chance alone parts them from others.

    There are (rows - 1) * (columns - 1) degrees of freedom; in a single row or column one less than cells.
    Arrays: taken as a whole; pairs in which one is no number are passed over.
    Errors: #N/A where the sizes differ and for single cells; #NUM! for a negative expected number; #DIV/0! for 0.
    Source: Microsoft Support, "CHISQ.TEST function".

    =CHISQ.TEST({58,35;11,25;10,23},{45.35,47.65;17.56,18.44;16.09,16.91})  -> EXP(-16.16957507479688/2)
    =CHISQ.TEST({1,2,3},{2,2,2})  -> EXP(-0.5)
    =CHISQ.TEST({1,2},{0,3})  -> #DIV/0!
    =CHISQ.TEST({1,2},{3})  -> #N/A
    """
    actual, expected, owners, codes = paired_numbers(actual_range, expected_range)
    count = len(codes)
    rows, columns = actual_range.rows, actual_range.columns
    degrees = np.where((rows > 1) & (columns > 1), (rows - 1) * (columns - 1), rows * columns - 1).astype(np.float64)
    codes = np.where((codes == 0) & (degrees < 1), float(ExcelError.NA.code), codes)
    negative = np.bincount(owners[expected < 0], minlength=count) > 0
    zero = np.bincount(owners[expected == 0], minlength=count) > 0
    parts = (actual - expected) ** 2 / np.where(expected == 0, 1, expected)
    sums = np.where(negative, 0, sums_by_owner(owners, parts, count))
    probability = chi_squared_upper(sums, np.maximum(degrees, 1))
    result = error_where(zero, ExcelError.DIV0, error_where(negative, ExcelError.NUM, probability))
    return with_errors(codes, result)


alias("CHITEST", "CHISQ.TEST")


def _of_pairs(array1: Arrays, array2: Arrays) -> tuple[Number, Number, Codes]:
    """By row t squared of the differences within pairs, not finite where they do not vary; and degrees of freedom."""
    one, other, owners, codes = paired_numbers(array1, array2)
    counts = np.bincount(owners, minlength=len(codes)).astype(np.float64)
    means = sums_by_owner(owners, one - other, len(codes)) / np.maximum(counts, 1)
    squares = sums_by_owner(owners, (one - other - means[owners]) ** 2, len(codes))
    degrees = counts - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        return means**2 * counts * degrees / squares, degrees, codes


def _of_samples(array1: Arrays, array2: Arrays, equal: Mask) -> tuple[Number, Number, Codes]:
    """By row t squared of the difference of two means, not finite where nothing varies; and degrees of freedom."""
    (runs1, codes1), (runs2, codes2) = numbers_among(array1), numbers_among(array2)
    one, other = Moments.of(runs1), Moments.of(runs2)
    degrees1, degrees2 = one.counts - 1.0, other.counts - 1.0
    sums1, sums2 = one.powers(2), other.powers(2)
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled = (sums1 + sums2) / (degrees1 + degrees2) * (1 / one.counts + 1 / other.counts)
        error1, error2 = sums1 / degrees1 / one.counts, sums2 / degrees2 / other.counts
        welch = (error1 + error2) ** 2 / (error1**2 / degrees1 + error2**2 / degrees2)
        squared = (one.means - other.means) ** 2 / np.where(equal, pooled, error1 + error2)
    degrees = np.where(equal, degrees1 + degrees2, welch)
    return squared, degrees, np.where(codes1 != 0, codes1, codes2)
