"""Bonds whose first or last period is shorter or longer than the others."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from xlmill.functions.day_count import ACTUAL_ACTUAL, EUROPEAN_30_360, US_30_360, Dates, days_between
from xlmill.functions.financial.bonds import YIELDS, annuity_and_mean
from xlmill.functions.financial.coupon_schedule import Terms, coupons_around, read_terms
from xlmill.functions.financial.root_finding import find_roots
from xlmill.functions.parameter import Number, StrictNumber, optional
from xlmill.functions.registry import function
from xlmill.functions.surroundings import Surroundings
from xlmill.values.column import Index, Mask, Numbers
from xlmill.values.serial_date import is_date

# Source: Microsoft Support, "ODDFYIELD function": 100 iterations.
_TRIES = 100


@function("ODDFPRICE", omitted_is_default=True)
def oddfprice(
    settlement: StrictNumber,
    maturity: StrictNumber,
    issue: StrictNumber,
    first_coupon: StrictNumber,
    rate: StrictNumber,
    yld: StrictNumber,
    redemption: StrictNumber,
    frequency: StrictNumber,
    basis: StrictNumber = optional(0.0),
    *,
    surroundings: Surroundings,
) -> Number:
    """ODDFPRICE(settlement, maturity, issue, first_coupon, rate, yld, redemption, frequency, [basis]): a price.

    The bond's first period, from the issue to the first coupon, is shorter or longer than the others.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Units: rate and yld per year; redemption and price per 100 of face value; frequency 1, 2 or 4 a year; basis
    as in YEARFRAC.
    Errors: #NUM! for another frequency or basis, a negative rate or yield, a redemption that is not positive, or
    dates not in the order issue, settlement, first coupon, maturity.
    Source: Microsoft Support, "ODDFPRICE function".

    =ROUND(ODDFPRICE(39763,44256,39736,39873,0.0785,0.0625,100,2,1),6)  -> 113.597717
    =ODDFPRICE(39763,44256,39736,39873,-0.0785,0.0625,100,2,1)  -> #NUM!
    """
    terms = read_terms(settlement, maturity, frequency, basis, surroundings.date1904)
    wrong = _out_of_order(issue, settlement, first_coupon, maturity, surroundings.date1904) | terms.wrong
    wrong = wrong | (rate < 0) | (yld < 0) | (redemption <= 0)
    bond = _odd_first(terms, issue, first_coupon, rate, redemption)
    return np.where(wrong, np.nan, bond.price_and_slope(yld / terms.frequency)[0])


@function("ODDFYIELD", omitted_is_default=True)
def oddfyield(
    settlement: StrictNumber,
    maturity: StrictNumber,
    issue: StrictNumber,
    first_coupon: StrictNumber,
    rate: StrictNumber,
    pr: StrictNumber,
    redemption: StrictNumber,
    frequency: StrictNumber,
    basis: StrictNumber = optional(0.0),
    *,
    surroundings: Surroundings,
) -> Number:
    """ODDFYIELD(settlement, maturity, issue, first_coupon, rate, pr, redemption, frequency, [basis]): a yield.

    The bond's first period, from the issue to the first coupon, is shorter or longer than the others.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Units: rate and the result per year; pr and redemption per 100 of face value; frequency 1, 2 or 4 a year;
    basis as in YEARFRAC.
    Errors: #NUM! for another frequency or basis, a negative rate, a price or redemption that is not positive, or
    dates not in the order issue, settlement, first coupon, maturity.
    Source: Microsoft Support, "ODDFYIELD function".

    =ROUND(ODDFYIELD(39763,44256,39736,39873,0.0575,84.5,100,2,0),6)  -> 0.077246
    =ODDFYIELD(39763,44256,39736,39873,0.0575,0,100,2,0)  -> #NUM!
    """
    terms = read_terms(settlement, maturity, frequency, basis, surroundings.date1904)
    wrong = _out_of_order(issue, settlement, first_coupon, maturity, surroundings.date1904) | terms.wrong
    wrong = wrong | (rate < 0) | (pr <= 0) | (redemption <= 0)
    bond = _odd_first(terms, issue, first_coupon, rate, redemption)
    result = np.full(len(rate), np.nan)
    rows = np.flatnonzero(~wrong)
    if len(rows):
        kept = bond.take(rows)

        def excess(x: Numbers, among: Index) -> tuple[Numbers, Numbers]:
            value, slope = kept.take(among).price_and_slope(x)
            return value - pr[rows[among]], slope

        found = find_roots(excess, (rate / terms.frequency)[rows], YIELDS, _TRIES)
        result[rows] = found * terms.frequency[rows]
    return result


@function("ODDLPRICE", omitted_is_default=True)
def oddlprice(
    settlement: StrictNumber,
    maturity: StrictNumber,
    last_interest: StrictNumber,
    rate: StrictNumber,
    yld: StrictNumber,
    redemption: StrictNumber,
    frequency: StrictNumber,
    basis: StrictNumber = optional(0.0),
    *,
    surroundings: Surroundings,
) -> Number:
    """ODDLPRICE(settlement, maturity, last_interest, rate, yld, redemption, frequency, [basis]): a price.

    The bond's last period, from the last interest date to the maturity, is shorter or longer than the others.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Units: rate and yld per year; redemption and price per 100 of face value; frequency 1, 2 or 4 a year; basis
    as in YEARFRAC.
    Errors: #NUM! for another frequency or basis, a negative rate or yield, a redemption that is not positive, or
    dates not in the order last interest, settlement, maturity.
    Source: Microsoft Support, "ODDLPRICE function".

    =ROUND(ODDLPRICE(DATE(2008,2,7),DATE(2008,6,15),DATE(2007,10,15),0.0375,0.0405,100,2,0),5)  -> 99.87829
    =ODDLPRICE(DATE(2008,2,7),DATE(2008,6,15),DATE(2008,10,15),0.0375,0.0405,100,2,0)  -> #NUM!
    """
    terms = read_terms(settlement, maturity, frequency, basis, surroundings.date1904)
    whole, gone, to_come, wrong = _odd_last(terms, last_interest, surroundings.date1904)
    wrong = wrong | (rate < 0) | (yld < 0) | (redemption <= 0)
    coupon = 100 * rate / terms.frequency
    price = (redemption + whole * coupon) / (1 + to_come * yld / terms.frequency) - gone * coupon
    return np.where(wrong, np.nan, price)


@function("ODDLYIELD", omitted_is_default=True)
def oddlyield(
    settlement: StrictNumber,
    maturity: StrictNumber,
    last_interest: StrictNumber,
    rate: StrictNumber,
    pr: StrictNumber,
    redemption: StrictNumber,
    frequency: StrictNumber,
    basis: StrictNumber = optional(0.0),
    *,
    surroundings: Surroundings,
) -> Number:
    """ODDLYIELD(settlement, maturity, last_interest, rate, pr, redemption, frequency, [basis]): a yield.

    The bond's last period, from the last interest date to the maturity, is shorter or longer than the others.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Units: rate and the result per year; pr and redemption per 100 of face value; frequency 1, 2 or 4 a year;
    basis as in YEARFRAC.
    Errors: #NUM! for another frequency or basis, a negative rate, a price or redemption that is not positive, or
    dates not in the order last interest, settlement, maturity.
    Source: Microsoft Support, "ODDLYIELD function".

    =ROUND(ODDLYIELD(DATE(2008,4,20),DATE(2008,6,15),DATE(2007,12,24),0.0375,99.875,100,2,0),6)  -> 0.045192
    =ODDLYIELD(DATE(2008,4,20),DATE(2008,6,15),DATE(2007,12,24),0.0375,99.875,100,3,0)  -> #NUM!
    """
    terms = read_terms(settlement, maturity, frequency, basis, surroundings.date1904)
    whole, gone, to_come, wrong = _odd_last(terms, last_interest, surroundings.date1904)
    wrong = wrong | (rate < 0) | (pr <= 0) | (redemption <= 0)
    coupon = 100 * rate / terms.frequency
    paid = pr + gone * coupon
    return np.where(wrong, np.nan, (redemption + whole * coupon - paid) / paid * terms.frequency / to_come)


def _out_of_order(issue: Numbers, settlement: Numbers, first: Numbers, maturity: Numbers, date1904: bool) -> Mask:
    dates = [np.floor(serials) for serials in (issue, settlement, first, maturity)]
    wrong: Mask = np.zeros(len(issue), np.bool_)
    for serials in (issue, first):
        wrong = wrong | ~is_date(serials, date1904)
    for earlier, later in pairwise(dates):
        wrong = wrong | ~(earlier < later)
    return wrong


@dataclass(frozen=True, slots=True)
class _OddFirst:
    """Bonds as payments, times in coupon periods, per 100 of face value.

    `first_part` of a coupon is paid after `delay`, then `count` whole coupons, with the last of them the
    redemption; interest for `elapsed` periods has accrued.
    """

    delay: Numbers
    first_part: Numbers
    elapsed: Numbers
    count: Numbers
    coupon: Numbers
    redemption: Numbers

    def take(self, rows: Index) -> _OddFirst:
        """The bonds of some rows."""
        columns = self.delay, self.first_part, self.elapsed, self.count, self.coupon, self.redemption
        return _OddFirst(*(column[rows] for column in columns))

    def price_and_slope(self, per_period: Numbers) -> tuple[Numbers, Numbers]:
        """The price without accrued interest at a yield per period, and how it changes with the yield."""
        force = np.log1p(per_period)
        first = self.coupon * self.first_part * np.exp(-self.delay * force)
        annuity, mean = annuity_and_mean(force, self.count)
        later = self.coupon * annuity * np.exp(-(self.delay + 1) * force)
        last = self.delay + self.count
        redeemed = self.redemption * np.exp(-last * force)
        slope = -(first * self.delay + later * (self.delay + 1 + mean) + redeemed * last) / (1 + per_period)
        return first + later + redeemed - self.coupon * self.elapsed, slope


def _odd_first(terms: Terms, issue: Numbers, first_coupon: Numbers, rate: Numbers, redemption: Numbers) -> _OddFirst:
    date1904 = terms.settlement.date1904
    basis, frequency, settled = terms.basis, terms.frequency, terms.settlement
    issued, first = Dates.of(issue, date1904), Dates.of(first_coupon, date1904)
    # Periods of the usual length, counted back from the first coupon, cut up the time since the issue.
    at_settlement = coupons_around(settled, first, frequency, basis)
    at_issue = coupons_around(issued, first, frequency, basis)
    length = at_settlement.period_days
    first_days = days_between(issued, first, basis)
    is_short = first_days < length

    to_first = np.maximum(days_between(settled, first, basis), 0.0) / length
    since_issue = np.maximum(days_between(issued, settled, basis), 0.0) / length

    issue_length = np.where(basis == ACTUAL_ACTUAL, at_issue.period_days, length)
    issue_part = days_between(issued, at_issue.next, basis) / issue_length
    long_part = at_issue.count - 1 + issue_part
    same_period = at_issue.count == at_settlement.count
    several = issue_part + (at_issue.count - at_settlement.count - 1) + at_settlement.days_since_previous / length
    counted = (basis == US_30_360) | (basis == ACTUAL_ACTUAL) | (basis == EUROPEAN_30_360)
    long_elapsed = np.where(counted & ~same_period, several, since_issue)
    by_calendar = ~counted
    to_next = np.where(by_calendar, at_settlement.days_to_next / length, 1 - at_settlement.days_since_previous / length)

    count = coupons_around(first, terms.maturity, frequency, basis).count
    return _OddFirst(
        np.where(is_short, to_first, at_settlement.count - 1 + to_next),
        np.where(is_short, first_days / length, long_part),
        np.where(is_short, since_issue, long_elapsed),
        count,
        100 * rate / frequency,
        redemption,
    )


def _odd_last(terms: Terms, last_interest: Numbers, date1904: bool) -> tuple[Numbers, Numbers, Numbers, Mask]:
    """In periods: the last one's whole length, what of it has gone and is to come; and where dates are wrong."""
    basis, settled, matured = terms.basis, terms.settlement, terms.maturity
    wrong = terms.wrong | ~is_date(last_interest, date1904)
    wrong = wrong | (np.floor(last_interest) >= settled.serials)
    last = Dates.of(last_interest, date1904)
    step = (12 // terms.frequency).astype(np.int64)
    at_settlement, settled_begin, settled_end = _period_after(last, settled, step)
    at_maturity, final_begin, final_end = _period_after(last, matured, step)
    settled_length = days_between(settled_begin, settled_end, basis)
    final_length = days_between(final_begin, final_end, basis)
    whole = at_maturity + days_between(final_begin, matured, basis) / final_length
    gone = at_settlement + days_between(settled_begin, settled, basis) / settled_length
    to_come = np.where(
        at_settlement == at_maturity,
        days_between(settled, matured, basis) / final_length,
        days_between(settled, settled_end, basis) / settled_length
        + (at_maturity - at_settlement - 1)
        + days_between(final_begin, matured, basis) / final_length,
    )
    return whole, gone, to_come, wrong


def _period_after(last: Dates, date: Dates, step: Index) -> tuple[Index, Dates, Dates]:
    """Which period after `last` a date lies in, from 0, and where that period begins and ends."""
    anywhere = np.zeros(1, np.bool_)
    number = (12 * (date.year - last.year) + date.month - last.month) // step
    begin = last.months_later(number * step, anywhere)
    number = number - (begin.serials > date.serials)
    return number, last.months_later(number * step, anywhere), last.months_later((number + 1) * step, anywhere)
