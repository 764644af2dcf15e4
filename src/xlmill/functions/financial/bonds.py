"""Prices, yields and durations of bonds that pay interest at regular times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlmill.functions.financial.coupon_schedule import Coupons, read_terms
from xlmill.functions.financial.root_finding import find_roots
from xlmill.functions.parameter import Number, StrictNumber, optional
from xlmill.functions.registry import function
from xlmill.functions.surroundings import Surroundings
from xlmill.values.column import Index, Numbers

# Source: Microsoft Support, "YIELD function": up to 100 iterations.
_TRIES = 100
# Yields per period where to look for a change of sign if the guess leads nowhere.
YIELDS = np.concatenate([-(1 - np.logspace(-5, -0.1, 20)), [-0.1, -0.02, 0, 0.02], np.logspace(-1, 5, 30)])


@function("PRICE", omitted_is_default=True)
def price(
    settlement: StrictNumber,
    maturity: StrictNumber,
    rate: StrictNumber,
    yld: StrictNumber,
    redemption: StrictNumber,
    frequency: StrictNumber,
    basis: StrictNumber = optional(0.0),
    *,
    surroundings: Surroundings,
) -> Number:
    """PRICE(settlement, maturity, rate, yld, redemption, frequency, [basis]): the price of a bond.

    Interest accrued since the last coupon is not in it.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Units: rate and yld per year; redemption and price per 100 of face value; frequency 1, 2 or 4 a year; basis
    as in YEARFRAC.
    Errors: #NUM! for another frequency or basis, a settlement not before the maturity, a negative rate or
    yield, or a redemption that is not positive.
    Source: Microsoft Support, "PRICE function".

    =ROUND(PRICE(DATE(2008,2,15),DATE(2017,11,15),0.0575,0.065,100,2,0),5)  -> 94.63436
    =ROUND(PRICE(DATE(2017,6,15),DATE(2017,11,15),0.0575,0.065,100,2,0),5)  -> 99.68311
    =PRICE(DATE(2008,2,15),DATE(2007,11,15),0.0575,0.065,100,2,0)  -> #NUM!
    """
    terms = read_terms(settlement, maturity, frequency, basis, surroundings.date1904)
    wrong = terms.wrong | (rate < 0) | (yld < 0) | (redemption <= 0)
    bond = _Bond.of(terms.coupons, rate, redemption)
    return np.where(wrong, np.nan, bond.price(yld / terms.frequency))


@function("YIELD", omitted_is_default=True)
def yield_(
    settlement: StrictNumber,
    maturity: StrictNumber,
    rate: StrictNumber,
    pr: StrictNumber,
    redemption: StrictNumber,
    frequency: StrictNumber,
    basis: StrictNumber = optional(0.0),
    *,
    surroundings: Surroundings,
) -> Number:
    """YIELD(settlement, maturity, rate, pr, redemption, frequency, [basis]): the yield of a bond bought at a price.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Units: rate and the result per year; pr and redemption per 100 of face value; frequency 1, 2 or 4 a year;
    basis as in YEARFRAC.
    Errors: #NUM! for another frequency or basis, a settlement not before the maturity, a negative rate, or a
    price or redemption that is not positive.
    Source: Microsoft Support, "YIELD function".

    =ROUND(YIELD(DATE(2008,2,15),DATE(2016,11,15),0.0575,95.04287,100,2,0),6)  -> 0.065
    =ROUND(YIELD(DATE(2016,6,15),DATE(2016,11,15),0.05,100,100,2,0),6)  -> 0.049793
    =YIELD(DATE(2008,2,15),DATE(2016,11,15),0.0575,0,100,2,0)  -> #NUM!
    """
    terms = read_terms(settlement, maturity, frequency, basis, surroundings.date1904)
    wrong = terms.wrong | (rate < 0) | (pr <= 0) | (redemption <= 0)
    bond = _Bond.of(terms.coupons, rate, redemption)
    per_period = bond.simple_yield(pr)
    rows = np.flatnonzero(~wrong & (bond.count > 1))
    if len(rows):
        several = bond.take(rows)

        def excess(x: Numbers, among: Index) -> tuple[Numbers, Numbers]:
            value, slope = several.take(among).price_and_slope(x)
            return value - pr[rows[among]], slope

        per_period[rows] = find_roots(excess, (rate / terms.frequency)[rows], YIELDS, _TRIES)
    return np.where(wrong, np.nan, per_period * terms.frequency)


@function("DURATION", omitted_is_default=True)
def duration(
    settlement: StrictNumber,
    maturity: StrictNumber,
    coupon: StrictNumber,
    yld: StrictNumber,
    frequency: StrictNumber,
    basis: StrictNumber = optional(0.0),
    *,
    surroundings: Surroundings,
) -> Number:
    """DURATION(settlement, maturity, coupon, yld, frequency, [basis]): the mean time, by worth, that payments are away.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Units: coupon and yld per year; frequency 1, 2 or 4 a year; basis as in YEARFRAC; the result in years.
    Errors: #NUM! for another frequency or basis, a settlement not before the maturity, or a negative coupon or
    yield.
    Source: Microsoft Support, "DURATION function".

    =ROUND(DURATION(DATE(2018,7,1),DATE(2048,1,1),0.08,0.09,2,1),7)  -> 10.9191453
    =ROUND(DURATION(DATE(2018,7,1),DATE(2048,1,1),0,0,1),3)  -> 29.5
    =DURATION(DATE(2018,7,1),DATE(2048,1,1),-0.08,0.09,2,1)  -> #NUM!
    """
    terms = read_terms(settlement, maturity, frequency, basis, surroundings.date1904)
    wrong = terms.wrong | (coupon < 0) | (yld < 0)
    bond = _Bond.of(terms.coupons, coupon, np.full(len(coupon), 100.0))
    return np.where(wrong, np.nan, bond.mean_periods(yld / terms.frequency) / terms.frequency)


@function("MDURATION", omitted_is_default=True)
def mduration(
    settlement: StrictNumber,
    maturity: StrictNumber,
    coupon: StrictNumber,
    yld: StrictNumber,
    frequency: StrictNumber,
    basis: StrictNumber = optional(0.0),
    *,
    surroundings: Surroundings,
) -> Number:
    """MDURATION(settlement, maturity, coupon, yld, frequency, [basis]): by what part a price falls as the yield rises.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Units: coupon and yld per year; frequency 1, 2 or 4 a year; basis as in YEARFRAC; the result in years.
    Errors: #NUM! for another frequency or basis, a settlement not before the maturity, or a negative coupon or
    yield.
    Source: Microsoft Support, "MDURATION function".

    =ROUND(MDURATION(DATE(2008,1,1),DATE(2016,1,1),0.08,0.09,2,1),5)  -> 5.73567
    =MDURATION(DATE(2008,1,1),DATE(2016,1,1),0.08,0.09,5,1)  -> #NUM!
    """
    terms = read_terms(settlement, maturity, frequency, basis, surroundings.date1904)
    wrong = terms.wrong | (coupon < 0) | (yld < 0)
    bond = _Bond.of(terms.coupons, coupon, np.full(len(coupon), 100.0))
    per_period = yld / terms.frequency
    return np.where(wrong, np.nan, bond.mean_periods(per_period) / terms.frequency / (1 + per_period))


def annuity_and_mean(force: Numbers, count: Numbers) -> tuple[Numbers, Numbers]:
    """What `count` payments of 1, now and one each period, are worth now, and the mean of their times by worth.

    `force` is the logarithm of 1 plus the yield per period.
    """
    worth = np.where(force == 0, count, np.expm1(-count * force) / np.expm1(-force))
    return worth, _bent(force) - count * _bent(count * force)


def _bent(x: Numbers) -> Numbers:
    """1 / (exp(x) - 1) - 1 / x, without the loss of digits near 0 where both are large."""
    near = np.abs(x) < 1e-2
    away = np.where(near, 1.0, x)
    series = -0.5 + x / 12 - x**3 / 720
    bent: Numbers = np.where(near, series, 1 / np.expm1(away) - 1 / away)
    return bent


@dataclass(frozen=True, slots=True)
class _Bond:
    """Bonds per 100 of face value; yields and coupons are per coupon period.

    `elapsed` is the part of the present period that has gone; `count` coupons are still to come.
    """

    coupon: Numbers
    redemption: Numbers
    elapsed: Numbers
    count: Numbers

    @classmethod
    def of(cls, coupons: Coupons, rate: Numbers, redemption: Numbers) -> _Bond:
        """From the coupons around the settlement and a rate per year."""
        elapsed = coupons.days_since_previous / coupons.period_days
        return cls(100 * rate / coupons.frequency, redemption, elapsed, coupons.count)

    @property
    def to_next(self) -> Numbers:
        """The part of the period that is left, even where the days to the next coupon would make another."""
        return 1 - self.elapsed

    def take(self, rows: Index) -> _Bond:
        """The bonds of some rows."""
        return _Bond(self.coupon[rows], self.redemption[rows], self.elapsed[rows], self.count[rows])

    def price(self, per_period: Numbers) -> Numbers:
        """The price at a yield; within the last period interest is simple."""
        simple = (self.redemption + self.coupon) / (1 + self.to_next * per_period) - self.coupon * self.elapsed
        return np.where(self.count == 1, simple, self.price_and_slope(per_period)[0])

    def simple_yield(self, price: Numbers) -> Numbers:
        """The yield within the last period."""
        paid = price + self.coupon * self.elapsed
        gain: Numbers = ((self.redemption + self.coupon) / paid - 1) / self.to_next
        return gain

    def price_and_slope(self, per_period: Numbers) -> tuple[Numbers, Numbers]:
        """The price with compound interest, and how it changes with the yield."""
        coupons, redeemed, mean, last = self._worth(per_period)
        slope = -(coupons * mean + redeemed * last) / (1 + per_period)
        return coupons + redeemed - self.coupon * self.elapsed, slope

    def mean_periods(self, per_period: Numbers) -> Numbers:
        """The mean time to the payments by their worth, in periods."""
        coupons, redeemed, mean, last = self._worth(per_period)
        periods: Numbers = (coupons * mean + redeemed * last) / (coupons + redeemed)
        return periods

    def _worth(self, per_period: Numbers) -> tuple[Numbers, Numbers, Numbers, Numbers]:
        """What coupons and redemption are worth, and when, on the mean and in periods, they are paid."""
        force = np.log1p(per_period)
        annuity, mean = annuity_and_mean(force, self.count)
        last = self.count - 1 + self.to_next
        coupons = self.coupon * annuity * np.exp(-self.to_next * force)
        return coupons, self.redemption * np.exp(-last * force), mean + self.to_next, last
