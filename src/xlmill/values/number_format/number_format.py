"""A whole number format: up to four sections, chosen by sign or condition, and one for text.

Source: Microsoft Support, "Number format codes" and "TEXT function".
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xlmill.values.error_value import ExcelError
from xlmill.values.number_format.date_time import DateLayout
from xlmill.values.number_format.digits import DigitsLayout
from xlmill.values.number_format.fraction import FractionLayout, slash_of_fraction
from xlmill.values.number_format.layout import Layout, LiteralLayout, constant
from xlmill.values.number_format.section import (
    Condition,
    FormatCodeError,
    Kind,
    Section,
    Token,
    split_sections,
)
from xlmill.values.text_column import Texts, concatenate
from xlmill.values.text_kernels import joined

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
Mask = NDArray[np.bool_]

_GENERAL = Section((Token(Kind.GENERAL, "General"),), None)
_TEXT = Section((Token(Kind.TEXT, "@"),), None)
_LONGEST_CODE = 255  # characters that Excel takes as a format


class NumberFormat:
    """A format code, ready to write numbers and text as TEXT does.

    A code that Excel refuses gives #VALUE! for every value.
    """

    __slots__ = ("_branches", "_text", "code")

    def __init__(self, code: str) -> None:
        self.code = code
        self._branches: list[_Branch] = []
        self._text: Section | None = None
        if len(code) > _LONGEST_CODE:
            return
        try:
            sections = split_sections(code)
            numeric, text = _apart(sections)
            branches = _branches(numeric)
        except FormatCodeError:
            return
        self._branches, self._text = branches, text

    @property
    def is_valid(self) -> bool:
        """Whether Excel accepts the code."""
        return self._text is not None

    def format_number(self, number: float, date1904: bool = False) -> str | ExcelError:
        """One number as text, or #VALUE! where it is no date and the format wants one."""
        return self.format_numbers([number], date1904)[0]

    def format_numbers(self, numbers: ArrayLike, date1904: bool = False) -> list[str | ExcelError]:
        """A column of numbers as texts; #VALUE! as for one."""
        texts, failed = self.format_column(np.asarray(numbers, dtype=np.float64), date1904)
        return _strings(texts, failed)

    def format_column(self, numbers: Float64, date1904: bool = False) -> tuple[Texts, Mask]:
        """A column of numbers as a column of text, and where it is #VALUE! instead (the text is empty)."""
        numbers = np.where(np.isfinite(numbers), numbers, 0.0)
        parts = [constant("", 1)]  # for the rows that no section takes
        place = np.zeros(len(numbers), np.int64)
        failed = np.ones(len(numbers), np.bool_)
        at = 1
        for branch, rows in self._chosen(numbers):
            texts, wrong = branch.layout.column(numbers[rows], branch.minus, date1904)
            if len(rows) == len(numbers) and wrong is None:
                return texts, np.zeros(len(rows), np.bool_)
            parts.append(texts)
            place[rows] = at + np.arange(len(rows))
            failed[rows] = False if wrong is None else wrong
            at += len(rows)
        return concatenate(parts).take(np.where(failed, 0, place)), failed

    def format_text(self, text: str) -> str | ExcelError:
        """Text through the text section; logicals come here as TRUE and FALSE."""
        return _strings(*self.format_texts(Texts.from_strings([text])))[0]

    def format_texts(self, texts: Texts) -> tuple[Texts, Mask]:
        """A column of text through the text section, and where it is #VALUE! instead (the text is empty)."""
        if self._text is None:
            return constant("", len(texts)), np.ones(len(texts), np.bool_)
        holders = (Kind.TEXT, Kind.GENERAL)
        pieces = [texts if t.kind in holders else constant(t.text, len(texts)) for t in self._text.tokens]
        return joined(pieces or [constant("", len(texts))]), np.zeros(len(texts), np.bool_)

    def __repr__(self) -> str:
        return f"NumberFormat({self.code!r})"

    def _chosen(self, numbers: Float64) -> Iterator[tuple[_Branch, Int64]]:
        """Each section with the rows that it is for."""
        free = np.ones(len(numbers), dtype=np.bool_)
        for branch in self._branches:
            mine = free if branch.condition is None else free & branch.condition.holds(numbers)
            free = free & ~mine
            rows = np.flatnonzero(mine)
            if len(rows):
                yield branch, rows


def _strings(texts: Texts, failed: Mask) -> list[str | ExcelError]:
    shown = zip(texts.to_strings(), failed.tolist(), strict=True)
    return [ExcelError.VALUE if wrong else text for text, wrong in shown]


@functools.lru_cache(maxsize=1024)
def parse_format(code: str) -> NumberFormat:
    """The format of a code; formats are kept, as a workload uses few."""
    return NumberFormat(code)


class _Branch:
    """A section for numbers: when it applies, and how it writes."""

    __slots__ = ("condition", "layout", "minus")

    def __init__(self, section: Section, condition: Condition | None) -> None:
        self.condition = condition
        self.layout = _layout(section)
        self.minus = condition is None or not condition.only_negative


def _apart(sections: list[Section]) -> tuple[list[Section], Section]:
    """The sections for numbers and the one for text: the fourth, or the last if it has an @."""
    if len(sections) > 4 or any(section.has(Kind.TEXT) for section in sections[:-1]):
        raise FormatCodeError("more than four sections, or @ before the last")
    if len(sections) == 4 or sections[-1].has(Kind.TEXT):
        return sections[:-1] or [_GENERAL], sections[-1]
    only_general = len(sections) == 1 and sections[0].has(Kind.GENERAL)
    return sections, sections[0] if only_general else _TEXT


def _branches(sections: list[Section]) -> list[_Branch]:
    """The sections with the condition of each, their own or by their place; the last takes the rest."""
    if len(sections) == 1:
        only = sections[0]
        branches = [_Branch(only, only.condition)]
        # What a lone section with a condition leaves is shown as General.
        return branches if only.condition is None else [*branches, _Branch(_GENERAL, None)]
    first, *others = sections
    if len(sections) == 2:
        last = others[0]
        condition = first.condition or Condition(">=", 0.0)
        rest = _Branch(last, last.condition)
        # Left to the second section by default are negative numbers only: it writes its own minus.
        if first.condition is None and last.condition is None:
            rest.minus = False
        return [_Branch(first, condition), rest]
    second, third = others
    return [
        _Branch(first, first.condition or Condition(">", 0.0)),
        _Branch(second, second.condition or Condition("<", 0.0)),
        _Branch(third, None),
    ]


def _layout(section: Section) -> Layout:
    if any(section.has(kind) for kind in (Kind.DATE, Kind.ELAPSED, Kind.HALF_DAY)):
        return DateLayout(section)
    if not section.has(Kind.DIGIT):
        return LiteralLayout(section)
    slash = slash_of_fraction(section.tokens)
    return DigitsLayout(section) if slash is None else FractionLayout(section, slash)
