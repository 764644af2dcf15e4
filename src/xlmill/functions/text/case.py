"""Upper and lower case."""

from __future__ import annotations

import numpy as np

from xlmill.functions.parameter import Text
from xlmill.functions.registry import function
from xlmill.values import text_kernels
from xlmill.values.text_column import Texts, read_only


@function("UPPER")
def upper(text: Text) -> Texts:
    """UPPER(text): a text in upper case.

    Arrays: elementwise.
    Source: Microsoft Support, "UPPER function".

    =UPPER("total")  -> "TOTAL"
    =UPPER("straße")  -> "STRAßE"
    """
    return text_kernels.upper(text)


@function("LOWER")
def lower(text: Text) -> Texts:
    """LOWER(text): a text in lower case.

    Arrays: elementwise.
    Source: Microsoft Support, "LOWER function".

    =LOWER("E. E. Cummings")  -> "e. e. cummings"
    =LOWER("ÄPFEL 2B")  -> "äpfel 2b"
    """
    return text_kernels.lower(text)


@function("PROPER")
def proper(text: Text) -> Texts:
    """PROPER(text): a text with the first letter of each word in upper case, all others in lower case.

    A word begins after anything that is no letter.

    Arrays: elementwise.
    Source: Microsoft Support, "PROPER function".

    =PROPER("2-way street")  -> "2-Way Street"
    =PROPER("76BudGet")  -> "76Budget"
    =PROPER("it's élan")  -> "It'S Élan"
    """
    packed = text_kernels.lower(text).compact()
    is_letter = (packed.buffer >= 97) & (packed.buffer <= 122)
    begins = is_letter.copy()
    begins[1:] &= ~is_letter[:-1]
    starts = packed.starts[packed.lengths > 0]
    begins[starts] = is_letter[starts]
    capitals = Texts(read_only(packed.buffer - begins * np.uint8(32)), packed.starts, packed.lengths)
    return text_kernels.with_others(capitals, packed, _proper)


def _proper(text: str) -> str:
    previous = ""
    changed = []
    for letter in text:
        capital = letter.upper()
        changed.append(letter if previous.isalpha() or len(capital) > 1 else capital)
        previous = letter
    return "".join(changed)
