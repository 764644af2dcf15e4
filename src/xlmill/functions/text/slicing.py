"""Parts of texts, by position: LEFT, RIGHT, MID, LEN, REPLACE."""

from __future__ import annotations

import numpy as np

from xlmill.functions.parameter import Number, Text, optional
from xlmill.functions.registry import alias, function
from xlmill.values.column import Column, Index, error_where, texts_column
from xlmill.values.error_value import ExcelError
from xlmill.values.text_column import LONGEST_TEXT
from xlmill.values.text_kernels import character_counts, substring
from xlmill.values.text_pieces import joined_column


@function("LEFT")
def left(text: Text, num_chars: Number = optional(1)) -> Column:
    """LEFT(text, [num_chars]): the first characters of a text, one if not said otherwise.

    LEFTB, which counts bytes in languages such as Japanese, is the same here.

    Arrays: elementwise.
    Errors: #VALUE! where num_chars is negative.
    Source: Microsoft Support, "LEFT, LEFTB functions".

    =LEFT("Sale Price",4)  -> "Sale"
    =LEFT("Sweden")  -> "S"
    =LEFT("abc",-1)  -> #VALUE!
    """
    result = substring(text, np.zeros(len(text), np.int64), characters(num_chars))
    return error_where(num_chars < 0, ExcelError.VALUE, texts_column(result))


@function("RIGHT")
def right(text: Text, num_chars: Number = optional(1)) -> Column:
    """RIGHT(text, [num_chars]): the last characters of a text, one if not said otherwise.

    RIGHTB, which counts bytes in languages such as Japanese, is the same here.

    Arrays: elementwise.
    Errors: #VALUE! where num_chars is negative.
    Source: Microsoft Support, "RIGHT, RIGHTB functions".

    =RIGHT("Sale Price",5)  -> "Price"
    =RIGHT("Stock")  -> "k"
    =RIGHT("ab",9)  -> "ab"
    """
    wanted = characters(num_chars)
    result = substring(text, np.maximum(character_counts(text) - wanted, 0), wanted)
    return error_where(num_chars < 0, ExcelError.VALUE, texts_column(result))


@function("MID")
def mid(text: Text, start_num: Number, num_chars: Number) -> Column:
    """MID(text, start_num, num_chars): characters from a position on, counted from 1.

    MIDB, which counts bytes in languages such as Japanese, is the same here.

    Arrays: elementwise.
    Errors: #VALUE! where start_num is below 1 or num_chars is negative.
    Source: Microsoft Support, "MID, MIDB functions".

    =MID("Fluid Flow",7,20)  -> "Flow"
    =MID("Fluid Flow",20,5)  -> ""
    =MID("abc",0,1)  -> #VALUE!
    """
    result = substring(text, np.maximum(characters(start_num) - 1, 0), characters(num_chars))
    return error_where((start_num < 1) | (num_chars < 0), ExcelError.VALUE, texts_column(result))


@function("LEN")
def len_(text: Text) -> Number:
    """LEN(text): how many characters a text has; those beyond the basic plane, such as emoji, count 2.

    LENB, which counts bytes in languages such as Japanese, is the same here.

    Arrays: elementwise.
    Source: Microsoft Support, "LEN, LENB functions".

    =LEN("Phoenix, AZ")  -> 11
    =LEN("")  -> 0
    =LEN(1/4)  -> 4
    """
    return character_counts(text).astype(np.float64)


@function("REPLACE")
def replace(old_text: Text, start_num: Number, num_chars: Number, new_text: Text) -> Column:
    """REPLACE(old_text, start_num, num_chars, new_text): a text with the characters at a position replaced.

    REPLACEB, which counts bytes in languages such as Japanese, is the same here.

    Arrays: elementwise.
    Errors: #VALUE! where start_num is below 1 or num_chars is negative, or the result is longer than 32,767
    characters.
    Source: Microsoft Support, "REPLACE, REPLACEB functions".

    =REPLACE("abcdefghijk",6,5,"*")  -> "abcde*k"
    =REPLACE("2009",3,2,"10")  -> "2010"
    =REPLACE("ab",9,1,"c")  -> "abc"
    """
    before = np.maximum(characters(start_num) - 1, 0)
    head = substring(old_text, np.zeros(len(before), np.int64), before)
    tail = substring(old_text, before + characters(num_chars), np.full(len(before), LONGEST_TEXT))
    result = joined_column([head, new_text, tail])
    return error_where((start_num < 1) | (num_chars < 0), ExcelError.VALUE, result)


alias("LEFTB", "LEFT")
alias("RIGHTB", "RIGHT")
alias("MIDB", "MID")
alias("LENB", "LEN")
alias("REPLACEB", "REPLACE")


def characters(numbers: Number) -> Index:
    """Numbers of characters as whole numbers, from 0 to more than any text has."""
    return np.clip(numbers, 0, 4 * LONGEST_TEXT).astype(np.int64)
