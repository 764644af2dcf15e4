"""Regular expressions: REGEXTEST, REGEXEXTRACT, REGEXREPLACE.

Excel's flavour is PCRE2's. Patterns run in RE2, whose time grows with the text only; what RE2 has not (look
around, references back, atomic groups) runs in a backtracking engine, under a time limit.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Protocol

import numpy as np

from xlmill.functions.parameter import Number, Text, optional
from xlmill.functions.registry import function
from xlmill.values.column import Column
from xlmill.values.error_value import ExcelError
from xlmill.values.python_value import column_from_python
from xlmill.values.text_column import LONGEST_TEXT, Texts

_SECONDS_A_TEXT = 0.5
_MOST_REPETITIONS = 100_000
_COUNTED = re.compile(r"\{([0-9]*),?([0-9]*)\}")


class _Match(Protocol):
    """What a match of either engine offers."""

    def group(self, group: int | str = 0, /) -> str | None: ...
    def groups(self) -> tuple[str | None, ...]: ...
    def start(self) -> int: ...
    def end(self) -> int: ...


Matcher = Callable[[str], Iterator[_Match]]


@function("REGEXTEST", omitted_is_default=True)
def regextest(text: Text, pattern: Text, case_sensitivity: Number = optional(0)) -> Column:
    """REGEXTEST(text, pattern, [case_sensitivity]): whether any part of a text fits a regular expression.

    With case_sensitivity 1 case does not matter.

    Arrays: elementwise.
    Errors: #VALUE! for a pattern that is none, another case_sensitivity, or a match that takes too long.
    Differs: a pattern with look-around or references back is given up after half a second a text.
    Source: Microsoft Support, "REGEXTEST function".

    =REGEXTEST("alfalfa","a")  -> TRUE
    =REGEXTEST("alfalfa","[0-9]")  -> FALSE
    =REGEXTEST("ABC","b",1)  -> TRUE
    =REGEXTEST("a","(")  -> #VALUE!
    """
    return _by_row(text, pattern, case_sensitivity, lambda row, one, matches: next(matches, None) is not None)


@function("REGEXEXTRACT", omitted_is_default=True)
def regexextract(
    text: Text, pattern: Text, return_mode: Number = optional(0), case_sensitivity: Number = optional(0)
) -> Column:
    """REGEXEXTRACT(text, pattern, [return_mode], [case_sensitivity]): the part of a text that fits a pattern.

    The pattern is a regular expression. With return_mode 0 the first such part, with 1 all of them as an array,
    with 2 what the groups of the first one hold, as an array. With case_sensitivity 1 case does not matter.

    Arrays: elementwise.
    Errors: #N/A where nothing fits; #VALUE! for a pattern that is none, another return_mode or
    case_sensitivity, or a match that takes too long.
    Differs: a pattern with look-around or references back is given up after half a second a text.
    Source: Microsoft Support, "REGEXEXTRACT function".

    =REGEXEXTRACT("DylanWilliams","[A-Z][a-z]+")  -> "Dylan"
    =REGEXEXTRACT("DylanWilliams","[A-Z][a-z]+",1)  -> {"Dylan","Williams"}
    =REGEXEXTRACT("2026-11","(\\d+)-(\\d+)",2)  -> {"2026","11"}
    =REGEXEXTRACT("abc","[0-9]")  -> #N/A
    """
    modes = np.trunc(return_mode).tolist()

    def extract(row: int, one: str, matches: Iterator[_Match]) -> Any:
        if modes[row] not in (0, 1, 2):
            return ExcelError.VALUE
        first = next(matches, None)
        if first is None:
            return ExcelError.NA
        if modes[row] == 0:
            return first.group()
        found = [first.group(), *(match.group() for match in matches)] if modes[row] == 1 else first.groups()
        return [["" if part is None else part for part in found]] if found else ExcelError.NA

    return _by_row(text, pattern, case_sensitivity, extract)


@function("REGEXREPLACE", omitted_is_default=True)
def regexreplace(
    text: Text,
    pattern: Text,
    replacement: Text,
    occurrence: Number = optional(0),
    case_sensitivity: Number = optional(0),
) -> Column:
    """REGEXREPLACE(text, pattern, replacement, [occurrence], [case_sensitivity]): a text with what fits replaced.

    All parts that fit the regular expression, or the given one, counted from the end if negative. In the
    replacement, $1 or ${name} stands for what a group holds, $0 for the whole part, $$ for a dollar sign. With
    case_sensitivity 1 case does not matter.

    Arrays: elementwise.
    Errors: #VALUE! for a pattern that is none, a group that it has not, another case_sensitivity, a match that
    takes too long, or a result longer than 32,767 characters.
    Differs: a pattern with look-around or references back is given up after half a second a text.
    Source: Microsoft Support, "REGEXREPLACE function".

    =REGEXREPLACE("SoniaBrown","([A-Z][a-z]+)([A-Z][a-z]+)","$2, $1")  -> "Brown, Sonia"
    =REGEXREPLACE("a1b2","[0-9]","#")  -> "a#b#"
    =REGEXREPLACE("a1b2","[0-9]","#",-1)  -> "a1b#"
    """
    replacements = replacement.to_strings()
    numbers = np.trunc(occurrence).tolist()

    def replace(row: int, one: str, matches: Iterator[_Match]) -> Any:
        found = list(matches)
        number = int(numbers[row])
        if number != 0:
            index = number - 1 if number > 0 else len(found) + number
            found = found[index : index + 1] if 0 <= index < len(found) else []
        pieces = []
        length = at = 0
        for match in found:
            piece = _filled(replacements[row], match)
            if piece is None:
                return ExcelError.VALUE
            pieces += [one[at : match.start()], piece]
            at = match.end()
            length += len(piece)
            if length > LONGEST_TEXT:
                return ExcelError.VALUE
        result = "".join([*pieces, one[at:]])
        return ExcelError.VALUE if len(result.encode("utf-16-le", "surrogatepass")) > 2 * LONGEST_TEXT else result

    return _by_row(text, pattern, case_sensitivity, replace)


_SUBSTITUTE = re.compile(r"\$(?:(\$)|(\d+)|([A-Za-z_]\w*)|\{(\w+)\})")


def _filled(replacement: str, match: _Match) -> str | None:
    """The replacement with the groups' contents put in; None for a group that the pattern has not."""
    if "$" not in replacement:
        return replacement
    try:
        return _SUBSTITUTE.sub(lambda reference: _group(reference, match), replacement)
    except (IndexError, KeyError):
        return None


def _group(reference: re.Match[str], match: _Match) -> str:
    if reference[1]:
        return "$"
    name = reference[2] or reference[3] or reference[4]
    return match.group(int(name) if name.isdigit() else name) or ""


def _by_row(
    text: Texts,
    pattern: Texts,
    case_sensitivity: Number,
    decide: Callable[[int, str, Iterator[_Match]], Any],
) -> Column:
    """What `decide` makes of each row's matches, a row at a time; #VALUE! for wrong patterns and settings."""
    results: list[Any] = [ExcelError.VALUE] * len(text)
    settings = np.trunc(case_sensitivity).tolist()
    for row, (one, wanted) in enumerate(zip(text.to_strings(), pattern.to_strings(), strict=True)):
        matcher = _matcher(wanted, settings[row] == 1) if settings[row] in (0, 1) else None
        if matcher is None:
            continue
        try:
            results[row] = decide(row, one, matcher(one))
        except TimeoutError:
            continue  # stays #VALUE!
    return column_from_python(results)


@lru_cache(maxsize=1024)
def _matcher(pattern: str, ignore_case: bool) -> Matcher | None:
    """What finds the matches of a pattern in a text; None for a pattern that is none."""
    import re2

    options = re2.Options()
    options.case_sensitive = not ignore_case
    options.log_errors = False
    try:
        linear = re2.compile(pattern, options)
    except (re2.error, UnicodeEncodeError):
        return _backtracking_matcher(pattern, ignore_case)

    def matches(text: str) -> Iterator[_Match]:
        found: Iterator[_Match] = linear.finditer(_whole_characters(text))
        return found

    return matches


def _backtracking_matcher(pattern: str, ignore_case: bool) -> Matcher | None:
    import regex

    # The engine writes counted repetitions out: nested ones, multiplied, could fill the memory.
    counts = (max(int(least[:6] or 1), int(most[:6] or 1), 1) for least, most in _COUNTED.findall(pattern))
    if math.prod(counts) > _MOST_REPETITIONS:
        return None
    try:
        backtracking = regex.compile(pattern, regex.VERSION0 | (regex.IGNORECASE if ignore_case else 0))
    except (regex.error, RecursionError, OverflowError):
        return None

    def matches(text: str) -> Iterator[_Match]:
        found: Iterator[_Match] = backtracking.finditer(text, timeout=_SECONDS_A_TEXT)
        return found

    return matches


def _whole_characters(text: str) -> str:
    """The text for an engine that takes UTF-8 only: half of a surrogate pair becomes one replacement character."""
    if text.isascii():
        return text
    return "".join("�" if "\ud800" <= character < "\ue000" else character for character in text)
