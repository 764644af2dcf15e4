from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from xlmill.values import text_kernels
from xlmill.values.text_column import Texts
from xlmill.values.text_kernels import lower, trimmed, upper
from xlmill.values.text_pieces import with_replacements
from xlmill.values.text_search import are_equal, occurrences

letters = st.text(alphabet="aZ ßéÉ-ıΣЖ€😀", max_size=8)
columns = st.lists(st.tuples(letters, letters, st.text("a- ", max_size=2)), min_size=1, max_size=8)
compiled = st.booleans()


def texts(strings: list[str], is_compiled: bool) -> Texts:
    """The strings as slices of a larger buffer; after `is_compiled`, loops over them are machine code from here on."""
    if is_compiled:
        long = Texts.from_strings([" a-b é "]).repeat(20_000)
        upper(long)
        trimmed(long)
        are_equal(long, long)
        sought = Texts.from_strings(["-"]).repeat(20_000)
        counts, places = occurrences(long, sought, 9)
        with_replacements(long, counts, places, sought.lengths, sought)
        long.take(np.arange(10)).is_ascii()
    return Texts.from_strings(["before", *strings, "after"]).take(np.arange(1, len(strings) + 1))


@given(columns, compiled)
def test_trimmed_texts_have_their_words_and_single_spaces(rows: list[tuple[str, str, str]], is_compiled: bool) -> None:
    strings = [a + b for a, b, _ in rows]

    expected = [" ".join(word for word in one.split(" ") if word) for one in strings]
    assert trimmed(texts(strings, is_compiled)).to_strings() == expected


@given(columns, compiled)
def test_case_changes_letter_by_letter(rows: list[tuple[str, str, str]], is_compiled: bool) -> None:
    strings = [a + b for a, b, _ in rows]
    column = texts(strings, is_compiled)

    assert upper(column).to_strings() == ["".join(c if c == "ß" else c.upper() for c in one) for one in strings]
    assert lower(column).to_strings() == ["".join(c.lower() for c in one) for one in strings]


@given(columns, compiled)
def test_texts_are_equal_where_their_strings_are(rows: list[tuple[str, str, str]], is_compiled: bool) -> None:
    left, right = [a for a, _, _ in rows], [b if i % 2 else a for i, (a, b, _) in enumerate(rows)]
    found = are_equal(texts(left, is_compiled), texts(right, is_compiled))

    assert found.tolist() == [a == b for a, b in zip(left, right, strict=True)]


@given(columns, compiled)
def test_every_occurrence_is_replaced(rows: list[tuple[str, str, str]], is_compiled: bool) -> None:
    whole, new, old = (texts([row[k] for row in rows], is_compiled) for k in range(3))
    counts, places = occurrences(whole, old, 100)
    result = with_replacements(whole, counts, places, old.lengths, new)

    assert result.text_rows().to_strings() == [a.replace(c, b) if c else a for a, b, c in rows]


def test_a_few_texts_of_a_large_buffer_are_ascii_by_themselves() -> None:
    column = Texts.from_strings(["é" * 5000, "plain", "später"])

    assert column.take(np.array([1])).is_ascii()
    assert not column.take(np.array([1, 2])).is_ascii()
    assert text_kernels.character_counts(column.take(np.array([2]))).tolist() == [6]
