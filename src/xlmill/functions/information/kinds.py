"""What kind of value something is: ISNUMBER, ISERROR, TYPE and the like."""

from __future__ import annotations

import numpy as np

from xlmill.functions.first_cell import by_element, first_cells_of_references
from xlmill.functions.parameter import Number, StrictNumber, Value, Whole
from xlmill.functions.registry import function
from xlmill.functions.surroundings import Surroundings
from xlmill.values.column import (
    ARRAY,
    BOOLEAN,
    EMPTY,
    ERROR,
    FUNCTION,
    NUMBER,
    OMITTED,
    REFERENCE,
    TEXT,
    Column,
    Mask,
    error_where,
    errors_column,
    numbers_column,
)
from xlmill.values.error_value import ExcelError
from xlmill.values.rounding import round_down


@function("ISBLANK")
def isblank(value: Value) -> Mask:
    """ISBLANK(value): whether a cell is empty.

    Arrays: elementwise.
    Source: Microsoft Support, "IS functions".

    =ISBLANK(Z99)  -> TRUE
    =ISBLANK("")  -> FALSE
    """
    return value.is_kind(EMPTY) | value.is_kind(OMITTED)


@function("ISNUMBER")
def isnumber(value: Value) -> Mask:
    """ISNUMBER(value): whether a value is a number; dates are.

    Arrays: elementwise.
    Source: Microsoft Support, "IS functions".

    =ISNUMBER(4)  -> TRUE
    =ISNUMBER("19")  -> FALSE
    """
    return value.is_kind(NUMBER)


@function("ISTEXT")
def istext(value: Value) -> Mask:
    """ISTEXT(value): whether a value is text.

    Arrays: elementwise.
    Source: Microsoft Support, "IS functions".

    =ISTEXT("a")  -> TRUE
    =ISTEXT(TRUE)  -> FALSE
    """
    return value.is_kind(TEXT)


@function("ISNONTEXT")
def isnontext(value: Value) -> Mask:
    """ISNONTEXT(value): whether a value is no text; an empty cell is none.

    Arrays: elementwise.
    Source: Microsoft Support, "IS functions".

    =ISNONTEXT(Z99)  -> TRUE
    =ISNONTEXT("")  -> FALSE
    """
    return ~value.is_kind(TEXT)


@function("ISLOGICAL")
def islogical(value: Value) -> Mask:
    """ISLOGICAL(value): whether a value is TRUE or FALSE.

    Arrays: elementwise.
    Source: Microsoft Support, "IS functions".

    =ISLOGICAL(1>2)  -> TRUE
    =ISLOGICAL("TRUE")  -> FALSE
    """
    return value.is_kind(BOOLEAN)


@function("ISERROR")
def iserror(value: Value) -> Mask:
    """ISERROR(value): whether a value is an error.

    Arrays: elementwise.
    Source: Microsoft Support, "IS functions".

    =ISERROR(1/0)  -> TRUE
    =ISERROR("#N/A")  -> FALSE
    """
    return value.is_kind(ERROR)


@function("ISERR")
def iserr(value: Value) -> Mask:
    """ISERR(value): whether a value is an error other than #N/A.

    Arrays: elementwise.
    Source: Microsoft Support, "IS functions".

    =ISERR(1/0)  -> TRUE
    =ISERR(NA())  -> FALSE
    """
    is_other: Mask = value.is_kind(ERROR) & (value.numbers != ExcelError.NA.code)
    return is_other


@function("ISNA")
def isna(value: Value) -> Mask:
    """ISNA(value): whether a value is #N/A.

    Arrays: elementwise.
    Source: Microsoft Support, "IS functions".

    =ISNA(NA())  -> TRUE
    =ISNA(1/0)  -> FALSE
    """
    is_na: Mask = value.is_kind(ERROR) & (value.numbers == ExcelError.NA.code)
    return is_na


@function("ISREF")
def isref(value: Whole) -> Mask:
    """ISREF(value): whether something is a reference, rather than a value.

    Arrays: taken as a whole.
    Source: Microsoft Support, "IS functions".

    =ISREF(B7)  -> TRUE
    =ISREF("B7")  -> FALSE
    """
    return value.is_kind(REFERENCE)


@function("ISEVEN")
def iseven(number: StrictNumber) -> Mask:
    """ISEVEN(number): whether a number, cut to a whole one, is even.

    Arrays: elementwise; a range of several cells is #VALUE!.
    Errors: #VALUE! for TRUE, FALSE and text that is no number.
    Source: Microsoft Support, "ISEVEN function".

    =ISEVEN(-2.9)  -> TRUE
    =ISEVEN(5)  -> FALSE
    =ISEVEN(TRUE)  -> #VALUE!
    """
    even: Mask = np.mod(round_down(number), 2) == 0
    return even


@function("ISODD")
def isodd(number: StrictNumber) -> Mask:
    """ISODD(number): whether a number, cut to a whole one, is odd.

    Arrays: elementwise; a range of several cells is #VALUE!.
    Errors: #VALUE! for TRUE, FALSE and text that is no number.
    Source: Microsoft Support, "ISODD function".

    =ISODD(-1.9)  -> TRUE
    =ISODD(2.5)  -> FALSE
    =ISODD("x")  -> #VALUE!
    """
    odd: Mask = np.mod(round_down(number), 2) == 1
    return odd


@function("ISOMITTED")
def isomitted(argument: Whole) -> Mask:
    """ISOMITTED(argument): whether a parameter of a LAMBDA was left out in the call.

    Arrays: taken as a whole.
    Source: Microsoft Support, "ISOMITTED function".

    =LAMBDA(x,y,ISOMITTED(y))(1,)  -> TRUE
    =LAMBDA(x,y,ISOMITTED(y))(1,2)  -> FALSE
    """
    return argument.is_kind(OMITTED)


@function("NA")
def na() -> Column:
    """NA(): the error value #N/A, "no value is available".

    Source: Microsoft Support, "NA function".

    =ISNA(NA())  -> TRUE
    =NA()  -> #N/A
    """
    return errors_column(np.full(1, ExcelError.NA.code))


@function("N")
def n(value: Whole, *, surroundings: Surroundings) -> Column:
    """N(value): the value as a number: 1 for TRUE, 0 for FALSE, text and empty cells.

    Arrays: elementwise; of a range, its first cell.
    Errors: an error value is the result.
    Source: Microsoft Support, "N function".

    =N(7)  -> 7
    =N(TRUE)  -> 1
    =N("7")  -> 0
    """
    return by_element(first_cells_of_references(value, surroundings), _number_or_zero)


@function("TYPE")
def type_(value: Whole, *, surroundings: Surroundings) -> Number:
    """TYPE(value): 1 for a number, 2 for text, 4 for TRUE or FALSE, 16 for an error, 64 for an array, 128 for a LAMBDA.

    Arrays: taken as a whole. An empty cell counts as a number.
    Source: Microsoft Support, "TYPE function".

    =TYPE("Smith")  -> 2
    =TYPE({1,2;3,4})  -> 64
    =TYPE(1/0)  -> 16
    """
    types: Number = _TYPES[surroundings.read(value).kinds]
    return types


_TYPES = np.ones(16)
_TYPES[[TEXT, BOOLEAN, ERROR, ARRAY, FUNCTION]] = [2, 4, 16, 64, 128]


@function("ERROR.TYPE")
def error_type(error_val: Value) -> Column:
    """ERROR.TYPE(error_val): the number of an error value, from 1 for #NULL! to 14 for #CALC!.

    Arrays: elementwise.
    Errors: #N/A for what is no error value.
    Source: Microsoft Support, "ERROR.TYPE function".

    =ERROR.TYPE(1/0)  -> 2
    =ERROR.TYPE(#N/A)  -> 7
    =ERROR.TYPE(5)  -> #N/A
    """
    return error_where(~error_val.is_kind(ERROR), ExcelError.NA, numbers_column(error_val.numbers))


def _number_or_zero(column: Column) -> Column:
    numeric = column.is_kind(NUMBER) | column.is_kind(BOOLEAN)
    numbers = np.where(numeric, column.numbers, 0.0)
    if not column.has(ERROR):
        return numbers_column(numbers)
    errors = column.is_kind(ERROR)
    kinds = np.where(errors, np.uint8(ERROR), np.uint8(NUMBER))
    return Column(kinds, np.where(errors, column.numbers, numbers)).settled()
