"""Factorials and ways to choose."""

from __future__ import annotations

import math

import numpy as np

from xlmill.functions.math_trig.strict_numbers import strict_numbers
from xlmill.functions.parameter import AllCells, Number, StrictNumber
from xlmill.functions.registry import function
from xlmill.values.column import Column, error_where, numbers_column, with_errors
from xlmill.values.error_value import ExcelError

_LAST_FACTORIAL = 170  # the largest whose factorial is a double
_LAST_DOUBLE_FACTORIAL = 300
_FACTORIALS = np.array([float(math.factorial(n)) for n in range(_LAST_FACTORIAL + 1)])
_DOUBLE_FACTORIALS = np.array([float(math.prod(range(n, 0, -2))) for n in range(_LAST_DOUBLE_FACTORIAL + 1)])

# C(n, k) is largest at k = n/2, and beyond the doubles from n = 1030 on.
_MOST_FACTORS = 1030


@function("FACT")
def fact(number: Number) -> Column:
    """FACT(number): the factorial 1*2*3*...*number; a fraction is cut off first.

    Arrays: elementwise.
    Errors: #NUM! for a negative number or one above 170.
    Source: Microsoft Support, "FACT function".

    =FACT(5)  -> 120
    =FACT(1.9)  -> 1
    =FACT(-1)  -> #NUM!
    """
    whole = np.trunc(number)
    wrong = (number < 0) | (whole > _LAST_FACTORIAL)
    return error_where(wrong, ExcelError.NUM, _FACTORIALS[np.where(wrong, 0, whole).astype(np.int64)])


@function("FACTDOUBLE")
def factdouble(number: StrictNumber) -> Column:
    """FACTDOUBLE(number): every second factor of a factorial: number*(number-2)*(number-4)*...

    Arrays: elementwise.
    Errors: #NUM! below -1 and above 300.
    Source: Microsoft Support, "FACTDOUBLE function".

    =FACTDOUBLE(7)  -> 105
    =FACTDOUBLE(6)  -> 48
    =FACTDOUBLE(-2)  -> #NUM!
    """
    whole = np.trunc(number)
    wrong = (whole < -1) | (whole > _LAST_DOUBLE_FACTORIAL)
    place = np.where(wrong, 0, np.maximum(whole, 0)).astype(np.int64)
    return error_where(wrong, ExcelError.NUM, _DOUBLE_FACTORIALS[place])


@function("COMBIN")
def combin(number: Number, number_chosen: Number) -> Column:
    """COMBIN(number, number_chosen): ways to choose some of a number of things, their order not counting.

    Arrays: elementwise.
    Errors: #NUM! for a negative argument or more chosen than there are.
    Source: Microsoft Support, "COMBIN function".

    =COMBIN(8,2)  -> 28
    =COMBIN(2,3)  -> #NUM!
    """
    n, k = np.broadcast_arrays(np.trunc(number), np.trunc(number_chosen))
    wrong = (n < 0) | (k < 0) | (n < k)
    return error_where(wrong, ExcelError.NUM, _finite(_choose(np.where(wrong, 0, n), np.where(wrong, 0, k))))


@function("COMBINA")
def combina(number: Number, number_chosen: Number) -> Column:
    """COMBINA(number, number_chosen): ways to choose with repetition, their order not counting.

    Arrays: elementwise.
    Errors: #NUM! for a negative argument.
    Source: Microsoft Support, "COMBINA function".

    =COMBINA(4,3)  -> 20
    =COMBINA(0,0)  -> 1
    =COMBINA(-1,1)  -> #NUM!
    """
    n, k = np.broadcast_arrays(np.trunc(number), np.trunc(number_chosen))
    wrong = (n < 0) | (k < 0) | (n == 0) & (k > 0)
    total = np.where(wrong | (k == 0), k, n + k - 1)
    return error_where(wrong, ExcelError.NUM, _finite(_choose(np.where(wrong, 0, total), np.where(wrong, 0, k))))


@function("MULTINOMIAL")
def multinomial(number1: AllCells) -> Column:
    """MULTINOMIAL(number1, ...): the factorial of a sum over the product of the factorials.

    Arrays: taken as a whole; fractions are cut off first.
    Errors: #VALUE! for truth values and text that is no number; #NUM! for a negative number.
    Source: Microsoft Support, "MULTINOMIAL function".

    =MULTINOMIAL(2,3,4)  -> 1260
    =MULTINOMIAL(-1)  -> #NUM!
    """
    runs, codes = strict_numbers(number1)
    result = np.ones(len(runs))
    wrong = np.zeros(len(runs), np.bool_)
    for rows, numbers in runs.groups():
        wholes = np.trunc(numbers)
        wrong[rows] = (wholes < 0).any(axis=1)
        wholes = np.maximum(wholes, 0)
        total = np.zeros(len(rows))
        ways = np.ones(len(rows))
        for part in wholes.T:
            total = total + part
            ways = ways * _choose(total, part)
        result[rows] = ways
    return with_errors(codes, error_where(wrong, ExcelError.NUM, _finite(result)))


def _choose(n: Number, k: Number) -> Number:
    """C(n, k), exact as long as it is below 2^53."""
    fewer = np.minimum(k, n - k)
    result = np.ones(n.shape)
    factors = int(min(fewer.max(initial=0), _MOST_FACTORS))
    for i in range(1, factors + 1):
        # Every step gives the whole number C(n - fewer + i, i).
        result = np.where(i <= fewer, result * (n - fewer + i) / i, result)
    return result


def _finite(numbers: Number) -> Column:
    return error_where(~np.isfinite(numbers), ExcelError.NUM, numbers_column(numbers))
