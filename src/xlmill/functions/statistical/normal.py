"""The normal distribution and its logarithmic form."""

from __future__ import annotations

import numpy as np

from xlmill.functions.parameter import Logical, Number
from xlmill.functions.registry import alias, function
from xlmill.values.column import Column, error_where
from xlmill.values.error_value import ExcelError

_ROOT_OF_2PI = np.sqrt(2 * np.pi)


def cumulative_normal(z: Number) -> Number:
    """The probability that a standard normal variable is up to z."""
    from scipy.special import ndtr

    return np.asarray(ndtr(z), np.float64)


def _density(z: Number) -> Number:
    density: Number = np.exp(-z * z / 2) / _ROOT_OF_2PI
    return density


def _inverse(probability: Number) -> Number:
    from scipy.special import ndtri

    return np.asarray(ndtri(probability), np.float64)


@function("NORM.S.DIST")
def norm_s_dist(z: Number, cumulative: Logical) -> Number:
    """NORM.S.DIST(z, cumulative): the standard normal distribution, or its density where cumulative is FALSE.

    Arrays: elementwise.
    Source: Microsoft Support, "NORM.S.DIST function".

    =NORM.S.DIST(0,TRUE)  -> 0.5
    =NORM.S.DIST(0,FALSE)  -> 1/SQRT(2*PI())
    """
    return np.where(cumulative, cumulative_normal(z), _density(z))


@function("NORMSDIST")
def normsdist(z: Number) -> Number:
    """NORMSDIST(z): the standard normal distribution.

    Arrays: elementwise.
    Source: Microsoft Support, "NORMSDIST function".

    =NORMSDIST(0)  -> 0.5
    =NORMSDIST(-9)<1E-18  -> TRUE
    """
    return cumulative_normal(z)


@function("NORM.DIST")
def norm_dist(x: Number, mean: Number, standard_dev: Number, cumulative: Logical) -> Column:
    """NORM.DIST(x, mean, standard_dev, cumulative): the normal distribution, or its density.

    Arrays: elementwise.
    Errors: #NUM! where standard_dev is not positive.
    Source: Microsoft Support, "NORM.DIST function".

    =NORM.DIST(42,40,1.5,TRUE)  -> NORM.S.DIST(4/3,TRUE)
    =NORM.DIST(1,0,0,TRUE)  -> #NUM!
    """
    wrong = standard_dev <= 0
    scale = np.where(wrong, 1, standard_dev)
    z = (x - mean) / scale
    return error_where(
        np.broadcast_to(wrong, np.broadcast_shapes(z.shape, cumulative.shape)),
        ExcelError.NUM,
        np.where(cumulative, cumulative_normal(z), _density(z) / scale),
    )


alias("NORMDIST", "NORM.DIST")


@function("NORM.S.INV")
def norm_s_inv(probability: Number) -> Column:
    """NORM.S.INV(probability): the point up to which the standard normal distribution has a probability.

    Arrays: elementwise.
    Errors: #NUM! for a probability that is not between 0 and 1.
    Source: Microsoft Support, "NORM.S.INV function".

    =NORM.S.INV(0.5)  -> 0
    =NORM.S.INV(1)  -> #NUM!
    """
    return error_where((probability <= 0) | (probability >= 1), ExcelError.NUM, _inverse(probability))


alias("NORMSINV", "NORM.S.INV")


@function("NORM.INV")
def norm_inv(probability: Number, mean: Number, standard_dev: Number) -> Column:
    """NORM.INV(probability, mean, standard_dev): the point up to which a normal distribution has a probability.

    Arrays: elementwise.
    Errors: #NUM! for a probability that is not between 0 and 1, and where standard_dev is not positive.
    Source: Microsoft Support, "NORM.INV function".

    =NORM.INV(0.5,40,1.5)  -> 40
    =NORM.INV(0,40,1.5)  -> #NUM!
    """
    result = mean + standard_dev * _inverse(probability)
    return error_where(
        (probability <= 0) | (probability >= 1) | (standard_dev <= 0) | ~np.isfinite(result), ExcelError.NUM, result
    )


alias("NORMINV", "NORM.INV")


@function("LOGNORM.DIST")
def lognorm_dist(x: Number, mean: Number, standard_dev: Number, cumulative: Logical) -> Column:
    """LOGNORM.DIST(x, mean, standard_dev, cumulative): the distribution of a number whose logarithm is normal.

    Arrays: elementwise.
    Errors: #NUM! where x or standard_dev is not positive.
    Source: Microsoft Support, "LOGNORM.DIST function".

    =LOGNORM.DIST(EXP(3),3,1.2,TRUE)  -> 0.5
    =LOGNORM.DIST(0,3,1.2,TRUE)  -> #NUM!
    """
    wrong = (x <= 0) | (standard_dev <= 0)
    scale = np.where(wrong, 1, standard_dev)
    z = (np.log(np.where(wrong, 1, x)) - mean) / scale
    density = _density(z) / (scale * np.where(wrong, 1, x))
    result = np.where(cumulative, cumulative_normal(z), density)
    return error_where(np.broadcast_to(wrong, result.shape), ExcelError.NUM, result)


@function("LOGNORMDIST")
def lognormdist(x: Number, mean: Number, standard_dev: Number) -> Column:
    """LOGNORMDIST(x, mean, standard_dev): the distribution of a number whose logarithm is normal.

    Arrays: elementwise.
    Errors: #NUM! where x or standard_dev is not positive.
    Source: Microsoft Support, "LOGNORMDIST function".

    =LOGNORMDIST(EXP(3),3,1.2)  -> 0.5
    =LOGNORMDIST(0,3,1.2)  -> #NUM!
    """
    return lognorm_dist(x, mean, standard_dev, np.ones(1, np.bool_))


@function("LOGNORM.INV")
def lognorm_inv(probability: Number, mean: Number, standard_dev: Number) -> Column:
    """LOGNORM.INV(probability, mean, standard_dev): the point up to which that distribution has a probability.

    Arrays: elementwise.
    Errors: #NUM! for a probability that is not between 0 and 1, and where standard_dev is not positive.
    Source: Microsoft Support, "LOGNORM.INV function".

    =LOGNORM.INV(0.5,3,1.2)  -> EXP(3)
    =LOGNORM.INV(1,3,1.2)  -> #NUM!
    """
    result = np.exp(mean + standard_dev * _inverse(probability))
    return error_where(
        (probability <= 0) | (probability >= 1) | (standard_dev <= 0) | ~np.isfinite(result), ExcelError.NUM, result
    )


alias("LOGINV", "LOGNORM.INV")


@function("STANDARDIZE")
def standardize(x: Number, mean: Number, standard_dev: Number) -> Column:
    """STANDARDIZE(x, mean, standard_dev): how many standard deviations a number lies above the mean.

    Arrays: elementwise.
    Errors: #NUM! where standard_dev is not positive.
    Source: Microsoft Support, "STANDARDIZE function".

    =STANDARDIZE(42,40,1.6)  -> 1.25
    =STANDARDIZE(42,40,0)  -> #NUM!
    """
    wrong = standard_dev <= 0
    z = (x - mean) / np.where(wrong, 1, standard_dev)
    return error_where(np.broadcast_to(wrong, z.shape), ExcelError.NUM, z)


@function("GAUSS")
def gauss(z: Number) -> Number:
    """GAUSS(z): the probability that a standard normal number lies between the mean and z.

    Arrays: elementwise.
    Source: Microsoft Support, "GAUSS function".

    =GAUSS(0)  -> 0
    =GAUSS(2)  -> NORM.S.DIST(2,TRUE)-0.5
    """
    from scipy.special import erf

    return np.asarray(erf(z / np.sqrt(2)) / 2, np.float64)


@function("PHI")
def phi(x: Number) -> Number:
    """PHI(x): the density of the standard normal distribution.

    Arrays: elementwise.
    Source: Microsoft Support, "PHI function".

    =PHI(0)  -> 1/SQRT(2*PI())
    =PHI(1)  -> NORM.S.DIST(1,FALSE)
    """
    return _density(x)


@function("CONFIDENCE.NORM")
def confidence_norm(alpha: Number, standard_dev: Number, size: Number) -> Column:
    """CONFIDENCE.NORM(alpha, standard_dev, size): half the width of the confidence interval for a mean.

    Arrays: elementwise.
    Errors: #NUM! for alpha not between 0 and 1, standard_dev not positive, or size below 1.
    Source: Microsoft Support, "CONFIDENCE.NORM function".

    =CONFIDENCE.NORM(0.05,2.5,50)  -> -NORM.S.INV(0.025)*2.5/SQRT(50)
    =CONFIDENCE.NORM(0,2.5,50)  -> #NUM!
    """
    count = np.trunc(size)
    wrong = (alpha <= 0) | (alpha >= 1) | (standard_dev <= 0) | (count < 1)
    width = -_inverse(alpha / 2) * standard_dev / np.sqrt(np.maximum(count, 1))
    return error_where(np.broadcast_to(wrong, width.shape), ExcelError.NUM, width)


alias("CONFIDENCE", "CONFIDENCE.NORM")


@function("FISHER")
def fisher(x: Number) -> Column:
    """FISHER(x): Fisher's transformation of a correlation coefficient.

    Arrays: elementwise.
    Errors: #NUM! outside -1 to 1, and at both ends.
    Source: Microsoft Support, "FISHER function".

    =FISHER(0.75)  -> LN(7)/2
    =FISHER(1)  -> #NUM!
    """
    wrong = np.abs(x) >= 1
    return error_where(wrong, ExcelError.NUM, np.arctanh(np.where(wrong, 0, x)))


@function("FISHERINV")
def fisherinv(y: Number) -> Number:
    """FISHERINV(y): the correlation coefficient with this Fisher transformation.

    Arrays: elementwise.
    Source: Microsoft Support, "FISHERINV function".

    =FISHERINV(FISHER(0.75))  -> 0.75
    =FISHERINV(0)  -> 0
    """
    return np.tanh(y)
