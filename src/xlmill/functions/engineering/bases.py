"""Whole numbers in binary, octal and hexadecimal notation.

A number has at most ten digits; ten digits of which the first is in the upper half of the digits stand for a
negative number, as two's complement.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xlmill.functions.parameter import Scalar, StrictNumber, optional
from xlmill.functions.registry import function
from xlmill.values.coercion import to_numbers, to_texts
from xlmill.values.column import BOOLEAN, Column, Mask, Numbers, error_where, numbers_column, texts_column
from xlmill.values.error_value import ExcelError
from xlmill.values.text_column import Texts, read_only

_MOST_DIGITS = 10
_DIGITS = np.frombuffer(b"0123456789ABCDEF", np.uint8)


def _digit_values() -> NDArray[np.int64]:
    values = np.full(256, 99, np.int64)
    values[_DIGITS] = np.arange(16)
    values[np.frombuffer(b"abcdef", np.uint8)] = np.arange(10, 16)
    return values


_VALUE_OF = _digit_values()


@function("BIN2DEC")
def bin2dec(number: Scalar) -> Column:
    """BIN2DEC(number): the value of a binary number.

    Arrays: elementwise.
    Errors: #NUM! for what is no binary number of at most ten digits; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "BIN2DEC function".

    =BIN2DEC(1100100)  -> 100
    =BIN2DEC(1111111111)  -> -1
    =BIN2DEC(2)  -> #NUM!
    """
    value, wrong = _read(number, 2)
    return _checked(numbers_column(value), wrong, number)


@function("BIN2OCT", omitted_is_default=True)
def bin2oct(number: Scalar, places: StrictNumber = optional(None)) -> Column:
    """BIN2OCT(number, [places]): a binary number in octal, with leading zeros up to a number of places.

    Arrays: elementwise.
    Errors: #NUM! for what is no binary number, a number beyond ten digits, or more digits than places;
    #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "BIN2OCT function".

    =BIN2OCT(1001,3)  -> "011"
    =BIN2OCT(1111111111)  -> "7777777777"
    =BIN2OCT(1100100,1)  -> #NUM!
    """
    value, unreadable = _read(number, 2)
    texts, wrong = _write(value, 8, places)
    return _checked(texts_column(texts), wrong | unreadable, number)


@function("BIN2HEX", omitted_is_default=True)
def bin2hex(number: Scalar, places: StrictNumber = optional(None)) -> Column:
    """BIN2HEX(number, [places]): a binary number in hexadecimal, with leading zeros up to a number of places.

    Arrays: elementwise.
    Errors: #NUM! for what is no binary number, a number beyond ten digits, or more digits than places;
    #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "BIN2HEX function".

    =BIN2HEX(11111011,4)  -> "00FB"
    =BIN2HEX(1110)  -> "E"
    =BIN2HEX(1111111111)  -> "FFFFFFFFFF"
    """
    value, unreadable = _read(number, 2)
    texts, wrong = _write(value, 16, places)
    return _checked(texts_column(texts), wrong | unreadable, number)


@function("OCT2DEC")
def oct2dec(number: Scalar) -> Column:
    """OCT2DEC(number): the value of a octal number.

    Arrays: elementwise.
    Errors: #NUM! for what is no octal number of at most ten digits; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "OCT2DEC function".

    =OCT2DEC(54)  -> 44
    =OCT2DEC(7777777533)  -> -165
    =OCT2DEC(8)  -> #NUM!
    """
    value, wrong = _read(number, 8)
    return _checked(numbers_column(value), wrong, number)


@function("OCT2BIN", omitted_is_default=True)
def oct2bin(number: Scalar, places: StrictNumber = optional(None)) -> Column:
    """OCT2BIN(number, [places]): a octal number in binary, with leading zeros up to a number of places.

    Arrays: elementwise.
    Errors: #NUM! for what is no octal number, a number beyond ten digits, or more digits than places;
    #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "OCT2BIN function".

    =OCT2BIN(3,3)  -> "011"
    =OCT2BIN(7777777000)  -> "1000000000"
    =OCT2BIN(1000)  -> #NUM!
    """
    value, unreadable = _read(number, 8)
    texts, wrong = _write(value, 2, places)
    return _checked(texts_column(texts), wrong | unreadable, number)


@function("OCT2HEX", omitted_is_default=True)
def oct2hex(number: Scalar, places: StrictNumber = optional(None)) -> Column:
    """OCT2HEX(number, [places]): a octal number in hexadecimal, with leading zeros up to a number of places.

    Arrays: elementwise.
    Errors: #NUM! for what is no octal number, a number beyond ten digits, or more digits than places;
    #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "OCT2HEX function".

    =OCT2HEX(100,4)  -> "0040"
    =OCT2HEX(7777777533)  -> "FFFFFFFF5B"
    """
    value, unreadable = _read(number, 8)
    texts, wrong = _write(value, 16, places)
    return _checked(texts_column(texts), wrong | unreadable, number)


@function("HEX2DEC")
def hex2dec(number: Scalar) -> Column:
    """HEX2DEC(number): the value of a hexadecimal number.

    Arrays: elementwise.
    Errors: #NUM! for what is no hexadecimal number of at most ten digits; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "HEX2DEC function".

    =HEX2DEC("A5")  -> 165
    =HEX2DEC("FFFFFFFF5B")  -> -165
    =HEX2DEC("3DA408B9")  -> 1034160313
    =HEX2DEC("G")  -> #NUM!
    """
    value, wrong = _read(number, 16)
    return _checked(numbers_column(value), wrong, number)


@function("HEX2BIN", omitted_is_default=True)
def hex2bin(number: Scalar, places: StrictNumber = optional(None)) -> Column:
    """HEX2BIN(number, [places]): a hexadecimal number in binary, with leading zeros up to a number of places.

    Arrays: elementwise.
    Errors: #NUM! for what is no hexadecimal number, a number beyond ten digits, or more digits than places;
    #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "HEX2BIN function".

    =HEX2BIN("F",8)  -> "00001111"
    =HEX2BIN("B7")  -> "10110111"
    =HEX2BIN("FFFFFFFFFF")  -> "1111111111"
    """
    value, unreadable = _read(number, 16)
    texts, wrong = _write(value, 2, places)
    return _checked(texts_column(texts), wrong | unreadable, number)


@function("HEX2OCT", omitted_is_default=True)
def hex2oct(number: Scalar, places: StrictNumber = optional(None)) -> Column:
    """HEX2OCT(number, [places]): a hexadecimal number in octal, with leading zeros up to a number of places.

    Arrays: elementwise.
    Errors: #NUM! for what is no hexadecimal number, a number beyond ten digits, or more digits than places;
    #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "HEX2OCT function".

    =HEX2OCT("F",3)  -> "017"
    =HEX2OCT("3B4E")  -> "35516"
    =HEX2OCT("FFFFFFFF00")  -> "7777777400"
    """
    value, unreadable = _read(number, 16)
    texts, wrong = _write(value, 8, places)
    return _checked(texts_column(texts), wrong | unreadable, number)


@function("DEC2BIN", omitted_is_default=True)
def dec2bin(number: Scalar, places: StrictNumber = optional(None)) -> Column:
    """DEC2BIN(number, [places]): a whole number in binary, with leading zeros up to a number of places.

    Arrays: elementwise.
    Errors: #NUM! for a number beyond ten digits, or more digits than places; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "DEC2BIN function".

    =DEC2BIN(9,4)  -> "1001"
    =DEC2BIN(-100)  -> "1110011100"
    =DEC2BIN(512)  -> #NUM!
    """
    return _written(number, 2, places)


@function("DEC2OCT", omitted_is_default=True)
def dec2oct(number: Scalar, places: StrictNumber = optional(None)) -> Column:
    """DEC2OCT(number, [places]): a whole number in octal, with leading zeros up to a number of places.

    Arrays: elementwise.
    Errors: #NUM! for a number beyond ten digits, or more digits than places; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "DEC2OCT function".

    =DEC2OCT(58,3)  -> "072"
    =DEC2OCT(-100)  -> "7777777634"
    """
    return _written(number, 8, places)


@function("DEC2HEX", omitted_is_default=True)
def dec2hex(number: Scalar, places: StrictNumber = optional(None)) -> Column:
    """DEC2HEX(number, [places]): a whole number in hexadecimal, with leading zeros up to a number of places.

    Arrays: elementwise.
    Errors: #NUM! for a number beyond ten digits, or more digits than places; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "DEC2HEX function".

    =DEC2HEX(100,4)  -> "0064"
    =DEC2HEX(-54)  -> "FFFFFFFFCA"
    =DEC2HEX(28)  -> "1C"
    =DEC2HEX(64,1)  -> #NUM!
    """
    return _written(number, 16, places)


def _read(number: Column, base: int) -> tuple[Numbers, Mask]:
    """The values of numerals, and where there is none; nothing at all is 0."""
    texts, _ = to_texts(number)
    value = np.zeros(len(texts), np.int64)
    wrong = texts.lengths > _MOST_DIGITS
    last = max(len(texts.buffer) - 1, 0)
    for position in range(min(int(texts.lengths.max()), _MOST_DIGITS)):
        there = position < texts.lengths
        digit = _VALUE_OF[texts.buffer[np.minimum(texts.starts + position, last)]]
        wrong |= there & (digit >= base)
        value = np.where(there, value * base + digit, value)
    whole = base**_MOST_DIGITS
    # Where a digit is wrong, the value means nothing and may be out of bounds.
    negative = (value >= whole // 2) & (texts.lengths == _MOST_DIGITS)
    return np.where(negative, value - whole, value).astype(np.float64), wrong


def _written(number: Column, base: int, places: Numbers | None) -> Column:
    """Decimal numbers in another notation; wrong places come before what is wrong with the number."""
    value, refused = to_numbers(number)
    texts, wrong = _write(np.trunc(value), base, places)
    column = _checked(texts_column(texts), wrong, number)
    if refused is not None:
        column = error_where(refused != 0, ExcelError.VALUE, column)
    if places is None:
        return column
    room = np.trunc(places)
    return error_where(~((room >= 1) & (room <= _MOST_DIGITS)), ExcelError.NUM, column)


def _write(number: Numbers, base: int, places: Numbers | None) -> tuple[Texts, Mask]:
    """Numerals, and where there is none for the number or not within its places; negative numbers take ten."""
    whole = base**_MOST_DIGITS
    wrong: Mask = ~((number >= -(whole // 2)) & (number < whole // 2))
    value = np.where(wrong, 0.0, number).astype(np.int64)
    rest = np.where(value < 0, value + whole, value)
    digits = np.empty((len(rest), _MOST_DIGITS), np.uint8)
    needed = np.ones(len(rest), np.int64)
    for position in range(_MOST_DIGITS):
        needed = np.where(rest > 0, position + 1, needed)
        digits[:, _MOST_DIGITS - 1 - position] = _DIGITS[rest % base]
        rest = rest // base
    if places is not None:
        room = np.trunc(places)
        wrong |= ~((room >= 1) & (room <= _MOST_DIGITS)) | ((value >= 0) & (room < needed))
        needed = np.where((value >= 0) & ~wrong, room, needed).astype(np.int64)
    starts = np.arange(len(needed)) * _MOST_DIGITS + _MOST_DIGITS - needed
    return Texts(read_only(digits.ravel()), starts, needed), wrong


def _checked(column: Column, wrong: Mask, number: Column) -> Column:
    return error_where(number.is_kind(BOOLEAN), ExcelError.VALUE, error_where(wrong, ExcelError.NUM, column))
