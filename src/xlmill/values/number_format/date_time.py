"""Serial dates written as dates, times of day and elapsed time, in English.

The time is first rounded to the decimals of a second that the section shows, so that 23:59:59.999 shown to
the second is midnight of the next day; hours and minutes are then cut, not rounded.

Source: Microsoft Support, "Format a date the way you want" and "Number format codes".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from xlmill.values.number_format.layout import Layout
from xlmill.values.number_format.section import Kind, Section, Token
from xlmill.values.serial_date import SECONDS_A_DAY, date_parts, is_date, weekday

_MONTHS = [
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
]
_DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
_BUDDHIST = 543  # years that the Buddhist calendar is ahead

# A moment: year, month, day, weekday (1 is Sunday), second of the day, units of a subsecond, second since serial 0.
Moment = tuple[int, int, int, int, int, int, int]
Piece = Callable[[Moment], str]


class DateLayout(Layout):
    """A section with parts of a date or time."""

    def __init__(self, section: Section) -> None:
        self._decimals = max((len(t.text) - 1 for t in section.tokens if t.kind is Kind.SUBSECOND), default=0)
        half_day = section.has(Kind.HALF_DAY)
        self._pieces = [_piece(token, half_day, self._decimals) for token in section.tokens]
        times = [t for t in section.tokens if t.kind in (Kind.DATE, Kind.ELAPSED, Kind.HALF_DAY, Kind.SUBSECOND)]
        self._is_duration = len(times) == 1 and times[0].kind is Kind.ELAPSED

    def texts(self, numbers: Sequence[float], minus: bool, date1904: bool) -> list[str | None]:
        """See Layout."""
        serials = np.asarray(numbers, dtype=np.float64)
        # Before its first day only the 1904 system has dates to show; a lone [h], [m] or [s] is no date.
        may_be_negative = date1904 or self._is_duration
        sizes = np.abs(serials) if may_be_negative else serials
        days = np.floor(sizes)
        units = 10**self._decimals
        with np.errstate(invalid="ignore"):
            ticks = np.floor((sizes - days) * (SECONDS_A_DAY * units) + 0.5)
        carried = ticks >= SECONDS_A_DAY * units
        days, ticks = days + carried, np.where(carried, 0, ticks)
        valid = is_date(days, date1904)
        days, ticks = np.where(valid, days, 0), np.where(valid, ticks, 0).astype(np.int64)
        seconds = ticks // units
        columns = (
            *date_parts(days, date1904),
            weekday(days, date1904),
            seconds,
            ticks - seconds * units,
            days.astype(np.int64) * SECONDS_A_DAY + seconds,
        )
        moments = zip(*(column.tolist() for column in columns), strict=True)
        negative = (serials < 0).tolist()
        return [
            ("-" if below and (minus or date1904) else "") + "".join([piece(moment) for piece in self._pieces])
            if fine
            else None
            for moment, fine, below in zip(moments, valid.tolist(), negative, strict=True)
        ]


def _piece(token: Token, half_day: bool, decimals: int) -> Piece:
    text = token.text
    if token.kind is Kind.DATE:
        return _date_piece(text.lower(), half_day)
    if token.kind is Kind.ELAPSED:
        unit = {"h": 3600, "m": 60, "s": 1}[text[0]]
        return lambda moment: str(moment[6] // unit).rjust(len(text), "0")
    if token.kind is Kind.HALF_DAY:
        if len(text) == 3:
            return lambda moment: text[0] if moment[4] < SECONDS_A_DAY // 2 else text[2]
        return lambda moment: "AM" if moment[4] < SECONDS_A_DAY // 2 else "PM"
    if token.kind is Kind.SUBSECOND:
        return lambda moment: "." + str(moment[5]).rjust(decimals, "0")[: len(text) - 1]
    return lambda moment: text


def _date_piece(letters: str, half_day: bool) -> Piece:
    width = len(letters)
    two = min(width, 2)
    match letters[0]:
        case "y":
            return _years(0, width > 2)
        case "b":
            return _years(_BUDDHIST, width > 2)
        case "e":
            return _years(0, True)
        case "m":
            if width <= 2:
                return lambda moment: str(moment[1]).rjust(two, "0")
            length = {3: 3, 5: 1}.get(width)
            return lambda moment: _MONTHS[moment[1] - 1][:length]
        case "d":
            if width <= 2:
                return lambda moment: str(moment[2]).rjust(two, "0")
            length = 3 if width == 3 else None
            return lambda moment: _DAYS[moment[3] - 1][:length]
        case "h":
            if half_day:
                return lambda moment: str((moment[4] // 3600 + 11) % 12 + 1).rjust(two, "0")
            return lambda moment: str(moment[4] // 3600).rjust(two, "0")
        case "n":
            return lambda moment: str(moment[4] // 60 % 60).rjust(two, "0")
        case "s":
            return lambda moment: str(moment[4] % 60).rjust(two, "0")
        case _:
            return lambda moment: ""  # g: the name of an era, which English does not have


def _years(ahead: int, whole: bool) -> Piece:
    if whole:
        return lambda moment: str(moment[0] + ahead)
    return lambda moment: f"{(moment[0] + ahead) % 100:02}"
