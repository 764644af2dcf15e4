"""Serial dates: days counted as Excel counts them, with the time of day as the fraction.

Both date systems are here. In the 1900 system serial 1 is 1 January 1900; serial 60 is 29 February 1900, a
day that never was, which Excel keeps because Lotus 1-2-3 counted it; and serial 0 reads as 0 January 1900.
In the 1904 system serial 0 is 1 January 1904. Dates end with the year 9999 in both.

Source: Microsoft Support, "Date systems in Excel" and "DATE function"; Microsoft Learn, "Excel incorrectly
assumes that the year 1900 is a leap year".
"""

from __future__ import annotations

import datetime

import numpy as np
from numpy.typing import ArrayLike, NDArray

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
Mask = NDArray[np.bool_]

LAST_SERIAL = 2958465  # 31 December 9999 in the 1900 system
DAYS_1904 = 1462  # serial in the 1900 system of 1 January 1904, serial 0 of the other
SECONDS_A_DAY = 86400

_PHANTOM_DAY = 60  # 29 February 1900
# Days from 1 March of the year 0 to the day before serial 1, leap years as they are.
_MARCH_1_OF_YEAR_0 = 693900
_DAYS_BEFORE_MONTH = np.array([0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334], dtype=np.int64)
_DAYS_IN_MONTH = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], dtype=np.int64)


def is_date(serials: ArrayLike, date1904: bool = False) -> Mask:
    """Where `serials` lie between the first and last day of the date system; elsewhere Excel gives #NUM!."""
    numbers = np.asarray(serials, dtype=np.float64)
    inside: Mask = (numbers >= 0) & (numbers < _last_serial(date1904) + 1)
    return inside


def date_parts(serials: ArrayLike, date1904: bool = False) -> tuple[Int64, Int64, Int64]:
    """Year (1900 to 9999), month and day of each serial; the time of day is cut off.

    Rows that are no date (see `is_date`) give zeros.

    Source: the civil calendar arithmetic of Neri and Schneider, "Euclidean affine functions and their
    application to calendar algorithms" (2023), in which the year begins in March.
    """
    numbers = np.asarray(serials, dtype=np.float64)
    inside = is_date(numbers, date1904)
    days = np.where(inside, numbers, 1.0).astype(np.int64)
    if date1904:
        days += DAYS_1904

    # Days from 1 March of the year 0: a century has 36524.25 days, a year 365.25, a month about 30.6.
    in_quarters = 4 * (days + _MARCH_1_OF_YEAR_0 - (days > _PHANTOM_DAY)) + 3
    century = in_quarters // 146097
    in_century = (in_quarters - century * 146097) // 4
    in_quarters = 4 * in_century + 3
    year_of_century = in_quarters // 1461
    in_year = (in_quarters - year_of_century * 1461) // 4
    scaled = 2141 * in_year + 197913
    month = scaled >> 16
    day = (scaled & 0xFFFF) // 2141 + 1
    after_december = in_year >= 306
    month -= 12 * after_december
    year = 100 * century + year_of_century + after_december

    no_calendar_day = (days == 0) | (days == _PHANTOM_DAY)
    if no_calendar_day.any():
        year = np.where(no_calendar_day, 1900, year)
        month = np.where(no_calendar_day, np.where(days == 0, 1, 2), month)
        day = np.where(no_calendar_day, np.where(days == 0, 0, 29), day)
    if not inside.all():
        year, month, day = (np.where(inside, part, 0) for part in (year, month, day))
    return year, month, day


def time_parts(serials: ArrayLike) -> tuple[Int64, Int64, Int64]:
    """Hour, minute and second of each serial, rounded to the nearest whole second.

    The last half second of a day is therefore midnight, 0:00:00.
    """
    numbers = _finite(serials)
    of_day = np.floor((numbers - np.floor(numbers)) * SECONDS_A_DAY + 0.5)
    seconds = of_day.astype(np.int64) % SECONDS_A_DAY
    minutes = seconds // 60
    hour = minutes // 60
    return hour, minutes - 60 * hour, seconds - 60 * minutes


def serial_from_parts(year: ArrayLike, month: ArrayLike, day: ArrayLike, date1904: bool = False) -> Float64:
    """The serial of each date as DATE gives it, or NaN where it would give #NUM!.

    Parts are cut to whole numbers; years 0 to 1899 count from 1900; months and days beyond their range run
    over into the neighbouring years and months.
    """
    years = np.trunc(np.asarray(year, dtype=np.float64))
    years = years + 1900.0 * ((years >= 0) & (years < 1900))
    months = np.trunc(np.asarray(month, dtype=np.float64)) - 1
    days = np.trunc(np.asarray(day, dtype=np.float64)) - 1
    carried = np.floor(months / 12)
    years, months, days = np.broadcast_arrays(years + carried, months - 12 * carried, days)
    # The months must lead to a year that has dates, whatever the days do after that.
    possible = (years >= (1904 if date1904 else 1900)) & (years <= 9999) & (np.abs(days) < 1e7)
    with np.errstate(invalid="ignore"):
        whole_years = np.where(possible, years, 1900).astype(np.int64)
        whole_months = np.where(possible, months, 0).astype(np.int64) + 1
    serials = _first_of_month(whole_years, whole_months) + np.where(possible, days, 0.0)
    if date1904:
        serials = serials - DAYS_1904
    possible &= (serials >= 0) & (serials <= _last_serial(date1904))
    result: Float64 = np.where(possible, serials, np.nan)
    return result


def weekday(serials: ArrayLike, date1904: bool = False) -> Int64:
    """The day of the week of each serial: 1 for Sunday to 7 for Saturday.

    Serials 1 to 59 of the 1900 system are one day off the calendar, as Excel's are.
    """
    days = np.floor(_finite(serials) % (7 * DAYS_1904)).astype(np.int64)
    return (days + (DAYS_1904 - 1 if date1904 else -1)) % 7 + 1


def days_in_month(year: ArrayLike, month: ArrayLike) -> Int64:
    """The length in days of each month (1 to 12); February 1900 has 29 days."""
    years = np.asarray(year, dtype=np.int64)
    months = np.asarray(month, dtype=np.int64)
    leap = ((years % 4 == 0) & (years % 100 != 0)) | (years % 400 == 0) | (years == 1900)
    lengths: Int64 = _DAYS_IN_MONTH[months] + (leap & (months == 2))
    return lengths


def add_months(serials: ArrayLike, months: ArrayLike, date1904: bool = False) -> Float64:
    """The same day of the month so many months later, or that month's last day: EDATE. NaN is #NUM!."""
    year, month, day = date_parts(serials, date1904)
    year, month = _shift_months(year, month, months)
    day = np.minimum(day, days_in_month(year, month))
    return _where_date(serials, serial_from_parts(year, month, day, date1904), date1904)


def end_of_month(serials: ArrayLike, months: ArrayLike, date1904: bool = False) -> Float64:
    """The last day of the month so many months later: EOMONTH. NaN is #NUM!."""
    year, month, _ = date_parts(serials, date1904)
    year, month = _shift_months(year, month, months)
    day = days_in_month(year, month)
    return _where_date(serials, serial_from_parts(year, month, day, date1904), date1904)


def from_datetime(moment: datetime.datetime | datetime.date | datetime.time, date1904: bool = False) -> float:
    """The serial of a Python date, time or both; a time alone is a fraction of a day. A time zone is ignored.

    Raises ValueError for a day before the date system begins.
    """
    if isinstance(moment, datetime.time):
        return _fraction_of_day(moment)
    days = moment.toordinal() - datetime.date(1899, 12, 31).toordinal()
    days += days >= _PHANTOM_DAY
    if date1904:
        days -= DAYS_1904
    if days < 0:
        first = "1904-01-01" if date1904 else "1899-12-31"
        raise ValueError(f"Excel has no serial date for {moment}: its dates begin with {first}")
    if isinstance(moment, datetime.datetime):
        return days + _fraction_of_day(moment.time())
    return float(days)


def _finite(serials: ArrayLike) -> Float64:
    numbers = np.asarray(serials, dtype=np.float64)
    return np.where(np.isfinite(numbers), numbers, 0.0)


def _last_serial(date1904: bool) -> int:
    return LAST_SERIAL - DAYS_1904 if date1904 else LAST_SERIAL


def _first_of_month(year: Int64, month: Int64) -> Int64:
    """The serial, in the 1900 system, of the first day of a month (1 to 12)."""
    before = year - 1
    leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    days = 365 * (year - 1900) + (before // 4 - before // 100 + before // 400) - 460
    serials: Int64 = days + _DAYS_BEFORE_MONTH[month] + (leap & (month > 2)) + 1
    return serials + (serials >= _PHANTOM_DAY)


def _shift_months(year: Int64, month: Int64, months: ArrayLike) -> tuple[Int64, Int64]:
    shift = np.trunc(np.asarray(months, dtype=np.float64))
    count = 12 * year + month - 1 + np.clip(np.nan_to_num(shift), -200_000, 200_000).astype(np.int64)
    # DATE would read the years 0 to 1899 as 1900 and later.
    shifted = count // 12
    return np.where(shifted < 1900, -1, shifted), count % 12 + 1


def _where_date(serials: ArrayLike, shifted: Float64, date1904: bool) -> Float64:
    result: Float64 = np.where(is_date(serials, date1904), shifted, np.nan)
    return result


def _fraction_of_day(time: datetime.time) -> float:
    microseconds = ((time.hour * 60 + time.minute) * 60 + time.second) * 1_000_000 + time.microsecond
    return microseconds / (SECONDS_A_DAY * 1_000_000)
