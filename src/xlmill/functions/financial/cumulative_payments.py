"""Interest and repayment summed over several periods of a loan."""

from __future__ import annotations

import numpy as np

from xlmill.functions.financial.annuities import payment
from xlmill.functions.parameter import StrictNumber
from xlmill.functions.registry import function
from xlmill.values.column import Numbers


@function("CUMIPMT")
def cumipmt(
    rate: StrictNumber,
    nper: StrictNumber,
    pv: StrictNumber,
    start_period: StrictNumber,
    end_period: StrictNumber,
    type_: StrictNumber,
) -> Numbers:
    """CUMIPMT(rate, nper, pv, start_period, end_period, type): the interest paid over several periods.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Units: rate per period; periods from 1; money in one currency.
    Errors: #NUM! where rate, nper or pv is not positive, the periods are not within 1 to nper in order, or type
    is neither 0 nor 1; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "CUMIPMT function".

    =ROUND(CUMIPMT(0.09/12,30*12,125000,13,24,0),2)  -> -11135.23
    =ROUND(CUMIPMT(0.09/12,30*12,125000,1,1,0),2)  -> -937.5
    =CUMIPMT(0.09/12,30*12,125000,1,1,2)  -> #NUM!
    """
    total, repaid = _paid(rate, nper, pv, start_period, end_period, type_)
    return total - repaid


@function("CUMPRINC")
def cumprinc(
    rate: StrictNumber,
    nper: StrictNumber,
    pv: StrictNumber,
    start_period: StrictNumber,
    end_period: StrictNumber,
    type_: StrictNumber,
) -> Numbers:
    """CUMPRINC(rate, nper, pv, start_period, end_period, type): what is paid off over several periods.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Units: rate per period; periods from 1; money in one currency.
    Errors: #NUM! where rate, nper or pv is not positive, the periods are not within 1 to nper in order, or type
    is neither 0 nor 1; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "CUMPRINC function".

    =ROUND(CUMPRINC(0.09/12,30*12,125000,13,24,0),2)  -> -934.11
    =ROUND(CUMPRINC(0.09/12,30*12,125000,1,1,0),2)  -> -68.28
    =CUMPRINC(0,12,1000,1,2,0)  -> #NUM!
    """
    return _paid(rate, nper, pv, start_period, end_period, type_)[1]


def _paid(
    rate: Numbers, nper: Numbers, pv: Numbers, start: Numbers, end: Numbers, type_: Numbers
) -> tuple[Numbers, Numbers]:
    """What is paid in the periods from start to end, and how much of it repays; NaN for wrong arguments.

    Repayments grow by the rate from one period to the next, from pv rate / ((1 + rate)^nper - 1) on. Payments
    in advance begin with one that bears no interest; the repayments after it lag by one period.
    """
    first, last = np.ceil(start), np.trunc(end)
    wrong = (rate <= 0) | (nper <= 0) | (pv <= 0) | (start < 1) | (end < start) | (end > nper)
    wrong = wrong | ((type_ != 0) & (type_ != 1))
    in_advance = type_ == 1
    each = np.where(wrong, np.nan, payment(rate, nper, pv, np.zeros(1), in_advance))
    begin = np.where(in_advance, np.maximum(first - 2, 0.0), first - 1)
    grown = np.power(1 + rate, last - in_advance) - np.power(1 + rate, begin)
    repaid = -pv / (np.power(1 + rate, nper) - 1) * grown + each * (in_advance & (first == 1))
    return each * (last - first + 1), repaid
