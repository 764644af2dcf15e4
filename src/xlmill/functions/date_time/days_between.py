"""Days, months and years between two dates."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from xlmill.functions.day_count import Dates, actual_days, days_360_european, days_360_us, year_fraction
from xlmill.functions.parameter import Logical, Number, StrictNumber, Text, Value, optional
from xlmill.functions.registry import function
from xlmill.functions.surroundings import Surroundings
from xlmill.values.coercion import to_numbers
from xlmill.values.column import BOOLEAN, Column, Mask, Numbers, error_where, numbers_column, with_errors
from xlmill.values.error_value import ExcelError
from xlmill.values.serial_date import SECONDS_A_DAY, days_in_month, is_date, serial_from_parts
from xlmill.values.text_kernels import upper


@function("DAYS")
def days(end_date: Number, start_date: Number, *, surroundings: Surroundings) -> Column:
    """DAYS(end_date, start_date): the days from one date to another, times of day cut off.

    Arrays: elementwise.
    Errors: #NUM! for a number that is no date.
    Source: Microsoft Support, "DAYS function".

    =DAYS(DATE(2021,3,15),DATE(2021,2,1))  -> 42
    =DAYS(1,10.9)  -> -9
    =DAYS(-5,0)  -> #NUM!
    """
    date1904 = surroundings.date1904
    none = ~is_date(end_date, date1904) | ~is_date(start_date, date1904)
    return error_where(none, ExcelError.NUM, np.floor(end_date) - np.floor(start_date))


@function("DAYS360")
def days360(
    start_date: Number, end_date: Number, method: Logical = optional(False), *, surroundings: Surroundings
) -> Column:
    """DAYS360(start_date, end_date, [method]): the days between two dates if all months had 30.

    Without method, the US way: the last day of February counts as the 30th at the start, and a 31st at the end
    only after a start on the 30th or later. With method TRUE, the European way: each 31st counts as the 30th.

    Arrays: elementwise.
    Errors: #NUM! for a number that is no date.
    Source: Microsoft Support, "DAYS360 function".

    =DAYS360(DATE(2011,1,30),DATE(2011,2,1))  -> 1
    =DAYS360(DATE(2025,1,1),DATE(2025,1,31))  -> 30
    =DAYS360(DATE(2025,1,1),DATE(2025,1,31),TRUE)  -> 29
    """
    date1904 = surroundings.date1904
    none = ~is_date(start_date, date1904) | ~is_date(end_date, date1904)
    # The last half second of a day counts as the next day here, though not in DAYS.
    half_a_second = 0.5 / SECONDS_A_DAY
    start = Dates.of(start_date + half_a_second, date1904)
    end = Dates.of(end_date + half_a_second, date1904)
    counted = days_360_us(start, end, february=False)
    if method.any():
        counted = np.where(method, days_360_european(start, end), counted)
    return error_where(none, ExcelError.NUM, counted)


@function("YEARFRAC", omitted_is_default=True)
def yearfrac(
    start_date: Value, end_date: Value, basis: StrictNumber = optional(0.0), *, surroundings: Surroundings
) -> Column:
    """YEARFRAC(start_date, end_date, [basis]): the years between two dates, in whichever order.

    basis 0: US months of 30 days; 1: actual days by the length of the years; 2: actual days by 360; 3: actual
    days by 365; 4: European months of 30 days.

    Arrays: elementwise over arrays.
    Errors: #NUM! for another basis or a number that is no date; #VALUE! for TRUE and FALSE. What is wrong with
    the basis comes before what is wrong with the dates.
    Source: Microsoft Support, "YEARFRAC function"; see functions.day_count.

    =YEARFRAC(DATE(2012,1,1),DATE(2012,7,30))  -> 0.580555555555556
    =YEARFRAC(DATE(2012,1,1),DATE(2012,7,30),1)  -> 0.576502732240437
    =YEARFRAC(DATE(2012,7,30),DATE(2012,1,1),3)  -> 0.578082191780822
    =YEARFRAC(1,2,5)  -> #NUM!
    """
    date1904 = surroundings.date1904
    kind = np.trunc(basis)
    no_basis = (kind < 0) | (kind > 4)
    start, refused_start = _strict(start_date, date1904)
    end, refused_end = _strict(end_date, date1904)
    no_date = ~is_date(start, date1904) | ~is_date(end, date1904)
    first, last = np.minimum(start, end), np.maximum(start, end)
    usable = ~no_basis & ~no_date
    dates = Dates.of(np.where(usable, first, 1.0), date1904), Dates.of(np.where(usable, last, 1.0), date1904)
    fraction = year_fraction(*dates, np.where(usable, kind, 0.0).astype(np.int64))
    column = error_where(no_date, ExcelError.NUM, fraction)
    for refused in (refused_end, refused_start):
        if refused is not None:
            column = with_errors(refused, column)
    return error_where(no_basis, ExcelError.NUM, column)


def _strict(column: Column, date1904: bool) -> tuple[Numbers, Numbers | None]:
    numbers, codes = to_numbers(column, date1904)
    if not column.has(BOOLEAN):
        return numbers, codes
    refused = np.zeros(len(column)) if codes is None else codes
    return numbers, np.where(column.is_kind(BOOLEAN), float(ExcelError.VALUE.code), refused)


@function("DATEDIF")
def datedif(start_date: Number, end_date: Number, unit: Text, *, surroundings: Surroundings) -> Column:
    """DATEDIF(start_date, end_date, unit): whole years "Y", months "M" or days "D" between two dates.

    "YM" gives the months beyond whole years, "MD" the days beyond whole months, "YD" the days beyond whole
    years. "MD" borrows the length of the month before the end date, which may give too little or less than 0,
    as Microsoft's page warns; "YD" moves the end date into the year of the start date or the next.

    Arrays: elementwise.
    Errors: #NUM! where the start is after the end, for a number that is no date, and for another unit.
    Source: Microsoft Support, "DATEDIF function".

    =DATEDIF(DATE(2001,6,1),DATE(2002,8,15),"D")  -> 440
    =DATEDIF(DATE(2001,6,1),DATE(2002,8,15),"ym")  -> 2
    =DATEDIF(DATE(2001,6,1),DATE(2002,8,15),"YD")  -> 75
    =DATEDIF(DATE(2015,1,31),DATE(2015,3,1),"MD")  -> -2
    =DATEDIF(2,1,"D")  -> #NUM!
    """
    date1904 = surroundings.date1904
    wrong = ~is_date(start_date, date1904) | ~is_date(end_date, date1904)
    wrong |= np.floor(start_date) > np.floor(end_date)
    start, end = Dates.of(start_date, date1904), Dates.of(end_date, date1904)
    units = np.array(upper(unit).to_strings())
    result = np.full(len(units), np.nan)
    for name, count in _UNITS.items():
        rows = units == name
        if rows.any():
            result = np.where(rows, count(start, end), result)
    return error_where(wrong, ExcelError.NUM, error_where(np.isnan(result), ExcelError.NUM, numbers_column(result)))


def _whole_months(start: Dates, end: Dates) -> Numbers:
    months = 12 * (end.year - start.year) + end.month - start.month - (end.day < start.day)
    return months.astype(np.float64)


def _days_beyond_months(start: Dates, end: Dates) -> Numbers:
    previous_month = (end.month - 2) % 12 + 1
    year_of_that = end.year - (end.month == 1)
    borrowed = np.where(end.day < start.day, days_in_month(year_of_that, previous_month), 0)
    return (end.day - start.day + borrowed).astype(np.float64)


def _days_beyond_years(start: Dates, end: Dates) -> Numbers:
    earlier: Mask = (end.month < start.month) | ((end.month == start.month) & (end.day < start.day))
    moved = serial_from_parts(start.year + earlier, end.month, end.day, start.date1904)
    return moved - start.serials


_UNITS: dict[str, Callable[[Dates, Dates], Numbers]] = {
    "Y": lambda start, end: _whole_months(start, end) // 12,
    "M": _whole_months,
    "D": actual_days,
    "YM": lambda start, end: _whole_months(start, end) % 12,
    "MD": _days_beyond_months,
    "YD": _days_beyond_years,
}
