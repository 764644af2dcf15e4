"""Where each token of a formula ends."""

from __future__ import annotations

from typing import Final

from xlmill.syntax.characters import (
    APOSTROPHE,
    CLASS,
    CLOSE_BRACKET,
    DIGIT,
    IN_WORD,
    MINUS_SIGN,
    OPEN_BRACKET,
    PLUS_SIGN,
    POINT,
    QUOTE,
    SPACE,
    UPPER,
    UPPER_E,
    ZERO,
)
from xlmill.syntax.forest import Bytes
from xlmill.values.two_speed import two_speed

# Beyond these a product of two float64 numbers is no longer sure to be rounded only once.
_EXACT_INTEGER: Final = 2**53
_EXACT_POWER_OF_TEN: Final = 22
# Digits that fit 63 bits, whatever they are.
_DIGITS_IN_INTEGER: Final = 18
_ENDLESS_EXPONENT: Final = 100_000

# FNV-1a, in 32 bits so that interpreted and compiled arithmetic agree.
_HASH_START: Final = 2166136261
HASH_FACTOR: Final = 16777619
HASH_MASK: Final = 0xFFFFFFFF
# Clears the bit in which ASCII letters differ by case. Other bytes lose it too, which costs a collision at most.
_CASE_MASK: Final = 0xDF


@two_speed
def skip_spaces(buffer: Bytes, i: int, stop: int) -> int:
    """The first position from `i` on that is no white space."""
    while i < stop and CLASS[buffer[i]] & SPACE:
        i += 1
    return i


@two_speed
def scan_word(buffer: Bytes, i: int, stop: int) -> tuple[int, int]:
    """The end of the word that begins at `i`, and the hash of its bytes without regard to ASCII case."""
    value = _HASH_START
    while i < stop and CLASS[buffer[i]] & IN_WORD:
        value = ((value ^ (buffer[i] & _CASE_MASK)) * HASH_FACTOR) & HASH_MASK
        i += 1
    return i, value


@two_speed
def hash_bytes(buffer: Bytes, start: int, stop: int) -> int:
    """The hash that `scan_word` gives, of any bytes."""
    value = _HASH_START
    for i in range(start, stop):
        value = ((value ^ (buffer[i] & _CASE_MASK)) * HASH_FACTOR) & HASH_MASK
    return value


@two_speed
def same_bytes(a: Bytes, a_start: int, a_stop: int, b: Bytes, b_start: int, b_stop: int) -> bool:
    """Whether two texts are the same without regard to ASCII case."""
    if a_stop - a_start != b_stop - b_start:
        return False
    for k in range(a_stop - a_start):  # noqa: SIM110 (no generators in the compiled subset)
        if UPPER[a[a_start + k]] != UPPER[b[b_start + k]]:
            return False
    return True


@two_speed
def scan_number(buffer: Bytes, i: int, stop: int) -> tuple[int, float, bool]:
    """The end of the number that begins at `i`, its value, and whether that is correctly rounded.

    A number of more digits or a greater exponent than float64 arithmetic keeps exact has no value here. The
    end is `i` if there is no number.
    """
    begin = i
    mantissa = 0
    while i < stop and CLASS[buffer[i]] & DIGIT:
        mantissa = mantissa * 10 + (buffer[i] - ZERO)
        i += 1
    digits = i - begin
    fraction = 0
    divisor = 1.0
    if i < stop and buffer[i] == POINT:
        i += 1
        point = i
        while i < stop and CLASS[buffer[i]] & DIGIT:
            mantissa = mantissa * 10 + (buffer[i] - ZERO)
            divisor *= 10.0
            i += 1
        fraction = i - point
        digits += fraction
    if digits == 0:
        return begin, 0.0, True
    exponent = 0
    if i < stop and buffer[i] & _CASE_MASK == UPPER_E:
        j = i + 1
        negative = False
        if j < stop and (buffer[j] == PLUS_SIGN or buffer[j] == MINUS_SIGN):
            negative = buffer[j] == MINUS_SIGN
            j += 1
        if j < stop and CLASS[buffer[j]] & DIGIT:
            while j < stop and CLASS[buffer[j]] & DIGIT:
                if exponent < _ENDLESS_EXPONENT:
                    exponent = exponent * 10 + (buffer[j] - ZERO)
                j += 1
            if negative:
                exponent = -exponent
            i = j
    if digits > _DIGITS_IN_INTEGER or mantissa > _EXACT_INTEGER:
        return i, 0.0, False
    if exponent == 0 and fraction <= _EXACT_POWER_OF_TEN:
        return i, float(mantissa) / divisor, True
    exponent -= fraction
    if exponent < -_EXACT_POWER_OF_TEN or exponent > _EXACT_POWER_OF_TEN:
        return i, 0.0, False
    power = 1.0
    for _ in range(abs(exponent)):
        power *= 10.0
    if exponent < 0:
        return i, float(mantissa) / power, True
    return i, float(mantissa) * power, True


@two_speed
def scan_text(buffer: Bytes, i: int, stop: int) -> tuple[int, bool]:
    """The position of the quote that ends the text whose first byte is at `i`, and whether it has doubled quotes.

    The position is -1 if there is no such quote.
    """
    doubled = False
    while i < stop:
        if buffer[i] == QUOTE:
            if i + 1 >= stop or buffer[i + 1] != QUOTE:
                return i, doubled
            doubled = True
            i += 1
        i += 1
    return -1, doubled


@two_speed
def scan_quoted_sheet(buffer: Bytes, i: int, stop: int) -> int:
    """The position behind the apostrophe that ends the sheet name opened at `i`, or -1."""
    i += 1
    while i < stop:
        if buffer[i] == APOSTROPHE:
            if i + 1 >= stop or buffer[i + 1] != APOSTROPHE:
                return i + 1
            i += 1
        i += 1
    return -1


@two_speed
def scan_brackets(buffer: Bytes, i: int, stop: int) -> int:
    """The position behind the bracket that matches the one at `i`, or -1. An apostrophe escapes the next byte."""
    open_brackets = 0
    while i < stop:
        c = buffer[i]
        if c == APOSTROPHE:
            i += 1
        elif c == OPEN_BRACKET:
            open_brackets += 1
        elif c == CLOSE_BRACKET:
            open_brackets -= 1
            if open_brackets == 0:
                return i + 1
        i += 1
    return -1
