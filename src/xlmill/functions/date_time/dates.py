"""Dates from their parts, and the parts of dates."""

from __future__ import annotations

import numpy as np

from xlmill.functions.parameter import Number, StrictNumber, Text
from xlmill.functions.registry import function
from xlmill.functions.surroundings import Surroundings
from xlmill.values.column import Column, error_where
from xlmill.values.error_value import ExcelError
from xlmill.values.serial_date import add_months, date_parts, end_of_month, is_date, serial_from_parts
from xlmill.values.text_date import parse_date


@function("DATE")
def date(year: Number, month: Number, day: Number, *, surroundings: Surroundings) -> Number:
    """DATE(year, month, day): the serial number of a date.

    Years 0 to 1899 count from 1900. Months and days beyond their range run over: month 13 is January of the
    next year, day 0 the last day of the month before.

    Arrays: elementwise.
    Errors: #NUM! for a date before the date system begins or after the year 9999.
    Source: Microsoft Support, "DATE function".

    =DATE(2024,2,29)  -> 45351
    =DATE(108,1,2)  -> 39449
    =DATE(2024,14,0)  -> 45688
    =DATE(10000,1,1)  -> #NUM!
    """
    return serial_from_parts(year, month, day, surroundings.date1904)


@function("DATEVALUE")
def datevalue(date_text: Text, *, surroundings: Surroundings) -> Column:
    """DATEVALUE(date_text): the serial number of a date that is written as text; a time in it is dropped.

    A date without a year is one of this year, by the run's clock.

    Arrays: elementwise.
    Errors: #VALUE! for text that is no date.
    Source: Microsoft Support, "DATEVALUE function".

    =DATEVALUE("22-Aug-2011")  -> 40777
    =DATEVALUE("2011/02/23 14:30")  -> 40597
    =DATEVALUE("40777")  -> #VALUE!
    """
    this_year = int(date_parts(surroundings.now, surroundings.date1904)[0])
    strings = date_text.to_strings()
    serials = {text: parse_date(text, surroundings.date1904, this_year) for text in set(strings)}
    values = [serials[text] for text in strings]
    found = np.array([np.nan if value is None else value for value in values])
    return error_where(np.isnan(found), ExcelError.VALUE, found)


@function("DAY")
def day(serial_number: Number, *, surroundings: Surroundings) -> Column:
    """DAY(serial_number): the day of the month, 1 to 31.

    Arrays: elementwise.
    Errors: #NUM! for a number that is no date.
    Source: Microsoft Support, "DAY function".

    =DAY(45351)  -> 29
    =DAY("2024-12-25")  -> 25
    =DAY(-1)  -> #NUM!
    """
    return _part(serial_number, 2, surroundings)


@function("MONTH")
def month(serial_number: Number, *, surroundings: Surroundings) -> Column:
    """MONTH(serial_number): the month, 1 to 12.

    Arrays: elementwise.
    Errors: #NUM! for a number that is no date.
    Source: Microsoft Support, "MONTH function".

    =MONTH(45351)  -> 2
    =MONTH(0)  -> 1
    """
    return _part(serial_number, 1, surroundings)


@function("YEAR")
def year(serial_number: Number, *, surroundings: Surroundings) -> Column:
    """YEAR(serial_number): the year, 1900 to 9999.

    Arrays: elementwise.
    Errors: #NUM! for a number that is no date.
    Source: Microsoft Support, "YEAR function".

    =YEAR(45351)  -> 2024
    =YEAR(2958466)  -> #NUM!
    """
    return _part(serial_number, 0, surroundings)


def _part(serials: Number, which: int, surroundings: Surroundings) -> Column:
    part = date_parts(serials, surroundings.date1904)[which].astype(np.float64)
    return error_where(~is_date(serials, surroundings.date1904), ExcelError.NUM, part)


@function("EDATE")
def edate(start_date: StrictNumber, months: StrictNumber, *, surroundings: Surroundings) -> Number:
    """EDATE(start_date, months): the same day some months later, or the last day of a shorter month.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Errors: #NUM! for a date that is none, or a result that is none; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "EDATE function".

    =EDATE(DATE(2024,1,31),1)  -> 45351
    =EDATE(45351,-12.9)  -> 44985
    =EDATE(10,-1)  -> #NUM!
    """
    return add_months(start_date, months, surroundings.date1904)


@function("EOMONTH")
def eomonth(start_date: StrictNumber, months: StrictNumber, *, surroundings: Surroundings) -> Number:
    """EOMONTH(start_date, months): the last day of the month some months later.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Errors: #NUM! for a date that is none, or a result that is none; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "EOMONTH function".

    =EOMONTH(DATE(2024,1,15),1)  -> 45351
    =EOMONTH(DATE(2024,1,15),-3)  -> 45230
    """
    return end_of_month(start_date, months, surroundings.date1904)


@function("TODAY", is_volatile=True)
def today(*, surroundings: Surroundings) -> Number:
    """TODAY(): the date of the run's clock.

    Source: Microsoft Support, "TODAY function".

    =TODAY()=INT(NOW())  -> TRUE
    =TODAY()>DATE(2000,1,1)  -> TRUE
    """
    return np.full(len(surroundings.rows), np.floor(surroundings.now))


@function("NOW", is_volatile=True)
def now(*, surroundings: Surroundings) -> Number:
    """NOW(): the date and time of the run's clock, the same throughout a run.

    Source: Microsoft Support, "NOW function".

    =NOW()-NOW()  -> 0
    =NOW()-TODAY()<1  -> TRUE
    """
    return np.full(len(surroundings.rows), surroundings.now)
