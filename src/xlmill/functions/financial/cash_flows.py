"""Cash flows of any size, at equal or at given times."""

from __future__ import annotations

import numpy as np

from xlmill.functions.financial.root_finding import find_roots
from xlmill.functions.parameter import AllNumbers, Number, Numbers, Range, StrictNumber, optional
from xlmill.functions.registry import function
from xlmill.functions.surroundings import Surroundings
from xlmill.values.coercion import Codes, to_numbers
from xlmill.values.column import (
    BOOLEAN,
    EMPTY,
    ERROR,
    NUMBER,
    TEXT,
    Arrays,
    Column,
    Index,
    Mask,
    error_where,
    with_errors,
)
from xlmill.values.column import Numbers as NumberArray
from xlmill.values.error_value import ExcelError
from xlmill.values.serial_date import is_date

# Source: Microsoft Support, "IRR function": 20 tries; "XIRR function": 100.
_TRIES, _TRIES_WITH_DATES = 20, 100
# Discount factors among which to look for a change of sign if the guess leads nowhere: 1 / (1 + rate).
_FACTORS = np.concatenate([[0.0], np.logspace(-8, -1, 29), np.linspace(0.15, 2, 38), np.logspace(0.4, 8, 39)])


@function("NPV")
def npv(rate: Number, value1: AllNumbers) -> Column:
    """NPV(rate, value1, ...): what payments at the ends of periods are worth at the beginning of the first.

    Arrays: rate elementwise; values as a whole, row by row; what is no number in references is passed over.
    Units: rate per period; money in one currency.
    Errors: #DIV/0! for a rate of -100%.
    Source: Microsoft Support, "NPV function".

    =ROUND(NPV(0.1,-10000,3000,4200,6800),2)  -> 1188.44
    =NPV(1,{100,200,300,400})  -> 162.5
    =NPV(-1,100)  -> #DIV/0!
    """
    factor = 1 / np.where(rate == -1, 1.0, 1 + rate)
    total = np.zeros(len(rate))
    if value1.matrix is not None:
        # From the last payment to the first, each step brings what follows one period nearer.
        for values in value1.matrix[::-1]:
            total = (total + values) * factor
    else:
        for rows, values in value1.groups():
            powers = np.power(factor[rows, None], np.arange(1, values.shape[1] + 1))
            total[rows] = (values * powers).sum(axis=1)
    column = error_where(~np.isfinite(total), ExcelError.NUM, total)
    return error_where(rate == -1, ExcelError.DIV0, column)


@function("IRR")
def irr(values: Numbers, guess: Number = optional(0.1)) -> Column:
    """IRR(values, [guess]): the rate at which payments at equal times are worth nothing together.

    Arrays: values as a whole, row by row; what is no number in references is passed over.
    Units: the result per period.
    Errors: #NUM! where not both signs occur or no rate is found; #VALUE! for a guess of -100% or less.
    Source: Microsoft Support, "IRR function".

    =ROUND(IRR({-70000,12000,15000,18000,21000,26000}),6)  -> 0.086631
    =ROUND(IRR({-70000;12000;15000},-10%),6)  -> -0.443507
    =IRR({100,200})  -> #NUM!
    =IRR({-100,200},-1)  -> #VALUE!
    """
    result = np.full(len(values), np.nan)
    too_low = guess <= -1
    start = 1 / np.where(too_low, 1.0, 1 + guess)
    for rows, flows in values.groups():
        rows, flows = _with_both_signs(rows, flows)
        if len(rows):
            powers = np.arange(float(flows.shape[1]))
            result[rows] = 1 / _factor_of_balance(flows, powers, start[rows], _TRIES) - 1
    column = error_where(~np.isfinite(result), ExcelError.NUM, result)
    return error_where(too_low, ExcelError.VALUE, column)


@function("MIRR")
def mirr(values: Numbers, finance_rate: Number, reinvest_rate: Number) -> Column:
    """MIRR(values, finance_rate, reinvest_rate): the return if payments cost one rate and receipts earn another.

    Arrays: values as a whole, row by row; what is no number in references is passed over.
    Units: rates per period.
    Errors: #DIV/0! where nothing is paid or there is but one payment.
    Source: Microsoft Support, "MIRR function".

    =ROUND(MIRR({-120000,39000,30000,21000,37000,46000},10%,12%),6)  -> 0.126094
    =MIRR({-100,200},0,0)  -> 1
    =MIRR({100,200},0.1,0.1)  -> #DIV/0!
    """
    result = np.full(len(values), np.nan)
    undefined = values.counts < 2
    for rows, flows in values.groups():
        last = flows.shape[1] - 1
        if last < 1:
            continue
        periods = np.arange(last + 1)
        paid = (np.where(flows < 0, flows * np.power(1 + finance_rate[rows, None], -periods), 0.0)).sum(axis=1)
        grown = np.power(1 + reinvest_rate[rows, None], last - periods)
        received = (np.where(flows > 0, flows * grown, 0.0)).sum(axis=1)
        undefined[rows] = ~(flows < 0).any(axis=1)
        result[rows] = np.power(-received / paid, 1 / last) - 1
    column = error_where(~np.isfinite(result), ExcelError.NUM, result)
    return error_where(undefined, ExcelError.DIV0, column)


@function("XNPV")
def xnpv(rate: StrictNumber, values: Range, dates: Range, *, surroundings: Surroundings) -> Column:
    """XNPV(rate, values, dates): what payments on given dates are worth on the first of them.

    Arrays: values and dates as a whole.
    Units: rate per year of 365 days; money in one currency.
    Errors: #NUM! where values and dates are not equally many numbers, a date is none or before the first, or
    the rate is not positive.
    Source: Microsoft Support, "XNPV function".

    =ROUND(XNPV(0.09,{-10000,2750,4250,3250,2750},{39448,39508,39751,39859,39904}),2)  -> 2086.65
    =XNPV(0.1,{-100,110},{1,366})  -> 0
    =XNPV(0.1,{-100,110},{366,1})  -> #NUM!
    """
    flows = _numbers_only(values)
    days = _numbers_only(dates)
    result = np.full(len(rate), np.nan)
    refused = np.where(flows.refused != 0, flows.refused, days.refused)
    for rows, amounts, years, bad in _dated_groups(flows, days, surroundings.date1904):
        power = np.power(1 + rate[rows, None], -years)
        worth = (amounts * power).sum(axis=1)
        result[rows] = np.where(bad | (rate[rows] <= 0), np.nan, worth)
    column = error_where(~np.isfinite(result), ExcelError.NUM, result)
    return with_errors(refused, column)


@function("XIRR", omitted_is_default=True)
def xirr(values: Range, dates: Range, guess: StrictNumber = optional(0.1), *, surroundings: Surroundings) -> Column:
    """XIRR(values, dates, [guess]): the rate at which payments on given dates are worth nothing together.

    Arrays: values and dates as a whole; empty cells count as 0.
    Units: the result per year of 365 days.
    Errors: #NUM! where values and dates are not equally many, not both signs occur, a date is none or before
    the first, or no rate is found; #VALUE! for text, TRUE and FALSE.
    Source: Microsoft Support, "XIRR function".

    =ROUND(XIRR({-10000,2750,4250,3250,2750},{39448,39508,39751,39859,39904}),6)  -> 0.373363
    =XIRR({100,200},{1,366})  -> #NUM!
    =XIRR({-100,TRUE},{1,366})  -> #VALUE!
    """
    flows = _all_numbers(values)
    days = _all_numbers(dates)
    result = np.full(len(guess), np.nan)
    refused = np.where(flows.refused != 0, flows.refused, days.refused)
    start = 1 / np.where(guess <= -1, 1.0, 1 + guess)
    for rows, amounts, years, bad in _dated_groups(flows, days, surroundings.date1904):
        usable = ~bad & (amounts > 0).any(axis=1) & (amounts < 0).any(axis=1) & (guess[rows] > -1)
        if usable.any():
            chosen = rows[usable]
            factor = _factor_of_balance(amounts[usable], years[usable], start[chosen], _TRIES_WITH_DATES)
            result[chosen] = 1 / factor - 1
    column = error_where(~np.isfinite(result), ExcelError.NUM, result)
    return with_errors(refused, column)


@function("FVSCHEDULE")
def fvschedule(principal: StrictNumber, schedule: Range) -> Column:
    """FVSCHEDULE(principal, schedule): what a sum comes to when each period has an interest of its own.

    Arrays: schedule as a whole; empty cells count as 0.
    Units: rates per period.
    Errors: #VALUE! for a rate that is text, TRUE or FALSE.
    Source: Microsoft Support, "FVSCHEDULE function".

    =ROUND(FVSCHEDULE(1,{0.09,0.11,0.1}),5)  -> 1.33089
    =FVSCHEDULE(100,0.5)  -> 150
    =FVSCHEDULE(1,{0.09,"x"})  -> #VALUE!
    """
    rates = _all_numbers(schedule)
    result = principal.copy()
    filled = rates.sizes > 0
    ends = np.cumsum(rates.sizes)
    if filled.any():
        result[filled] *= np.multiply.reduceat(1 + rates.numbers, (ends - rates.sizes)[filled])
    column = error_where(~np.isfinite(result), ExcelError.NUM, result)
    return with_errors(rates.refused, column)


def _with_both_signs(rows: Index, flows: NumberArray) -> tuple[Index, NumberArray]:
    both = np.flatnonzero((flows > 0).any(axis=1) & (flows < 0).any(axis=1))
    return rows[both], flows[both]


def _factor_of_balance(flows: NumberArray, times: NumberArray, start: NumberArray, tries: int) -> NumberArray:
    """By row the discount factor for one unit of time at which the flows balance."""

    def worth(factor: NumberArray, rows: Index) -> tuple[NumberArray, NumberArray]:
        when = times if times.ndim == 1 else times[rows]
        terms = flows[rows] * np.power(factor[:, None], when)
        return terms.sum(axis=1), (terms * when).sum(axis=1) / factor

    return find_roots(worth, start, _FACTORS, tries)


class _Flat:
    """The numbers of arrays: `numbers`, `sizes` of them a row; `refused`, the row's error code or 0."""

    __slots__ = ("numbers", "refused", "sizes")

    def __init__(self, numbers: NumberArray, owners: Index, refused: Codes) -> None:
        self.numbers = numbers
        self.sizes = np.bincount(owners, minlength=len(refused))
        self.refused = refused


def _numbers_only(arrays: Arrays) -> _Flat:
    """The cells that are numbers."""
    cells, owners = arrays.flat()
    refused = _first_codes(np.where(cells.is_kind(ERROR), cells.numbers, 0.0), owners, len(arrays))
    kept = cells.is_kind(NUMBER)
    return _Flat(cells.numbers[kept], owners[kept], refused)


def _all_numbers(arrays: Arrays) -> _Flat:
    """All cells: empty ones as 0, text and booleans refused."""
    cells, owners = arrays.flat()
    codes = np.where(cells.is_kind(ERROR), cells.numbers, 0.0)
    codes[cells.is_kind(TEXT) | cells.is_kind(BOOLEAN)] = float(ExcelError.VALUE.code)
    numbers, _ = to_numbers(cells)
    return _Flat(np.where(cells.is_kind(EMPTY), 0.0, numbers), owners, _first_codes(codes, owners, len(arrays)))


def _first_codes(codes: Codes, owners: Index, count: int) -> Codes:
    result = np.zeros(count)
    at = np.flatnonzero(codes)[::-1]
    result[owners[at]] = codes[at]
    return result


def _dated_groups(flows: _Flat, days: _Flat, date1904: bool) -> list[tuple[Index, NumberArray, NumberArray, Mask]]:
    """Rows with equally many payments, together: rows, amounts, years since the first date, rows with bad dates."""
    groups = []
    matching = (flows.sizes == days.sizes) & (flows.sizes > 0)
    flow_starts = np.cumsum(flows.sizes) - flows.sizes
    day_starts = np.cumsum(days.sizes) - days.sizes
    for width in np.unique(flows.sizes[matching]).tolist():
        rows = np.flatnonzero(matching & (flows.sizes == width))
        amounts = flows.numbers[flow_starts[rows, None] + np.arange(width)]
        dates = np.floor(days.numbers[day_starts[rows, None] + np.arange(width)])
        years = (dates - dates[:, :1]) / 365
        bad = (~is_date(dates, date1904)).any(axis=1) | (years < 0).any(axis=1)
        groups.append((rows, amounts, years, bad))
    return groups
