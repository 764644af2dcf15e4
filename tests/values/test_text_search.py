from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from xlmill.values.text_column import Texts
from xlmill.values.text_search import are_equal, distinct, first_places, occurrences

texts = st.lists(st.text(alphabet="abé", max_size=8), min_size=1, max_size=6)


@given(texts, st.text(alphabet="abé", min_size=1, max_size=3))
def test_occurrences_do_not_overlap_and_run_from_left_to_right(strings: list[str], sought: str) -> None:
    column = Texts.from_strings(strings)

    counts, places = occurrences(column, Texts.from_strings([sought] * len(strings)), 99)

    assert counts.tolist() == [text.count(sought) for text in strings]
    size = len(sought.encode())
    assert all(column.buffer[at : at + size].tobytes().decode() == sought for at in places.tolist())


def test_compiled_and_interpreted_search_agree() -> None:
    strings = [f"{'ab' * (row % 50)}c{row}" for row in range(5000)]
    sought = ["bc" if row % 3 else "aa" for row in range(5000)]

    many = first_places(Texts.from_strings(strings), Texts.from_strings(sought)) >= 0

    assert many.tolist() == [wanted in text for text, wanted in zip(strings, sought, strict=True)]


@given(texts)
def test_distinct_texts_stand_for_their_rows(strings: list[str]) -> None:
    found, which = distinct(Texts.from_strings(strings * 3))

    assert sorted(found) == sorted(set(strings))
    assert [found[number] for number in which.tolist()] == strings * 3


@given(texts, texts)
def test_texts_are_equal_where_their_strings_are(one: list[str], other: list[str]) -> None:
    rows = min(len(one), len(other))

    same = are_equal(Texts.from_strings(one[:rows]), Texts.from_strings(other[:rows]))

    assert same.tolist() == [a == b for a, b in zip(one, other, strict=False)]
