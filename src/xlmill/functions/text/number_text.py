"""Numbers as text: TEXT, FIXED, DOLLAR."""

from __future__ import annotations

import numpy as np

from xlmill.functions.parameter import Logical, Number, Scalar, Text, optional
from xlmill.functions.registry import function
from xlmill.functions.surroundings import Surroundings
from xlmill.values.coercion import to_texts
from xlmill.values.column import BOOLEAN, TEXT, Column, Mask, error_where, texts_column
from xlmill.values.error_value import ExcelError
from xlmill.values.number_format import parse_format
from xlmill.values.rounding import round_half_away
from xlmill.values.text_column import Texts, concatenate
from xlmill.values.text_kernels import joined
from xlmill.values.text_number import numbers_from_texts
from xlmill.values.text_search import distinct

_MOST_DECIMALS = 127


@function("TEXT")
def text_(value: Scalar, format_text: Text, *, surroundings: Surroundings) -> Column:
    """TEXT(value, format_text): a number, date or text by a number format.

    Text that reads as a number is formatted as one.

    Arrays: elementwise.
    Errors: #VALUE! for a format that is none, and for a number that is no date where the format wants one.
    Source: Microsoft Support, "TEXT function".

    =TEXT(1234.567,"#,##0.00")  -> "1,234.57"
    =TEXT(0.285,"0.0%")  -> "28.5%"
    =TEXT(DATE(2012,3,14),"mmmm d, yyyy")  -> "March 14, 2012"
    =TEXT("abc","0.00")  -> "abc"
    """
    count = len(value)
    codes, which = distinct(format_text)
    numbers = value.numbers
    as_text: Mask = np.zeros(count, np.bool_)
    if value.has(TEXT) or value.has(BOOLEAN):
        as_text = value.is_kind(TEXT) | value.is_kind(BOOLEAN)
        rows = np.flatnonzero(value.is_kind(TEXT))
        read, valid = numbers_from_texts(value.text_rows().take(rows), surroundings.date1904)
        as_text[rows[valid]] = False
        numbers = numbers.copy()
        numbers[rows] = read
    parts: list[Texts] = []
    place = np.empty(count, np.int64)
    wrong = np.zeros(count, np.bool_)
    at = 0
    for number, code in enumerate(codes):
        number_format = parse_format(code)
        mine = which == number
        rows = np.flatnonzero(mine & ~as_text)
        if len(rows):
            written, failed = number_format.format_column(numbers[rows], surroundings.date1904)
            parts.append(written)
            wrong[rows] = failed
            place[rows] = at + np.arange(len(rows))
            at += len(rows)
        rows = np.flatnonzero(mine & as_text)
        if len(rows):
            shown, failed = number_format.format_texts(to_texts(value.take(rows))[0])
            wrong[rows] = failed
            parts.append(shown)
            place[rows] = at + np.arange(len(rows))
            at += len(rows)
    return error_where(wrong, ExcelError.VALUE, texts_column(concatenate(parts).take(place)))


@function("FIXED")
def fixed(number: Number, decimals: Number = optional(2), no_commas: Logical = optional(False)) -> Column:
    """FIXED(number, [decimals], [no_commas]): a number rounded and written with so many decimals, as text.

    Arrays: elementwise.
    Errors: #VALUE! for more than 127 decimals.
    Source: Microsoft Support, "FIXED function".

    =FIXED(1234.567,1)  -> "1,234.6"
    =FIXED(1234.567,-1)  -> "1,230"
    =FIXED(-1234.567,1,TRUE)  -> "-1234.6"
    """
    number, decimals, no_commas = np.broadcast_arrays(number, decimals, no_commas)
    return error_where(
        decimals >= _MOST_DECIMALS + 1, ExcelError.VALUE, texts_column(_fixed(number, decimals, ~no_commas))
    )


@function("DOLLAR")
def dollar(number: Number, decimals: Number = optional(2)) -> Column:
    """DOLLAR(number, [decimals]): a number rounded and written as an amount in dollars, as text.

    Arrays: elementwise.
    Errors: #VALUE! for more than 127 decimals.
    Source: Microsoft Support, "DOLLAR function".

    =DOLLAR(1234.567,2)  -> "$1,234.57"
    =DOLLAR(-1234.567,-2)  -> "($1,200)"
    =DOLLAR(99.888)  -> "$99.89"
    """
    number, decimals = np.broadcast_arrays(number, decimals)
    amount = _fixed(np.abs(number), decimals, np.ones(len(number), np.bool_))
    is_negative = (round_half_away(number, np.minimum(decimals, _MOST_DECIMALS)) < 0).astype(np.int64)
    before = Texts.from_strings(["$", "($"]).take(is_negative)
    after = Texts.from_strings(["", ")"]).take(is_negative)
    result = texts_column(joined([before, amount, after]))
    return error_where(decimals >= _MOST_DECIMALS + 1, ExcelError.VALUE, result)


def _fixed(number: Number, decimals: Number, commas: Mask) -> Texts:
    places = np.clip(np.trunc(decimals), -400, _MOST_DECIMALS)
    if (places < 0).any():
        number = np.where(places < 0, round_half_away(number, places), number)
    shown = np.maximum(places, 0).astype(np.int64) * 2 + commas
    parts: list[Texts] = []
    place = np.empty(len(number), np.int64)
    at = 0
    for style in np.unique(shown).tolist():
        code = ("#,##0" if style % 2 else "0") + ("." + "0" * (style // 2) if style > 1 else "")
        rows = np.flatnonzero(shown == style)
        parts.append(parse_format(code).format_column(number[rows])[0])
        place[rows] = at + np.arange(len(rows))
        at += len(rows)
    return concatenate(parts).take(place)
