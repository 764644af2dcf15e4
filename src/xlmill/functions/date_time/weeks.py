"""Days of the week and numbers of weeks."""

from __future__ import annotations

import numpy as np

from xlmill.functions.parameter import Number, StrictNumber, optional
from xlmill.functions.registry import function
from xlmill.functions.surroundings import Surroundings
from xlmill.values.column import Column, error_where
from xlmill.values.error_value import ExcelError
from xlmill.values.serial_date import date_parts, is_date, serial_from_parts
from xlmill.values.serial_date import weekday as day_of_week

# The day on which the week begins (1 is Sunday) for each return_type from 0 to 21; 0 where there is no such type.
_FIRST_DAY = np.zeros(22, np.int64)
_FIRST_DAY[[1, 2, 3]] = 1, 2, 2
_FIRST_DAY[11:18] = 2, 3, 4, 5, 6, 7, 1
_FIRST_DAY[21] = 2

_FROM_ZERO = 3  # the return_type of WEEKDAY that counts from 0
_ISO = 21  # the return_type of WEEKNUM that counts as ISO 8601 does


@function("WEEKDAY")
def weekday(serial_number: Number, return_type: Number = optional(1.0), *, surroundings: Surroundings) -> Column:
    """WEEKDAY(serial_number, [return_type]): the day of the week as a number.

    return_type says which day is 1: 1 or 17 Sunday, 2 or 11 Monday, 12 Tuesday to 16 Saturday; with 3, Monday
    is 0.

    Arrays: elementwise.
    Errors: #NUM! for a number that is no date, or another return_type.
    Source: Microsoft Support, "WEEKDAY function".

    =WEEKDAY(DATE(2008,2,14))  -> 5
    =WEEKDAY(DATE(2008,2,14),2)  -> 4
    =WEEKDAY(DATE(2008,2,14),3)  -> 3
    =WEEKDAY(DATE(2008,2,14),4)  -> #NUM!
    """
    kind = _return_type(return_type)
    dated = is_date(serial_number, surroundings.date1904)
    serials = np.where(dated, serial_number, 0.0)
    first = _FIRST_DAY[kind]
    position = (day_of_week(serials, surroundings.date1904) - first) % 7 + (kind != _FROM_ZERO)
    return error_where(~dated | (first == 0) | (kind == _ISO), ExcelError.NUM, position.astype(np.float64))


@function("WEEKNUM", omitted_is_default=True)
def weeknum(
    serial_number: StrictNumber, return_type: StrictNumber = optional(1.0), *, surroundings: Surroundings
) -> Column:
    """WEEKNUM(serial_number, [return_type]): the number of the week in its year; week 1 holds 1 January.

    return_type says on which day weeks begin: 1 or 17 Sunday, 2 or 11 Monday, 12 Tuesday to 16 Saturday; 21
    counts as ISO 8601 does: weeks begin on Monday and week 1 holds the year's first Thursday.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Errors: #NUM! for a number that is no date, or another return_type; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "WEEKNUM function".

    =WEEKNUM(DATE(2012,3,9))  -> 10
    =WEEKNUM(DATE(2012,3,9),2)  -> 11
    =WEEKNUM(DATE(2012,1,1),21)  -> 52
    =WEEKNUM(DATE(2012,3,9),3)  -> #NUM!
    """
    kind = _return_type(return_type)
    date1904 = surroundings.date1904
    dated = is_date(serial_number, date1904)
    days = np.floor(np.where(dated, serial_number, 1.0))
    year, _, _ = date_parts(days, date1904)
    new_year = serial_from_parts(year, 1, 1, date1904)
    first = _FIRST_DAY[kind]
    days_before = (day_of_week(new_year, date1904) - first) % 7
    number = (days - new_year + days_before) // 7 + 1
    if (kind == _ISO).any():
        number = np.where(kind == _ISO, _iso_week(days, date1904), number)
    return error_where(~dated | (first == 0) | (kind == _FROM_ZERO), ExcelError.NUM, number)


@function("ISOWEEKNUM")
def isoweeknum(date: Number, *, surroundings: Surroundings) -> Column:
    """ISOWEEKNUM(date): the number of the week by ISO 8601: weeks begin on Monday, week 1 has the first Thursday.

    Arrays: elementwise.
    Errors: #NUM! for a number that is no date.
    Source: Microsoft Support, "ISOWEEKNUM function".

    =ISOWEEKNUM(DATE(2012,3,9))  -> 10
    =ISOWEEKNUM(DATE(2021,1,3))  -> 53
    =ISOWEEKNUM(-1)  -> #NUM!
    """
    dated = is_date(date, surroundings.date1904)
    days = np.floor(np.where(dated, date, 1.0))
    return error_where(~dated, ExcelError.NUM, _iso_week(days, surroundings.date1904))


def _return_type(return_type: Number) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The type as a whole number from 0 to 21, 0 for one that no function has."""
    whole = np.trunc(return_type)
    return np.where((whole >= 0) & (whole < len(_FIRST_DAY)), whole, 0).astype(np.int64)


def _iso_week(days: Number, date1904: bool) -> Number:
    # A week belongs to the year of its Thursday. Where that lies before the first date or after the last, it
    # is Thursday of a week of the year before or the last week all the same.
    thursday = days - (day_of_week(days, date1904) - 2) % 7 + 3
    within = np.where(is_date(thursday, date1904), thursday, days)
    year, _, _ = date_parts(within, date1904)
    new_year = serial_from_parts(year, 1, 1, date1904)
    week: Number = (thursday - new_year) // 7 + 1
    # 1 January 1900 was a Sunday to Excel, in the last week of 1899.
    return np.where(thursday < new_year, 52.0, week)
