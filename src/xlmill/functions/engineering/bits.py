"""Bits of whole numbers up to 2^48 - 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xlmill.functions.parameter import Number
from xlmill.functions.registry import function
from xlmill.values.column import Mask, Numbers

_LARGEST = 2.0**48 - 1
_FURTHEST_SHIFT = 53


@function("BITAND")
def bitand(number1: Number, number2: Number) -> Number:
    """BITAND(number1, number2): the bits that both numbers have.

    Arrays: elementwise.
    Errors: #NUM! for a number that is negative, not whole, or 2^48 or more.
    Source: Microsoft Support, "BITAND function".

    =BITAND(13,25)  -> 9
    =BITAND(1.5,1)  -> #NUM!
    """
    (a, b), wrong = _whole(number1, number2)
    return np.where(wrong, np.nan, a & b)


@function("BITOR")
def bitor(number1: Number, number2: Number) -> Number:
    """BITOR(number1, number2): the bits that either number has.

    Arrays: elementwise.
    Errors: #NUM! for a number that is negative, not whole, or 2^48 or more.
    Source: Microsoft Support, "BITOR function".

    =BITOR(23,10)  -> 31
    =BITOR(-1,10)  -> #NUM!
    """
    (a, b), wrong = _whole(number1, number2)
    return np.where(wrong, np.nan, a | b)


@function("BITXOR")
def bitxor(number1: Number, number2: Number) -> Number:
    """BITXOR(number1, number2): the bits that only one of the numbers has.

    Arrays: elementwise.
    Errors: #NUM! for a number that is negative, not whole, or 2^48 or more.
    Source: Microsoft Support, "BITXOR function".

    =BITXOR(5,3)  -> 6
    =BITXOR(2^48,3)  -> #NUM!
    """
    (a, b), wrong = _whole(number1, number2)
    return np.where(wrong, np.nan, a ^ b)


@function("BITLSHIFT")
def bitlshift(number: Number, shift_amount: Number) -> Number:
    """BITLSHIFT(number, shift_amount): a number with its bits moved to the left, or to the right if negative.

    Arrays: elementwise.
    Errors: #NUM! for a number that is negative, not whole, or 2^48 or more, a result as large, or a shift of
    more than 53.
    Source: Microsoft Support, "BITLSHIFT function".

    =BITLSHIFT(4,2)  -> 16
    =BITLSHIFT(10,-2)  -> 2
    =BITLSHIFT(1,48)  -> #NUM!
    """
    return _shifted(number, np.trunc(shift_amount))


@function("BITRSHIFT")
def bitrshift(number: Number, shift_amount: Number) -> Number:
    """BITRSHIFT(number, shift_amount): a number with its bits moved to the right, or to the left if negative.

    Arrays: elementwise.
    Errors: #NUM! for a number that is negative, not whole, or 2^48 or more, a result as large, or a shift of
    more than 53.
    Source: Microsoft Support, "BITRSHIFT function".

    =BITRSHIFT(13,2)  -> 3
    =BITRSHIFT(10,-2)  -> 40
    =BITRSHIFT(1,54)  -> #NUM!
    """
    return _shifted(number, -np.trunc(shift_amount))


def _whole(*numbers: Numbers) -> tuple[list[NDArray[np.int64]], Mask]:
    """The numbers as integers, and where one of them is none."""
    wrong: Mask = np.zeros(1, np.bool_)
    for number in numbers:
        wrong = wrong | ~((number >= 0) & (number <= _LARGEST) & (number == np.floor(number)))
    return [np.where(wrong, 0.0, number).astype(np.int64) for number in numbers], wrong


def _shifted(number: Numbers, shift: Numbers) -> Numbers:
    (bits,), wrong = _whole(number)
    # A multiplication by a power of two is exact, and the floor drops what falls off at the right.
    moved = np.floor(np.ldexp(bits.astype(np.float64), np.clip(shift, -99, 99).astype(np.int64)))
    return np.where(wrong | (np.abs(shift) > _FURTHEST_SHIFT) | (moved > _LARGEST), np.nan, moved)
