"""Depreciation by the French system of accounting."""

from __future__ import annotations

import numpy as np

from xlmill.functions.day_count import ACTUAL_360, Dates, year_fraction
from xlmill.functions.financial.coupon_schedule import read_basis
from xlmill.functions.parameter import Number, StrictNumber, optional
from xlmill.functions.registry import function
from xlmill.functions.surroundings import Surroundings
from xlmill.values.column import Mask, Numbers
from xlmill.values.rounding import round_half_away
from xlmill.values.serial_date import is_date

# More years than Excel has dates for: no asset is older.
_OLDEST = 8100


@function("AMORLINC", omitted_is_default=True)
def amorlinc(
    cost: StrictNumber,
    date_purchased: StrictNumber,
    first_period: StrictNumber,
    salvage: StrictNumber,
    period: StrictNumber,
    rate: StrictNumber,
    basis: StrictNumber = optional(0.0),
    *,
    surroundings: Surroundings,
) -> Number:
    """AMORLINC(cost, date_purchased, first_period, salvage, period, rate, [basis]): linear depreciation.

    The result is that of one year. Period 0 is the part of a year from the purchase to the end of the first period.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Units: cost and salvage in one currency; rate per year; basis as in YEARFRAC, but not 2.
    Errors: #NUM! for another basis, dates out of order, or a cost, salvage, period or rate that cannot be.
    Source: Microsoft Support, "AMORLINC function".

    =AMORLINC(2400,39679,39813,300,1,0.15,1)  -> 360
    =AMORLINC(2400,39679,39813,300,9,0.15,1)  -> 0
    =AMORLINC(2400,39679,39813,300,1,0.15,2)  -> #NUM!
    """
    first_years, wrong = _first_years(cost, date_purchased, first_period, salvage, period, rate, basis, surroundings)
    number = np.trunc(period)
    whole = cost * rate
    first = whole * first_years
    whole_periods = np.trunc((cost - salvage - first) / np.where(wrong, 1.0, whole))
    last = cost - salvage - whole * whole_periods - first
    result = np.where(number == 0, first, np.where(number <= whole_periods, whole, last))
    return np.where(wrong, np.nan, np.where(number > whole_periods + 1, 0.0, np.maximum(result, 0.0)))


@function("AMORDEGRC", omitted_is_default=True)
def amordegrc(
    cost: StrictNumber,
    date_purchased: StrictNumber,
    first_period: StrictNumber,
    salvage: StrictNumber,
    period: StrictNumber,
    rate: StrictNumber,
    basis: StrictNumber = optional(0.0),
    *,
    surroundings: Surroundings,
) -> Number:
    """AMORDEGRC(cost, date_purchased, first_period, salvage, period, rate, [basis]): declining depreciation.

    The result is that of one year, and period 0 the part of a year from the purchase to the end of the first
    period. The rate is raised by half for a life of 3 or 4 years, doubled for 5 or 6, and times 2.5 beyond; each
    year's depreciation is rounded to a whole number.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Units: cost and salvage in one currency; rate per year; basis as in YEARFRAC, but not 2.
    Errors: #NUM! for another basis, dates out of order, or a cost, salvage, period or rate that cannot be.
    Source: Microsoft Support, "AMORDEGRC function".

    =AMORDEGRC(2400,39679,39813,300,1,0.15,1)  -> 776
    =AMORDEGRC(2400,39679,39813,300,0,0.15,1)  -> 330
    =AMORDEGRC(2400,39813,39679,300,1,0.15,1)  -> #NUM!
    """
    first_years, wrong = _first_years(cost, date_purchased, first_period, salvage, period, rate, basis, surroundings)
    life = 1 / np.where(wrong, 1.0, rate)
    raised = rate * np.select([life < 3, life < 5, life <= 6], [1.0, 1.5, 2.0], 2.5)
    number = np.where(wrong, 0.0, np.minimum(np.trunc(period), _OLDEST))
    this = round_half_away(first_years * raised * cost)
    left = cost - this
    rest = left - salvage
    result = np.where(number == 0, this, 0.0)
    # Rounding makes each year hang on the one before: the rows go through the years side by side.
    running = ~wrong & (number > 0)
    year = 0
    while running.any():
        this = round_half_away(raised * left)
        rest = rest - this
        over = running & (rest < 0)
        # In the last year and the one before it, half of what is left.
        result = np.where(over & (number - year <= 1), round_half_away(left * 0.5), result)
        left = left - this
        year += 1
        arrived = running & ~over & (number == year)
        result = np.where(arrived, this, result)
        running = running & ~over & ~arrived & (this > 0)
    return np.where(wrong, np.nan, result)


def _first_years(
    cost: Numbers,
    date_purchased: Numbers,
    first_period: Numbers,
    salvage: Numbers,
    period: Numbers,
    rate: Numbers,
    basis: Numbers,
    surroundings: Surroundings,
) -> tuple[Numbers, Mask]:
    """The part of a year that the first period has, and where the arguments are wrong."""
    date1904 = surroundings.date1904
    kind, wrong = read_basis(basis)
    wrong = wrong | (kind == ACTUAL_360) | ~is_date(date_purchased, date1904) | ~is_date(first_period, date1904)
    wrong = wrong | (np.floor(date_purchased) > np.floor(first_period)) | (period < 0) | (rate <= 0)
    wrong = wrong | (cost <= 0) | (salvage < 0) | (salvage > cost)
    purchased, first_end = Dates.of(date_purchased, date1904), Dates.of(first_period, date1904)
    return year_fraction(purchased, first_end, kind), wrong
