"""Distributions of counts: binomial, negative binomial, Poisson, hypergeometric."""

from __future__ import annotations

import numpy as np

from xlmill.functions.parameter import Logical, Number, optional
from xlmill.functions.registry import alias, function
from xlmill.values.column import Column, Mask, error_where
from xlmill.values.error_value import ExcelError


def _refused(wrong: Mask, result: Number) -> Column:
    return error_where(np.broadcast_to(wrong, result.shape) | ~np.isfinite(result), ExcelError.NUM, result)


def _binomial(k: Number, n: Number, p: Number) -> Number:
    """The probability of exactly k of n; arguments must be possible."""
    from scipy.special import gammaln, xlog1py, xlogy

    ways = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return np.asarray(np.exp(ways + xlogy(k, p) + xlog1py(n - k, -p)), np.float64)


def _up_to(k: Number, n: Number, p: Number) -> Number:
    """The probability of at most k of n."""
    from scipy.special import betainc

    return np.where(k >= n, 1.0, betainc(np.maximum(n - k, 1), k + 1, 1 - p))


@function("BINOM.DIST")
def binom_dist(number_s: Number, trials: Number, probability_s: Number, cumulative: Logical) -> Column:
    """BINOM.DIST(number_s, trials, probability_s, cumulative): the probability of so many successes, or up to them.

    Arrays: elementwise; number_s and trials are cut down to whole numbers.
    Errors: #NUM! where number_s is not from 0 to trials, or probability_s not from 0 to 1.
    Source: Microsoft Support, "BINOM.DIST function".

    =BINOM.DIST(1,2,0.5,FALSE)  -> 0.5
    =BINOM.DIST(1,2,0.5,TRUE)  -> 0.75
    =BINOM.DIST(3,2,0.5,TRUE)  -> #NUM!
    """
    k, n = np.trunc(number_s), np.trunc(trials)
    wrong = (k < 0) | (k > n) | (probability_s < 0) | (probability_s > 1)
    k, n, p = np.where(wrong, 0, k), np.where(wrong, 0, n), np.where(wrong, 0, probability_s)
    return _refused(wrong, np.where(cumulative, _up_to(k, n, p), _binomial(k, n, p)))


alias("BINOMDIST", "BINOM.DIST")


@function("BINOM.DIST.RANGE")
def binom_dist_range(
    trials: Number, probability_s: Number, number_s: Number, number_s2: Number = optional(None)
) -> Column:
    """BINOM.DIST.RANGE(trials, probability_s, number_s, [number_s2]): the probability of successes in a range.

    Arrays: elementwise; counts are cut down to whole numbers.
    Errors: #NUM! where number_s is not from 0 to trials, number_s2 not from there to trials, or probability_s not
    from 0 to 1.
    Source: Microsoft Support, "BINOM.DIST.RANGE function".

    =BINOM.DIST.RANGE(2,0.5,1)  -> 0.5
    =BINOM.DIST.RANGE(2,0.5,1,2)  -> 0.75
    """
    n, low = np.trunc(trials), np.trunc(number_s)
    high = low if number_s2 is None else np.trunc(number_s2)
    wrong = (n < 0) | (low < 0) | (low > n) | (high < low) | (high > n) | (probability_s < 0) | (probability_s > 1)
    n, low, high, p = (np.where(wrong, 0, part) for part in (n, low, high, probability_s))
    between = _up_to(high, n, p) - np.where(low > 0, _up_to(np.maximum(low - 1, 0), n, p), 0)
    return _refused(wrong, np.where(low == high, _binomial(low, n, p), between))


@function("BINOM.INV")
def binom_inv(trials: Number, probability_s: Number, alpha: Number) -> Column:
    """BINOM.INV(trials, probability_s, alpha): the smallest count that the binomial distribution reaches alpha at.

    Arrays: elementwise; trials is cut down to a whole number.
    Errors: #NUM! for trials below 0, and for probabilities that are not between 0 and 1.
    Source: Microsoft Support, "BINOM.INV function".

    =BINOM.INV(10,0.5,0.75)  -> 6
    =BINOM.INV(10,0.5,2)  -> #NUM!
    """
    n, p, goal = np.broadcast_arrays(np.trunc(trials), probability_s, alpha)
    wrong = (n < 0) | (p <= 0) | (p >= 1) | (goal <= 0) | (goal >= 1)
    n, p = np.where(wrong, 0, n), np.where(wrong, 0.5, p)
    low, high = np.zeros(n.shape), n.copy()
    while (low < high).any():
        middle = np.floor((low + high) / 2)
        reached = _up_to(middle, n, p) >= goal
        low, high = np.where(reached | (low >= high), low, middle + 1), np.where(reached, middle, high)
    return _refused(wrong, low)


alias("CRITBINOM", "BINOM.INV")


@function("NEGBINOM.DIST")
def negbinom_dist(number_f: Number, number_s: Number, probability_s: Number, cumulative: Logical) -> Column:
    """NEGBINOM.DIST(number_f, number_s, probability_s, cumulative): failures before a number of successes.

    Arrays: elementwise; counts are cut down to whole numbers.
    Errors: #NUM! for number_f below 0, number_s below 1, or a probability that is not from 0 to 1.
    Source: Microsoft Support, "NEGBINOM.DIST function".

    =NEGBINOM.DIST(1,1,0.5,FALSE)  -> 0.25
    =NEGBINOM.DIST(1,1,0.5,TRUE)  -> 0.75
    """
    from scipy.special import betainc

    k, n = np.trunc(number_f), np.trunc(number_s)
    wrong = (k < 0) | (n < 1) | (probability_s < 0) | (probability_s > 1)
    k, n, p = np.where(wrong, 0, k), np.where(wrong, 1, n), np.where(wrong, 0.5, probability_s)
    return _refused(wrong, np.where(cumulative, betainc(n, k + 1, p), p * _binomial(k, k + n - 1, 1 - p)))


@function("NEGBINOMDIST")
def negbinomdist(number_f: Number, number_s: Number, probability_s: Number) -> Column:
    """NEGBINOMDIST(number_f, number_s, probability_s): the probability of failures before a number of successes.

    Arrays: elementwise; counts are cut down to whole numbers.
    Errors: #NUM! for number_f below 0, number_s below 1, or a probability that is not from 0 to 1.
    Source: Microsoft Support, "NEGBINOMDIST function".

    =NEGBINOMDIST(1,1,0.5)  -> 0.25
    =NEGBINOMDIST(-1,1,0.5)  -> #NUM!
    """
    return negbinom_dist(number_f, number_s, probability_s, np.zeros(1, np.bool_))


@function("POISSON.DIST")
def poisson_dist(x: Number, mean: Number, cumulative: Logical) -> Column:
    """POISSON.DIST(x, mean, cumulative): the probability of a number of events, or of at most so many.

    Arrays: elementwise; x is cut down to a whole number.
    Errors: #NUM! for a negative x or mean.
    Source: Microsoft Support, "POISSON.DIST function".

    =POISSON.DIST(1,2,FALSE)  -> 2*EXP(-2)
    =POISSON.DIST(1,2,TRUE)  -> 3*EXP(-2)
    =POISSON.DIST(-1,2,TRUE)  -> #NUM!
    """
    from scipy.special import gammaln, pdtr, xlogy

    k = np.trunc(x)
    wrong = (k < 0) | (mean < 0)
    k, m = np.where(wrong, 0, k), np.where(wrong, 1, mean)
    return _refused(wrong, np.where(cumulative, pdtr(k, m), np.exp(xlogy(k, m) - m - gammaln(k + 1))))


alias("POISSON", "POISSON.DIST")


@function("HYPGEOM.DIST")
def hypgeom_dist(
    sample_s: Number, number_sample: Number, population_s: Number, number_pop: Number, cumulative: Logical
) -> Column:
    """HYPGEOM.DIST(sample_s, number_sample, population_s, number_pop, cumulative): successes in a sample.

    What is drawn is not put back.
    Arrays: elementwise; arguments are cut down to whole numbers.
    Errors: #NUM! where the counts contradict each other.
    Source: Microsoft Support, "HYPGEOM.DIST function".

    =HYPGEOM.DIST(1,2,1,2,FALSE)  -> 1
    =HYPGEOM.DIST(1,4,8,20,FALSE)  -> COMBIN(8,1)*COMBIN(12,3)/COMBIN(20,4)
    """
    parts = np.broadcast_arrays(*map(np.trunc, (sample_s, number_sample, population_s, number_pop)))
    k, n, good, total = parts
    wrong = (k < 0) | (n <= 0) | (n > total) | (good <= 0) | (good > total) | (k > n) | (k > good)
    wrong |= k < n - total + good
    k, n, good, total = (np.where(wrong, 1, part) for part in parts)
    exact = _hypergeometric(k, n, good, total)
    # Term by term from the fewest successes on; the loop is as long as the largest sample.
    summed = np.zeros(k.shape)
    fewest = np.maximum(n - total + good, 0)
    steps = int((k - fewest).max(initial=0)) + 1 if cumulative.any() else 0
    for step in range(steps):
        at = fewest + step
        summed += np.where(at <= k, _hypergeometric(np.minimum(at, k), n, good, total), 0)
    return _refused(wrong, np.where(cumulative, summed, exact))


def _hypergeometric(k: Number, n: Number, good: Number, total: Number) -> Number:
    from scipy.special import gammaln

    def ways(of: Number, chosen: Number) -> Number:
        return np.asarray(gammaln(of + 1) - gammaln(chosen + 1) - gammaln(of - chosen + 1), np.float64)

    return np.exp(ways(good, k) + ways(total - good, n - k) - ways(total, n))


@function("HYPGEOMDIST")
def hypgeomdist(sample_s: Number, number_sample: Number, population_s: Number, number_pop: Number) -> Column:
    """HYPGEOMDIST(sample_s, number_sample, population_s, number_pop): successes in a sample.

    What is drawn is not put back.
    Arrays: elementwise; arguments are cut down to whole numbers.
    Errors: #NUM! where the counts contradict each other.
    Source: Microsoft Support, "HYPGEOMDIST function".

    =HYPGEOMDIST(1,2,1,2)  -> 1
    =HYPGEOMDIST(3,2,1,2)  -> #NUM!
    """
    return hypgeom_dist(sample_s, number_sample, population_s, number_pop, np.zeros(1, np.bool_))
