"""One serial date to year, month and day, and back: the loops of values.serial_date.

In the 1900 system serial 1 is 1 January 1900; serial 60 is 29 February 1900, a day that never was, which Excel
keeps because Lotus 1-2-3 counted it; and serial 0 reads as 0 January 1900. In the 1904 system serial 0 is
1 January 1904.
"""

from __future__ import annotations

from typing import Final

from xlmill.values.compiler.c_math import floor
from xlmill.values.two_speed import two_speed

LAST_SERIAL: Final = 2958465  # 31 December 9999 in the 1900 system
DAYS_1904: Final = 1462  # serial in the 1900 system of 1 January 1904, serial 0 of the other
PHANTOM_DAY: Final = 60  # 29 February 1900

# Days from 1 March of the year 0 to the day before serial 1, leap years as they are.
_MARCH_1_OF_YEAR_0: Final = 693900
_NO_DATE: Final = float("nan")


@two_speed
def parts_of(serial, date1904):  # type: ignore[no-untyped-def]
    """Year (1900 to 9999), month and day of a serial; the time of day is cut off. Zeros for what is no date.

    Source: the civil calendar arithmetic of Neri and Schneider, "Euclidean affine functions and their
    application to calendar algorithms" (2023), in which the year begins in March.
    """
    last = LAST_SERIAL - DAYS_1904 if date1904 else LAST_SERIAL
    if not (serial >= 0.0 and serial < last + 1.0):
        return 0, 0, 0
    days = int(serial)
    if date1904:
        days += DAYS_1904
    if days == 0:
        return 1900, 1, 0
    if days == PHANTOM_DAY:
        return 1900, 2, 29
    # Days from 1 March of the year 0: a century has 36524.25 days, a year 365.25, a month about 30.6.
    before = days + _MARCH_1_OF_YEAR_0
    if days > PHANTOM_DAY:
        before -= 1
    in_quarters = 4 * before + 3
    century = in_quarters // 146097
    in_quarters = 4 * ((in_quarters - century * 146097) // 4) + 3
    year_of_century = in_quarters // 1461
    in_year = (in_quarters - year_of_century * 1461) // 4
    scaled = 2141 * in_year + 197913
    year = 100 * century + year_of_century
    month = scaled >> 16
    if in_year >= 306:
        year += 1
        month -= 12
    return year, month, (scaled & 0xFFFF) // 2141 + 1


@two_speed
def serial_of(year, month, day, date1904):  # type: ignore[no-untyped-def]
    """The serial of a date as DATE gives it, or NaN where it would give #NUM!; all three are floats.

    Parts are cut to whole numbers; years 0 to 1899 count from 1900; months and days beyond their range run
    over into the neighbouring years and months.
    """
    years = floor(year) if year >= 0.0 else -floor(-year)
    months = (floor(month) if month >= 0.0 else -floor(-month)) - 1.0
    days = (floor(day) if day >= 0.0 else -floor(-day)) - 1.0
    if years >= 0.0 and years < 1900.0:
        years += 1900.0
    carried = floor(months / 12.0)
    years += carried
    # The months must lead to a year that has dates, whatever the days do after that.
    if not (years >= (1904.0 if date1904 else 1900.0) and years <= 9999.0 and abs(days) < 1e7):
        return _NO_DATE
    serial = first_of_month(int(years), int(months - 12.0 * carried) + 1) + days
    last = float(LAST_SERIAL)
    if date1904:
        serial -= DAYS_1904
        last -= DAYS_1904
    if serial < 0.0 or serial > last:
        return _NO_DATE
    return serial


@two_speed
def first_of_month(year, month):  # type: ignore[no-untyped-def]
    """The serial, in the 1900 system, of the first day of a month (1 to 12)."""
    before = year - 1
    is_leap = (year % 4 == 0 and year % 100 != 0) or year % 400 == 0
    # From March on, months have 31, 30, 31, 30 and 31 days by turns: 153 in five of them.
    in_year = (153 * (month - 3) + 2) // 5 + 59 if month > 2 else 31 * (month - 1)
    if is_leap and month > 2:
        in_year += 1
    serial = 365 * (year - 1900) + (before // 4 - before // 100 + before // 400) - 460 + in_year + 1
    return serial + 1 if serial >= PHANTOM_DAY else serial
