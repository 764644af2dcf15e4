"""Treasury bills."""

from __future__ import annotations

import numpy as np

from xlmill.functions.day_count import Dates
from xlmill.functions.parameter import Number, StrictNumber
from xlmill.functions.registry import function
from xlmill.functions.surroundings import Surroundings
from xlmill.values.column import Mask, Numbers
from xlmill.values.serial_date import is_date

_HALF_A_YEAR = 182


@function("TBILLPRICE")
def tbillprice(
    settlement: StrictNumber, maturity: StrictNumber, discount: StrictNumber, *, surroundings: Surroundings
) -> Number:
    """TBILLPRICE(settlement, maturity, discount): the price of a Treasury bill.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Units: discount per year of 360 days; the price per 100 of face value.
    Errors: #NUM! where the settlement is not before the maturity or more than a year before it, the discount is
    not positive, or the price is negative.
    Source: Microsoft Support, "TBILLPRICE function".

    =ROUND(TBILLPRICE(DATE(2008,3,31),DATE(2008,6,1),0.09),2)  -> 98.45
    =TBILLPRICE(DATE(2008,3,31),DATE(2009,6,1),0.09)  -> #NUM!
    """
    days, wrong = _days(settlement, maturity, surroundings)
    price = 100 * (1 - discount * days / 360)
    return np.where(wrong | (discount <= 0) | (price < 0), np.nan, price)


@function("TBILLYIELD")
def tbillyield(
    settlement: StrictNumber, maturity: StrictNumber, pr: StrictNumber, *, surroundings: Surroundings
) -> Number:
    """TBILLYIELD(settlement, maturity, pr): the yield of a Treasury bill.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Units: pr per 100 of face value; the result per year of 360 days.
    Errors: #NUM! where the settlement is not before the maturity or more than a year before it, or the price is
    not positive.
    Source: Microsoft Support, "TBILLYIELD function".

    =ROUND(TBILLYIELD(DATE(2008,3,31),DATE(2008,6,1),98.45),6)  -> 0.091417
    =TBILLYIELD(DATE(2008,3,31),DATE(2008,6,1),0)  -> #NUM!
    """
    days, wrong = _days(settlement, maturity, surroundings)
    return np.where(wrong | (pr <= 0), np.nan, (100 - pr) / pr * 360 / days)


@function("TBILLEQ")
def tbilleq(
    settlement: StrictNumber, maturity: StrictNumber, discount: StrictNumber, *, surroundings: Surroundings
) -> Number:
    """TBILLEQ(settlement, maturity, discount): the yield of a bond that is worth as much as a Treasury bill.

    A bill of more than half a year is compared with a bond that pays interest after half a year.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Units: discount per year of 360 days; the result per year.
    Errors: #NUM! where the settlement is not before the maturity or more than a year before it, the discount is
    not positive, or eats up all.
    Source: Microsoft Support, "TBILLEQ function".

    =ROUND(TBILLEQ(DATE(2008,3,31),DATE(2008,6,1),0.0914),6)  -> 0.094151
    =ROUND(TBILLEQ(DATE(2008,3,31),DATE(2009,3,1),0.0914),6)  -> 0.099051
    =TBILLEQ(DATE(2008,3,31),DATE(2008,3,31),0.0914)  -> #NUM!
    """
    days, wrong = _days(settlement, maturity, surroundings)
    price = 1 - discount * days / 360
    simple = 365 * discount / (360 - discount * days)
    part = days / np.where(days == 366, 366.0, 365.0)
    rest = 2 * part - 1
    compound = 2 * (np.sqrt(part**2 - rest * (1 - 1 / price)) - part) / rest
    result = np.where(days <= _HALF_A_YEAR, simple, compound)
    return np.where(wrong | (discount <= 0) | (price <= 0), np.nan, result)


def _days(settlement: Numbers, maturity: Numbers, surroundings: Surroundings) -> tuple[Numbers, Mask]:
    """The days of a bill's life, and where there are none or more than a year of them."""
    date1904 = surroundings.date1904
    wrong = ~is_date(settlement, date1904) | ~is_date(maturity, date1904)
    settled, matured = Dates.of(settlement, date1904), Dates.of(maturity, date1904)
    a_year_later = settled.months_later(np.full(len(settled.year), 12), np.zeros(1, np.bool_))
    days = matured.serials - settled.serials
    return days, wrong | (days <= 0) | (matured.serials > a_year_later.serials)
