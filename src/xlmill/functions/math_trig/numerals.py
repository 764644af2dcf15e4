"""Numbers written in Roman numerals and in other bases."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from xlmill.functions.parameter import Number, Text, optional
from xlmill.functions.registry import function
from xlmill.values.column import Column, choose_rows, error_where, errors_column, numbers_column, texts_column
from xlmill.values.error_value import ExcelError
from xlmill.values.text_column import Texts

_LARGEST = 2.0**53
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_LONGEST_ROMAN = 255

# Numerals by form: each form but the first may also subtract letters from ones further above them.
_SUBTRACTIONS = (
    ("CM", 900, 0),
    ("LM", 950, 1),
    ("XM", 990, 2),
    ("VM", 995, 3),
    ("IM", 999, 4),
    ("CD", 400, 0),
    ("LD", 450, 1),
    ("XD", 490, 2),
    ("VD", 495, 3),
    ("ID", 499, 4),
    ("XC", 90, 0),
    ("VC", 95, 1),
    ("IC", 99, 2),
    ("XL", 40, 0),
    ("VL", 45, 1),
    ("IL", 49, 2),
    ("IX", 9, 0),
    ("IV", 4, 0),
)


def _numerals(form: int) -> list[tuple[int, str]]:
    allowed = [(value, letters) for letters, value, least in _SUBTRACTIONS if form >= least]
    return sorted([*allowed, *((value, letter) for letter, value in _VALUES.items())], reverse=True)


_FORMS = [_numerals(form) for form in range(5)]


@function("ROMAN")
def roman(number: Number, form: Number = optional(0)) -> Column:
    """ROMAN(number, [form]): a number from 0 to 3999 in Roman numerals, from classic (form 0) to simplified (4).

    Arrays: elementwise.
    Errors: #VALUE! outside 0 to 3999, and for another form.
    Source: Microsoft Support, "ROMAN function".

    =ROMAN(499)  -> "CDXCIX"
    =ROMAN(499,2)  -> "XDIX"
    =ROMAN(4000)  -> #VALUE!
    """
    numbers, forms = np.broadcast_arrays(np.trunc(number), np.trunc(form))
    wrong = (numbers < 0) | (numbers > 3999) | (forms < 0) | (forms > 4)
    written = [
        "" if bad else _written(int(n), int(f))
        for n, f, bad in zip(numbers.tolist(), forms.tolist(), wrong.tolist(), strict=True)
    ]
    return error_where(wrong, ExcelError.VALUE, texts_column(Texts.from_strings(written)))


def _written(number: int, form: int) -> str:
    letters = []
    for value, numeral in _FORMS[form]:
        letters.append(numeral * (number // value))
        number %= value
    return "".join(letters)


@function("ARABIC")
def arabic(text: Text) -> Column:
    """ARABIC(text): the number that Roman numerals write; a minus sign may stand before them.

    Arrays: elementwise.
    Errors: #VALUE! for text that is no Roman numeral or longer than 255 letters.
    Source: Microsoft Support, "ARABIC function".

    =ARABIC("MCMXII")  -> 1912
    =ARABIC("-xiv")  -> -14
    =ARABIC("A")  -> #VALUE!
    """
    values = [_read(numeral.strip(" ").upper()) for numeral in text.to_strings()]
    wrong = np.array([value is None for value in values])
    return error_where(wrong, ExcelError.VALUE, np.array([float(value or 0) for value in values]))


def _read(numeral: str) -> int | None:
    letters = numeral.removeprefix("-")
    if len(letters) > _LONGEST_ROMAN or any(letter not in _VALUES for letter in letters):
        return None
    values = [_VALUES[letter] for letter in letters]
    total = sum(-value if value < after else value for value, after in pairwise([*values, 0]))
    return -total if numeral.startswith("-") else total


@function("BASE")
def base(number: Number, radix: Number, min_length: Number = optional(0)) -> Column:
    """BASE(number, radix, [min_length]): a whole number written in another base, with leading zeros to a length.

    Arrays: elementwise.
    Errors: #NUM! for a number outside 0 to 2^53 - 1, a radix outside 2 to 36 or a length outside 0 to 255.
    Source: Microsoft Support, "BASE function".

    =BASE(100,16)  -> "64"
    =BASE(15,2,10)  -> "0000001111"
    =BASE(7,1)  -> #NUM!
    """
    numbers, radices, lengths = (np.trunc(x) for x in np.broadcast_arrays(number, radix, min_length))
    wrong = (numbers < 0) | (numbers >= _LARGEST) | (radices < 2) | (radices > 36) | (lengths < 0) | (lengths > 255)
    rows = zip(numbers.tolist(), radices.tolist(), lengths.tolist(), wrong.tolist(), strict=True)
    written = ["" if bad else _in_base(int(n), int(r)).rjust(int(length), "0") for n, r, length, bad in rows]
    return error_where(wrong, ExcelError.NUM, texts_column(Texts.from_strings(written)))


def _in_base(number: int, radix: int) -> str:
    digits: list[str] = []
    while number or not digits:
        number, digit = divmod(number, radix)
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))


@function("DECIMAL")
def decimal(text: Text, radix: Number) -> Column:
    """DECIMAL(text, radix): the number that a text writes in another base.

    Arrays: elementwise.
    Errors: #NUM! for a radix outside 2 to 36 or a digit that it has not; #VALUE! above 255 characters.
    Source: Microsoft Support, "DECIMAL function".

    =DECIMAL("FF",16)  -> 255
    =DECIMAL("zap",36)  -> 45745
    =DECIMAL("2",2)  -> #NUM!
    """
    whole = np.trunc(radix)
    fits = (whole >= 2) & (whole <= 36)
    values = [
        _parsed(written, int(r)) if fine else None
        for written, r, fine in zip(text.to_strings(), whole.tolist(), fits.tolist(), strict=True)
    ]
    numbers = numbers_column(np.array([value or 0.0 for value in values]))
    refused = np.array([value is None for value in values])
    result = choose_rows(refused, errors_column(np.full(len(values), ExcelError.NUM.code)), numbers)
    return error_where(text.lengths > 255, ExcelError.VALUE, result)


def _parsed(written: str, radix: int) -> float | None:
    digits = written.strip(" ").upper()
    # Excel takes the marks of hexadecimal and binary numbers along.
    if radix == 16:
        digits = digits.removeprefix("0X").removeprefix("X").removesuffix("H")
    elif radix == 2:
        digits = digits.removesuffix("B")
    places = [_DIGITS.find(digit) for digit in digits]
    if any(place < 0 or place >= radix for place in places):
        return None
    value = 0
    for place in places:
        value = value * radix + place
    return float(value)
