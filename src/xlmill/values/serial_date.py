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

from xlmill.values.calendar_day import DAYS_1904, LAST_SERIAL, PHANTOM_DAY, parts_of, serial_of
from xlmill.values.two_speed import two_speed

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
Mask = NDArray[np.bool_]

SECONDS_A_DAY = 86400

_DAYS_IN_MONTH = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], dtype=np.int64)


def is_date(serials: ArrayLike, date1904: bool = False) -> Mask:
    """Where `serials` lie between the first and last day of the date system; elsewhere Excel gives #NUM!."""
    numbers = np.asarray(serials, dtype=np.float64)
    inside: Mask = (numbers >= 0) & (numbers < _last_serial(date1904) + 1)
    return inside


def date_parts(serials: ArrayLike, date1904: bool = False) -> tuple[Int64, Int64, Int64]:
    """Year (1900 to 9999), month and day of each serial; the time of day is cut off.

    Rows that are no date (see `is_date`) give zeros.
    """
    numbers = np.asarray(serials, dtype=np.float64)
    flat = np.ascontiguousarray(numbers).ravel()
    year, month, day = (np.empty(len(flat), np.int64) for _ in range(3))
    _all_parts.run(10 * len(flat), flat, date1904, year, month, day)
    return year.reshape(numbers.shape), month.reshape(numbers.shape), day.reshape(numbers.shape)


@two_speed
def _all_parts(serials, date1904, years, months, days):  # type: ignore[no-untyped-def]
    for i in range(len(serials)):
        years[i], months[i], days[i] = parts_of(serials[i], date1904)


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
    """The serial of each date as DATE gives it, or NaN where it would give #NUM!: see `calendar_day.serial_of`."""
    years, months, days = np.broadcast_arrays(*(np.asarray(part, dtype=np.float64) for part in (year, month, day)))
    flat = [np.ascontiguousarray(part).ravel() for part in (years, months, days)]
    result = np.empty(len(flat[0]))
    _all_serials.run(10 * len(result), flat[0], flat[1], flat[2], date1904, result)
    return result.reshape(years.shape)


@two_speed
def _all_serials(years, months, days, date1904, serials):  # type: ignore[no-untyped-def]
    for i in range(len(years)):
        serials[i] = serial_of(years[i], months[i], days[i], date1904)


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
    days += days >= PHANTOM_DAY
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
