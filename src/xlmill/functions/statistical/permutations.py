"""Arrangements: ways to choose where the order counts."""

from __future__ import annotations

import numpy as np

from xlmill.functions.parameter import Number
from xlmill.functions.registry import function
from xlmill.values.column import Column, error_where
from xlmill.values.error_value import ExcelError

_MOST_FACTORS = 171  # so many factors of 1, 2, 3, ... leave the doubles


@function("PERMUT")
def permut(number: Number, number_chosen: Number) -> Column:
    """PERMUT(number, number_chosen): ways to choose some of a number of things, their order counting.

    Arrays: elementwise; fractions are cut off.
    Errors: #NUM! where number is not positive, number_chosen is negative, or more are chosen than there are.
    Source: Microsoft Support, "PERMUT function".

    =PERMUT(7,3)  -> 210
    =PERMUT(2,3)  -> #NUM!
    """
    n, k = np.broadcast_arrays(np.trunc(number), np.trunc(number_chosen))
    wrong = (n <= 0) | (k < 0) | (n < k)
    factors = np.where(wrong, 0, k)
    result = np.ones(n.shape)
    for i in range(int(min(factors.max(initial=0), _MOST_FACTORS))):
        result = np.where(i < factors, result * (n - i), result)
    return error_where(wrong | ~np.isfinite(result), ExcelError.NUM, result)


@function("PERMUTATIONA")
def permutationa(number: Number, number_chosen: Number) -> Column:
    """PERMUTATIONA(number, number_chosen): ways to choose with repetition, their order counting.

    Arrays: elementwise; fractions are cut off.
    Errors: #NUM! for a negative argument.
    Source: Microsoft Support, "PERMUTATIONA function".

    =PERMUTATIONA(3,2)  -> 9
    =PERMUTATIONA(-1,2)  -> #NUM!
    """
    n, k = np.trunc(number), np.trunc(number_chosen)
    result = np.power(n, k)
    return error_where((n < 0) | (k < 0) | ~np.isfinite(result), ExcelError.NUM, result)
