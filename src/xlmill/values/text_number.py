"""Text that reads as a number, as arithmetic and VALUE convert it, in the forms of English (United States).

Of a long number Excel reads fifteen digits and takes the rest as zeros.

Source: Microsoft Support, "VALUE function"; Microsoft Learn, "Last digits are changed to zeros when you type
long numbers in cells of Excel".
"""

from __future__ import annotations

import math
import re

import numpy as np
from numpy.typing import NDArray

from xlmill.values.fifteen_digits import EXACT_POWER, POWERS
from xlmill.values.text_column import Texts
from xlmill.values.text_date import parse_moment
from xlmill.values.two_speed import two_speed

Float64 = NDArray[np.float64]
Mask = NDArray[np.bool_]

# What `read_plain_numbers` says of a row.
NOT_A_NUMBER, IS_NUMBER, LEFT = range(3)

_MICROSECONDS_A_TEXT = 2  # what `parse_number` takes
_LONGEST = 255  # characters of a number with more than digits, a sign, a point and an exponent
_SMALLEST_NORMAL = 2.2250738585072014e-308  # Excel takes smaller numbers as 0

_PLAIN = re.compile(r"([-+]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([-+]?[0-9]+))?")
_DRESSED = re.compile(
    r"(?P<before>[-+$€(% ]*)"
    r"(?P<whole>[0-9]+(?:,[0-9]{3})*|)(?:\.(?P<decimals>[0-9]*))?(?:[eE](?P<exponent>[-+]?[0-9]+))?"
    r"(?P<after>[)€% ]*)"
)
# Signs, currency, parentheses and percent, and where they may stand; # is the number.
_DRESS = re.compile(r"[-+]?[$€]?#|[$€][-+]#|[-+]?#[%€]|[-+]?%#|[$€]?\(#\)|\([$€]#\)|\(#[%€]\)|\(#\)%")
_FRACTION = re.compile(r"([-+]?) *([0-9]+) +([0-9]{1,5})/([0-9]{1,5})")


def parse_number(text: str, date1904: bool = False, this_year: int | None = None) -> float | None:
    """The number that `text` reads as, or None where Excel gives #VALUE!.

    Plain and scientific numbers, thousands separators, $ and €, percent, parentheses for minus, mixed
    fractions, and dates and times as serials; `this_year` is the year of dates written without one.
    """
    stripped = text.strip(" ")
    plain = _PLAIN.fullmatch(stripped)
    if plain:
        sign, whole, decimals, exponent = plain.groups(default="")
        return _number(sign == "-", whole, decimals, exponent)
    if len(stripped) > _LONGEST:
        return None
    dressed = _DRESSED.fullmatch(stripped)
    if dressed:
        return _undress(dressed)
    fraction = _FRACTION.fullmatch(stripped)
    if fraction:
        sign, whole, numerator, denominator = fraction.groups()
        if int(denominator) == 0:
            return None
        size = float(whole) + int(numerator) / int(denominator)
        return -size if sign == "-" else size
    return parse_moment(text, date1904, this_year)


def numbers_from_texts(texts: Texts, date1904: bool = False, this_year: int | None = None) -> tuple[Float64, Mask]:
    """The numbers that a column of text reads as, and where it does read as one (elsewhere 0)."""
    count = len(texts)
    if not read_plain_numbers.pays(count * _MICROSECONDS_A_TEXT):
        numbers = np.zeros(count)
        status = np.full(count, LEFT, dtype=np.uint8)
    else:
        numbers = np.empty(count)
        status = np.empty(count, dtype=np.uint8)
        read_plain_numbers.compiled(texts.buffer, texts.starts, texts.lengths, POWERS, numbers, status)
    left = np.flatnonzero(status == LEFT)
    strings = texts.take(left).to_strings()
    read = {text: parse_number(text, date1904, this_year) for text in set(strings)}  # dates recur
    for row, text in zip(left.tolist(), strings, strict=True):
        number = read[text]
        status[row] = IS_NUMBER if number is not None else NOT_A_NUMBER
        numbers[row] = number or 0.0
    valid: Mask = status == IS_NUMBER
    return numbers, valid


def _undress(match: re.Match[str]) -> float | None:
    dress = (match["before"] + "#" + match["after"]).replace(" ", "")
    if not _DRESS.fullmatch(dress):
        return None
    whole = match["whole"].replace(",", "")
    negative = "-" in dress or "(" in dress
    hundredths = 2 if "%" in dress else 0
    return _number(negative, whole, match["decimals"] or "", match["exponent"] or "", -hundredths)


def _number(negative: bool, whole: str, decimals: str, exponent: str, power: int = 0) -> float | None:
    if not whole and not decimals:
        return None
    digits = (whole + decimals).lstrip("0")
    if not digits:
        return 0.0
    # A longer exponent decides alone, and Python refuses to read thousands of digits.
    shift = int(exponent.lstrip("+-").lstrip("0")[:6] or 0)
    power += max(len(digits) - 15, 0) - len(decimals) + (-shift if exponent.startswith("-") else shift)
    size = float(f"{digits[:15]}e{power}")
    if size == math.inf:
        return None
    if size < _SMALLEST_NORMAL:
        return 0.0
    return -size if negative else size


@two_speed
def read_plain_numbers(buffer, starts, lengths, powers, numbers, status):  # type: ignore[no-untyped-def]
    """Read the rows that are plain decimal numbers; texts with a digit that are something else are LEFT.

    `powers` is POWERS. A number is read exactly as `parse_number` reads it.
    """
    for i in range(len(starts)):
        at = starts[i]
        end = at + lengths[i]
        numbers[i] = 0.0
        status[i] = NOT_A_NUMBER
        for k in range(at, end):
            if buffer[k] >= 48 and buffer[k] <= 57:
                status[i] = LEFT
                break
        if status[i] == NOT_A_NUMBER:
            continue
        while buffer[at] == 32:
            at += 1
        while buffer[end - 1] == 32:
            end -= 1
        negative = buffer[at] == 45
        if negative or buffer[at] == 43:
            at += 1
        digits = 0
        count = 0  # of significant digits
        power = 0
        any_digit = False
        point = False
        while at < end:
            byte = buffer[at]
            if byte >= 48 and byte <= 57:
                any_digit = True
                if count < 15:
                    digits = digits * 10 + (byte - 48)
                    if digits > 0:
                        count += 1
                    if point:
                        power -= 1
                elif not point:
                    power += 1
            elif byte == 46 and not point:
                point = True
            else:
                break
            at += 1
        if not any_digit:
            continue
        if at < end and (buffer[at] == 69 or buffer[at] == 101):
            at += 1
            minus = at < end and buffer[at] == 45
            if minus or (at < end and buffer[at] == 43):
                at += 1
            first = at
            exponent = 0
            while at < end and buffer[at] >= 48 and buffer[at] <= 57:
                if exponent < 100000:
                    exponent = exponent * 10 + (buffer[at] - 48)
                at += 1
            if at == first:
                continue
            if minus:
                power -= exponent
            else:
                power += exponent
        if at < end:
            continue
        size = float(digits)
        if power > EXACT_POWER or power < -EXACT_POWER:
            if digits != 0:
                continue
        elif power >= 0:
            size = size * powers[power]
        else:
            size = size / powers[-power]
        if negative and digits != 0:
            size = -size
        numbers[i] = size
        status[i] = IS_NUMBER
