"""Text that reads as a date, a time of day or both, in the forms of English (United States).

Source: Microsoft Support, "DATEVALUE function" and "TIMEVALUE function"; Microsoft Knowledge Base 214391, "How
Excel works with two-digit year numbers", and 214327, "Wrong date returned when you enter month and digits".
"""

from __future__ import annotations

import datetime
import re

from xlmill.values.serial_date import SECONDS_A_DAY, from_datetime

_MONTHS = [
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
]
_MONTH_NUMBERS = {name[:k]: i for i, name in enumerate(_MONTHS, 1) for k in range(3, len(name) + 1)}

_LAST_OF_2000S = 29  # two digits up to here are 2000 to 2029, the others 1930 to 1999
_LONGEST_PART = 9999  # of a time that one part may count beyond its range

_WORD = r"(?P<month>[a-z]{3,9})"
_BETWEEN = r" ?[-/ ] ?"
_DATES = [
    re.compile(pattern)
    for pattern in (
        r"(?P<year>[0-9]{4})[-/](?P<m>[0-9]{1,2})(?:[-/](?P<d>[0-9]{1,2}))?",
        r"(?P<m>[0-9]{1,2})[-/](?P<d>[0-9]{1,2})[-/](?P<year>[0-9]{1,2}|[0-9]{4})",
        r"(?P<m>[0-9]{1,2})[-/](?P<year>[0-9]{4})",
        r"(?P<m>[0-9]{1,2})[-/](?P<either>[0-9]{1,2})",
        rf"(?P<d>[0-9]{{1,2}})(?:{_BETWEEN})?{_WORD}(?:(?:{_BETWEEN}|, ?)?(?P<year>[0-9]{{1,2}}|[0-9]{{4}}))?",
        rf"{_WORD}(?:{_BETWEEN})?(?P<d>[0-9]{{1,2}})(?:,? ?[-/]? ?)(?<=[-/, ])(?P<year>[0-9]{{1,2}}|[0-9]{{4}})",
        rf"{_WORD}(?:{_BETWEEN}|, ?)?(?P<year>[0-9]{{4}})",
        rf"{_WORD}(?:{_BETWEEN})?(?P<either>[0-9]{{1,2}})",
        rf"(?P<year>[0-9]{{4}}){_BETWEEN}{_WORD}(?:{_BETWEEN}(?P<d>[0-9]{{1,2}}))?",
    )
]
_TIME = re.compile(
    r"(?P<a>[0-9]{1,4})(?::(?P<b>[0-9]{1,4}))?(?::(?P<c>[0-9]{1,4}))?(?P<point>\.[0-9]*)?(?: +(?P<half>[ap])m?)?"
)


def parse_date(text: str, date1904: bool = False, this_year: int | None = None) -> float | None:
    """The serial of the date in `text`, as DATEVALUE gives it: a time beside it is checked and dropped."""
    date, _ = _date_and_time(text, date1904, this_year)
    return date


def parse_time(text: str, this_year: int | None = None) -> float | None:
    """The fraction of a day in `text`, as TIMEVALUE gives it: whole days and a date beside it are dropped."""
    date, time = _date_and_time(text, False, this_year)
    if time is None:
        return None if date is None else 0.0
    return time % 1.0


def parse_moment(text: str, date1904: bool = False, this_year: int | None = None) -> float | None:
    """The serial of a date, a time, or a date with a time; None for other text.

    A date without a year is in `this_year`; where that is None, such text is no date.
    """
    date, time = _date_and_time(text, date1904, this_year)
    if date is None:
        return time
    return date if time is None else date + time


def _date_and_time(text: str, date1904: bool, this_year: int | None) -> tuple[float | None, float | None]:
    # Excel takes a date with spaces after it, but not before it; a time with both.
    lowered = text.lower().rstrip(" ")
    time = _time(lowered.lstrip(" "))
    if time is not None:
        return None, time
    date = _date(lowered, date1904, this_year)
    if date is not None:
        return date, None
    for at in (i for i, character in enumerate(lowered) if character == " "):
        for first, second in ((lowered[:at], lowered[at + 1 :]), (lowered[at + 1 :], lowered[:at])):
            time = _time(second.strip(" "))
            date = _date(first.rstrip(" "), date1904, this_year) if time is not None else None
            if date is not None:
                return date, time
    return None, None


def _date(text: str, date1904: bool, this_year: int | None) -> float | None:
    for pattern in _DATES:
        match = pattern.fullmatch(text)
        if match:
            parts = match.groupdict()
            month = _MONTH_NUMBERS.get(parts["month"]) if parts.get("month") else int(parts["m"])
            if month is not None and 1 <= month <= 12:
                return _serial(parts, month, date1904, this_year)
    return None


def _serial(parts: dict[str, str | None], month: int, date1904: bool, this_year: int | None) -> float | None:
    either = parts.get("either")
    if either is not None:
        # Two parts are a month and a day if the month has that day, else a month and a year.
        if this_year is not None:
            serial = _serial_of(this_year, month, int(either), date1904)
            if serial is not None:
                return serial
        elif _serial_of(2000, month, int(either), date1904) is not None:
            return None
        return _serial_of(_full_year(either), month, 1, date1904)
    written = parts.get("year")
    year = this_year if written is None else _full_year(written)
    day = int(parts.get("d") or 1)
    return None if year is None else _serial_of(year, month, day, date1904)


def _serial_of(year: int, month: int, day: int, date1904: bool) -> float | None:
    if (year, month, day) == (1900, 2, 29) and not date1904:
        return 60.0  # the day that never was
    try:
        return from_datetime(datetime.date(year, month, day), date1904) if year >= 1900 else None
    except ValueError:
        return None


def _full_year(digits: str) -> int:
    year = int(digits)
    if year >= 100:
        return year
    return year + (2000 if year <= _LAST_OF_2000S else 1900)


def _time(text: str) -> float | None:
    match = _TIME.fullmatch(text)
    if not match:
        return None
    first, second, third, point, half = match["a"], match["b"], match["c"], match["point"], match["half"]
    if second is None and (half is None or point is not None):
        return None
    if third is None and point is not None:
        hours, minutes, seconds = 0, int(first), int(second)  # 30:15.5 is minutes and seconds
    else:
        hours, minutes, seconds = int(first), int(second or 0), int(third or 0)
    run_over = (hours > 23) + (minutes > 59) + (seconds > 59)
    if run_over > 1:
        return None
    if half is not None:
        if hours > 12 or run_over:
            return None
        hours = hours % 12 + (12 if half == "p" else 0)
    whole = (hours * 60 + minutes) * 60 + seconds
    return (whole + float(f"0{point}") if point else whole) / SECONDS_A_DAY
