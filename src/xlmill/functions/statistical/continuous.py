"""Gamma, beta, exponential and Weibull distributions, and the gamma function."""

from __future__ import annotations

import numpy as np

from xlmill.functions.parameter import Logical, Number, optional
from xlmill.functions.registry import alias, function
from xlmill.values.column import Column, Mask, error_where
from xlmill.values.error_value import ExcelError


def refused(wrong: Mask, result: Number) -> Column:
    """The result, #NUM! where an argument is out of its bounds or the result not finite."""
    return error_where(np.broadcast_to(wrong, result.shape) | ~np.isfinite(result), ExcelError.NUM, result)


@function("GAMMA")
def gamma(number: Number) -> Column:
    """GAMMA(number): the gamma function, the factorial moved by one.

    Arrays: elementwise.
    Errors: #NUM! for 0 and negative whole numbers, and where the result is too large.
    Source: Microsoft Support, "GAMMA function".

    =GAMMA(5)  -> 24
    =GAMMA(0)  -> #NUM!
    """
    from scipy.special import gamma as gamma_function

    return refused((number <= 0) & (number == np.trunc(number)), np.asarray(gamma_function(number), np.float64))


@function("GAMMALN")
def gammaln(x: Number) -> Column:
    """GAMMALN(x): the natural logarithm of the gamma function.

    Arrays: elementwise.
    Errors: #NUM! where x is not positive.
    Source: Microsoft Support, "GAMMALN function".

    =GAMMALN(5)  -> LN(24)
    =GAMMALN(0)  -> #NUM!
    """
    from scipy.special import gammaln as logarithm

    return refused(x <= 0, np.asarray(logarithm(x), np.float64))


alias("GAMMALN.PRECISE", "GAMMALN")


@function("GAMMA.DIST")
def gamma_dist(x: Number, alpha: Number, beta: Number, cumulative: Logical) -> Column:
    """GAMMA.DIST(x, alpha, beta, cumulative): the gamma distribution, or its density.

    Arrays: elementwise.
    Errors: #NUM! for a negative x, and where alpha or beta is not positive.
    Source: Microsoft Support, "GAMMA.DIST function".

    =GAMMA.DIST(1,1,1,TRUE)  -> 1-EXP(-1)
    =GAMMA.DIST(-1,1,1,TRUE)  -> #NUM!
    """
    from scipy.special import gammainc, xlogy
    from scipy.special import gammaln as logarithm

    wrong = (x < 0) | (alpha <= 0) | (beta <= 0)
    x, a, b = np.where(wrong, 1, x), np.where(wrong, 1, alpha), np.where(wrong, 1, beta)
    density = np.exp(xlogy(a - 1, x / b) - x / b - logarithm(a)) / b
    return refused(wrong, np.where(cumulative, gammainc(a, x / b), density))


alias("GAMMADIST", "GAMMA.DIST")


@function("GAMMA.INV")
def gamma_inv(probability: Number, alpha: Number, beta: Number) -> Column:
    """GAMMA.INV(probability, alpha, beta): the point up to which the gamma distribution has a probability.

    Arrays: elementwise.
    Errors: #NUM! for a probability below 0 or not below 1, and where alpha or beta is not positive.
    Source: Microsoft Support, "GAMMA.INV function".

    =GAMMA.INV(1-EXP(-1),1,1)  -> 1
    =GAMMA.INV(1,1,1)  -> #NUM!
    """
    from scipy.special import gammaincinv

    wrong = (probability < 0) | (probability >= 1) | (alpha <= 0) | (beta <= 0)
    a, b = np.where(wrong, 1, alpha), np.where(wrong, 1, beta)
    return refused(wrong, b * gammaincinv(a, np.where(wrong, 0, probability)))


alias("GAMMAINV", "GAMMA.INV")


@function("BETA.DIST")
def beta_dist(
    x: Number, alpha: Number, beta: Number, cumulative: Logical, a: Number = optional(0), b: Number = optional(1)
) -> Column:
    """BETA.DIST(x, alpha, beta, cumulative, [A], [B]): the beta distribution from A to B, or its density.

    Arrays: elementwise.
    Errors: #NUM! where alpha or beta is not positive, x is not from A to B, or A equals B.
    Source: Microsoft Support, "BETA.DIST function".

    =BETA.DIST(0.5,2,2,TRUE)  -> 0.5
    =BETA.DIST(2,8,10,TRUE,1,3)  -> 0.685470581054687
    =BETA.DIST(2,1,1,TRUE)  -> #NUM!
    """
    from scipy.special import betainc, betaln, xlog1py, xlogy

    wrong = (alpha <= 0) | (beta <= 0) | (x < a) | (x > b) | (a >= b)
    width = np.where(wrong, 1, b - a)
    z = np.where(wrong, 0.5, (x - a) / width)
    p, q = np.where(wrong, 1, alpha), np.where(wrong, 1, beta)
    density = np.exp(xlogy(p - 1, z) + xlog1py(q - 1, -z) - betaln(p, q)) / width
    return refused(wrong, np.where(cumulative, betainc(p, q, z), density))


@function("BETADIST")
def betadist(x: Number, alpha: Number, beta: Number, a: Number = optional(0), b: Number = optional(1)) -> Column:
    """BETADIST(x, alpha, beta, [A], [B]): the beta distribution from A to B.

    Arrays: elementwise.
    Errors: #NUM! where alpha or beta is not positive, x is not from A to B, or A equals B.
    Source: Microsoft Support, "BETADIST function".

    =BETADIST(0.5,2,2)  -> 0.5
    =BETADIST(2,1,1)  -> #NUM!
    """
    return beta_dist(x, alpha, beta, np.ones(1, np.bool_), a, b)


@function("BETA.INV")
def beta_inv(
    probability: Number, alpha: Number, beta: Number, a: Number = optional(0), b: Number = optional(1)
) -> Column:
    """BETA.INV(probability, alpha, beta, [A], [B]): the point up to which the beta distribution has a probability.

    Arrays: elementwise.
    Errors: #NUM! for a probability that is not between 0 and 1, where alpha or beta is not positive, or A is not
    below B.
    Source: Microsoft Support, "BETA.INV function".

    =BETA.INV(0.5,2,2)  -> 0.5
    =BETA.INV(0,2,2)  -> #NUM!
    """
    from scipy.special import betaincinv

    wrong = (probability <= 0) | (probability >= 1) | (alpha <= 0) | (beta <= 0) | (a >= b)
    p, q = np.where(wrong, 1, alpha), np.where(wrong, 1, beta)
    return refused(wrong, a + (b - a) * betaincinv(p, q, np.where(wrong, 0.5, probability)))


alias("BETAINV", "BETA.INV")


@function("EXPON.DIST")
def expon_dist(x: Number, lambda_: Number, cumulative: Logical) -> Column:
    """EXPON.DIST(x, lambda, cumulative): the exponential distribution, or its density.

    Arrays: elementwise.
    Errors: #NUM! for a negative x, and where lambda is not positive.
    Source: Microsoft Support, "EXPON.DIST function".

    =EXPON.DIST(1,2,TRUE)  -> 1-EXP(-2)
    =EXPON.DIST(1,2,FALSE)  -> 2*EXP(-2)
    """
    wrong = (x < 0) | (lambda_ <= 0)
    return refused(wrong, np.where(cumulative, -np.expm1(-lambda_ * x), lambda_ * np.exp(-lambda_ * x)))


alias("EXPONDIST", "EXPON.DIST")


@function("WEIBULL.DIST")
def weibull_dist(x: Number, alpha: Number, beta: Number, cumulative: Logical) -> Column:
    """WEIBULL.DIST(x, alpha, beta, cumulative): the Weibull distribution, or its density.

    Arrays: elementwise.
    Errors: #NUM! for a negative x, and where alpha or beta is not positive.
    Source: Microsoft Support, "WEIBULL.DIST function".

    =WEIBULL.DIST(1,1,1,TRUE)  -> 1-EXP(-1)
    =WEIBULL.DIST(1,2,1,FALSE)  -> 2*EXP(-1)
    """
    wrong = (x < 0) | (alpha <= 0) | (beta <= 0)
    x, a, b = np.where(wrong, 1, x), np.where(wrong, 1, alpha), np.where(wrong, 1, beta)
    reach = np.power(x / b, a)
    return refused(wrong, np.where(cumulative, -np.expm1(-reach), a / b * np.power(x / b, a - 1) * np.exp(-reach)))


alias("WEIBULL", "WEIBULL.DIST")
