"""Annuities: equal payments at equal times.

In all of them money that one receives is positive and money that one pays negative; `type` says when payments
fall due, 0 at the end of a period, anything else at its beginning. The five quantities of an annuity satisfy

    pv (1 + rate)^nper + pmt (1 + rate type) ((1 + rate)^nper - 1) / rate + fv = 0

Source: Microsoft Support, "PV function".
"""

from __future__ import annotations

import numpy as np

from xlmill.functions.financial.root_finding import find_roots
from xlmill.functions.parameter import Number, optional
from xlmill.functions.registry import function
from xlmill.values.column import Column, Index, Mask, Numbers, error_where
from xlmill.values.error_value import ExcelError

# Source: Microsoft Support, "RATE function": 20 iterations.
_TRIES = 20
# Where RATE looks for a change of sign if the guess leads nowhere, from losing nearly all to a millionfold gain.
_RATES = np.concatenate([-(1 - np.logspace(-6, -0.1, 30)), [-0.05, 0, 0.05], np.logspace(-1, 6, 40)])
_ROUNDING = 4e-16


@function("PMT")
def pmt(rate: Number, nper: Number, pv: Number, fv: Number = optional(0.0), type_: Number = optional(0.0)) -> Number:
    """PMT(rate, nper, pv, [fv], [type]): the payment each period that pays off a loan or fills a fund.

    Arrays: elementwise.
    Units: rate per period; nper in periods; money in one currency.
    Errors: #NUM! where there are no periods, or the rate is -100% or less.
    Source: Microsoft Support, "PMT function".

    =ROUND(PMT(0.08/12,10,10000),2)  -> -1037.03
    =ROUND(PMT(0.06/12,18*12,0,50000),2)  -> -129.08
    =PMT(0,10,1000)  -> -100
    =PMT(0.1,0,1000)  -> #NUM!
    """
    return np.where(rate <= -1, np.nan, payment(rate, nper, pv, fv, type_ != 0))


@function("PV")
def pv(rate: Number, nper: Number, pmt: Number, fv: Number = optional(0.0), type_: Number = optional(0.0)) -> Column:
    """PV(rate, nper, pmt, [fv], [type]): what a series of equal payments is worth now.

    Arrays: elementwise.
    Units: rate per period; nper in periods; money in one currency.
    Errors: #DIV/0! for a rate of -100%; #NUM! where there is no real result.
    Source: Microsoft Support, "PV function".

    =ROUND(PV(0.08/12,12*20,500),2)  -> -59777.15
    =PV(0,10,-100)  -> 1000
    =PV(-1,20,300)  -> #DIV/0!
    """
    growth = np.power(1 + rate, nper)
    due = 1 + rate * (type_ != 0)
    with_interest = -(fv + pmt * due * (growth - 1) / np.where(rate == 0, 1.0, rate)) / growth
    result = np.where(rate == 0, -(fv + pmt * nper), with_interest)
    column = error_where(~np.isfinite(result), ExcelError.NUM, result)
    return error_where(np.broadcast_to((rate == -1) & (nper > 0), result.shape), ExcelError.DIV0, column)


@function("FV")
def fv(rate: Number, nper: Number, pmt: Number, pv: Number = optional(0.0), type_: Number = optional(0.0)) -> Column:
    """FV(rate, nper, pmt, [pv], [type]): what a series of equal payments and a sum paid now come to.

    Arrays: elementwise.
    Units: rate per period; nper in periods; money in one currency.
    Errors: #DIV/0! for a rate of -100% over a negative number of periods; #NUM! where there is no real result.
    Source: Microsoft Support, "FV function".

    =ROUND(FV(0.06/12,10,-200,-500,1),2)  -> 2581.4
    =FV(0,4,-25)  -> 100
    =FV(-1,-2,1)  -> #DIV/0!
    """
    result = future_value(rate, nper, pmt, pv, type_ != 0)
    endless = np.broadcast_to((rate == -1) & (nper < 0), result.shape)
    column = error_where(~np.isfinite(result), ExcelError.NUM, result)
    return error_where(endless, ExcelError.DIV0, column)


@function("NPER")
def nper(rate: Number, pmt: Number, pv: Number, fv: Number = optional(0.0), type_: Number = optional(0.0)) -> Number:
    """NPER(rate, pmt, pv, [fv], [type]): the number of periods that payments take to pay off or to fill a fund.

    Arrays: elementwise.
    Units: rate per period; money in one currency; the result in periods.
    Errors: #NUM! where the payments never get there.
    Source: Microsoft Support, "NPER function".

    =ROUND(NPER(0.12/12,-100,-1000,10000,1),5)  -> 59.67387
    =NPER(0,-100,1000)  -> 10
    =NPER(12,4500,100000,100000)  -> #NUM!
    """
    due = pmt * (1 + rate * (type_ != 0))
    with_interest = np.log((due - fv * rate) / (due + pv * rate)) / np.log1p(rate)
    return np.where(rate == 0, -(pv + fv) / pmt, with_interest)


@function("RATE")
def rate(
    nper: Number,
    pmt: Number,
    pv: Number,
    fv: Number = optional(0.0),
    type_: Number = optional(0.0),
    guess: Number = optional(0.1),
) -> Number:
    """RATE(nper, pmt, pv, [fv], [type], [guess]): the interest per period of an annuity.

    Arrays: elementwise.
    Units: nper in periods; money in one currency; the result per period.
    Errors: #NUM! where there are no periods or no rate is found.
    Source: Microsoft Support, "RATE function".

    =ROUND(RATE(4*12,-200,8000),10)  -> 0.0077014725
    =ROUND(RATE(10,0,-1000,2000),10)  -> 0.0717734625
    =RATE(10,100,100)  -> #NUM!
    """
    columns = np.broadcast_arrays(nper, pmt, pv, fv, type_, guess)
    periods, payments, now, later, types, guesses = (np.ascontiguousarray(column) for column in columns)
    at_start = types != 0

    def balance(rate: Numbers, rows: Index) -> tuple[Numbers, Numbers]:
        n, payment = periods[rows], payments[rows]
        annuity, slope = _annuity(rate, n)
        discount = np.exp(-n * np.log1p(rate))
        due = 1 + rate * at_start[rows]
        parts = now[rows], payment * due * annuity, later[rows] * discount
        value = parts[0] + parts[1] + parts[2]
        # Where the slope vanishes with the value, what rounding leaves of it would lead astray.
        value[np.abs(value) <= _ROUNDING * np.abs(parts).sum(axis=0)] = 0.0
        change = payment * (due * slope + at_start[rows] * annuity) - later[rows] * n * discount / (1 + rate)
        return value, change

    found = find_roots(balance, guesses, _RATES, _TRIES)
    return np.where(periods > 0, found, np.nan)


@function("IPMT")
def ipmt(
    rate: Number, per: Number, nper: Number, pv: Number, fv: Number = optional(0.0), type_: Number = optional(0.0)
) -> Number:
    """IPMT(rate, per, nper, pv, [fv], [type]): the interest within the payment of one period.

    Arrays: elementwise.
    Units: rate per period; per from 1 to nper; money in one currency.
    Errors: #NUM! for a period outside 1 to nper.
    Source: Microsoft Support, "IPMT function".

    =ROUND(IPMT(0.1/12,1,3*12,8000),2)  -> -66.67
    =ROUND(IPMT(0.1,3,3,8000),2)  -> -292.45
    =IPMT(0.1,4,3,8000)  -> #NUM!
    """
    return np.where((per < 1) | (per > nper), np.nan, interest(rate, per, nper, pv, fv, type_ != 0))


@function("PPMT")
def ppmt(
    rate: Number, per: Number, nper: Number, pv: Number, fv: Number = optional(0.0), type_: Number = optional(0.0)
) -> Number:
    """PPMT(rate, per, nper, pv, [fv], [type]): what the payment of one period pays off.

    Arrays: elementwise.
    Units: rate per period; per from 1 to nper; money in one currency.
    Errors: #NUM! for a period outside 1 to nper.
    Source: Microsoft Support, "PPMT function".

    =ROUND(PPMT(0.1/12,1,2*12,2000),2)  -> -75.62
    =ROUND(PPMT(0.08,10,10,200000),2)  -> -27598.05
    =PPMT(0.08,0,10,200000)  -> #NUM!
    """
    at_start = type_ != 0
    paid_off = payment(rate, nper, pv, fv, at_start) - interest(rate, per, nper, pv, fv, at_start)
    return np.where((per < 1) | (per > nper), np.nan, paid_off)


@function("ISPMT")
def ispmt(rate: Number, per: Number, nper: Number, pv: Number) -> Column:
    """ISPMT(rate, per, nper, pv): the interest of one period, counted from 0, of a loan paid off in equal parts.

    Arrays: elementwise.
    Units: rate per period; per from 0; money in one currency.
    Errors: #DIV/0! where there are no periods.
    Source: Microsoft Support, "ISPMT function".

    =ISPMT(0.1,0,4,4000)  -> -400
    =ISPMT(0.1,3,4,4000)  -> -100
    =ISPMT(0.1,0,0,4000)  -> #DIV/0!
    """
    result = -pv * rate * (1 - per / nper)
    column = error_where(~np.isfinite(result), ExcelError.NUM, result)
    return error_where(np.broadcast_to(nper == 0, result.shape), ExcelError.DIV0, column)


def payment(rate: Numbers, nper: Numbers, pv: Numbers, fv: Numbers, at_start: Mask) -> Numbers:
    """PMT."""
    growth = np.power(1 + rate, nper)
    with_interest = -rate * (fv + pv * growth) / ((1 + rate * at_start) * (growth - 1))
    return np.where(rate == 0, -(pv + fv) / nper, with_interest)


def future_value(rate: Numbers, nper: Numbers, pmt: Numbers, pv: Numbers, at_start: Mask) -> Numbers:
    """FV."""
    growth = np.power(1 + rate, nper)
    due = 1 + rate * at_start
    with_interest = -(pv * growth + pmt * due * (growth - 1) / np.where(rate == 0, 1.0, rate))
    return np.where(rate == 0, -(pv + pmt * nper), with_interest)


def interest(rate: Numbers, per: Numbers, nper: Numbers, pv: Numbers, fv: Numbers, at_start: Mask) -> Numbers:
    """IPMT."""
    each = payment(rate, nper, pv, fv, at_start)
    # With payments at the beginning, interest is due on what is left after the payment of the period before.
    at_end = future_value(rate, per - 1, each, pv, np.zeros(1, np.bool_)) * rate
    in_advance = (future_value(rate, per - 2, each, pv, np.ones(1, np.bool_)) - each) * rate
    return np.where(at_start, np.where(per == 1, 0.0, in_advance), at_end)


def _annuity(rate: Numbers, nper: Numbers) -> tuple[Numbers, Numbers]:
    """What 1 at the end of each period is worth now, and how that changes with the rate."""
    discount = np.exp(-nper * np.log1p(rate))
    near_zero = np.abs(rate) * nper < 1e-5
    divisor = np.where(rate == 0, 1.0, rate)
    value = np.where(rate == 0, nper, -np.expm1(-nper * np.log1p(rate)) / divisor)
    slope = (nper * discount / (1 + rate) - value) / divisor
    return value, np.where(near_zero, -nper * (nper + 1) / 2, slope)
