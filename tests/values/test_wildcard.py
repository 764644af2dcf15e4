from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmill.values.text_column import Texts
from xlmill.values.wildcard import _match, has_wildcards, wildcard_matches

letters = st.text(alphabet="abAé*?~", max_size=8)


def reference(text: str, pattern: str) -> bool:
    parts = []
    at = 0
    while at < len(pattern):
        if pattern[at] == "~" and pattern[at + 1 : at + 2] in ("*", "?", "~"):
            at += 1
            parts.append(re.escape(pattern[at]))
        else:
            parts.append({"*": ".*", "?": "."}.get(pattern[at], re.escape(pattern[at])))
        at += 1
    return re.fullmatch("".join(parts), text, re.IGNORECASE | re.DOTALL) is not None


def matches(text: str, pattern: str) -> bool:
    return bool(wildcard_matches(Texts.from_strings([text]), Texts.from_strings([pattern]))[0])


@given(st.lists(st.tuples(letters, letters), min_size=1, max_size=10))
def test_a_column_matches_as_a_regular_expression_would(rows: list[tuple[str, str]]) -> None:
    texts, patterns = (Texts.from_strings(column) for column in zip(*rows, strict=True))

    assert wildcard_matches(texts, patterns).tolist() == [reference(text, pattern) for text, pattern in rows]


@pytest.mark.parametrize(
    ("text", "pattern", "expected"),
    [
        ("Apple", "a*", True),
        ("Apple", "?pple", True),
        ("Apple", "?ple", False),
        ("", "*", True),
        ("", "?", False),
        ("5*3", "5~*3", True),
        ("5x3", "5~*3", False),
        ("why?", "*~?", True),
        ("~", "~~", True),
        ("~a", "~a", True),
        ("ÉCOLE", "é*e", True),
        ("\N{GRINNING FACE}", "??", True),
        ("a.c", "a.c", True),
        ("abc", "a.c", False),
    ],
)
def test_known_matches(text: str, pattern: str, expected: bool) -> None:
    assert matches(text, pattern) is expected


def test_a_hostile_pattern_takes_no_longer_than_text_times_pattern() -> None:
    assert not matches("a" * 2_000, "*a" * 20 + "b")


def test_both_speeds_agree() -> None:
    texts = Texts.from_strings(["Apple", "plum", "", "a*c"])
    patterns = Texts.from_strings(["*PL*", "p?um", "*", "a~*C"])
    columns = (texts.buffer, texts.starts, texts.lengths, patterns.buffer, patterns.starts, patterns.lengths)
    slow, fast = np.empty(4, np.uint8), np.empty(4, np.uint8)

    _match.interpreted(*columns, 128, slow)
    _match.compiled(*columns, 128, fast)

    assert slow.tolist() == fast.tolist() == [1, 1, 1, 1]


def test_texts_with_wildcards_are_found() -> None:
    assert has_wildcards(Texts.from_strings(["a*", "b", "?", "~x", ""])).tolist() == [True, False, True, True, False]
