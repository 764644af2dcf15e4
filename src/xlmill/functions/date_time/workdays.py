"""Working days: counted between two dates, or counted off from one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlmill.functions.parameter import Number, Range, Scalar, StrictNumber, optional
from xlmill.functions.registry import function
from xlmill.functions.surroundings import Surroundings
from xlmill.values.calendar_day import DAYS_1904
from xlmill.values.coercion import Codes, to_numbers
from xlmill.values.column import (
    BOOLEAN,
    EMPTY,
    TEXT,
    Arrays,
    Column,
    Index,
    Mask,
    Numbers,
    error_where,
    with_errors,
)
from xlmill.values.distinct_rows import distinct_rows
from xlmill.values.error_value import ExcelError
from xlmill.values.serial_date import is_date

# A week is a number of seven bits, bit 0 for the days whose serial in the 1900 system is a multiple of seven
# (Saturdays), bit 1 for the Sundays after them, and so on; a bit is 1 for a day off.
_SATURDAY_SUNDAY = 0b0000011
_NO_WORKDAY = 0b1111111
_NO_SUCH_NUMBER, _NO_SUCH_TEXT = -1, -2


def _weeks_by_number() -> Index:
    weeks = np.full(18, _NO_SUCH_NUMBER, np.int64)
    weeks[1:8] = [1 << day | 1 << (day + 1) % 7 for day in range(7)]
    weeks[11:18] = [1 << (day + 1) % 7 for day in range(7)]
    return weeks


_WEEKS = _weeks_by_number()
_OFF = (np.arange(128)[:, None] >> np.arange(7)) & 1 == 1
# By week: workdays among the days with the residues 0 to r - 1, for r from 0 to 7.
_WORKDAYS_BEFORE = np.concatenate([np.zeros((128, 1), np.int64), np.cumsum(~_OFF, axis=1)], axis=1)
# By week: the residue of its first, second, ... workday (meaningless beyond their number).
_RESIDUE_OF = np.argsort(_OFF, axis=1, kind="stable")

# Keys that keep the groups of a search apart: more than any count of days, with room for negative ones.
_GROUP = 1 << 26
_SHIFT = 1 << 25


@function("NETWORKDAYS", omitted_is_default=True)
def networkdays(
    start_date: StrictNumber, end_date: StrictNumber, holidays: Range = optional(None), *, surroundings: Surroundings
) -> Column:
    """NETWORKDAYS(start_date, end_date, [holidays]): the working days between two dates, both included.

    Saturdays, Sundays and holidays are free. Negative where the end is before the start.

    Arrays: elementwise over arrays of dates; holidays are taken as a whole.
    Errors: #NUM! for a number that is no date; #VALUE! for a holiday that is text and no date.
    Source: Microsoft Support, "NETWORKDAYS function".

    =NETWORKDAYS(DATE(2012,10,1),DATE(2013,3,1))  -> 110
    =NETWORKDAYS(DATE(2012,10,1),DATE(2013,3,1),{41235;41247;41295})  -> 107
    =NETWORKDAYS(DATE(2024,1,5),DATE(2024,1,1))  -> -5
    """
    week = np.full(len(start_date), _SATURDAY_SUNDAY)
    return _count_workdays(start_date, end_date, week, holidays, surroundings.date1904)


@function("NETWORKDAYS.INTL", omitted_is_default=True)
def networkdays_intl(
    start_date: Number,
    end_date: Number,
    weekend: Scalar = optional(1.0),
    holidays: Range = optional(None),
    *,
    surroundings: Surroundings,
) -> Column:
    """NETWORKDAYS.INTL(start_date, end_date, [weekend], [holidays]): working days with a weekend of one's own.

    weekend 1 is Saturday and Sunday, 2 Sunday and Monday, ... 7 Friday and Saturday; 11 Sunday alone, ... 17
    Saturday alone; or seven characters from Monday on, 1 for a day off.

    Arrays: elementwise over dates and weekend; holidays are taken as a whole.
    Errors: #NUM! for a number that is no date or no weekend; #VALUE! for a weekend text of another form.
    Source: Microsoft Support, "NETWORKDAYS.INTL function".

    =NETWORKDAYS.INTL(DATE(2006,1,1),DATE(2006,1,31))  -> 22
    =NETWORKDAYS.INTL(DATE(2006,2,28),DATE(2006,1,31))  -> -21
    =NETWORKDAYS.INTL(DATE(2006,1,1),DATE(2006,2,1),7,{38719,38733})  -> 22
    =NETWORKDAYS.INTL(DATE(2006,1,1),DATE(2006,2,1),"0010001")  -> 22
    =NETWORKDAYS.INTL(1,9,8)  -> #NUM!
    """
    date1904 = surroundings.date1904
    return _count_workdays(start_date, end_date, _weeks(weekend, date1904), holidays, date1904)


@function("WORKDAY", omitted_is_default=True)
def workday(
    start_date: StrictNumber, days: StrictNumber, holidays: Range = optional(None), *, surroundings: Surroundings
) -> Column:
    """WORKDAY(start_date, days, [holidays]): the date so many working days later, or earlier if negative.

    Saturdays, Sundays and holidays are free.

    Arrays: elementwise over arrays of dates and days; holidays are taken as a whole.
    Errors: #NUM! for a number that is no date or a result that is none; #VALUE! for a holiday that is no date.
    Source: Microsoft Support, "WORKDAY function".

    =WORKDAY(DATE(2008,10,1),151)  -> 39933
    =WORKDAY(DATE(2008,10,1),151,{39778;39786;39834})  -> 39938
    =WORKDAY(DATE(2024,1,1),-1)  -> 45289
    =WORKDAY(1,-5)  -> #NUM!
    """
    week = np.full(len(start_date), _SATURDAY_SUNDAY)
    return _count_off_workdays(start_date, days, week, holidays, surroundings.date1904)


@function("WORKDAY.INTL", omitted_is_default=True)
def workday_intl(
    start_date: Number,
    days: Number,
    weekend: Scalar = optional(1.0),
    holidays: Range = optional(None),
    *,
    surroundings: Surroundings,
) -> Column:
    """WORKDAY.INTL(start_date, days, [weekend], [holidays]): WORKDAY with a weekend of one's own.

    weekend is as in NETWORKDAYS.INTL.

    Arrays: elementwise over dates, days and weekend; holidays are taken as a whole.
    Errors: #NUM! for a number that is no date or no weekend, or a result that is no date; #VALUE! for a
    weekend text of another form, or of seven days off.
    Source: Microsoft Support, "WORKDAY.INTL function".

    =WORKDAY.INTL(DATE(2012,1,1),90,11)  -> 41013
    =WORKDAY.INTL(DATE(2012,1,1),30,17)  -> 40944
    =WORKDAY.INTL(DATE(2012,1,1),1,"1111111")  -> #VALUE!
    """
    date1904 = surroundings.date1904
    week = _weeks(weekend, date1904)
    week = np.where(week == _NO_WORKDAY, _NO_SUCH_TEXT, week)
    return _count_off_workdays(start_date, days, week, holidays, date1904)


def _weeks(weekend: Column, date1904: bool) -> Index:
    """The week that each weekend argument means; negative for what is none."""
    numbers, _ = to_numbers(weekend, date1904)
    whole = np.trunc(numbers)
    weeks = _WEEKS[np.where((whole >= 0) & (whole < len(_WEEKS)), whole, 0).astype(np.int64)]
    texts = np.flatnonzero(weekend.is_kind(TEXT))
    if len(texts):
        spelled = weekend.text_rows().take(texts).to_strings()
        by_text = {text: _week_of_text(text) for text in set(spelled)}
        weeks[texts] = [by_text[text] for text in spelled]
    return weeks


def _week_of_text(text: str) -> int:
    if len(text) != 7 or set(text) - {"0", "1"}:
        return _NO_SUCH_TEXT
    # The text begins with Monday, the third day of a week that begins with Saturday.
    return sum(1 << (day + 2) % 7 for day, off in enumerate(text) if off == "1")


def _count_workdays(start: Numbers, end: Numbers, week: Index, holidays: Arrays | None, date1904: bool) -> Column:
    wrong = ~is_date(start, date1904) | ~is_date(end, date1904)
    shift = DAYS_1904 if date1904 else 0
    first = np.where(wrong, 0, np.floor(np.minimum(start, end))).astype(np.int64) + shift
    last = np.where(wrong, 0, np.floor(np.maximum(start, end))).astype(np.int64) + shift
    known = np.maximum(week, 0)
    count = _workdays_until(last, known) - _workdays_until(first - 1, known)
    refused = None
    if holidays is not None:
        days, refused = _holidays(holidays, known, date1904)
        count -= days.count_until(_workdays_until(last, known)) - days.count_until(_workdays_until(first - 1, known))
    signed = np.where(start > end, -count, count).astype(np.float64)
    return _settled(signed, wrong, week, refused)


def _count_off_workdays(start: Numbers, days: Numbers, week: Index, holidays: Arrays | None, date1904: bool) -> Column:
    wrong = ~is_date(start, date1904)
    shift = DAYS_1904 if date1904 else 0
    here = np.where(wrong, 0, np.floor(start)).astype(np.int64) + shift
    known = np.where(week < 0, _SATURDAY_SUNDAY, week)
    # No two dates are further apart than this.
    steps = np.clip(np.trunc(days), -4e6, 4e6).astype(np.int64)
    # Going back, the workday counted first is the last one before today: day 0 of the count is one later.
    base = _workdays_until(here - (steps < 0), known)
    free_before = base
    refused = None
    found: Holidays | None = None
    if holidays is not None:
        found, refused = _holidays(holidays, known, date1904)
        free_before = base - found.count_until(base)
    target = free_before + steps + (steps < 0)
    if found is not None:
        target = found.ordinal_of_free(target)
    date = np.where(steps == 0, here, _nth_workday(target, known)) - shift
    reached = date.astype(np.float64)
    return _settled(reached, wrong | ~is_date(reached, date1904), week, refused)


def _settled(result: Numbers, wrong: Mask, week: Index, refused: Codes | None) -> Column:
    column = error_where(wrong | (week == _NO_SUCH_NUMBER), ExcelError.NUM, result)
    column = error_where(week == _NO_SUCH_TEXT, ExcelError.VALUE, column)
    return column if refused is None else with_errors(refused, column)


def _workdays_until(days: Index, week: Index) -> Index:
    """How many workdays there are from serial 0 to each day, both included."""
    through = days + 1
    counted: Index = through // 7 * _WORKDAYS_BEFORE[week, 7] + _WORKDAYS_BEFORE[week, through % 7]
    return counted


def _nth_workday(ordinal: Index, week: Index) -> Index:
    """The serial of the workday up to which `_workdays_until` counts `ordinal`."""
    in_week = _WORKDAYS_BEFORE[week, 7]
    serial: Index = (ordinal - 1) // in_week * 7 + _RESIDUE_OF[week, (ordinal - 1) % in_week]
    return serial


@dataclass(frozen=True, slots=True)
class Holidays:
    """The holidays of each row that fall on workdays, as numbers in the count of workdays.

    Rows that share holidays and week share a group. `ordinals` and `shifted` are sorted, each with its group
    as the upper part of the key; `shifted` has from each ordinal subtracted how many come before it.
    """

    group: Index
    first: Index
    ordinals: Index
    shifted: Index

    def count_until(self, ordinal: Index) -> Index:
        """How many of a row's holidays stand at or before a workday."""
        return np.searchsorted(self.ordinals, self._key(ordinal), "right") - self.first

    def ordinal_of_free(self, free: Index) -> Index:
        """The workday up to which there are `free` workdays that are no holidays."""
        counted: Index = free + np.searchsorted(self.shifted, self._key(free), "right") - self.first
        return counted

    def _key(self, ordinal: Index) -> Index:
        return self.group * _GROUP + _SHIFT + ordinal


def _holidays(arrays: Arrays, week: Index, date1904: bool) -> tuple[Holidays, Codes | None]:
    once, group = distinct_rows([arrays.starts, arrays.rows, arrays.columns, week])
    starts, rows, columns, weeks = arrays.starts[once], arrays.rows[once], arrays.columns[once], week[once]
    cells, owners = Arrays(starts, rows, columns, arrays.cells).flat()
    numbers, refused = _dates_of(cells, date1904)
    codes: Codes | None = None
    if refused.any():
        by_group = np.zeros(len(starts))
        at = np.flatnonzero(refused)[::-1]
        by_group[owners[at]] = refused[at]
        codes = by_group[group]
    days = np.floor(numbers).astype(np.int64) + (DAYS_1904 if date1904 else 0)
    works = ~_OFF[weeks[owners], days % 7] & ~cells.is_kind(EMPTY)
    owners, days = owners[works], days[works]
    sorted_keys = np.unique(owners * _GROUP + _SHIFT + _workdays_until(days, weeks[owners]))
    firsts = np.searchsorted(sorted_keys, np.arange(len(starts)) * _GROUP)
    before = np.arange(len(sorted_keys)) - firsts[sorted_keys // _GROUP]
    return Holidays(group, firsts[group], sorted_keys, sorted_keys - before), codes


def _dates_of(cells: Column, date1904: bool) -> tuple[Numbers, Codes]:
    """The cells as dates, and an error code where one is none."""
    numbers, codes = to_numbers(cells, date1904)
    refused = np.zeros(len(cells)) if codes is None else codes
    refused = np.where(cells.is_kind(BOOLEAN), float(ExcelError.VALUE.code), refused)
    none = ~is_date(numbers, date1904)
    refused = np.where(none & (refused == 0), float(ExcelError.NUM.code), refused)
    return np.where(none, 0.0, numbers), refused
