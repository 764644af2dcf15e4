"""Texts to values and values to texts: VALUE, NUMBERVALUE, T, VALUETOTEXT, ARRAYTOTEXT, ENCODEURL."""

from __future__ import annotations

import re
from urllib.parse import quote

import numpy as np

from xlmill.functions.first_cell import by_element, first_cells_of_references
from xlmill.functions.parameter import Number, Range, Scalar, Text, Value, Whole, optional
from xlmill.functions.registry import function
from xlmill.functions.surroundings import Surroundings
from xlmill.values.coercion import to_texts
from xlmill.values.column import (
    BOOLEAN,
    ERROR,
    FUNCTION,
    NUMBER,
    TEXT,
    Column,
    error_where,
    numbers_column,
    texts_column,
)
from xlmill.values.error_value import ExcelError
from xlmill.values.text_column import LONGEST_TEXT, Texts, concatenate
from xlmill.values.text_kernels import joined
from xlmill.values.text_number import numbers_from_texts, parse_number
from xlmill.values.text_pieces import assembled, with_replacements
from xlmill.values.text_search import occurrences


@function("VALUE")
def value(text: Scalar, *, surroundings: Surroundings) -> Column:
    """VALUE(text): the number, date or time that a text reads as; a number is itself.

    Arrays: elementwise.
    Errors: #VALUE! for text that reads as no number, and for TRUE and FALSE.
    Source: Microsoft Support, "VALUE function".

    =VALUE("$1,000")  -> 1000
    =VALUE("16:48:00")-VALUE("12:00:00")  -> 0.2
    =VALUE("")  -> #VALUE!
    =VALUE(TRUE)  -> #VALUE!
    """
    if text.uniform == NUMBER:
        return text
    rows = np.flatnonzero(text.is_kind(TEXT))
    numbers = np.where(text.is_kind(TEXT), 0.0, text.numbers)
    wrong = text.is_kind(BOOLEAN)
    if len(rows):
        numbers[rows], valid = numbers_from_texts(text.text_rows().take(rows), surroundings.date1904)
        wrong[rows] = ~valid
    return error_where(wrong, ExcelError.VALUE, numbers_column(numbers))


@function("NUMBERVALUE", omitted_is_default=True)
def numbervalue(text: Text, decimal_separator: Text = optional("."), group_separator: Text = optional(",")) -> Column:
    """NUMBERVALUE(text, [decimal_separator], [group_separator]): the number that a text reads as, by given separators.

    Spaces are passed over, each percent sign at the end takes a hundredth, and an empty text is 0. Of a
    separator only the first character counts.

    Arrays: elementwise.
    Errors: #VALUE! for text that reads as no number: a group separator after the decimal separator, two decimal
    separators, equal or empty separators.
    Source: Microsoft Support, "NUMBERVALUE function".

    =NUMBERVALUE("2.500,27",",",".")  -> 2500.27
    =NUMBERVALUE("3.5%")  -> 0.035
    =NUMBERVALUE("")  -> 0
    =NUMBERVALUE("1.2.3")  -> #VALUE!
    """
    numbers = np.zeros(len(text))
    wrong = np.zeros(len(text), np.bool_)
    columns = (text.to_strings(), decimal_separator.to_strings(), group_separator.to_strings())
    for row, (one, decimal, group) in enumerate(zip(*columns, strict=True)):
        number = _number_value(one, decimal[:1], group[:1])
        wrong[row] = number is None
        numbers[row] = number or 0.0
    return error_where(wrong, ExcelError.VALUE, numbers_column(numbers))


_PLAIN_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,4})?")


def _number_value(text: str, decimal: str, group: str) -> float | None:
    if not decimal or not group or decimal == group:
        return None
    text = re.sub(r"\s", "", text)
    number_text = text.rstrip("%")
    whole, point, decimals = number_text.partition(decimal)
    if not text:
        return 0.0
    if group in decimals or decimal in decimals:
        return None
    plain = whole.replace(group, "") + ("." if point else "") + decimals
    number = parse_number(plain) if _PLAIN_NUMBER.fullmatch(plain) else None
    return None if number is None else number / 100.0 ** (len(text) - len(number_text))


@function("T")
def t(value: Whole, *, surroundings: Surroundings) -> Column:
    """T(value): the value if it is text, else an empty text.

    Arrays: elementwise; of a range, its first cell.
    Errors: an error value is the result.
    Source: Microsoft Support, "T function".

    =T("Rainfall")  -> "Rainfall"
    =T(19)  -> ""
    """
    return by_element(first_cells_of_references(value, surroundings), _text_or_nothing)


def _text_or_nothing(column: Column) -> Column:
    if column.uniform == TEXT:
        return column
    texts = column.text_rows()
    texts = texts.sliced(texts.starts, np.where(column.is_kind(TEXT), texts.lengths, 0))
    kinds = np.where(column.is_kind(ERROR), np.uint8(ERROR), np.uint8(TEXT))
    return Column(kinds, column.numbers, texts).settled()


@function("VALUETOTEXT", omitted_is_default=True)
def valuetotext(value: Value, format: Number = optional(0)) -> Column:
    """VALUETOTEXT(value, [format]): a value as text; with format 1 as it is written in a formula, text in quotes.

    Arrays: elementwise.
    Errors: #VALUE! for another format.
    Source: Microsoft Support, "VALUETOTEXT function".

    =VALUETOTEXT("Seattle")  -> "Seattle"
    =VALUETOTEXT("Seattle",1)  -> CHAR(34)&"Seattle"&CHAR(34)
    =VALUETOTEXT(1/0)  -> "#DIV/0!"
    """
    style = np.trunc(format)
    written = _written(value, style == 1)
    return error_where((style != 0) & (style != 1), ExcelError.VALUE, texts_column(written))


@function("ARRAYTOTEXT", omitted_is_default=True)
def arraytotext(array: Range, format: Number = optional(0)) -> Column:
    """ARRAYTOTEXT(array, [format]): the values of an array as one text; with format 1 as an array constant.

    Arrays: taken as a whole.
    Errors: #VALUE! for another format, and where the result is longer than 32,767 characters.
    Source: Microsoft Support, "ARRAYTOTEXT function".

    =ARRAYTOTEXT({TRUE,"a";1.5,"b"})  -> "TRUE, a, 1.5, b"
    =ARRAYTOTEXT({TRUE,"a";1.5,"b"},1)  -> "{TRUE,""a"";1.5,""b""}"
    """
    style = np.trunc(format)
    is_strict = style == 1
    cells, owners = array.flat()
    sizes = array.sizes
    number = np.arange(len(owners)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    ends_line = (number + 1) % np.maximum(array.columns, 1)[owners] == 0
    ends_array = number == sizes[owners] - 1
    between = np.where(is_strict[owners], np.where(ends_line, _SEMICOLON, _COMMA), _COMMA_SPACE)
    between = np.where(ends_array, np.where(is_strict[owners], _CLOSING, _NOTHING), between)
    before = np.where((number == 0) & is_strict[owners], _OPENING, _NOTHING)
    marks = Texts.from_strings(_MARKS)
    texts = _written(cells, is_strict[owners])
    count = len(texts)
    order = np.arange(3 * count).reshape(3, count).T.ravel()  # mark, value, mark of one cell after the other
    pieces = concatenate([marks.take(before), texts, marks.take(between)]).take(order)
    result = assembled(pieces, 3 * np.concatenate([[0], np.cumsum(sizes)]))
    return error_where((style != 0) & (style != 1), ExcelError.VALUE, result)


_MARKS = ["", ", ", ",", ";", "{", "}"]
_NOTHING, _COMMA_SPACE, _COMMA, _SEMICOLON, _OPENING, _CLOSING = range(6)
_ERRORS = Texts.from_strings(["", *map(str, ExcelError)])


def _written(column: Column, is_strict: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Texts:
    """Values as text, errors included; where strict, text in quotes."""
    texts, _ = to_texts(column)
    errors = column.is_kind(ERROR) | column.is_kind(FUNCTION)
    if errors.any():
        codes = np.where(column.is_kind(ERROR), column.numbers, ExcelError.CALC.code).astype(np.int64)
        count = len(texts)
        stacked = concatenate([texts, _ERRORS])
        texts = stacked.take(np.where(errors, count + np.where(errors, codes, 0), np.arange(count)))
    quoted = is_strict & column.is_kind(TEXT)
    if not quoted.any():
        return texts
    quote_mark = Texts.from_strings(['"'])
    which = np.zeros(len(texts), np.int64)
    counts, places = occurrences(texts, quote_mark.take(which), LONGEST_TEXT)
    doubled = Texts.from_strings(['""'])
    inner = with_replacements(texts, counts, places, np.ones(len(texts), np.int64), doubled.take(which)).text_rows()
    around = Texts.from_strings(["", '"']).take(quoted.astype(np.int64))
    rows = np.where(quoted, np.arange(len(texts)) + len(texts), np.arange(len(texts)))
    return joined([around, concatenate([texts, inner]).take(rows), around])


@function("ENCODEURL")
def encodeurl(text: Text) -> Texts:
    """ENCODEURL(text): a text as part of a web address; other characters than letters, digits and -_.~ as %XX.

    Arrays: elementwise.
    Errors: #VALUE! where the result is longer than 32,767 characters.
    Source: Microsoft Support, "ENCODEURL function".

    =ENCODEURL("http://x/a b")  -> "http%3A%2F%2Fx%2Fa%20b"
    =ENCODEURL("ü-1")  -> "%C3%BC-1"
    """
    return Texts.from_strings([quote(one.encode("utf-8", "replace"), safe="") for one in text.to_strings()])
