"""Excel's operators, as functions under their signs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from xlmill.functions.parameter import Number, Text, Value, Whole
from xlmill.functions.registry import function
from xlmill.functions.surroundings import Surroundings
from xlmill.values import number_functions
from xlmill.values.column import (
    ARRAY,
    BOOLEAN,
    EMPTY,
    ERROR,
    NUMBER,
    OMITTED,
    REFERENCE,
    TEXT,
    Column,
    Index,
    Mask,
    booleans_column,
    error_where,
    numbers_column,
)
from xlmill.values.error_value import ExcelError
from xlmill.values.number_functions import UNDECIDED, over_columns
from xlmill.values.reference_value import Area, Reference
from xlmill.values.rounding import equal_to_15_digits
from xlmill.values.text_column import Texts
from xlmill.values.text_kernels import compare_without_case
from xlmill.values.text_pieces import joined_column
from xlmill.values.two_speed import TwoSpeed


@function("+")
def add(augend: Number, addend: Number) -> Number:
    """The sum of two numbers.

    =1+2  -> 3
    ="3"+TRUE  -> 4
    """
    return augend + addend


@function("-")
def subtract(minuend: Number, subtrahend: Number) -> Number:
    """The difference of two numbers.

    =5-7  -> -2
    """
    return minuend - subtrahend


@function("*")
def multiply(multiplicand: Number, multiplier: Number) -> Number:
    """The product of two numbers.

    =6*7  -> 42
    """
    return multiplicand * multiplier


@function("/")
def divide(dividend: Number, divisor: Number) -> Column:
    """The quotient of two numbers.

    Errors: #DIV/0! where the divisor is 0.

    =1/4  -> 0.25
    =1/0  -> #DIV/0!
    """
    none = divisor == 0
    quotient = dividend / divisor
    if not none.any():
        return _finite(quotient)
    return error_where(np.broadcast_to(none, quotient.shape), ExcelError.DIV0, _finite(quotient))


@function("^")
def power(base: Number, exponent: Number) -> Column:
    """One number raised to the power of another.

    Errors: #NUM! for 0^0 and for a root of a negative number that is not real; #DIV/0! for 0 to a negative power.

    =2^10  -> 1024
    =-2^2  -> 4
    =0^0  -> #NUM!
    =0^-1  -> #DIV/0!
    """
    return over_columns(number_functions.power, base, exponent)


@function("-x")
def negate(number: Number) -> Number:
    """A number with its sign changed.

    =-(3)  -> -3
    """
    return 0.0 - number


@function("+x")
def plus(value: Value) -> Column:
    """The value itself: a plus sign changes nothing, not even text.

    =+"a"  -> "a"
    """
    return value


@function("%")
def percent(number: Number) -> Number:
    """A hundredth of a number.

    =50%  -> 0.5
    """
    return number / 100


@function("&")
def concatenate(left: Text, right: Text) -> Column:
    """Two texts as one.

    Errors: #VALUE! where the result is longer than 32,767 characters.

    ="a"&1&TRUE  -> "a1TRUE"
    """
    return joined_column([left, right])


@function("=")
def equal(left: Value, right: Value) -> Column:
    """Whether two values are the same; text compares without case, numbers by 15 significant digits.

    ="a"="A"  -> TRUE
    =1="1"  -> FALSE
    =0.1+0.2=0.3  -> TRUE
    """
    return _compared(left, right, number_functions.equal, lambda order: order == 0)


@function("<>")
def not_equal(left: Value, right: Value) -> Column:
    """Whether two values differ.

    =1<>2  -> TRUE
    """
    return _compared(left, right, number_functions.not_equal, lambda order: order != 0)


@function("<")
def less(left: Value, right: Value) -> Column:
    """Whether the left value comes before the right one: numbers before text before FALSE before TRUE.

    =2<10  -> TRUE
    ="2"<10  -> FALSE
    """
    return _compared(left, right, number_functions.less, lambda order: order < 0)


@function("<=")
def less_equal(left: Value, right: Value) -> Column:
    """Whether the left value does not come after the right one.

    =2<=2  -> TRUE
    """
    return _compared(left, right, number_functions.less_equal, lambda order: order <= 0)


@function(">")
def greater(left: Value, right: Value) -> Column:
    """Whether the left value comes after the right one.

    ="b">"A"  -> TRUE
    =TRUE>"z"  -> TRUE
    """
    return _compared(left, right, number_functions.greater, lambda order: order > 0)


@function(">=")
def greater_equal(left: Value, right: Value) -> Column:
    """Whether the left value does not come before the right one.

    =3>=4  -> FALSE
    """
    return _compared(left, right, number_functions.greater_equal, lambda order: order >= 0)


@function("@")
def single(value: Whole, *, surroundings: Surroundings) -> Column:
    """One value of a reference or array: the cell in the formula's row or column, or the first element.

    Source: Microsoft Support, "Implicit intersection operator: @".

    =@{5,6}  -> 5
    """
    return surroundings.intersect(value)


@function(":")
def range_of(first: Whole, second: Whole) -> Column:
    """The smallest area that holds two references.

    =ROWS(A1:INDEX(A1:A9,4))  -> 4
    """
    return _combined(first, second, _around)


@function(" ")
def intersection(first: Whole, second: Whole) -> Column:
    """The cells that two references share.

    Errors: #NULL! where they share none.

    =ROWS(A1:B9 B3:C5)  -> 3
    =A1:A3 B1:B3  -> #NULL!
    """
    return _combined(first, second, _shared)


@function(",")
def union(first: Whole, second: Whole) -> Column:
    """Two references as one of several areas.

    =AREAS((A1:B2,C3))  -> 2
    """
    return _combined(first, second, lambda a, b: Reference(a.areas + b.areas))


def compare(left: Column, right: Column) -> Index:
    """-1, 0 or 1 by row: which of two values, neither of them an error, comes first in Excel's order."""
    if left.uniform == NUMBER and right.uniform == NUMBER:
        return _order_of_numbers(left.numbers, right.numbers)
    kinds_left, kinds_right = left.kinds, right.kinds
    left_empty = (kinds_left == EMPTY) | (kinds_left == OMITTED)
    right_empty = (kinds_right == EMPTY) | (kinds_right == OMITTED)
    # An empty value takes the kind of its partner: 0, "" or FALSE.
    rank_left = np.where(left_empty, np.where(right_empty, NUMBER, kinds_right), kinds_left)
    rank_right = np.where(right_empty, np.where(left_empty, NUMBER, kinds_left), kinds_right)
    order: Index = np.sign(_RANK[rank_left] - _RANK[rank_right])
    numeric = np.flatnonzero((order == 0) & (rank_left != TEXT))
    if len(numeric):
        a = np.where(left_empty, 0.0, left.numbers)[numeric]
        b = np.where(right_empty, 0.0, right.numbers)[numeric]
        order[numeric] = _order_of_numbers(a, b)
    textual = np.flatnonzero((order == 0) & (rank_left == TEXT))
    if len(textual):
        a_texts, b_texts = _texts(left, left_empty).take(textual), _texts(right, right_empty).take(textual)
        order[textual] = compare_without_case(a_texts, b_texts)
    return order


_RANK = np.zeros(16, np.int64)
_RANK[TEXT] = 1
_RANK[BOOLEAN] = 2


def _texts(column: Column, empty: Mask) -> Texts:
    texts = column.text_rows()
    return texts.sliced(texts.starts, np.where(empty, 0, texts.lengths)) if empty.any() else texts


def _order_of_numbers(a: Number, b: Number) -> Index:
    order: Index = (a > b).astype(np.int64) - (a < b)
    if order.any():
        order[equal_to_15_digits(a, b)] = 0
    return order


def _compared(left: Column, right: Column, of_numbers: TwoSpeed[..., Any], decide: Callable[[Index], Mask]) -> Column:
    """Which rows hold; `of_numbers` says it of two numbers, `decide` of an order of any values."""
    if left.uniform == right.uniform == NUMBER:
        return _numbers_compared(left, right, of_numbers, decide)
    refused = np.where(left.is_kind(ERROR), left.numbers, 0.0)
    refused = np.where((refused == 0) & right.is_kind(ERROR), right.numbers, refused)
    no_scalar = (left.kinds >= ARRAY) | (right.kinds >= ARRAY)
    refused = np.where((refused == 0) & no_scalar, float(ExcelError.VALUE.code), refused)
    if refused.any():
        truth = decide(compare(_without_errors(left), _without_errors(right))).astype(np.float64)
        kinds = np.where(refused != 0, np.uint8(ERROR), np.uint8(BOOLEAN))
        return Column(kinds, np.where(refused != 0, refused, truth))
    return booleans_column(decide(compare(left, right)))


def _numbers_compared(
    left: Column, right: Column, of_numbers: TwoSpeed[..., Any], decide: Callable[[Index], Mask]
) -> Column:
    column = over_columns(of_numbers, left.numbers, right.numbers)
    doubtful = np.flatnonzero(column.kinds == UNDECIDED)
    if not len(doubtful):
        return column
    numbers = column.numbers.copy()
    numbers[doubtful] = decide(_order_of_numbers(left.numbers[doubtful], right.numbers[doubtful]))
    return booleans_column(numbers != 0)


def _without_errors(column: Column) -> Column:
    wrong = (column.kinds == ERROR) | (column.kinds >= ARRAY)
    return Column(np.where(wrong, np.uint8(EMPTY), column.kinds), column.numbers, column.texts)


def _finite(numbers: Number) -> Column:
    column = numbers_column(numbers)
    finite = np.isfinite(numbers)
    return column if finite.all() else error_where(~finite, ExcelError.NUM, column)


def _combined(first: Column, second: Column, combine: object) -> Column:
    """Two columns of references combined row by row; what is no reference is #VALUE!, what has no result #NULL!."""
    assert callable(combine)
    kinds = np.full(len(first), REFERENCE, np.uint8)
    numbers = np.zeros(len(first))
    objects: list[Reference] = []
    for row in range(len(first)):
        sides = []
        for column in (first, second):
            if column.kinds[row] == REFERENCE:
                assert column.objects is not None
                sides.append(column.objects[int(column.numbers[row])])
        if len(sides) < 2:
            kinds[row] = ERROR
            wrong = first if first.kinds[row] == ERROR else second
            numbers[row] = wrong.numbers[row] if wrong.kinds[row] == ERROR else ExcelError.VALUE.code
            continue
        result = combine(*sides)
        if result is None:
            kinds[row], numbers[row] = ERROR, ExcelError.NULL.code
        else:
            numbers[row] = len(objects)
            objects.append(result)
    return Column(kinds, numbers, objects=objects).settled()


def _around(a: Reference, b: Reference) -> Reference | None:
    areas = a.areas + b.areas
    sheet = areas[0].sheet
    rows = [area.row1 for area in areas], [area.row2 for area in areas]
    columns = [area.column1 for area in areas], [area.column2 for area in areas]
    return Reference((Area(sheet, min(rows[0]), min(columns[0]), max(rows[1]), max(columns[1])),))


def _shared(a: Reference, b: Reference) -> Reference | None:
    shared = [one.intersected(other) for one in a.areas for other in b.areas]
    areas = tuple(area for area in shared if area is not None)
    return Reference(areas) if areas else None
