"""Rounding: to digits, to whole numbers, to multiples."""

from __future__ import annotations

import numpy as np

from xlmill.functions.parameter import Number, StrictNumber, optional
from xlmill.functions.registry import alias, function
from xlmill.values.column import Column, Mask, error_where
from xlmill.values.error_value import ExcelError
from xlmill.values.rounding import (
    ceiling,
    ceiling_to_multiple,
    floor,
    floor_to_multiple,
    round_down,
    round_half_away,
    round_to_multiple,
    round_up,
)


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


@function("ROUNDUP")
def roundup(number: Number, num_digits: Number) -> Number:
    """ROUNDUP(number, num_digits): rounded away from zero to digits after the point (before it, if negative).

    Arrays: elementwise.
    Source: Microsoft Support, "ROUNDUP function".

    =ROUNDUP(3.1,0)  -> 4
    =ROUNDUP(-3.14159,1)  -> -3.2
    =ROUNDUP(31415,-2)  -> 31500
    """
    return round_up(number, num_digits)


@function("ROUNDDOWN")
def rounddown(number: Number, num_digits: Number) -> Number:
    """ROUNDDOWN(number, num_digits): cut toward zero to digits after the point (before it, if negative).

    Arrays: elementwise.
    Source: Microsoft Support, "ROUNDDOWN function".

    =ROUNDDOWN(3.9,0)  -> 3
    =ROUNDDOWN(-3.14159,1)  -> -3.1
    """
    return round_down(number, num_digits)


@function("TRUNC")
def trunc(number: Number, num_digits: Number = optional(0)) -> Number:
    """TRUNC(number, [num_digits]): cut toward zero to a whole number, or to digits after the point.

    Arrays: elementwise.
    Source: Microsoft Support, "TRUNC function".

    =TRUNC(-8.9)  -> -8
    =TRUNC(8.987,2)  -> 8.98
    """
    return round_down(number, num_digits)


@function("INT")
def int_(number: Number) -> Number:
    """INT(number): the next whole number below.

    Arrays: elementwise.
    Source: Microsoft Support, "INT function".

    =INT(-8.9)  -> -9
    =INT(8.9)  -> 8
    """
    return floor(number)


@function("EVEN")
def even(number: Number) -> Number:
    """EVEN(number): away from zero to the next even whole number.

    Arrays: elementwise.
    Source: Microsoft Support, "EVEN function".

    =EVEN(1.5)  -> 2
    =EVEN(-1)  -> -2
    =EVEN(0)  -> 0
    """
    return np.sign(number) * 2 * ceiling(np.abs(number) / 2) + 0.0


@function("ODD")
def odd(number: Number) -> Number:
    """ODD(number): away from zero to the next odd whole number.

    Arrays: elementwise.
    Source: Microsoft Support, "ODD function".

    =ODD(1.5)  -> 3
    =ODD(-2)  -> -3
    =ODD(0)  -> 1
    """
    size = np.maximum(2 * ceiling((np.abs(number) - 1) / 2) + 1, 1)
    return np.where(number < 0, -size, size)


@function("MROUND")
def mround(number: StrictNumber, multiple: StrictNumber) -> Column:
    """MROUND(number, multiple): to the nearest multiple, half away from zero.

    Arrays: elementwise.
    Errors: #NUM! where number and multiple have different signs.
    Source: Microsoft Support, "MROUND function".

    =MROUND(10,3)  -> 9
    =MROUND(-10,-3)  -> -9
    =MROUND(5,-2)  -> #NUM!
    """
    return error_where(number * multiple < 0, ExcelError.NUM, round_to_multiple(number, multiple))


@function("CEILING")
def ceiling_(number: Number, significance: Number) -> Column:
    """CEILING(number, significance): up to a multiple of significance; away from zero where both are negative.

    Arrays: elementwise.
    Errors: #NUM! for a positive number and a negative significance.
    Source: Microsoft Support, "CEILING function".

    =CEILING(2.5,1)  -> 3
    =CEILING(-2.5,-2)  -> -4
    =CEILING(-2.5,2)  -> -2
    =CEILING(2.5,-2)  -> #NUM!
    """
    return error_where(_signs_differ(number, significance), ExcelError.NUM, ceiling_to_multiple(number, significance))


@function("FLOOR")
def floor_(number: Number, significance: Number) -> Column:
    """FLOOR(number, significance): down to a multiple of significance; toward zero where both are negative.

    Arrays: elementwise.
    Errors: #NUM! for a positive number and a negative significance; #DIV/0! for significance 0.
    Source: Microsoft Support, "FLOOR function".

    =FLOOR(3.7,2)  -> 2
    =FLOOR(-2.5,-2)  -> -2
    =FLOOR(2.5,-2)  -> #NUM!
    =FLOOR(1,0)  -> #DIV/0!
    """
    result = error_where(_signs_differ(number, significance), ExcelError.NUM, floor_to_multiple(number, significance))
    return error_where((significance == 0) & (number != 0), ExcelError.DIV0, result)


def _signs_differ(number: Number, significance: Number) -> Mask:
    differ: Mask = (number > 0) & (significance < 0)
    return differ


@function("CEILING.MATH", omitted_is_default=True)
def ceiling_math(number: Number, significance: Number = optional(1), mode: Number = optional(0)) -> Number:
    """CEILING.MATH(number, [significance], [mode]): up to a multiple; negative numbers away from zero if mode is not 0.

    Arrays: elementwise.
    Source: Microsoft Support, "CEILING.MATH function".

    =CEILING.MATH(24.3,5)  -> 25
    =CEILING.MATH(-8.1,2)  -> -8
    =CEILING.MATH(-5.5,2,-1)  -> -6
    """
    step = np.abs(significance)
    return np.where((mode != 0) & (number < 0), floor_to_multiple(number, step), ceiling_to_multiple(number, step))


@function("FLOOR.MATH", omitted_is_default=True)
def floor_math(number: Number, significance: Number = optional(1), mode: Number = optional(0)) -> Number:
    """FLOOR.MATH(number, [significance], [mode]): down to a multiple; negative numbers toward zero if mode is not 0.

    Arrays: elementwise.
    Source: Microsoft Support, "FLOOR.MATH function".

    =FLOOR.MATH(24.3,5)  -> 20
    =FLOOR.MATH(-8.1,2)  -> -10
    =FLOOR.MATH(-5.5,2,-1)  -> -4
    """
    step = np.abs(significance)
    return np.where((mode != 0) & (number < 0), ceiling_to_multiple(number, step), floor_to_multiple(number, step))


@function("CEILING.PRECISE")
def ceiling_precise(number: Number, significance: Number = optional(1)) -> Number:
    """CEILING.PRECISE(number, [significance]): up to a multiple, whatever the signs.

    Arrays: elementwise.
    Source: Microsoft Support, "CEILING.PRECISE function".

    =CEILING.PRECISE(4.3)  -> 5
    =CEILING.PRECISE(-4.3,-2)  -> -4
    """
    return ceiling_to_multiple(number, np.abs(significance))


alias("ISO.CEILING", "CEILING.PRECISE")
alias("ECMA.CEILING", "CEILING.PRECISE")


@function("FLOOR.PRECISE")
def floor_precise(number: Number, significance: Number = optional(1)) -> Number:
    """FLOOR.PRECISE(number, [significance]): down to a multiple, whatever the signs.

    Arrays: elementwise.
    Source: Microsoft Support, "FLOOR.PRECISE function".

    =FLOOR.PRECISE(-3.2,-1)  -> -4
    =FLOOR.PRECISE(3.2)  -> 3
    """
    return floor_to_multiple(number, np.abs(significance))
