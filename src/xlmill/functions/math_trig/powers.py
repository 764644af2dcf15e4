"""Powers, roots and logarithms; sizes and signs."""

from __future__ import annotations

import numpy as np

from xlmill.functions import operators
from xlmill.functions.parameter import Number, Range, StrictNumber, optional
from xlmill.functions.registry import function
from xlmill.values import number_functions
from xlmill.values.cell_runs import sums_by_owner
from xlmill.values.column import NUMBER, Column, error_where, numbers_column
from xlmill.values.error_value import ExcelError
from xlmill.values.number_functions import over_columns


@function("ABS")
def abs_(number: Number) -> Number:
    """ABS(number): the number without its sign.

    Arrays: elementwise.
    Source: Microsoft Support, "ABS function".

    =ABS(-2)  -> 2
    =ABS("-2.5")  -> 2.5
    """
    return np.abs(number)


@function("SIGN")
def sign(number: Number) -> Number:
    """SIGN(number): 1, 0 or -1, as the number is positive, zero or negative.

    Arrays: elementwise.
    Source: Microsoft Support, "SIGN function".

    =SIGN(-0.5)  -> -1
    =SIGN(0)  -> 0
    """
    return np.sign(number) + 0.0


@function("SQRT")
def sqrt(number: Number) -> Number:
    """SQRT(number): the square root.

    Arrays: elementwise.
    Errors: #NUM! for a negative number.
    Source: Microsoft Support, "SQRT function".

    =SQRT(16)  -> 4
    =SQRT(-1)  -> #NUM!
    """
    return np.sqrt(number)


@function("SQRTPI")
def sqrtpi(number: StrictNumber) -> Number:
    """SQRTPI(number): the square root of a number times pi.

    Arrays: elementwise.
    Errors: #NUM! for a negative number.
    Source: Microsoft Support, "SQRTPI function".

    =SQRTPI(1)  -> SQRT(PI())
    =SQRTPI(-1)  -> #NUM!
    """
    return np.sqrt(number * np.pi)


@function("POWER")
def power(number: Number, power: Number) -> Column:
    """POWER(number, power): a number raised to a power, like the operator ^.

    Arrays: elementwise.
    Errors: #NUM! for 0 to the power 0 and for roots that are not real; #DIV/0! for 0 to a negative power.
    Source: Microsoft Support, "POWER function".

    =POWER(5,2)  -> 25
    =POWER(4,0.5)  -> 2
    =POWER(0,0)  -> #NUM!
    """
    return operators.power(number, power)


@function("EXP")
def exp(number: Number) -> Column:
    """EXP(number): e raised to a power.

    Arrays: elementwise.
    Errors: #NUM! where the result is too large.
    Source: Microsoft Support, "EXP function".

    =EXP(0)  -> 1
    =EXP(1000)  -> #NUM!
    """
    return over_columns(number_functions.exp, number)


@function("LN")
def ln(number: Number) -> Column:
    """LN(number): the natural logarithm.

    Arrays: elementwise.
    Errors: #NUM! where the number is not positive.
    Source: Microsoft Support, "LN function".

    =LN(EXP(3))  -> 3
    =LN(0)  -> #NUM!
    """
    return over_columns(number_functions.ln, number)


@function("LOG10")
def log10(number: Number) -> Column:
    """LOG10(number): the logarithm to base 10.

    Arrays: elementwise.
    Errors: #NUM! where the number is not positive.
    Source: Microsoft Support, "LOG10 function".

    =LOG10(1000)  -> 3
    =LOG10(-1)  -> #NUM!
    """
    return over_columns(number_functions.log10, number)


@function("LOG")
def log(number: Number, base: Number = optional(10.0)) -> Column:
    """LOG(number, [base]): the logarithm to a base, 10 if none is given.

    Arrays: elementwise.
    Errors: #NUM! where the number or the base is not positive; #DIV/0! for base 1.
    Source: Microsoft Support, "LOG function".

    =LOG(100)  -> 2
    =LOG(8,2)  -> 3
    =LOG(5,1)  -> #DIV/0!
    """
    return over_columns(number_functions.log, number, base)


@function("SERIESSUM")
def seriessum(x: StrictNumber, n: StrictNumber, m: StrictNumber, coefficients: Range) -> Column:
    """SERIESSUM(x, n, m, coefficients): the power series a1*x^n + a2*x^(n+m) + a3*x^(n+2m) + ...

    Errors: #VALUE! where a coefficient is no number.
    Source: Microsoft Support, "SERIESSUM function".

    =SERIESSUM(2,0,1,{1,2,3})  -> 17
    =SERIESSUM(3,2,2,{1,1})  -> 90
    """
    cells, owners = coefficients.flat()
    sizes = coefficients.sizes
    place = np.arange(len(owners)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    x, n, m = np.broadcast_arrays(x, n, m)
    terms = cells.numbers * np.power(x[owners], n[owners] + place * m[owners])
    total = sums_by_owner(owners, terms, len(sizes))
    refused = sums_by_owner(owners, ~cells.is_kind(NUMBER), len(sizes)) > 0
    finite = error_where(~np.isfinite(total), ExcelError.NUM, numbers_column(total))
    return error_where(refused, ExcelError.VALUE, finite)
