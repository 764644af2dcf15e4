"""Structured references as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmill.syntax.structured import StructuredReference, TableRows, parse_structured

THIS_ROW = frozenset({TableRows.THIS_ROW})
HEADERS_AND_DATA = frozenset({TableRows.HEADERS, TableRows.DATA})
NONE: frozenset[TableRows] = frozenset()


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("Table1[]", StructuredReference("Table1", NONE, None, None)),
        ("Table1[a]", StructuredReference("Table1", NONE, "a", "a")),
        ("Table1[unit price]", StructuredReference("Table1", NONE, "unit price", "unit price")),
        ("Table1[#All]", StructuredReference("Table1", frozenset({TableRows.ALL}), None, None)),
        ("Table1[[a]:[b]]", StructuredReference("Table1", NONE, "a", "b")),
        ("Table1[[#this row],[a]]", StructuredReference("Table1", THIS_ROW, "a", "a")),
        ("Table1[[#This Row],[a]:[b]]", StructuredReference("Table1", THIS_ROW, "a", "b")),
        ("Table1[ [#Headers], [#Data], [x] ]", StructuredReference("Table1", HEADERS_AND_DATA, "x", "x")),
        ("[@qty]", StructuredReference(None, THIS_ROW, "qty", "qty")),
        ("[@[unit price]]", StructuredReference(None, THIS_ROW, "unit price", "unit price")),
        ("[@[a]:[b]]", StructuredReference(None, THIS_ROW, "a", "b")),
        ("T[@]", StructuredReference("T", THIS_ROW, None, None)),
        ("[col]", StructuredReference(None, NONE, "col", "col")),
        ("[[a b]]", StructuredReference(None, NONE, "a b", "a b")),
        ("T[a'[b']]", StructuredReference("T", NONE, "a[b]", "a[b]")),
        ("T[['#x''y]:[b]]", StructuredReference("T", NONE, "#x'y", "b")),
    ],
)
def test_a_structured_reference_has_rows_and_columns(text: str, reference: StructuredReference) -> None:
    assert parse_structured(text) == reference
    assert parse_structured(str(reference)) == reference


@pytest.mark.parametrize(
    "text", ["T", "T[a", "T[[a]", "T[[a]]]", "T[#Rows]", "T[[a],[b]]", "T[[a]:]", "T[[#All][a]]", "T[[]]", "T[a[b]]"]
)
def test_other_text_is_no_structured_reference(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_structured(text)


columns = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1, max_size=8)


@given(
    table=st.sampled_from([None, "Table1"]),
    rows=st.sampled_from([NONE, THIS_ROW, HEADERS_AND_DATA, frozenset({TableRows.TOTALS})]),
    first=columns,
    last=columns,
)
def test_a_printed_structured_reference_reads_the_same(
    table: str | None, rows: frozenset[TableRows], first: str, last: str
) -> None:
    reference = StructuredReference(table, rows, first, last)

    assert parse_structured(str(reference)) == reference


@given(st.text("[]'#@:, aA", max_size=12))
def test_any_text_parses_or_is_refused(text: str) -> None:
    try:
        parse_structured(text)
    except ValueError as refusal:
        assert str(refusal)
