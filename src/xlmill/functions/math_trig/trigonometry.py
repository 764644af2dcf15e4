"""Trigonometric and hyperbolic functions, and their inverses; angles in radians."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from xlmill.functions.parameter import Number
from xlmill.functions.registry import function
from xlmill.values import number_functions
from xlmill.values.column import Column, error_where
from xlmill.values.error_value import ExcelError
from xlmill.values.number_functions import LARGEST_ANGLE, over_columns


def _of_angle(ratio: Callable[[Number], Number], angle: Number) -> Number:
    return ratio(np.where(np.abs(angle) < LARGEST_ANGLE, angle, np.nan))


def _reciprocal(number: Number) -> Column:
    zero = number == 0
    result = 1 / np.where(zero, 1, number)
    column = error_where(~np.isfinite(number), ExcelError.NUM, result)
    return error_where(zero, ExcelError.DIV0, column)


@function("SIN")
def sin(number: Number) -> Column:
    """SIN(number): the sine of an angle.

    Arrays: elementwise.
    Units: radians.
    Errors: #NUM! for an angle of 2^27 or more.
    Source: Microsoft Support, "SIN function".

    =SIN(PI()/2)  -> 1
    =SIN(2^27)  -> #NUM!
    """
    return over_columns(number_functions.sin, number)


@function("COS")
def cos(number: Number) -> Column:
    """COS(number): the cosine of an angle.

    Arrays: elementwise.
    Units: radians.
    Errors: #NUM! for an angle of 2^27 or more.
    Source: Microsoft Support, "COS function".

    =COS(PI()/3)  -> 0.5
    =COS(0)  -> 1
    """
    return over_columns(number_functions.cos, number)


@function("TAN")
def tan(number: Number) -> Column:
    """TAN(number): the tangent of an angle.

    Arrays: elementwise.
    Units: radians.
    Errors: #NUM! for an angle of 2^27 or more.
    Source: Microsoft Support, "TAN function".

    =TAN(PI()/4)  -> 1
    =TAN(0)  -> 0
    """
    return over_columns(number_functions.tan, number)


@function("COT")
def cot(number: Number) -> Column:
    """COT(number): the cotangent of an angle.

    Arrays: elementwise.
    Units: radians.
    Errors: #DIV/0! for 0; #NUM! for an angle of 2^27 or more.
    Source: Microsoft Support, "COT function".

    =COT(PI()/4)  -> 1
    =COT(0)  -> #DIV/0!
    """
    return _reciprocal(_of_angle(np.tan, number))


@function("SEC")
def sec(number: Number) -> Column:
    """SEC(number): the secant of an angle.

    Arrays: elementwise.
    Units: radians.
    Errors: #NUM! for an angle of 2^27 or more.
    Source: Microsoft Support, "SEC function".

    =SEC(0)  -> 1
    =SEC(PI()/3)  -> 2
    """
    return _reciprocal(_of_angle(np.cos, number))


@function("CSC")
def csc(number: Number) -> Column:
    """CSC(number): the cosecant of an angle.

    Arrays: elementwise.
    Units: radians.
    Errors: #DIV/0! for 0; #NUM! for an angle of 2^27 or more.
    Source: Microsoft Support, "CSC function".

    =CSC(PI()/2)  -> 1
    =CSC(0)  -> #DIV/0!
    """
    return _reciprocal(_of_angle(np.sin, number))


@function("ASIN")
def asin(number: Number) -> Column:
    """ASIN(number): the angle with this sine, from -pi/2 to pi/2.

    Arrays: elementwise.
    Errors: #NUM! outside -1 to 1.
    Source: Microsoft Support, "ASIN function".

    =ASIN(1)  -> PI()/2
    =ASIN(2)  -> #NUM!
    """
    return over_columns(number_functions.asin, number)


@function("ACOS")
def acos(number: Number) -> Column:
    """ACOS(number): the angle with this cosine, from 0 to pi.

    Arrays: elementwise.
    Errors: #NUM! outside -1 to 1.
    Source: Microsoft Support, "ACOS function".

    =ACOS(-1)  -> PI()
    =ACOS(1.1)  -> #NUM!
    """
    return over_columns(number_functions.acos, number)


@function("ATAN")
def atan(number: Number) -> Column:
    """ATAN(number): the angle with this tangent, from -pi/2 to pi/2.

    Arrays: elementwise.
    Source: Microsoft Support, "ATAN function".

    =ATAN(1)  -> PI()/4
    =ATAN(0)  -> 0
    """
    return over_columns(number_functions.atan, number)


@function("ATAN2")
def atan2(x_num: Number, y_num: Number) -> Column:
    """ATAN2(x_num, y_num): the angle from the x axis to the point (x, y), above -pi up to pi.

    Arrays: elementwise.
    Errors: #DIV/0! for the point (0, 0).
    Source: Microsoft Support, "ATAN2 function".

    =ATAN2(1,1)  -> PI()/4
    =ATAN2(-1,0)  -> PI()
    =ATAN2(0,0)  -> #DIV/0!
    """
    return error_where((x_num == 0) & (y_num == 0), ExcelError.DIV0, np.arctan2(y_num, x_num))


@function("ACOT")
def acot(number: Number) -> Number:
    """ACOT(number): the angle with this cotangent, from 0 to pi.

    Arrays: elementwise.
    Source: Microsoft Support, "ACOT function".

    =ACOT(1)  -> PI()/4
    =ACOT(-1)  -> PI()*3/4
    """
    return np.arctan2(1, number)


@function("SINH")
def sinh(number: Number) -> Column:
    """SINH(number): the hyperbolic sine.

    Arrays: elementwise.
    Errors: #NUM! where the result is too large.
    Source: Microsoft Support, "SINH function".

    =SINH(0)  -> 0
    =SINH(1)  -> (EXP(1)-EXP(-1))/2
    """
    return over_columns(number_functions.sinh, number)


@function("COSH")
def cosh(number: Number) -> Column:
    """COSH(number): the hyperbolic cosine.

    Arrays: elementwise.
    Errors: #NUM! where the result is too large.
    Source: Microsoft Support, "COSH function".

    =COSH(0)  -> 1
    =COSH(1000)  -> #NUM!
    """
    return over_columns(number_functions.cosh, number)


@function("TANH")
def tanh(number: Number) -> Column:
    """TANH(number): the hyperbolic tangent.

    Arrays: elementwise.
    Source: Microsoft Support, "TANH function".

    =TANH(0)  -> 0
    =TANH(1000)  -> 1
    """
    return over_columns(number_functions.tanh, number)


@function("COTH")
def coth(number: Number) -> Column:
    """COTH(number): the hyperbolic cotangent.

    Arrays: elementwise.
    Errors: #DIV/0! for 0.
    Source: Microsoft Support, "COTH function".

    =COTH(1000)  -> 1
    =COTH(0)  -> #DIV/0!
    """
    return _reciprocal(np.tanh(number))


@function("SECH")
def sech(number: Number) -> Number:
    """SECH(number): the hyperbolic secant.

    Arrays: elementwise.
    Source: Microsoft Support, "SECH function".

    =SECH(0)  -> 1
    =SECH(1)*COSH(1)  -> 1
    """
    return 1 / np.cosh(number)


@function("CSCH")
def csch(number: Number) -> Column:
    """CSCH(number): the hyperbolic cosecant.

    Arrays: elementwise.
    Errors: #DIV/0! for 0.
    Source: Microsoft Support, "CSCH function".

    =CSCH(1)*SINH(1)  -> 1
    =CSCH(0)  -> #DIV/0!
    """
    return error_where(number == 0, ExcelError.DIV0, 1 / np.where(number == 0, 1, np.sinh(number)))


@function("ASINH")
def asinh(number: Number) -> Number:
    """ASINH(number): the number with this hyperbolic sine.

    Arrays: elementwise.
    Source: Microsoft Support, "ASINH function".

    =ASINH(SINH(2))  -> 2
    =ASINH(0)  -> 0
    """
    return np.arcsinh(number)


@function("ACOSH")
def acosh(number: Number) -> Number:
    """ACOSH(number): the number, 0 or above, with this hyperbolic cosine.

    Arrays: elementwise.
    Errors: #NUM! below 1.
    Source: Microsoft Support, "ACOSH function".

    =ACOSH(1)  -> 0
    =ACOSH(0.5)  -> #NUM!
    """
    return np.arccosh(number)


@function("ATANH")
def atanh(number: Number) -> Number:
    """ATANH(number): the number with this hyperbolic tangent.

    Arrays: elementwise.
    Errors: #NUM! outside -1 to 1, and at both ends.
    Source: Microsoft Support, "ATANH function".

    =ATANH(TANH(0.5))  -> 0.5
    =ATANH(1)  -> #NUM!
    """
    return np.arctanh(number)


@function("ACOTH")
def acoth(number: Number) -> Number:
    """ACOTH(number): the number with this hyperbolic cotangent.

    Arrays: elementwise.
    Errors: #NUM! from -1 to 1.
    Source: Microsoft Support, "ACOTH function".

    =ACOTH(COTH(2))  -> 2
    =ACOTH(1)  -> #NUM!
    """
    return np.arctanh(1 / np.where(np.abs(number) <= 1, np.nan, number))
