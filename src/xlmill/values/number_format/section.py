"""One section of a number format's code, cut into tokens.

Source: Microsoft Support, "Number format codes"; ECMA-376 part 1, 18.8.31 (numFmts).
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

import numpy as np
from numpy.typing import NDArray


class Kind(Enum):
    """What a token of a format code is."""

    LITERAL = auto()  # text that stands for itself
    NUMERAL = auto()  # a literal digit 1 to 9, which may be a fraction's denominator
    DIGIT = auto()  # 0 # ?
    POINT = auto()
    COMMA = auto()
    PERCENT = auto()
    SLASH = auto()
    EXPONENT = auto()  # E+ E-
    GENERAL = auto()
    TEXT = auto()  # @
    DATE = auto()  # y m d h s e b g, repeated
    ELAPSED = auto()  # [h] [m] [s]
    HALF_DAY = auto()  # AM/PM A/P
    SUBSECOND = auto()  # .0 .00 .000


@dataclass(frozen=True, slots=True)
class Token:
    """A token: its kind, and its text without quotes, brackets or escapes."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Condition:
    """Which numbers a section is for, such as [>=100]."""

    sign: str
    limit: float

    def holds(self, numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which numbers of a column the section is for."""
        return _COMPARISONS[self.sign](numbers, self.limit)

    @property
    def only_negative(self) -> bool:
        """Whether it holds for negative numbers only: then the section writes its own minus, if any."""
        return self.sign in ("<", "<=", "=") and (self.limit < 0 or (self.limit == 0 and self.sign == "<"))


@dataclass(frozen=True, slots=True)
class Section:
    """The tokens between two semicolons, and the condition that stood with them."""

    tokens: tuple[Token, ...]
    condition: Condition | None

    def has(self, kind: Kind) -> bool:
        """Whether a token of this kind is among the tokens."""
        return any(token.kind is kind for token in self.tokens)


class FormatCodeError(ValueError):
    """A format code that Excel does not accept; TEXT gives #VALUE! for it."""


_COMPARISONS: dict[str, Callable[[NDArray[np.float64], float], NDArray[np.bool_]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "<>": operator.ne,
}

_TOKEN = re.compile(
    r"""
      (?P<literal>"[^"]*"|\\.|_.)
    | (?P<fill>\*.)
    | (?P<bracket>\[[^\]]*\])
    | (?P<general>general)
    | (?P<half>am/pm|a/p)
    | (?P<exponent>e[-+](?=[0\#?]))
    | (?P<date>y+|m+|d+|h+|s+|e+|b+|g+)
    | (?P<one>.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=) *([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?) *")
_IGNORED = re.compile(
    r"black|blue|cyan|green|magenta|red|white|yellow|color *[0-9]{1,2}|dbnum[0-9]|natnum[0-9]+|enghdr|hj", re.I
)
_ELAPSED = re.compile(r"h+|m+|s+", re.I)
_ONE = {
    "0": Kind.DIGIT,
    "#": Kind.DIGIT,
    "?": Kind.DIGIT,
    ".": Kind.POINT,
    ",": Kind.COMMA,
    "%": Kind.PERCENT,
    "/": Kind.SLASH,
    "@": Kind.TEXT,
    **dict.fromkeys("123456789", Kind.NUMERAL),
}
# The short date and time of the system, as English (United States) sets them.
_SYSTEM_FORMATS = {"-f800": "dddd, mmmm d, yyyy", "-f400": "h:mm:ss AM/PM"}


def split_sections(code: str) -> list[Section]:
    """The sections of a whole format code."""
    sections: list[Section] = []
    tokens: list[Token] = []
    condition: Condition | None = None
    for match in _TOKEN.finditer(code):
        kind, text = str(match.lastgroup), match[0]
        if text == ";":
            sections.append(_section(tokens, condition))
            tokens, condition = [], None
        elif kind == "literal":
            tokens.append(Token(Kind.LITERAL, _unquoted(text)))
        elif kind == "bracket":
            limit = _bracket(text[1:-1], tokens)
            condition = limit or condition
        elif kind == "one":
            if text in '"[\\_*':
                raise FormatCodeError(code)
            tokens.append(Token(_ONE.get(text, Kind.LITERAL), text))
        elif kind != "fill":
            tokens.append(Token(_KINDS[kind], text))
    sections.append(_section(tokens, condition))
    return sections


def _unquoted(literal: str) -> str:
    if literal[0] == '"':
        return literal[1:-1]
    return " " if literal[0] == "_" else literal[1]


_KINDS = {"general": Kind.GENERAL, "half": Kind.HALF_DAY, "exponent": Kind.EXPONENT, "date": Kind.DATE}


def _bracket(inside: str, tokens: list[Token]) -> Condition | None:
    """Take in what stands in brackets: a condition, currency, elapsed time, a colour."""
    if inside.startswith("$"):
        symbol, dash, locale = inside[1:].partition("-")
        system = _SYSTEM_FORMATS.get((dash + locale).lower())
        if system is not None:
            tokens.extend(split_sections(system)[0].tokens)
        elif symbol:
            tokens.append(Token(Kind.LITERAL, symbol))
    elif _ELAPSED.fullmatch(inside):
        tokens.append(Token(Kind.ELAPSED, inside.lower()))
    elif condition := _CONDITION.fullmatch(inside):
        return Condition(condition[1], float(condition[2]))
    elif not _IGNORED.fullmatch(inside):
        raise FormatCodeError(inside)
    return None


_DATE_KINDS = {Kind.DATE, Kind.ELAPSED, Kind.HALF_DAY}
_ONLY_IN_NUMBERS = {Kind.DIGIT, Kind.EXPONENT, Kind.GENERAL}
_PUNCTUATION = {Kind.POINT, Kind.COMMA, Kind.PERCENT, Kind.SLASH, Kind.NUMERAL}


def _section(tokens: list[Token], condition: Condition | None) -> Section:
    kinds = {token.kind for token in tokens}
    if kinds & _DATE_KINDS:
        tokens = _with_minutes(_with_subseconds(tokens))
        if any(token.kind in _ONLY_IN_NUMBERS or token.kind is Kind.TEXT for token in tokens):
            raise FormatCodeError("a date or time beside digits or @")
    elif Kind.TEXT in kinds or Kind.GENERAL in kinds:
        if Kind.DIGIT in kinds or kinds >= {Kind.TEXT, Kind.GENERAL}:
            raise FormatCodeError("General or @ beside digits")
    elif Kind.DIGIT in kinds:
        return Section(tuple(tokens), condition)
    literal = [Token(Kind.LITERAL, t.text) if t.kind in _PUNCTUATION else t for t in tokens]
    return Section(tuple(literal), condition)


def _with_subseconds(tokens: list[Token]) -> list[Token]:
    """Join a point and the zeros behind it, of which a time has one to three."""
    joined: list[Token] = []
    for token in tokens:
        last = joined[-1] if joined else None
        if last is not None and token == Token(Kind.DIGIT, "0") and last.kind in (Kind.POINT, Kind.SUBSECOND):
            joined[-1] = Token(Kind.SUBSECOND, last.text + "0")
            if len(joined[-1].text) > 4:
                raise FormatCodeError("more than three decimals of a second")
        else:
            joined.append(token)
    return joined


def _with_minutes(tokens: list[Token]) -> list[Token]:
    """Rename m and mm to n and nn where they are minutes: right after hours or right before seconds."""
    renamed = list(tokens)
    places = [i for i, token in enumerate(tokens) if token.kind in (Kind.DATE, Kind.ELAPSED)]
    letters = [tokens[i].text[0].lower() for i in places]
    for k, place in enumerate(places):
        token = tokens[place]
        if token.kind is Kind.DATE and letters[k] == "m" and len(token.text) <= 2:
            after_hours = k > 0 and letters[k - 1] == "h"
            before_seconds = k + 1 < len(places) and letters[k + 1] == "s"
            if after_hours or before_seconds:
                renamed[place] = Token(Kind.DATE, "n" * len(token.text))
    return renamed
