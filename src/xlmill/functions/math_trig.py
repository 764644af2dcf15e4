"""Mathematical and trigonometric functions."""

from __future__ import annotations

import numpy as np

from xlmill.functions.parameter import AllNumbers, Number, optional
from xlmill.functions.registry import function
from xlmill.values.column import Column, error_where, numbers_column
from xlmill.values.error_value import ExcelError
from xlmill.values.rounding import floor, round_half_away


@function("SUM")
def sum_(number1: AllNumbers) -> Number:
    """SUM(number1, ...): the sum of numbers.

    Arrays: taken as a whole; text and booleans in references and arrays are passed over.
    Errors: #VALUE! for a direct argument that is text and no number.
    Source: Microsoft Support, "SUM function".

    =SUM(1,2,"3",TRUE)  -> 7
    =SUM({1,"x",2})  -> 3
    """
    return number1.sums()


@function("ROUND")
def round_(number: Number, num_digits: Number) -> Number:
    """ROUND(number, num_digits): rounded to digits after the point (before it, if negative), half away from zero.

    Arrays: elementwise.
    Source: Microsoft Support, "ROUND function".

    =ROUND(2.345,2)  -> 2.35
    =ROUND(-2.5,0)  -> -3
    =ROUND(1234,-2)  -> 1200
    """
    return round_half_away(number, num_digits)


@function("INT")
def int_(number: Number) -> Number:
    """INT(number): the next whole number below.

    Arrays: elementwise.
    Source: Microsoft Support, "INT function".

    =INT(-8.9)  -> -9
    """
    return floor(number)


@function("MOD")
def mod(number: Number, divisor: Number) -> Column:
    """MOD(number, divisor): the remainder of a division, with the divisor's sign.

    Arrays: elementwise.
    Errors: #DIV/0! where the divisor is 0; #NUM! where the quotient is too large to have a remainder.
    Source: Microsoft Support, "MOD function".

    =MOD(-3,2)  -> 1
    =MOD(3,0)  -> #DIV/0!
    """
    result = number - divisor * np.floor(number / np.where(divisor == 0, 1, divisor))
    column = error_where(np.abs(number) >= 1.125899906842624e15 * np.abs(divisor), ExcelError.NUM, numbers_column(result))
    return error_where(np.broadcast_to(divisor == 0, result.shape), ExcelError.DIV0, column)


@function("PI")
def pi() -> Number:
    """PI(): the ratio of a circle's circumference to its diameter.

    Source: Microsoft Support, "PI function".

    =ROUND(PI(),5)  -> 3.14159
    """
    return np.full(1, np.pi)


@function("LOG")
def log(number: Number, base: Number = optional(10.0)) -> Column:
    """LOG(number, [base]): the logarithm to a base, 10 if none is given.

    Arrays: elementwise.
    Errors: #NUM! where the number or the base is not positive; #DIV/0! for base 1.
    Source: Microsoft Support, "LOG function".

    =LOG(100)  -> 2
    =LOG(8,2)  -> 3
    """
    natural = np.log(number) / np.log(base)
    result = error_where((number <= 0) | (base <= 0) | ~np.isfinite(natural), ExcelError.NUM, natural)
    return error_where(np.broadcast_to((base == 1) & (number > 0), natural.shape), ExcelError.DIV0, result)
