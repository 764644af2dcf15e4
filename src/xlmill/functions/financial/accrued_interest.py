"""Interest accrued on securities that pay it at regular times."""

from __future__ import annotations

import numpy as np

from xlmill.functions.day_count import ACTUAL_365, ACTUAL_ACTUAL, Dates, days_between
from xlmill.functions.financial.coupon_schedule import coupons_around, read_basis
from xlmill.functions.parameter import Logical, Number, StrictNumber, optional
from xlmill.functions.registry import function
from xlmill.functions.surroundings import Surroundings
from xlmill.values.serial_date import is_date


@function("ACCRINT", omitted_is_default=True)
def accrint(
    issue: StrictNumber,
    first_interest: StrictNumber,
    settlement: StrictNumber,
    rate: StrictNumber,
    par: StrictNumber,
    frequency: StrictNumber,
    basis: StrictNumber = optional(0.0),
    calc_method: Logical = optional(True),
    *,
    surroundings: Surroundings,
) -> Number:
    """ACCRINT(issue, first_interest, settlement, rate, par, frequency, [basis], [calc_method]): accrued interest.

    Interest runs from the issue to the settlement. With calc_method FALSE the whole periods before the one that
    ends with the first interest date do not count, as in Excel, though Microsoft's page tells it otherwise.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Units: rate per year; par and the result in one currency; frequency 1, 2 or 4 a year; basis as in YEARFRAC.
    Errors: #NUM! for another frequency or basis, an issue not before the settlement, or a rate or par that is
    not positive.
    Source: Microsoft Support, "ACCRINT function".

    =ROUND(ACCRINT(39508,39691,39569,0.1,1000,2,0),6)  -> 16.666667
    =ROUND(ACCRINT(DATE(2008,3,5),39691,39569,0.1,1000,2,0,FALSE),6)  -> 15.555556
    =ACCRINT(39569,39691,39508,0.1,1000,2,0)  -> #NUM!
    """
    date1904 = surroundings.date1904
    kind, wrong = read_basis(basis)
    often = np.trunc(frequency)
    wrong_frequency = (often != 1) & (often != 2) & (often != 4)
    wrong = wrong | wrong_frequency | (rate <= 0) | (par <= 0) | (np.floor(issue) >= np.floor(settlement))
    for serials in (issue, first_interest, settlement):
        wrong = wrong | ~is_date(serials, date1904)
    often = np.where(wrong_frequency, 1.0, often)
    issued, first, settled = (Dates.of(serials, date1904) for serials in (issue, first_interest, settlement))

    # The period that the count ends in: the settlement's own where that is after the first interest date and
    # the whole time counts, else the one that ends with the first interest date.
    around_settlement = coupons_around(settled, first, often, kind)
    step = (12 // often).astype(np.int64)
    before_first = first.months_later(-step, first.ends_month)
    own = calc_method & (settled.serials > first.serials)
    previous = around_settlement.previous.where(own, before_first)
    following = around_settlement.next.where(own, first)
    begin = previous.where(~(issued.serials > previous.serials), issued)
    length = np.where(kind == ACTUAL_365, 365.0, 360.0) / often
    days = np.where(kind == ACTUAL_ACTUAL, following.serials - previous.serials, length)
    periods = days_between(begin, settled, kind) / days

    # Before it come whole periods, back to the one in which the issue lies.
    around_issue = coupons_around(issued, first, often, kind)
    reaches_back = issued.serials < previous.serials
    issue_part = days_between(issued, around_issue.next, kind) / around_issue.period_days
    on_coupon = issued.serials == around_issue.previous.serials
    months = 12 * (previous.year - around_issue.next.year) + previous.month - around_issue.next.month
    whole = months // step + on_coupon
    periods += np.where(reaches_back, whole * calc_method + np.where(on_coupon, 0.0, issue_part), 0.0)
    return np.where(wrong, np.nan, par * rate / often * periods)
