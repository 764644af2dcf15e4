"""Days between two dates as markets count them: the five bases of YEARFRAC and of the bond functions.

Source: Microsoft Support, "YEARFRAC function" (the bases) and "DAYS360 function"; for basis 1 of YEARFRAC,
David Wheeler, "YEARFRAC incompatibilities between Excel 2007 and OOXML" (2008), derived from Excel's results.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlmill.values.column import Index, Mask, Numbers
from xlmill.values.serial_date import date_parts, days_in_month, serial_from_parts

US_30_360, ACTUAL_ACTUAL, ACTUAL_360, ACTUAL_365, EUROPEAN_30_360 = range(5)


@dataclass(frozen=True, slots=True)
class Dates:
    """A column of dates with their calendar parts, worked out once."""

    serials: Numbers
    year: Index
    month: Index
    day: Index
    date1904: bool

    @classmethod
    def of(cls, serials: Numbers, date1904: bool) -> Dates:
        """From serial numbers; the time of day is cut off."""
        days = np.floor(serials)
        return cls(days, *date_parts(days, date1904), date1904)

    @property
    def ends_month(self) -> Mask:
        """Whether each is the last day of its month."""
        last: Mask = self.day == days_in_month(self.year, self.month)
        return last

    @property
    def ends_february(self) -> Mask:
        """Whether each is the last day of February."""
        last: Mask = (self.month == 2) & self.ends_month
        return last

    def months_later(self, months: NDArray[np.int64], to_month_end: Mask) -> Dates:
        """The same day of another month, or that month's last day where it is shorter or `to_month_end` says so."""
        count = 12 * self.year + self.month - 1 + months
        year, month = count // 12, count % 12 + 1
        length = days_in_month(year, month)
        day = np.where(to_month_end, length, np.minimum(self.day, length))
        # DATE would read the years before 1900 as 1900 and later.
        serials = np.where(year < 1900, np.nan, serial_from_parts(year, month, day, self.date1904))
        return Dates(serials, year, month, day, self.date1904)

    def where(self, mask: Mask, others: Dates) -> Dates:
        """These dates where `mask` is true, the others elsewhere."""
        pairs = (
            (self.serials, others.serials),
            (self.year, others.year),
            (self.month, others.month),
            (self.day, others.day),
        )
        serials, year, month, day = (np.where(mask, one, other) for one, other in pairs)
        return Dates(serials, year, month, day, self.date1904)


def actual_days(start: Dates, end: Dates) -> Numbers:
    """The days of the calendar."""
    return end.serials - start.serials


def days_360_us(start: Dates, end: Dates, february: bool = True) -> Numbers:
    """Months of 30 days, the US (NASD) way.

    `february`: the last day of February at the end counts as the 30th if the start is a last day of February
    too, as in YEARFRAC; DAYS360 leaves it.
    """
    start_day, end_day = start.day, end.day
    start_ends_february = start.ends_february
    if february:
        end_day = np.where(start_ends_february & end.ends_february, 30, end_day)
    start_day = np.where(start_ends_february, 30, start_day)
    end_day = np.where((end_day == 31) & (start_day >= 30), 30, end_day)
    return _days_360(start, np.minimum(start_day, 30), end, end_day)


def days_360_european(start: Dates, end: Dates) -> Numbers:
    """Months of 30 days, the European way: a 31st counts as the 30th."""
    return _days_360(start, np.minimum(start.day, 30), end, np.minimum(end.day, 30))


def _days_360(start: Dates, start_day: Index, end: Dates, end_day: Index) -> Numbers:
    days = 360 * (end.year - start.year) + 30 * (end.month - start.month) + end_day - start_day
    return days.astype(np.float64)


def is_leap_year(year: Index) -> Mask:
    """Leap years as Excel has them, 1900 among them."""
    leap: Mask = days_in_month(year, np.full(len(year), 2)) == 29
    return leap


def year_fraction(start: Dates, end: Dates, basis: Index) -> Numbers:
    """YEARFRAC of dates in order, for a basis from 0 to 4."""
    return days_between(start, end, basis) / days_in_year(start, end, basis)


def days_between(start: Dates, end: Dates, basis: Index) -> Numbers:
    """The days between two dates by a basis from 0 to 4."""
    actual = actual_days(start, end)
    for kind, count in ((US_30_360, days_360_us), (EUROPEAN_30_360, days_360_european)):
        rows = basis == kind
        if rows.any():
            actual = np.where(rows, count(start, end), actual)
    return actual


def days_in_year(start: Dates, end: Dates, basis: Index) -> Numbers:
    """The days of the year in which the days between two dates are measured, by a basis from 0 to 4."""
    length = _DAYS_IN_YEAR[basis]
    rows = basis == ACTUAL_ACTUAL
    return np.where(rows, _actual_year(start, end), length) if rows.any() else length


_DAYS_IN_YEAR = np.array([360.0, 0.0, 360.0, 365.0, 360.0])


def _actual_year(start: Dates, end: Dates) -> Numbers:
    """The length of the one year that the dates lie in, or the mean length of the years that they span."""
    within_a_year = (start.year == end.year) | (
        (start.year + 1 == end.year)
        & ((start.month > end.month) | ((start.month == end.month) & (start.day >= end.day)))
    )
    year_has_366 = np.where(
        start.year == end.year,
        is_leap_year(start.year),
        (is_leap_year(start.year) & (start.month <= 2))
        | (is_leap_year(end.year) & ((end.month > 2) | ((end.month == 2) & (end.day == 29)))),
    )
    span = _new_year(end.year + 1) - _new_year(start.year)
    average = span / (end.year - start.year + 1)
    return np.where(within_a_year, 365.0 + year_has_366, average)


def _new_year(year: Index) -> Numbers:
    """The serial of 1 January, in the 1900 system; the year may be 10000."""
    before = year - 1
    days = 365 * (year - 1900) + (before // 4 - before // 100 + before // 400) - 460
    return (days + 1 + (year > 1900)).astype(np.float64)
