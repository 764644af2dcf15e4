"""Securities that pay once, at maturity: discounted ones, and those that pay their interest then."""

from __future__ import annotations

import numpy as np

from xlmill.functions.day_count import Dates, days_between, days_in_year, year_fraction
from xlmill.functions.financial.coupon_schedule import read_basis
from xlmill.functions.parameter import Number, StrictNumber, optional
from xlmill.functions.registry import function
from xlmill.functions.surroundings import Surroundings
from xlmill.values.column import Mask, Numbers
from xlmill.values.serial_date import is_date


@function("DISC", omitted_is_default=True)
def disc(
    settlement: StrictNumber,
    maturity: StrictNumber,
    pr: StrictNumber,
    redemption: StrictNumber,
    basis: StrictNumber = optional(0.0),
    *,
    surroundings: Surroundings,
) -> Number:
    """DISC(settlement, maturity, pr, redemption, [basis]): the discount rate of a security.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Units: pr and redemption per 100 of face value; basis as in YEARFRAC; the result per year.
    Errors: #NUM! for another basis, a settlement not before the maturity, or a price or redemption that is not
    positive.
    Source: Microsoft Support, "DISC function".

    =ROUND(DISC(DATE(2018,7,1),DATE(2048,1,1),97.975,100,1),7)  -> 0.0006864
    =DISC(DATE(2018,7,1),DATE(2048,1,1),0,100,1)  -> #NUM!
    """
    years, wrong = _years(settlement, maturity, basis, surroundings)
    wrong = wrong | (pr <= 0) | (redemption <= 0)
    return np.where(wrong, np.nan, (redemption - pr) / redemption / years)


@function("INTRATE", omitted_is_default=True)
def intrate(
    settlement: StrictNumber,
    maturity: StrictNumber,
    investment: StrictNumber,
    redemption: StrictNumber,
    basis: StrictNumber = optional(0.0),
    *,
    surroundings: Surroundings,
) -> Number:
    """INTRATE(settlement, maturity, investment, redemption, [basis]): the interest of a fully invested security.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Units: investment and redemption in one currency; basis as in YEARFRAC; the result per year.
    Errors: #NUM! for another basis, a settlement not before the maturity, or a sum that is not positive.
    Source: Microsoft Support, "INTRATE function".

    =ROUND(INTRATE(DATE(2008,2,15),DATE(2008,5,15),1000000,1014420,2),5)  -> 0.05768
    =INTRATE(DATE(2008,5,15),DATE(2008,2,15),1000000,1014420,2)  -> #NUM!
    """
    years, wrong = _years(settlement, maturity, basis, surroundings)
    wrong = wrong | (investment <= 0) | (redemption <= 0)
    return np.where(wrong, np.nan, (redemption - investment) / investment / years)


@function("RECEIVED", omitted_is_default=True)
def received(
    settlement: StrictNumber,
    maturity: StrictNumber,
    investment: StrictNumber,
    discount: StrictNumber,
    basis: StrictNumber = optional(0.0),
    *,
    surroundings: Surroundings,
) -> Number:
    """RECEIVED(settlement, maturity, investment, discount, [basis]): what a fully invested security pays at maturity.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Units: discount per year; basis as in YEARFRAC; the result in the currency of the investment.
    Errors: #NUM! for another basis, a settlement not before the maturity, or an investment or discount that is
    not positive, or a discount that eats up all.
    Source: Microsoft Support, "RECEIVED function".

    =ROUND(RECEIVED(DATE(2008,2,15),DATE(2008,5,15),1000000,0.0575,2),2)  -> 1014584.65
    =RECEIVED(DATE(2008,2,15),DATE(2008,5,15),1000000,0,2)  -> #NUM!
    """
    years, wrong = _years(settlement, maturity, basis, surroundings)
    left = 1 - discount * years
    wrong = wrong | (investment <= 0) | (discount <= 0) | (left <= 0)
    return np.where(wrong, np.nan, investment / left)


@function("PRICEDISC", omitted_is_default=True)
def pricedisc(
    settlement: StrictNumber,
    maturity: StrictNumber,
    discount: StrictNumber,
    redemption: StrictNumber,
    basis: StrictNumber = optional(0.0),
    *,
    surroundings: Surroundings,
) -> Number:
    """PRICEDISC(settlement, maturity, discount, redemption, [basis]): the price of a discounted security.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Units: discount per year; redemption and price per 100 of face value; basis as in YEARFRAC.
    Errors: #NUM! for another basis, a settlement not before the maturity, or a discount or redemption that is
    not positive.
    Source: Microsoft Support, "PRICEDISC function".

    =ROUND(PRICEDISC(DATE(2008,2,16),DATE(2008,3,1),0.0525,100,2),2)  -> 99.8
    =PRICEDISC(DATE(2008,2,16),DATE(2008,3,1),0,100,2)  -> #NUM!
    """
    years, wrong = _years(settlement, maturity, basis, surroundings)
    wrong = wrong | (discount <= 0) | (redemption <= 0)
    return np.where(wrong, np.nan, redemption - discount * redemption * years)


@function("YIELDDISC", omitted_is_default=True)
def yielddisc(
    settlement: StrictNumber,
    maturity: StrictNumber,
    pr: StrictNumber,
    redemption: StrictNumber,
    basis: StrictNumber = optional(0.0),
    *,
    surroundings: Surroundings,
) -> Number:
    """YIELDDISC(settlement, maturity, pr, redemption, [basis]): the yield of a discounted security.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Units: pr and redemption per 100 of face value; basis as in YEARFRAC; the result per year.
    Errors: #NUM! for another basis, a settlement not before the maturity, or a price or redemption that is not
    positive.
    Source: Microsoft Support, "YIELDDISC function".

    =ROUND(YIELDDISC(DATE(2008,2,16),DATE(2008,3,1),99.795,100,2),6)  -> 0.052823
    =YIELDDISC(DATE(2008,2,16),DATE(2008,3,1),99.795,-1,2)  -> #NUM!
    """
    years, wrong = _years(settlement, maturity, basis, surroundings)
    wrong = wrong | (pr <= 0) | (redemption <= 0)
    return np.where(wrong, np.nan, (redemption - pr) / pr / years)


@function("PRICEMAT", omitted_is_default=True)
def pricemat(
    settlement: StrictNumber,
    maturity: StrictNumber,
    issue: StrictNumber,
    rate: StrictNumber,
    yld: StrictNumber,
    basis: StrictNumber = optional(0.0),
    *,
    surroundings: Surroundings,
) -> Number:
    """PRICEMAT(settlement, maturity, issue, rate, yld, [basis]): the price of a security with interest at maturity.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Units: rate and yld per year; basis as in YEARFRAC; the price per 100 of face value.
    Errors: #NUM! for another basis, a settlement not before the maturity or before the issue, or a negative
    rate or yield.
    Source: Microsoft Support, "PRICEMAT function".

    =ROUND(PRICEMAT(DATE(2008,2,15),DATE(2008,4,13),DATE(2007,11,11),0.061,0.061,0),5)  -> 99.98450
    =PRICEMAT(DATE(2008,2,15),DATE(2008,4,13),DATE(2007,11,11),-0.061,0.061,0)  -> #NUM!
    """
    whole, elapsed, wrong = _interest_years(settlement, maturity, issue, basis, surroundings)
    wrong = wrong | (rate < 0) | (yld < 0)
    worth = (100 + whole * rate * 100) / (1 + (whole - elapsed) * yld) - elapsed * rate * 100
    return np.where(wrong, np.nan, worth)


@function("YIELDMAT", omitted_is_default=True)
def yieldmat(
    settlement: StrictNumber,
    maturity: StrictNumber,
    issue: StrictNumber,
    rate: StrictNumber,
    pr: StrictNumber,
    basis: StrictNumber = optional(0.0),
    *,
    surroundings: Surroundings,
) -> Number:
    """YIELDMAT(settlement, maturity, issue, rate, pr, [basis]): the yield of a security with interest at maturity.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Units: rate and the result per year; pr per 100 of face value; basis as in YEARFRAC.
    Errors: #NUM! for another basis, a settlement not before the maturity or before the issue, a negative rate,
    or a price that is not positive.
    Source: Microsoft Support, "YIELDMAT function".

    =ROUND(YIELDMAT(DATE(2008,3,15),DATE(2008,11,3),DATE(2007,11,8),0.0625,100.0123,0),6)  -> 0.060954
    =YIELDMAT(DATE(2008,3,15),DATE(2008,11,3),DATE(2007,11,8),0.0625,0,0)  -> #NUM!
    """
    whole, elapsed, wrong = _interest_years(settlement, maturity, issue, basis, surroundings)
    wrong = wrong | (rate < 0) | (pr <= 0)
    paid = pr / 100 + elapsed * rate
    return np.where(wrong, np.nan, (1 + whole * rate - paid) / paid / (whole - elapsed))


@function("ACCRINTM", omitted_is_default=True)
def accrintm(
    issue: StrictNumber,
    settlement: StrictNumber,
    rate: StrictNumber,
    par: StrictNumber = optional(1000.0),
    basis: StrictNumber = optional(0.0),
    *,
    surroundings: Surroundings,
) -> Number:
    """ACCRINTM(issue, settlement, rate, [par], [basis]): the interest of a security that pays it at maturity.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Units: rate per year; par in a currency, 1000 if left out; basis as in YEARFRAC.
    Errors: #NUM! for another basis, an issue not before the settlement, or a rate or par that is not positive.
    Source: Microsoft Support, "ACCRINTM function".

    =ROUND(ACCRINTM(39539,39614,0.1,1000,3),5)  -> 20.54795
    =ACCRINTM(39614,39539,0.1,1000,3)  -> #NUM!
    """
    years, wrong = _years(issue, settlement, basis, surroundings)
    wrong = wrong | (rate <= 0) | (par <= 0)
    return np.where(wrong, np.nan, par * rate * years)


def _years(start: Numbers, end: Numbers, basis: Numbers, surroundings: Surroundings) -> tuple[Numbers, Mask]:
    """The years between two dates in order, and where these or the basis are wrong."""
    date1904 = surroundings.date1904
    kind, wrong = read_basis(basis)
    wrong = wrong | ~is_date(start, date1904) | ~is_date(end, date1904) | (np.floor(start) >= np.floor(end))
    return year_fraction(Dates.of(start, date1904), Dates.of(end, date1904), kind), wrong


def _interest_years(
    settlement: Numbers, maturity: Numbers, issue: Numbers, basis: Numbers, surroundings: Surroundings
) -> tuple[Numbers, Numbers, Mask]:
    """The years from issue to maturity and to settlement, both in years of the length that the second has."""
    date1904 = surroundings.date1904
    kind, wrong = read_basis(basis)
    for serials in (settlement, maturity, issue):
        wrong = wrong | ~is_date(serials, date1904)
    wrong = wrong | (np.floor(settlement) >= np.floor(maturity)) | (np.floor(issue) > np.floor(settlement))
    issued, settled, matured = (Dates.of(serials, date1904) for serials in (issue, settlement, maturity))
    year = days_in_year(issued, settled, kind)
    return days_between(issued, matured, kind) / year, days_between(issued, settled, kind) / year, wrong
