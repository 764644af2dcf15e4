"""The distributions of sample statistics: Student's t, chi-squared, F."""

from __future__ import annotations

import numpy as np

from xlmill.functions.parameter import Logical, Number
from xlmill.functions.registry import alias, function
from xlmill.functions.statistical.continuous import refused
from xlmill.values.column import Column, Mask, error_where
from xlmill.values.error_value import ExcelError

_MOST_DEGREES = 1e10


def t_upper(x: Number, degrees: Number) -> Number:
    """The probability that Student's t is above x."""
    from scipy.special import stdtr

    return np.asarray(stdtr(degrees, -x), np.float64)


def chi_squared_upper(x: Number, degrees: Number) -> Number:
    """The probability that chi-squared is above x."""
    from scipy.special import chdtrc

    return np.asarray(chdtrc(degrees, x), np.float64)


def f_upper(x: Number, degrees1: Number, degrees2: Number) -> Number:
    """The probability that F is above x."""
    from scipy.special import fdtrc

    return np.asarray(fdtrc(degrees1, degrees2, x), np.float64)


def t_inverse(probability: Number, degrees: Number) -> Number:
    """The point up to which Student's t has a probability."""
    from scipy.special import stdtrit

    return np.asarray(stdtrit(degrees, probability), np.float64)


def _degrees(degrees: Number, least: float = 1) -> tuple[Number, Mask]:
    whole = np.trunc(degrees)
    wrong = (whole < least) | (whole > _MOST_DEGREES)
    return np.where(wrong, 1, whole), wrong


@function("T.DIST")
def t_dist(x: Number, deg_freedom: Number, cumulative: Logical) -> Column:
    """T.DIST(x, deg_freedom, cumulative): Student's t distribution up to x, or its density.

    Arrays: elementwise; deg_freedom is cut down to a whole number.
    Errors: #NUM! for deg_freedom below 1.
    Source: Microsoft Support, "T.DIST function".

    =T.DIST(0,5,TRUE)  -> 0.5
    =T.DIST(1,1,FALSE)  -> 1/(2*PI())
    """
    from scipy.special import gammaln

    n, wrong = _degrees(deg_freedom)
    scale = np.exp(gammaln((n + 1) / 2) - gammaln(n / 2)) / np.sqrt(n * np.pi)
    return refused(wrong, np.where(cumulative, t_upper(-x, n), scale * np.power(1 + x * x / n, -(n + 1) / 2)))


@function("T.DIST.RT")
def t_dist_rt(x: Number, deg_freedom: Number) -> Column:
    """T.DIST.RT(x, deg_freedom): the probability that Student's t is above x.

    Arrays: elementwise; deg_freedom is cut down to a whole number.
    Errors: #NUM! for deg_freedom below 1.
    Source: Microsoft Support, "T.DIST.RT function".

    =T.DIST.RT(0,5)  -> 0.5
    =T.DIST.RT(1,1)  -> 0.25
    """
    n, wrong = _degrees(deg_freedom)
    return refused(wrong, t_upper(x, n))


@function("T.DIST.2T")
def t_dist_2t(x: Number, deg_freedom: Number) -> Column:
    """T.DIST.2T(x, deg_freedom): the probability that Student's t is further from 0 than x.

    Arrays: elementwise; deg_freedom is cut down to a whole number.
    Errors: #NUM! for a negative x, and for deg_freedom below 1.
    Source: Microsoft Support, "T.DIST.2T function".

    =T.DIST.2T(1,1)  -> 0.5
    =T.DIST.2T(-1,1)  -> #NUM!
    """
    n, wrong = _degrees(deg_freedom)
    return refused(wrong | (x < 0), 2 * t_upper(x, n))


@function("TDIST")
def tdist(x: Number, deg_freedom: Number, tails: Number) -> Column:
    """TDIST(x, deg_freedom, tails): the probability of Student's t beyond x, on one side or both.

    Arrays: elementwise; deg_freedom and tails are cut down to whole numbers.
    Errors: #NUM! for a negative x, deg_freedom below 1, or tails other than 1 and 2.
    Source: Microsoft Support, "TDIST function".

    =TDIST(1,1,1)  -> 0.25
    =TDIST(1,1,2)  -> 0.5
    """
    n, wrong = _degrees(deg_freedom)
    sides = np.trunc(tails)
    return refused(wrong | (x < 0) | (sides < 1) | (sides > 2), sides * t_upper(x, n))


@function("T.INV")
def t_inv(probability: Number, deg_freedom: Number) -> Column:
    """T.INV(probability, deg_freedom): the point up to which Student's t has a probability.

    Arrays: elementwise; deg_freedom is cut down to a whole number.
    Errors: #NUM! for a probability that is not between 0 and 1, and for deg_freedom below 1.
    Source: Microsoft Support, "T.INV function".

    =T.INV(0.75,1)  -> 1
    =T.INV(0,1)  -> #NUM!
    """
    n, wrong = _degrees(deg_freedom)
    return refused(wrong | (probability <= 0) | (probability >= 1), t_inverse(probability, n))


@function("T.INV.2T")
def t_inv_2t(probability: Number, deg_freedom: Number) -> Column:
    """T.INV.2T(probability, deg_freedom): the distance from 0 beyond which Student's t has a probability.

    Arrays: elementwise; deg_freedom is cut down to a whole number.
    Errors: #NUM! for a probability not above 0 or above 1, and for deg_freedom below 1.
    Source: Microsoft Support, "T.INV.2T function".

    =T.INV.2T(0.5,1)  -> 1
    =T.INV.2T(0,1)  -> #NUM!
    """
    n, wrong = _degrees(deg_freedom)
    return refused(wrong | (probability <= 0) | (probability > 1), -t_inverse(probability / 2, n))


alias("TINV", "T.INV.2T")


@function("CHISQ.DIST")
def chisq_dist(x: Number, deg_freedom: Number, cumulative: Logical) -> Column:
    """CHISQ.DIST(x, deg_freedom, cumulative): the chi-squared distribution up to x, or its density.

    Arrays: elementwise; deg_freedom is cut down to a whole number.
    Errors: #NUM! for a negative x, and for deg_freedom below 1.
    Source: Microsoft Support, "CHISQ.DIST function".

    =CHISQ.DIST(2,2,TRUE)  -> 1-EXP(-1)
    =CHISQ.DIST(2,2,FALSE)  -> EXP(-1)/2
    """
    from scipy.special import chdtr, gammaln, xlogy

    n, wrong = _degrees(deg_freedom)
    wrong = wrong | (x < 0)
    point = np.where(wrong, 1, x)
    density = np.exp(xlogy(n / 2 - 1, point / 2) - point / 2 - gammaln(n / 2)) / 2
    return refused(wrong, np.where(cumulative, chdtr(n, point), density))


@function("CHISQ.DIST.RT")
def chisq_dist_rt(x: Number, deg_freedom: Number) -> Column:
    """CHISQ.DIST.RT(x, deg_freedom): the probability that chi-squared is above x.

    Arrays: elementwise; deg_freedom is cut down to a whole number.
    Errors: #NUM! for a negative x, and for deg_freedom below 1.
    Source: Microsoft Support, "CHISQ.DIST.RT function".

    =CHISQ.DIST.RT(2,2)  -> EXP(-1)
    =CHISQ.DIST.RT(-1,2)  -> #NUM!
    """
    n, wrong = _degrees(deg_freedom)
    return refused(wrong | (x < 0), chi_squared_upper(np.maximum(x, 0), n))


alias("CHIDIST", "CHISQ.DIST.RT")


@function("CHISQ.INV")
def chisq_inv(probability: Number, deg_freedom: Number) -> Column:
    """CHISQ.INV(probability, deg_freedom): the point up to which chi-squared has a probability.

    Arrays: elementwise; deg_freedom is cut down to a whole number.
    Errors: #NUM! for a probability below 0 or not below 1, and for deg_freedom below 1.
    Source: Microsoft Support, "CHISQ.INV function".

    =CHISQ.INV(1-EXP(-1),2)  -> 2
    =CHISQ.INV(-1,2)  -> #NUM!
    """
    from scipy.special import gammaincinv

    n, wrong = _degrees(deg_freedom)
    wrong = wrong | (probability < 0) | (probability >= 1)
    return refused(wrong, 2 * gammaincinv(n / 2, np.where(wrong, 0, probability)))


@function("CHISQ.INV.RT")
def chisq_inv_rt(probability: Number, deg_freedom: Number) -> Column:
    """CHISQ.INV.RT(probability, deg_freedom): the point above which chi-squared has a probability.

    Arrays: elementwise; deg_freedom is cut down to a whole number.
    Errors: #NUM! for a probability not above 0 or above 1, and for deg_freedom below 1.
    Source: Microsoft Support, "CHISQ.INV.RT function".

    =CHISQ.INV.RT(EXP(-1),2)  -> 2
    =CHISQ.INV.RT(0,2)  -> #NUM!
    """
    from scipy.special import chdtri

    n, wrong = _degrees(deg_freedom)
    wrong = wrong | (probability <= 0) | (probability > 1)
    return refused(wrong, np.asarray(chdtri(n, np.where(wrong, 1, probability)), np.float64))


alias("CHIINV", "CHISQ.INV.RT")


@function("F.DIST")
def f_dist(x: Number, deg_freedom1: Number, deg_freedom2: Number, cumulative: Logical) -> Column:
    """F.DIST(x, deg_freedom1, deg_freedom2, cumulative): the F distribution up to x, or its density.

    Arrays: elementwise; degrees of freedom are cut down to whole numbers.
    Errors: #NUM! for a negative x, and for degrees of freedom below 1.
    Source: Microsoft Support, "F.DIST function".

    =F.DIST(1,2,2,TRUE)  -> 0.5
    =F.DIST(1,2,2,FALSE)  -> 0.25
    """
    from scipy.special import betaln, fdtr, xlogy

    (m, wrong1), (n, wrong2) = _degrees(deg_freedom1), _degrees(deg_freedom2)
    wrong = wrong1 | wrong2 | (x < 0)
    point = np.where(wrong, 1, x)
    logarithm = (
        xlogy(m / 2, m / n) + xlogy(m / 2 - 1, point) - (m + n) / 2 * np.log1p(m * point / n) - betaln(m / 2, n / 2)
    )
    return refused(wrong, np.where(cumulative, fdtr(m, n, point), np.exp(logarithm)))


@function("F.DIST.RT")
def f_dist_rt(x: Number, deg_freedom1: Number, deg_freedom2: Number) -> Column:
    """F.DIST.RT(x, deg_freedom1, deg_freedom2): the probability that F is above x.

    Arrays: elementwise; degrees of freedom are cut down to whole numbers.
    Errors: #NUM! for a negative x, and for degrees of freedom below 1.
    Source: Microsoft Support, "F.DIST.RT function".

    =F.DIST.RT(1,2,2)  -> 0.5
    =F.DIST.RT(-1,2,2)  -> #NUM!
    """
    (m, wrong1), (n, wrong2) = _degrees(deg_freedom1), _degrees(deg_freedom2)
    return refused(wrong1 | wrong2 | (x < 0), f_upper(np.maximum(x, 0), m, n))


alias("FDIST", "F.DIST.RT")


@function("F.INV")
def f_inv(probability: Number, deg_freedom1: Number, deg_freedom2: Number) -> Column:
    """F.INV(probability, deg_freedom1, deg_freedom2): the point up to which F has a probability.

    Arrays: elementwise; degrees of freedom are cut down to whole numbers.
    Errors: #NUM! for a probability below 0 or not below 1, and for degrees of freedom below 1.
    Source: Microsoft Support, "F.INV function".

    =F.INV(0.5,2,2)  -> 1
    =F.INV(2,2,2)  -> #NUM!
    """
    return _f_inverse(probability, deg_freedom1, deg_freedom2, (probability < 0) | (probability >= 1))


@function("F.INV.RT")
def f_inv_rt(probability: Number, deg_freedom1: Number, deg_freedom2: Number) -> Column:
    """F.INV.RT(probability, deg_freedom1, deg_freedom2): the point above which F has a probability.

    Arrays: elementwise; degrees of freedom are cut down to whole numbers.
    Errors: #NUM! for a probability not above 0 or above 1, and for degrees of freedom below 1.
    Source: Microsoft Support, "F.INV.RT function".

    =F.INV.RT(0.5,2,2)  -> 1
    =F.INV.RT(0,2,2)  -> #NUM!
    """
    return _f_inverse(1 - probability, deg_freedom1, deg_freedom2, (probability <= 0) | (probability > 1))


alias("FINV", "F.INV.RT")


def _f_inverse(probability: Number, degrees1: Number, degrees2: Number, out_of_bounds: Mask) -> Column:
    from scipy.special import fdtri

    (m, wrong1), (n, wrong2) = _degrees(degrees1), _degrees(degrees2)
    wrong = wrong1 | wrong2 | out_of_bounds
    return refused(wrong, np.asarray(fdtri(m, n, np.where(wrong, 0.5, probability)), np.float64))


@function("CONFIDENCE.T")
def confidence_t(alpha: Number, standard_dev: Number, size: Number) -> Column:
    """CONFIDENCE.T(alpha, standard_dev, size): half the width of the confidence interval for a mean, by Student's t.

    Arrays: elementwise; size is cut down to a whole number.
    Errors: #NUM! for alpha not between 0 and 1, standard_dev not positive, or size below 1; #DIV/0! for size 1.
    Source: Microsoft Support, "CONFIDENCE.T function".

    =CONFIDENCE.T(0.05,1,50)  -> T.INV.2T(0.05,49)/SQRT(50)
    =CONFIDENCE.T(0.05,1,1)  -> #DIV/0!
    """
    count = np.trunc(size)
    wrong = (alpha <= 0) | (alpha >= 1) | (standard_dev <= 0) | (count < 1)
    width = -t_inverse(alpha / 2, np.maximum(count - 1, 1)) * standard_dev / np.sqrt(np.maximum(count, 1))
    return error_where(np.broadcast_to(~wrong & (count == 1), width.shape), ExcelError.DIV0, refused(wrong, width))
