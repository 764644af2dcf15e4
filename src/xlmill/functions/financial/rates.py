"""Rates of interest and of growth, and prices in fractions."""

from __future__ import annotations

import numpy as np

from xlmill.functions.parameter import Number, StrictNumber
from xlmill.functions.registry import function
from xlmill.values.column import Column, Numbers, error_where
from xlmill.values.error_value import ExcelError


@function("EFFECT")
def effect(nominal_rate: StrictNumber, npery: StrictNumber) -> Number:
    """EFFECT(nominal_rate, npery): the interest of a year that a nominal rate comes to when compounded.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Units: rates per year; npery in compounding periods per year.
    Errors: #NUM! where the rate is not positive or there is less than one period; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "EFFECT function".

    =ROUND(EFFECT(0.0525,4),7)  -> 0.0535427
    =EFFECT(0,4)  -> #NUM!
    """
    periods = np.trunc(npery)
    wrong = (nominal_rate <= 0) | (periods < 1)
    return np.where(wrong, np.nan, np.power(1 + nominal_rate / np.where(wrong, 1.0, periods), periods) - 1)


@function("NOMINAL")
def nominal(effect_rate: StrictNumber, npery: StrictNumber) -> Number:
    """NOMINAL(effect_rate, npery): the nominal rate that comes to an interest of a year when compounded.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Units: rates per year; npery in compounding periods per year.
    Errors: #NUM! where the rate is not positive or there is less than one period; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "NOMINAL function".

    =ROUND(NOMINAL(0.053543,4),7)  -> 0.0525003
    =NOMINAL(0.05,0.9)  -> #NUM!
    """
    periods = np.trunc(npery)
    wrong = (effect_rate <= 0) | (periods < 1)
    return np.where(wrong, np.nan, periods * (np.power(1 + effect_rate, 1 / np.where(wrong, 1.0, periods)) - 1))


@function("RRI")
def rri(nper: Number, pv: Number, fv: Number) -> Number:
    """RRI(nper, pv, fv): the rate at which a sum grows to another.

    Arrays: elementwise.
    Units: nper in periods; the result per period.
    Errors: #NUM! where there are no periods, the present value is 0, or there is no real result.
    Source: Microsoft Support, "RRI function".

    =RRI(2,100,121)  -> 0.1
    =RRI(0,100,121)  -> #NUM!
    =RRI(96,10000,-11000)  -> #NUM!
    """
    return np.where((nper <= 0) | (pv == 0), np.nan, np.power(fv / pv, 1 / nper) - 1)


@function("PDURATION")
def pduration(rate: Number, pv: Number, fv: Number) -> Number:
    """PDURATION(rate, pv, fv): the periods that a sum takes to grow to another.

    Arrays: elementwise.
    Units: rate per period; the result in periods.
    Errors: #NUM! where an argument is not positive.
    Source: Microsoft Support, "PDURATION function".

    =ROUND(PDURATION(0.025,2000,2200),4)  -> 3.8599
    =PDURATION(0.025,2000,0)  -> #NUM!
    """
    wrong = (rate <= 0) | (pv <= 0) | (fv <= 0)
    return np.where(wrong, np.nan, (np.log(fv) - np.log(pv)) / np.log(1 + rate))


@function("DOLLARDE")
def dollarde(fractional_dollar: StrictNumber, fraction: StrictNumber) -> Column:
    """DOLLARDE(fractional_dollar, fraction): a price whose decimals count sixteenths or the like, as a decimal number.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Errors: #NUM! for a negative fraction; #DIV/0! for one from 0 to below 1; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "DOLLARDE function".

    =DOLLARDE(1.02,16)  -> 1.125
    =DOLLARDE(1.1,32)  -> 1.3125
    =DOLLARDE(1.1,0)  -> #DIV/0!
    """
    whole, rest, parts, scale = _in_parts(fractional_dollar, fraction)
    return _checked(fraction, whole + rest * scale / parts)


@function("DOLLARFR")
def dollarfr(decimal_dollar: StrictNumber, fraction: StrictNumber) -> Column:
    """DOLLARFR(decimal_dollar, fraction): a decimal price with decimals that count sixteenths or the like.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Errors: #NUM! for a negative fraction; #DIV/0! for one from 0 to below 1; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "DOLLARFR function".

    =DOLLARFR(1.125,16)  -> 1.02
    =DOLLARFR(1.125,32)  -> 1.04
    =DOLLARFR(1.125,-1)  -> #NUM!
    """
    whole, rest, parts, scale = _in_parts(decimal_dollar, fraction)
    return _checked(fraction, whole + rest * parts / scale)


def _in_parts(price: Numbers, fraction: Numbers) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """The price's whole and rest, the parts of a dollar, and the power of ten that has digits enough for them."""
    whole = np.trunc(price)
    parts = np.maximum(np.trunc(fraction), 1.0)
    return whole, price - whole, parts, np.power(10.0, np.ceil(np.log10(parts)))


def _checked(fraction: Numbers, result: Numbers) -> Column:
    column = error_where(np.broadcast_to(fraction < 1, result.shape), ExcelError.DIV0, result)
    return error_where(np.broadcast_to(fraction < 0, result.shape), ExcelError.NUM, column)
