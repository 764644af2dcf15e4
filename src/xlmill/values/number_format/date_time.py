"""Serial dates written as dates, times of day and elapsed time, in English.

The time is first rounded to the decimals of a second that the section shows, so that 23:59:59.999 shown to
the second is midnight of the next day; hours and minutes are then cut, not rounded.

Source: Microsoft Support, "Format a date the way you want" and "Number format codes".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlmill.values.general_format import general_column
from xlmill.values.number_format.layout import Float64, Layout, Mask, constant, signs
from xlmill.values.number_format.section import Kind, Section, Token
from xlmill.values.serial_date import SECONDS_A_DAY, date_parts, is_date, weekday
from xlmill.values.text_column import Texts
from xlmill.values.text_kernels import joined

Int64 = NDArray[np.int64]

_MONTHS = [
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
]
_DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
_BUDDHIST = 543  # years that the Buddhist calendar is ahead

_SHORT = Texts.from_strings([str(number) for number in range(110)])  # centuries up to the Buddhist year 10542
_TWO_DIGITS = Texts.from_strings([f"{number:02}" for number in range(100)])


@dataclass(frozen=True, slots=True, eq=False)
class _Moments:
    """Moments by the column; weekday 0 is Sunday, seconds count from midnight, elapsed ones from serial 0."""

    year: Int64
    month: Int64
    day: Int64
    weekday: Int64
    second: Int64
    subsecond: Int64  # in the smallest unit that the section shows
    elapsed: Int64


# What a token writes, as columns to be joined.
_Piece = Callable[[_Moments], list[Texts]]


class DateLayout(Layout):
    """A section with parts of a date or time."""

    def __init__(self, section: Section) -> None:
        self._decimals = max((len(t.text) - 1 for t in section.tokens if t.kind is Kind.SUBSECOND), default=0)
        half_day = section.has(Kind.HALF_DAY)
        self._pieces = [_piece(token, half_day, self._decimals) for token in section.tokens]
        times = [t for t in section.tokens if t.kind in (Kind.DATE, Kind.ELAPSED, Kind.HALF_DAY, Kind.SUBSECOND)]
        self._is_duration = len(times) == 1 and times[0].kind is Kind.ELAPSED

    def column(self, numbers: Float64, minus: bool, date1904: bool) -> tuple[Texts, Mask | None]:
        """See Layout."""
        # Before its first day only the 1904 system has dates to show; a lone [h], [m] or [s] is no date.
        may_be_negative = date1904 or self._is_duration
        sizes = np.abs(numbers) if may_be_negative else numbers
        days = np.floor(sizes)
        units = 10**self._decimals
        ticks = np.floor((sizes - days) * (SECONDS_A_DAY * units) + 0.5)
        carried = ticks >= SECONDS_A_DAY * units
        days, ticks = days + carried, np.where(carried, 0, ticks)
        valid = is_date(days, date1904)
        days, ticks = np.where(valid, days, 0), np.where(valid, ticks, 0).astype(np.int64)
        seconds = ticks // units
        moments = _Moments(
            *date_parts(days, date1904),
            weekday=weekday(days, date1904) - 1,
            second=seconds,
            subsecond=ticks - seconds * units,
            elapsed=days.astype(np.int64) * SECONDS_A_DAY + seconds,
        )
        pieces = [signs((numbers < 0) & (minus or date1904))]
        for piece in self._pieces:
            pieces.extend(piece(moments))
        return joined(pieces), None if valid.all() else ~valid


def _piece(token: Token, half_day: bool, decimals: int) -> _Piece:
    text = token.text
    if token.kind is Kind.DATE:
        return _date_piece(text.lower(), half_day)
    if token.kind is Kind.ELAPSED:
        unit = {"h": 3600, "m": 60, "s": 1}[text[0]]
        return lambda moments: _padded(moments.elapsed // unit, len(text))
    if token.kind is Kind.HALF_DAY:
        halves = Texts.from_strings(["AM", "PM"] if len(text) > 3 else [text[0], text[2]])
        return lambda moments: [halves.take((moments.second >= SECONDS_A_DAY // 2).astype(np.int64))]
    if token.kind is Kind.SUBSECOND:
        shown = len(text) - 1
        table = Texts.from_strings(["." + str(number).rjust(shown, "0") for number in range(10**shown)])
        return lambda moments: [table.take(moments.subsecond // 10 ** (decimals - shown))]
    return lambda moments: [constant(text, len(moments.day))]


def _padded(numbers: Int64, width: int) -> list[Texts]:
    """Whole numbers with zeros before them, so that each has at least `width` digits."""
    written = general_column(numbers.astype(np.float64))
    zeros = constant("0" * width, len(numbers))
    return [zeros.sliced(zeros.starts, np.maximum(width - written.lengths, 0)), written]


def _date_piece(letters: str, half_day: bool) -> _Piece:
    width = len(letters)
    digits = _SHORT if width == 1 else _TWO_DIGITS
    match letters[0]:
        case "y":
            return _years(0, width > 2)
        case "b":
            return _years(_BUDDHIST, width > 2)
        case "e":
            return _years(0, True)
        case "m" if width > 2:
            months = Texts.from_strings([name[: {3: 3, 5: 1}.get(width)] for name in _MONTHS])
            return lambda moments: [months.take(moments.month - 1)]
        case "m":
            return lambda moments: [digits.take(moments.month)]
        case "d" if width > 2:
            days = Texts.from_strings([name[: 3 if width == 3 else None] for name in _DAYS])
            return lambda moments: [days.take(moments.weekday)]
        case "d":
            return lambda moments: [digits.take(moments.day)]
        case "h" if half_day:
            return lambda moments: [digits.take((moments.second // 3600 + 11) % 12 + 1)]
        case "h":
            return lambda moments: [digits.take(moments.second // 3600)]
        case "n":
            return lambda moments: [digits.take(moments.second // 60 % 60)]
        case "s":
            return lambda moments: [digits.take(moments.second % 60)]
        case _:
            return lambda moments: []  # g: the name of an era, which English does not have


def _years(ahead: int, whole: bool) -> _Piece:
    if whole:
        return lambda moments: [
            _SHORT.take((moments.year + ahead) // 100),
            _TWO_DIGITS.take((moments.year + ahead) % 100),
        ]
    return lambda moments: [_TWO_DIGITS.take((moments.year + ahead) % 100)]
