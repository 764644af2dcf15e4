"""Finding and comparing: FIND, SEARCH, SUBSTITUTE, EXACT."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np

from xlmill.functions.parameter import Number, Text, optional
from xlmill.functions.registry import alias, function
from xlmill.functions.text.slicing import characters
from xlmill.values.column import Column, Mask, choose_rows, error_where, numbers_column
from xlmill.values.error_value import ExcelError
from xlmill.values.text_column import LONGEST_TEXT
from xlmill.values.text_kernels import character_counts, lower, substring
from xlmill.values.text_pieces import with_replacements
from xlmill.values.text_search import are_equal, first_places, occurrences
from xlmill.values.wildcard import has_wildcards


@function("FIND")
def find(find_text: Text, within_text: Text, start_num: Number = optional(1)) -> Column:
    """FIND(find_text, within_text, [start_num]): where a text first stands in another, from start_num on.

    Letters differ by case, and there are no wildcards. FINDB, which counts bytes in languages such as
    Japanese, is the same here.

    Arrays: elementwise.
    Errors: #VALUE! where it is not found, or start_num is below 1 or beyond the end of the text.
    Source: Microsoft Support, "FIND, FINDB functions".

    =FIND("M","Miriam McGovern",3)  -> 8
    =FIND("m","Miriam McGovern")  -> 6
    =FIND("","abc")  -> 1
    =FIND("x","abc")  -> #VALUE!
    """
    return _positions(find_text, within_text, start_num)


@function("SEARCH")
def search(find_text: Text, within_text: Text, start_num: Number = optional(1)) -> Column:
    """SEARCH(find_text, within_text, [start_num]): where a text first stands in another, without regard to case.

    In find_text, ? stands for any one character, * for any run of them; ~ before ?, * or ~ takes it as it is.
    SEARCHB, which counts bytes in languages such as Japanese, is the same here.

    Arrays: elementwise.
    Errors: #VALUE! where it is not found, or start_num is below 1 or beyond the end of the text.
    Source: Microsoft Support, "SEARCH, SEARCHB functions".

    =SEARCH("e","Statements",6)  -> 7
    =SEARCH("MARGIN","Profit Margin")  -> 8
    =SEARCH("p?o*g","Profit margin")  -> 1
    =SEARCH("~?","Really?")  -> 7
    """
    plain = _positions(lower(find_text), lower(within_text), start_num)
    patterns = has_wildcards(find_text)
    if not patterns.any():
        return plain
    return choose_rows(patterns, _pattern_positions(find_text, within_text, start_num, patterns), plain)


@function("SUBSTITUTE")
def substitute(text: Text, old_text: Text, new_text: Text, instance_num: Number | None = optional(None)) -> Column:
    """SUBSTITUTE(text, old_text, new_text, [instance_num]): a text with another one in it replaced.

    All occurrences, or only the given one. Letters differ by case.

    Arrays: elementwise.
    Errors: #VALUE! where instance_num is below 1, or the result is longer than 32,767 characters.
    Source: Microsoft Support, "SUBSTITUTE function".

    =SUBSTITUTE("Quarter 1, 2011","1","2",3)  -> "Quarter 1, 2012"
    =SUBSTITUTE("Sales Data","Sales","Cost")  -> "Cost Data"
    =SUBSTITUTE("aaa","a","")  -> ""
    =SUBSTITUTE("aaa","","b")  -> "aaa"
    """
    if instance_num is None:
        counts, places = occurrences(text, old_text, LONGEST_TEXT)
        return with_replacements(text, counts, places, old_text.lengths, new_text)
    wanted = characters(instance_num)
    counts, places = occurrences(text, old_text, int(wanted.max(initial=0)))
    there = (wanted >= 1) & (wanted <= counts)
    ends = np.cumsum(counts)
    chosen = places[(ends - counts + wanted - 1)[there]]
    result = with_replacements(text, there.astype(np.int64), chosen, old_text.lengths, new_text)
    return error_where(instance_num < 1, ExcelError.VALUE, result)


@function("EXACT")
def exact(text1: Text, text2: Text) -> Mask:
    """EXACT(text1, text2): whether two texts are the same, letter case included.

    Arrays: elementwise.
    Source: Microsoft Support, "EXACT function".

    =EXACT("word","word")  -> TRUE
    =EXACT("Word","word")  -> FALSE
    =EXACT(123,"123")  -> TRUE
    """
    return are_equal(text1, text2)


alias("FINDB", "FIND")
alias("SEARCHB", "SEARCH")


def _positions(find_text: Text, within_text: Text, start_num: Number) -> Column:
    before = np.maximum(characters(start_num) - 1, 0)
    rest = substring(within_text, before, np.full(len(before), LONGEST_TEXT))
    places = first_places(rest, find_text)
    nothing = find_text.lengths == 0
    found = places >= 0
    if nothing.any():
        found |= nothing & (before <= character_counts(within_text))
    passed = rest.sliced(rest.starts, np.where(places >= 0, places - rest.starts, 0))
    position = (before + character_counts(passed) + 1).astype(np.float64)
    return error_where(~found | (start_num < 1), ExcelError.VALUE, numbers_column(position))


def _pattern_positions(find_text: Text, within_text: Text, start_num: Number, rows: Mask) -> Column:
    """Positions by pattern, a row at a time, in the rows of the mask."""
    positions = np.zeros(len(rows))
    at = np.flatnonzero(rows)
    texts, patterns = within_text.take(at).to_strings(), find_text.take(at).to_strings()
    for row, text, pattern, start in zip(at.tolist(), texts, patterns, start_num[at].tolist(), strict=True):
        if 1 <= start <= len(text) + 1:
            positions[row] = _pattern_position(_units(text.lower()), pattern, int(start))
    return error_where(positions == 0, ExcelError.VALUE, numbers_column(positions))


def _pattern_position(text: str, pattern: str, start: int) -> int:
    """Where a text first fits a pattern, or 0.

    The parts between stars are looked for one after the other. If the first part stands at some place and the
    others do not all follow it, they follow no later place either.
    """
    position = 0
    at = start - 1
    for part in _parts(pattern):
        match = part.search(text, at)
        if match is None:
            return 0
        position = position or match.start() + 1
        at = match.end()
    return position


@lru_cache(maxsize=256)
def _parts(pattern: str) -> tuple[re.Pattern[str], ...]:
    """The parts of a pattern between its stars: literal characters and dots, so that matching takes no detours."""
    parts = [""]
    characters_left = iter(_units(pattern.lower()))
    for character in characters_left:
        if character == "*":
            parts.append("")
        elif character == "?":
            parts[-1] += "."
        elif character == "~":
            following = next(characters_left, "")
            parts[-1] += re.escape(following if following in ("*", "?", "~") else "~" + following)
        else:
            parts[-1] += re.escape(character)
    return tuple(re.compile(part, re.DOTALL) for part in parts)


def _units(text: str) -> str:
    """The text with one character a UTF-16 unit."""
    if text.isascii() or max(text) <= "\uffff":
        return text
    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16).astype(np.uint32)
    return units.tobytes().decode("utf-32-le", "surrogatepass")
