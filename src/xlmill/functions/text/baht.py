"""Amounts in Thai words: BAHTTEXT."""

from __future__ import annotations

import numpy as np

from xlmill.functions.parameter import Number
from xlmill.functions.registry import function
from xlmill.values.column import Column, error_where, texts_column
from xlmill.values.error_value import ExcelError
from xlmill.values.fifteen_digits import fifteen_digits
from xlmill.values.rounding import round_half_away
from xlmill.values.text_column import Texts

_DIGITS = ("ศูนย์", "หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด", "แปด", "เก้า")
_PLACES = ("", "สิบ", "ร้อย", "พัน", "หมื่น", "แสน")
_MILLION = "ล้าน"


@function("BAHTTEXT")
def bahttext(number: Number) -> Column:
    """BAHTTEXT(number): a number in Thai words, as an amount in baht and satang.

    Arrays: elementwise.
    Errors: #VALUE! for text that is no number.
    Source: Microsoft Support, "BAHTTEXT function".

    =BAHTTEXT(1234)  -> "หนึ่งพันสองร้อยสามสิบสี่บาทถ้วน"
    =BAHTTEXT(-0.25)  -> "ลบยี่สิบห้าสตางค์"
    """
    rounded = round_half_away(number, 2)
    words = [_in_words(amount) if np.isfinite(amount) else "" for amount in rounded.tolist()]
    return error_where(~np.isfinite(rounded), ExcelError.NUM, texts_column(Texts.from_strings(words)))


def _in_words(amount: float) -> str:
    satang = int(fifteen_digits(abs(amount)) * 100)
    baht, satang = divmod(satang, 100)
    words = f"{_number(baht)}บาท" if baht or not satang else ""
    words += f"{_number(satang)}สตางค์" if satang else "ถ้วน"
    return ("ลบ" if amount < 0 else "") + words


def _number(whole: int) -> str:
    if whole == 0:
        return _DIGITS[0]
    millions, rest = divmod(whole, 1_000_000)
    return (_number(millions) + _MILLION if millions else "") + _below_a_million(rest, millions > 0)


def _below_a_million(rest: int, follows: bool) -> str:
    words = ""
    for place in range(5, -1, -1):
        digit = rest // 10**place % 10
        if digit == 0:
            continue
        if place == 1 and digit <= 2:
            words += "ยี่" * (digit - 1)  # twenty has a word of its own, ten needs no one
        elif place == 0 and digit == 1 and (rest > 1 or follows):
            words += "เอ็ด"  # one, after tens or more
        else:
            words += _DIGITS[digit]
        words += _PLACES[place]
    return words
