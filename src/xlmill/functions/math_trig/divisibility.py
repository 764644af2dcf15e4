"""Quotients, remainders, common divisors and multiples."""

from __future__ import annotations

import numpy as np

from xlmill.functions.math_trig.strict_numbers import strict_numbers
from xlmill.functions.parameter import AllCells, Number, StrictNumber
from xlmill.functions.registry import function
from xlmill.values import number_functions
from xlmill.values.column import Column, Index, Mask, error_where, with_errors
from xlmill.values.error_value import ExcelError
from xlmill.values.number_functions import over_columns
from xlmill.values.rounding import round_down

# Excel counts whole numbers up to 2^53.
_LARGEST_WHOLE = 2.0**53


@function("MOD")
def mod(number: Number, divisor: Number) -> Column:
    """MOD(number, divisor): the remainder of a division, with the divisor's sign.

    Arrays: elementwise.
    Errors: #DIV/0! where the divisor is 0; #NUM! where the quotient is too large to have a remainder.
    Source: Microsoft Support, "MOD function".

    =MOD(-3,2)  -> 1
    =MOD(3,0)  -> #DIV/0!
    """
    return over_columns(number_functions.mod, number, divisor)


@function("QUOTIENT")
def quotient(numerator: StrictNumber, denominator: StrictNumber) -> Column:
    """QUOTIENT(numerator, denominator): the whole part of a quotient.

    Arrays: elementwise.
    Errors: #DIV/0! where the denominator is 0.
    Source: Microsoft Support, "QUOTIENT function".

    =QUOTIENT(-10,3)  -> -3
    =QUOTIENT(1,0)  -> #DIV/0!
    """
    none = denominator == 0
    result = round_down(numerator / np.where(none, 1, denominator))
    return error_where(np.broadcast_to(none, result.shape), ExcelError.DIV0, result)


@function("GCD")
def gcd(number1: AllCells) -> Column:
    """GCD(number1, ...): the greatest number that divides all; fractions are cut off first.

    Arrays: taken as a whole; empty cells are passed over.
    Errors: #VALUE! for truth values and text that is no number; #NUM! for a negative number or one of 2^53 or
    more.
    Source: Microsoft Support, "GCD function".

    =GCD(24,36)  -> 12
    =GCD(7,0)  -> 7
    =GCD(-1,2)  -> #NUM!
    """
    runs, codes = strict_numbers(number1)
    result = np.zeros(len(runs))
    refused = np.zeros(len(runs), np.bool_)
    for rows, numbers in runs.groups():
        wholes, refused[rows] = _wholes(numbers)
        result[rows] = np.gcd.reduce(wholes, axis=1, initial=0)
    return with_errors(codes, error_where(refused, ExcelError.NUM, result))


@function("LCM")
def lcm(number1: AllCells) -> Column:
    """LCM(number1, ...): the least number that all divide; fractions are cut off first.

    Arrays: taken as a whole; empty cells are passed over.
    Errors: #VALUE! for truth values and text that is no number; #NUM! for a negative number, or where a number or
    the result is 2^53 or more.
    Source: Microsoft Support, "LCM function".

    =LCM(24,36)  -> 72
    =LCM(5,0)  -> 0
    =LCM(-1,2)  -> #NUM!
    """
    runs, codes = strict_numbers(number1)
    result = np.zeros(len(runs))
    refused = np.zeros(len(runs), np.bool_)
    for rows, numbers in runs.groups():
        wholes, bad = _wholes(numbers)
        multiple = np.ones(len(rows), np.int64) if wholes.shape[1] else np.zeros(len(rows), np.int64)
        for number in wholes.T:
            step = number // np.maximum(np.gcd(multiple, number), 1)
            bad |= multiple.astype(np.float64) * step >= _LARGEST_WHOLE
            multiple = np.where(bad, 1, multiple * step)
        result[rows], refused[rows] = multiple, bad
    return with_errors(codes, error_where(refused, ExcelError.NUM, result))


def _wholes(numbers: Number) -> tuple[Index, Mask]:
    cut = np.trunc(numbers)
    wrong = (cut < 0) | (cut >= _LARGEST_WHOLE)
    in_row: Mask = np.logical_or.reduce(wrong, axis=1)
    return np.where(wrong, 1, cut).astype(np.int64), in_row
