"""Times of day from their parts, and the parts of times."""

from __future__ import annotations

import numpy as np

from xlmill.functions.parameter import Number, Text
from xlmill.functions.registry import function
from xlmill.functions.surroundings import Surroundings
from xlmill.values.column import Column, error_where
from xlmill.values.error_value import ExcelError
from xlmill.values.serial_date import date_parts, is_date, time_parts
from xlmill.values.text_date import parse_time

# Hours, minutes and seconds are 16-bit numbers to Excel.
_LARGEST_PART = 32767


@function("HOUR")
def hour(serial_number: Number, *, surroundings: Surroundings) -> Column:
    """HOUR(serial_number): the hour of the time of day, 0 to 23.

    Arrays: elementwise.
    Errors: #NUM! for a number that is no date.
    Source: Microsoft Support, "HOUR function".

    =HOUR(0.75)  -> 18
    =HOUR("7:45 PM")  -> 19
    =HOUR(-0.5)  -> #NUM!
    """
    return _part(serial_number, 0, surroundings)


@function("MINUTE")
def minute(serial_number: Number, *, surroundings: Surroundings) -> Column:
    """MINUTE(serial_number): the minute of the time of day, 0 to 59.

    Arrays: elementwise.
    Errors: #NUM! for a number that is no date.
    Source: Microsoft Support, "MINUTE function".

    =MINUTE("12:45")  -> 45
    =MINUTE(45351.5)  -> 0
    """
    return _part(serial_number, 1, surroundings)


@function("SECOND")
def second(serial_number: Number, *, surroundings: Surroundings) -> Column:
    """SECOND(serial_number): the second of the time of day, 0 to 59, rounded to a whole one.

    Arrays: elementwise.
    Errors: #NUM! for a number that is no date.
    Source: Microsoft Support, "SECOND function".

    =SECOND("4:48:18 PM")  -> 18
    =SECOND(0.5)  -> 0
    """
    return _part(serial_number, 2, surroundings)


def _part(serials: Number, which: int, surroundings: Surroundings) -> Column:
    part = time_parts(serials)[which].astype(np.float64)
    return error_where(~is_date(serials, surroundings.date1904), ExcelError.NUM, part)


@function("TIME")
def time(hour: Number, minute: Number, second: Number) -> Column:
    """TIME(hour, minute, second): a time of day as a fraction of a day; whole days are dropped.

    Arrays: elementwise.
    Errors: #NUM! for a negative time, or a part above 32767.
    Source: Microsoft Support, "TIME function".

    =TIME(12,0,0)  -> 0.5
    =TIME(27,0,0)  -> 0.125
    =TIME(0,750,0)  -> 0.520833333333333
    =TIME(0,0,-1)  -> #NUM!
    """
    hours, minutes, seconds = np.trunc(hour), np.trunc(minute), np.trunc(second)
    days = (hours * 3600 + minutes * 60 + seconds) / 86400
    too_large = (np.abs(hours) > _LARGEST_PART) | (np.abs(minutes) > _LARGEST_PART) | (np.abs(seconds) > _LARGEST_PART)
    return error_where(too_large | (days < 0), ExcelError.NUM, days - np.floor(days))


@function("TIMEVALUE")
def timevalue(time_text: Text, *, surroundings: Surroundings) -> Column:
    """TIMEVALUE(time_text): a time of day that is written as text, as a fraction of a day; a date in it is dropped.

    Arrays: elementwise.
    Errors: #VALUE! for text that is no time.
    Source: Microsoft Support, "TIMEVALUE function".

    =TIMEVALUE("2:24 AM")  -> 0.1
    =TIMEVALUE("22-Aug-2011 6:35 AM")  -> 0.274305555555556
    =TIMEVALUE("0.5")  -> #VALUE!
    """
    this_year = int(date_parts(surroundings.now, surroundings.date1904)[0])
    strings = time_text.to_strings()
    fractions = {text: parse_time(text, this_year) for text in set(strings)}
    values = [fractions[text] for text in strings]
    found = np.array([np.nan if value is None else value for value in values])
    return error_where(np.isnan(found), ExcelError.VALUE, found)
