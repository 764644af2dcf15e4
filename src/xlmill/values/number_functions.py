"""Excel's functions of one or two numbers, a number at a time, for machine code and for kernels.

The engine evaluates nodes whose arguments are plain numbers one by one, in machine code (engine.settling). Kernels
take whole columns; those whose last digit hangs on how it is computed call what stands here (`over_columns`), as
NumPy computes EXP otherwise on each kind of processor. A test holds all functions here equal to their kernels.

A function takes two numbers (the second counts only where Excel's has one) and fifteen_digits.POWERS, and gives
a number and its kind: NUMBER, BOOLEAN, ERROR with the error's code, or UNDECIDED where floating-point arithmetic
is not enough and the kernel must do it exactly.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from xlmill.values.calendar_day import parts_of
from xlmill.values.column import BOOLEAN, ERROR, NUMBER, Column, Kinds, Numbers
from xlmill.values.compiler.c_math import acos as c_acos
from xlmill.values.compiler.c_math import asin as c_asin
from xlmill.values.compiler.c_math import atan as c_atan
from xlmill.values.compiler.c_math import cos as c_cos
from xlmill.values.compiler.c_math import cosh as c_cosh
from xlmill.values.compiler.c_math import exp as c_exp
from xlmill.values.compiler.c_math import log as c_log
from xlmill.values.compiler.c_math import log10 as c_log10
from xlmill.values.compiler.c_math import power as c_power
from xlmill.values.compiler.c_math import remainder, sqrt
from xlmill.values.compiler.c_math import sin as c_sin
from xlmill.values.compiler.c_math import sinh as c_sinh
from xlmill.values.compiler.c_math import tan as c_tan
from xlmill.values.compiler.c_math import tanh as c_tanh
from xlmill.values.error_value import ExcelError
from xlmill.values.fifteen_digits import POWERS
from xlmill.values.rounded import DOWN, HALF_AWAY, UP, order, rounded
from xlmill.values.two_speed import TwoSpeed, two_speed

UNDECIDED: Final = 254

_NUM: Final = float(ExcelError.NUM.code)
_DIV0: Final = float(ExcelError.DIV0.code)
_PI: Final = math.pi
_DEGREES: Final = 180.0 / math.pi
_RADIANS: Final = math.pi / 180.0
# From here on Excel gives #NUM!: too few of an angle's digits are left to say where on the circle it stands.
LARGEST_ANGLE: Final = 134217728.0
# Excel counts quotients up to 2^50.
_LARGEST_QUOTIENT: Final = 1125899906842624.0


@two_speed
def add(x, y, powers):  # type: ignore[no-untyped-def]
    """+"""
    return x + y, NUMBER


@two_speed
def subtract(x, y, powers):  # type: ignore[no-untyped-def]
    """-"""
    return x - y, NUMBER


@two_speed
def multiply(x, y, powers):  # type: ignore[no-untyped-def]
    """*"""
    return x * y, NUMBER


@two_speed
def divide(x, y, powers):  # type: ignore[no-untyped-def]
    """/"""
    if y == 0.0:
        return _DIV0, ERROR
    return x / y, NUMBER


@two_speed
def power(x, y, powers):  # type: ignore[no-untyped-def]
    """^ and POWER"""
    if x == 0.0 and y <= 0.0:
        return _NUM if y == 0.0 else _DIV0, ERROR
    return c_power(x, y), NUMBER


@two_speed
def negate(x, y, powers):  # type: ignore[no-untyped-def]
    """-x"""
    return 0.0 - x, NUMBER


@two_speed
def percent(x, y, powers):  # type: ignore[no-untyped-def]
    """%"""
    return x / 100.0, NUMBER


@two_speed
def equal(x, y, powers):  # type: ignore[no-untyped-def]
    """="""
    way, is_certain = order(x, y, powers)
    return float(way == 0), (BOOLEAN if is_certain else UNDECIDED)


@two_speed
def not_equal(x, y, powers):  # type: ignore[no-untyped-def]
    """<>"""
    way, is_certain = order(x, y, powers)
    return float(way != 0), (BOOLEAN if is_certain else UNDECIDED)


@two_speed
def less(x, y, powers):  # type: ignore[no-untyped-def]
    """<"""
    way, is_certain = order(x, y, powers)
    return float(way < 0), (BOOLEAN if is_certain else UNDECIDED)


@two_speed
def less_equal(x, y, powers):  # type: ignore[no-untyped-def]
    """<="""
    way, is_certain = order(x, y, powers)
    return float(way <= 0), (BOOLEAN if is_certain else UNDECIDED)


@two_speed
def greater(x, y, powers):  # type: ignore[no-untyped-def]
    """>"""
    way, is_certain = order(x, y, powers)
    return float(way > 0), (BOOLEAN if is_certain else UNDECIDED)


@two_speed
def greater_equal(x, y, powers):  # type: ignore[no-untyped-def]
    """>="""
    way, is_certain = order(x, y, powers)
    return float(way >= 0), (BOOLEAN if is_certain else UNDECIDED)


@two_speed
def not_(x, y, powers):  # type: ignore[no-untyped-def]
    """NOT"""
    return float(x == 0.0), BOOLEAN


@two_speed
def absolute(x, y, powers):  # type: ignore[no-untyped-def]
    """ABS"""
    return abs(x), NUMBER


@two_speed
def sign(x, y, powers):  # type: ignore[no-untyped-def]
    """SIGN"""
    return (1.0 if x > 0.0 else -1.0 if x < 0.0 else 0.0), NUMBER


@two_speed
def square_root(x, y, powers):  # type: ignore[no-untyped-def]
    """SQRT"""
    return sqrt(x), NUMBER


@two_speed
def exp(x, y, powers):  # type: ignore[no-untyped-def]
    """EXP"""
    return c_exp(x), NUMBER


@two_speed
def ln(x, y, powers):  # type: ignore[no-untyped-def]
    """LN"""
    return c_log(x), NUMBER


@two_speed
def log10(x, y, powers):  # type: ignore[no-untyped-def]
    """LOG10"""
    return c_log10(x), NUMBER


@two_speed
def sin(x, y, powers):  # type: ignore[no-untyped-def]
    """SIN"""
    if not abs(x) < LARGEST_ANGLE:
        return _NUM, ERROR
    return c_sin(x), NUMBER


@two_speed
def cos(x, y, powers):  # type: ignore[no-untyped-def]
    """COS"""
    if not abs(x) < LARGEST_ANGLE:
        return _NUM, ERROR
    return c_cos(x), NUMBER


@two_speed
def tan(x, y, powers):  # type: ignore[no-untyped-def]
    """TAN"""
    if not abs(x) < LARGEST_ANGLE:
        return _NUM, ERROR
    return c_tan(x), NUMBER


@two_speed
def pi(x, y, powers):  # type: ignore[no-untyped-def]
    """PI"""
    return _PI, NUMBER


@two_speed
def mod(x, y, powers):  # type: ignore[no-untyped-def]
    """MOD: the exact remainder, not x-y*INT(x/y); MOD(5,1E-10) is nearly 1E-10."""
    if y == 0.0:
        return _DIV0, ERROR
    if abs(x) >= _LARGEST_QUOTIENT * abs(y):
        return _NUM, ERROR
    rest = remainder(x, y)
    if (rest < 0.0 and y > 0.0) or (rest > 0.0 and y < 0.0):
        rest += y
    return rest + 0.0, NUMBER


@two_speed
def round_half_away(x, y, powers):  # type: ignore[no-untyped-def]
    """ROUND"""
    number, is_certain = rounded(x, y, HALF_AWAY, powers)
    return number, (NUMBER if is_certain else UNDECIDED)


@two_speed
def round_down(x, y, powers):  # type: ignore[no-untyped-def]
    """ROUNDDOWN and TRUNC"""
    number, is_certain = rounded(x, y, DOWN, powers)
    return number, (NUMBER if is_certain else UNDECIDED)


@two_speed
def round_up(x, y, powers):  # type: ignore[no-untyped-def]
    """ROUNDUP"""
    number, is_certain = rounded(x, y, UP, powers)
    return number, (NUMBER if is_certain else UNDECIDED)


@two_speed
def whole_below(x, y, powers):  # type: ignore[no-untyped-def]
    """INT"""
    number, is_certain = rounded(x, 0.0, UP if x < 0.0 else DOWN, powers)
    return number, (NUMBER if is_certain else UNDECIDED)


@two_speed
def year(x, y, powers):  # type: ignore[no-untyped-def]
    """YEAR; y is 1 in the 1904 date system"""
    found, _, _ = parts_of(x, y != 0.0)
    if found == 0:
        return _NUM, ERROR
    return float(found), NUMBER


@two_speed
def month(x, y, powers):  # type: ignore[no-untyped-def]
    """MONTH; y is 1 in the 1904 date system"""
    _, found, _ = parts_of(x, y != 0.0)
    if found == 0:
        return _NUM, ERROR
    return float(found), NUMBER


@two_speed
def day(x, y, powers):  # type: ignore[no-untyped-def]
    """DAY; y is 1 in the 1904 date system"""
    found, _, number = parts_of(x, y != 0.0)
    if found == 0:
        return _NUM, ERROR
    return float(number), NUMBER


@two_speed
def asin(x, y, powers):  # type: ignore[no-untyped-def]
    """ASIN"""
    return c_asin(x), NUMBER


@two_speed
def acos(x, y, powers):  # type: ignore[no-untyped-def]
    """ACOS"""
    return c_acos(x), NUMBER


@two_speed
def atan(x, y, powers):  # type: ignore[no-untyped-def]
    """ATAN"""
    return c_atan(x), NUMBER


@two_speed
def sinh(x, y, powers):  # type: ignore[no-untyped-def]
    """SINH"""
    return c_sinh(x), NUMBER


@two_speed
def cosh(x, y, powers):  # type: ignore[no-untyped-def]
    """COSH"""
    return c_cosh(x), NUMBER


@two_speed
def tanh(x, y, powers):  # type: ignore[no-untyped-def]
    """TANH"""
    return c_tanh(x), NUMBER


@two_speed
def log(x, y, powers):  # type: ignore[no-untyped-def]
    """LOG"""
    if x <= 0.0 or y <= 0.0:
        return _NUM, ERROR
    if y == 1.0:
        return _DIV0, ERROR
    # A quotient of natural logarithms misses whole results by a last bit: LOG(1000,10) is 3.
    if y == 10.0:
        return c_log10(x), NUMBER
    return c_log(x) / c_log(y), NUMBER


@two_speed
def degrees(x, y, powers):  # type: ignore[no-untyped-def]
    """DEGREES"""
    return x * _DEGREES, NUMBER


@two_speed
def radians(x, y, powers):  # type: ignore[no-untyped-def]
    """RADIANS"""
    return x * _RADIANS, NUMBER


@two_speed
def itself(x, y, powers):  # type: ignore[no-untyped-def]
    """N"""
    return x, NUMBER


@two_speed
def true(x, y, powers):  # type: ignore[no-untyped-def]
    """TRUE"""
    return 1.0, BOOLEAN


@two_speed
def false(x, y, powers):  # type: ignore[no-untyped-def]
    """FALSE"""
    return 0.0, BOOLEAN


@two_speed
def quotient(x, y, powers):  # type: ignore[no-untyped-def]
    """QUOTIENT"""
    if y == 0.0:
        return _DIV0, ERROR
    number, is_certain = rounded(x / y, 0.0, DOWN, powers)
    return number, (NUMBER if is_certain else UNDECIDED)


@two_speed
def _multiple_below(x, y, powers):  # type: ignore[no-untyped-def]
    share = 0.0 if y == 0.0 else x / y
    number, is_certain = rounded(share, 0.0, UP if share < 0.0 else DOWN, powers)
    return number * y + 0.0, (NUMBER if is_certain else UNDECIDED)


@two_speed
def _multiple_above(x, y, powers):  # type: ignore[no-untyped-def]
    share = 0.0 if y == 0.0 else x / y
    number, is_certain = rounded(-share, 0.0, UP if share > 0.0 else DOWN, powers)
    return (0.0 - number) * y + 0.0, (NUMBER if is_certain else UNDECIDED)


@two_speed
def floor(x, y, powers):  # type: ignore[no-untyped-def]
    """FLOOR"""
    if y == 0.0 and x != 0.0:
        return _DIV0, ERROR
    if x > 0.0 and y < 0.0:
        return _NUM, ERROR
    return _multiple_below(x, y, powers)


@two_speed
def ceiling(x, y, powers):  # type: ignore[no-untyped-def]
    """CEILING"""
    if x > 0.0 and y < 0.0:
        return _NUM, ERROR
    return _multiple_above(x, y, powers)


@two_speed
def floor_math(x, y, powers):  # type: ignore[no-untyped-def]
    """FLOOR.MATH without a mode, FLOOR.PRECISE"""
    return _multiple_below(x, abs(y), powers)


@two_speed
def ceiling_math(x, y, powers):  # type: ignore[no-untyped-def]
    """CEILING.MATH without a mode, CEILING.PRECISE"""
    return _multiple_above(x, abs(y), powers)


@two_speed
def round_to_multiple(x, y, powers):  # type: ignore[no-untyped-def]
    """MROUND"""
    if x * y < 0.0:
        return _NUM, ERROR
    number, is_certain = rounded(0.0 if y == 0.0 else x / y, 0.0, HALF_AWAY, powers)
    return number * y + 0.0, (NUMBER if is_certain else UNDECIDED)


# By the place here is a function known to machine code.
FUNCTIONS: Final = (
    *(add, subtract, multiply, divide, power, negate, percent),
    *(equal, not_equal, less, less_equal, greater, greater_equal, not_),
    *(absolute, sign, square_root, exp, ln, log10, sin, cos, tan, pi, mod),
    *(round_half_away, round_down, round_up, whole_below, year, month, day),
    *(asin, acos, atan, sinh, cosh, tanh, log, degrees, radians, itself, true, false),
    *(quotient, floor, ceiling, floor_math, ceiling_math, round_to_multiple),
)


def over_columns(function: TwoSpeed[..., Any], x: Numbers, y: Numbers | None = None) -> Column:
    """A function for each row; a column of one number stands for all rows. Some rows may be UNDECIDED."""
    second = _ZERO if y is None else y
    count = len(x) if y is None or len(second) == 1 else len(second)
    numbers: Numbers = np.empty(count)
    kinds: Kinds = np.empty(count, np.uint8)
    _over_columns.run(5 * count, FUNCTIONS.index(function), x, second, POWERS, numbers, kinds)
    return Column(kinds, numbers).settled()


_ZERO: Numbers = np.zeros(1)


@two_speed
def _over_columns(function, x, y, powers, numbers, kinds):  # type: ignore[no-untyped-def]
    x_step = 0 if len(x) == 1 else 1
    y_step = 0 if len(y) == 1 else 1
    for i in range(len(numbers)):
        number, kind = FUNCTIONS[function](x[x_step * i], y[y_step * i], powers)
        if kind == NUMBER and number - number != 0.0:  # infinite, or no number
            number = _NUM
            kind = ERROR
        numbers[i] = number
        kinds[i] = kind
