"""Coupon dates, and the days around them."""

from __future__ import annotations

import numpy as np

from xlmill.functions.financial.coupon_schedule import read_terms
from xlmill.functions.parameter import Number, StrictNumber, optional
from xlmill.functions.registry import function
from xlmill.functions.surroundings import Surroundings


@function("COUPDAYBS", omitted_is_default=True)
def coupdaybs(
    settlement: StrictNumber,
    maturity: StrictNumber,
    frequency: StrictNumber,
    basis: StrictNumber = optional(0.0),
    *,
    surroundings: Surroundings,
) -> Number:
    """COUPDAYBS(settlement, maturity, frequency, [basis]): the days from the last coupon to the settlement.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Units: frequency in coupons per year, 1, 2 or 4; basis as in YEARFRAC.
    Errors: #NUM! for another frequency or basis, or a settlement not before the maturity.
    Source: Microsoft Support, "COUPDAYBS function".

    =COUPDAYBS(DATE(2011,1,25),DATE(2011,11,15),2,1)  -> 71
    =COUPDAYBS(DATE(2011,1,25),DATE(2011,11,15),3,1)  -> #NUM!
    """
    terms = read_terms(settlement, maturity, frequency, basis, surroundings.date1904)
    return np.where(terms.wrong, np.nan, terms.coupons.days_since_previous)


@function("COUPDAYS", omitted_is_default=True)
def coupdays(
    settlement: StrictNumber,
    maturity: StrictNumber,
    frequency: StrictNumber,
    basis: StrictNumber = optional(0.0),
    *,
    surroundings: Surroundings,
) -> Number:
    """COUPDAYS(settlement, maturity, frequency, [basis]): the days of the coupon period of the settlement.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Units: frequency in coupons per year, 1, 2 or 4; basis as in YEARFRAC.
    Errors: #NUM! for another frequency or basis, or a settlement not before the maturity.
    Source: Microsoft Support, "COUPDAYS function".

    =COUPDAYS(DATE(2011,1,25),DATE(2011,11,15),2,1)  -> 181
    =COUPDAYS(DATE(2011,1,25),DATE(2011,11,15),4,3)  -> 91.25
    """
    terms = read_terms(settlement, maturity, frequency, basis, surroundings.date1904)
    return np.where(terms.wrong, np.nan, terms.coupons.period_days)


@function("COUPDAYSNC", omitted_is_default=True)
def coupdaysnc(
    settlement: StrictNumber,
    maturity: StrictNumber,
    frequency: StrictNumber,
    basis: StrictNumber = optional(0.0),
    *,
    surroundings: Surroundings,
) -> Number:
    """COUPDAYSNC(settlement, maturity, frequency, [basis]): the days from the settlement to the next coupon.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Units: frequency in coupons per year, 1, 2 or 4; basis as in YEARFRAC.
    Errors: #NUM! for another frequency or basis, or a settlement not before the maturity.
    Source: Microsoft Support, "COUPDAYSNC function".

    =COUPDAYSNC(DATE(2011,1,25),DATE(2011,11,15),2,1)  -> 110
    =COUPDAYSNC(DATE(2011,11,15),DATE(2011,11,15),2,1)  -> #NUM!
    """
    terms = read_terms(settlement, maturity, frequency, basis, surroundings.date1904)
    return np.where(terms.wrong, np.nan, terms.coupons.days_to_next)


@function("COUPNCD", omitted_is_default=True)
def coupncd(
    settlement: StrictNumber,
    maturity: StrictNumber,
    frequency: StrictNumber,
    basis: StrictNumber = optional(0.0),
    *,
    surroundings: Surroundings,
) -> Number:
    """COUPNCD(settlement, maturity, frequency, [basis]): the date of the first coupon after the settlement.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Units: frequency in coupons per year, 1, 2 or 4.
    Errors: #NUM! for another frequency or basis, or a settlement not before the maturity.
    Source: Microsoft Support, "COUPNCD function".

    =COUPNCD(DATE(2011,1,25),DATE(2011,11,15),2,1)  -> 40678
    =COUPNCD(DATE(2024,1,25),DATE(2025,8,31),2)  -> 45351
    """
    terms = read_terms(settlement, maturity, frequency, basis, surroundings.date1904)
    return np.where(terms.wrong, np.nan, terms.coupons.next.serials)


@function("COUPNUM", omitted_is_default=True)
def coupnum(
    settlement: StrictNumber,
    maturity: StrictNumber,
    frequency: StrictNumber,
    basis: StrictNumber = optional(0.0),
    *,
    surroundings: Surroundings,
) -> Number:
    """COUPNUM(settlement, maturity, frequency, [basis]): the coupons between settlement and maturity.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Units: frequency in coupons per year, 1, 2 or 4.
    Errors: #NUM! for another frequency or basis, or a settlement not before the maturity.
    Source: Microsoft Support, "COUPNUM function".

    =COUPNUM(DATE(2007,1,25),DATE(2008,11,15),2,1)  -> 4
    =COUPNUM(DATE(2007,1,25),DATE(2008,11,15),2,5)  -> #NUM!
    """
    terms = read_terms(settlement, maturity, frequency, basis, surroundings.date1904)
    return np.where(terms.wrong, np.nan, terms.coupons.count)


@function("COUPPCD", omitted_is_default=True)
def couppcd(
    settlement: StrictNumber,
    maturity: StrictNumber,
    frequency: StrictNumber,
    basis: StrictNumber = optional(0.0),
    *,
    surroundings: Surroundings,
) -> Number:
    """COUPPCD(settlement, maturity, frequency, [basis]): the date of the last coupon up to the settlement.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Units: frequency in coupons per year, 1, 2 or 4.
    Errors: #NUM! for another frequency or basis, or a settlement not before the maturity.
    Source: Microsoft Support, "COUPPCD function".

    =COUPPCD(DATE(2011,1,25),DATE(2011,11,15),2,1)  -> 40497
    =COUPPCD(DATE(2024,3,25),DATE(2025,8,31),2)  -> 45351
    """
    terms = read_terms(settlement, maturity, frequency, basis, surroundings.date1904)
    return np.where(terms.wrong, np.nan, terms.coupons.previous.serials)
