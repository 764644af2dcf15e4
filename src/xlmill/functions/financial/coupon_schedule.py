"""The dates on which a bond pays interest, counted back from its maturity.

A bond that matures on the last day of a month pays on last days of months.

Source: Microsoft Support, "COUPPCD function" and "COUPDAYS function".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlmill.functions.day_count import (
    ACTUAL_365,
    ACTUAL_ACTUAL,
    EUROPEAN_30_360,
    US_30_360,
    Dates,
    actual_days,
    days_360_european,
    days_between,
)
from xlmill.values.column import Index, Mask, Numbers
from xlmill.values.serial_date import is_date


@dataclass(frozen=True, slots=True)
class Coupons:
    """The coupon period that a date lies in: the coupon dates around it, and how many coupons are still to come."""

    date: Dates
    previous: Dates
    next: Dates
    count: Numbers
    frequency: Numbers
    basis: Index

    @property
    def period_days(self) -> Numbers:
        """The days of the period."""
        length = np.where(self.basis == ACTUAL_365, 365.0, 360.0) / self.frequency
        actual = self.basis == ACTUAL_ACTUAL
        return np.where(actual, actual_days(self.previous, self.next), length) if actual.any() else length

    @property
    def days_since_previous(self) -> Numbers:
        """The days from the coupon before to the date."""
        return days_between(self.previous, self.date, self.basis)

    @property
    def days_to_next(self) -> Numbers:
        """The days from the date to the next coupon."""
        days = actual_days(self.date, self.next)
        european = self.basis == EUROPEAN_30_360
        if european.any():
            days = np.where(european, days_360_european(self.date, self.next), days)
        # The US way counts what the period has, less what has gone, so that the two always add up.
        american = self.basis == US_30_360
        return np.where(american, 360 / self.frequency - self.days_since_previous, days) if american.any() else days


def coupons_around(date: Dates, maturity: Dates, frequency: Numbers, basis: Index) -> Coupons:
    """The coupon period of each date, which is before the maturity."""
    step = (12 // frequency).astype(np.int64)
    months = 12 * (maturity.year - date.year) + maturity.month - date.month
    periods = months // step
    at_month_end = maturity.ends_month
    coupon = maturity.months_later(-periods * step, at_month_end)
    later: Mask = ~(coupon.serials <= date.serials)
    count = periods + later
    before = maturity.months_later(-count * step, at_month_end)
    after = maturity.months_later(-(count - 1) * step, at_month_end)
    return Coupons(date, before, after, count.astype(np.float64), frequency, basis)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the arguments of a bond function come to; `wrong` are rows that Excel answers with #NUM!.

    In those rows, frequency and basis are some usable value.
    """

    settlement: Dates
    maturity: Dates
    frequency: Numbers
    basis: Index
    wrong: Mask

    @property
    def coupons(self) -> Coupons:
        """The coupon period of the settlement."""
        return coupons_around(self.settlement, self.maturity, self.frequency, self.basis)


def read_terms(settlement: Numbers, maturity: Numbers, frequency: Numbers, basis: Numbers, date1904: bool) -> Terms:
    """The terms of bonds that are settled before they mature and pay 1, 2 or 4 times a year."""
    often = np.trunc(frequency)
    kind, wrong = read_basis(basis)
    wrong_frequency = (often != 1) & (often != 2) & (often != 4)
    wrong = wrong | wrong_frequency | ~is_date(settlement, date1904) | ~is_date(maturity, date1904)
    wrong = wrong | (np.floor(settlement) >= np.floor(maturity))
    dates = Dates.of(settlement, date1904), Dates.of(maturity, date1904)
    return Terms(*dates, np.where(wrong_frequency, 1.0, often), kind, wrong)


def read_basis(basis: Numbers) -> tuple[Index, Mask]:
    """The basis as a whole number, and where it is none of 0 to 4."""
    kind = np.trunc(basis)
    wrong: Mask = ~((kind >= 0) & (kind <= 4))
    return np.where(wrong, 0, kind).astype(np.int64), wrong
