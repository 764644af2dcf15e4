"""References and sheets as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmill.syntax.reference import (
    column_letters,
    column_number,
    parse_reference,
    parse_sheet_prefix,
    print_sheet_prefix,
)


@pytest.mark.parametrize(("letters", "number"), [("A", 1), ("z", 26), ("AA", 27), ("XFD", 16384)])
def test_columns_count_in_letters(letters: str, number: int) -> None:
    assert column_number(letters) == number
    assert column_letters(number) == letters.upper()


@given(st.integers(1, 16384))
def test_a_columns_letters_lead_back_to_it(number: int) -> None:
    assert column_number(column_letters(number)) == number


@pytest.mark.parametrize("wrong", ["", "XFE", "A1", "É"])
def test_beyond_xfd_there_is_no_column(wrong: str) -> None:
    with pytest.raises(ValueError, match="no column"):
        column_number(wrong)


@pytest.mark.parametrize("number", [0, 16385])
def test_no_letters_stand_for_a_column_that_is_none(number: int) -> None:
    with pytest.raises(ValueError, match="no column"):
        column_letters(number)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Sheet1", (None, "Sheet1", None)),
        ("'It''s'", (None, "It's", None)),
        ("Jan:Mar", (None, "Jan", "Mar")),
        ("'A b:C d'", (None, "A b", "C d")),
        ("[1]Sheet1", ("1", "Sheet1", None)),
        ("'[Book one.xlsx]Sheet1'", ("Book one.xlsx", "Sheet1", None)),
        ("'C:\\data\\[b.xlsx]S'", ("C:\\data\\b.xlsx", "S", None)),
        ("[1]", ("1", "", None)),
    ],
)
def test_a_sheet_prefix_has_a_workbook_and_sheets(text: str, parts: tuple[str | None, str, str | None]) -> None:
    assert parse_sheet_prefix(text) == parts
    assert print_sheet_prefix(*parts) == text


@pytest.mark.parametrize("sheet", ["2018", "A1", "R1C1", "a b", "x-y", "TRUE", "r", "It's"])
def test_a_sheet_that_reads_otherwise_is_quoted(sheet: str) -> None:
    text = print_sheet_prefix(None, sheet)

    assert text.startswith("'")
    assert parse_sheet_prefix(text) == (None, sheet, None)


@pytest.mark.parametrize(
    "text", ["A1", "$A$1:B2", "A:C", "$1:3", "Sheet1!A1", "'It''s'!A1:B2", "[1]S!A1", "Sheet1:Sheet3!A1"]
)
def test_a_reference_prints_as_it_reads(text: str) -> None:
    assert str(parse_reference(text)) == text


@pytest.mark.parametrize("text", ["R1C1", "R[-1]C[2]:RC", "C3", "R", "Sheet1!RC[-1]"])
def test_an_r1c1_reference_prints_as_it_reads(text: str) -> None:
    assert str(parse_reference(text, r1c1=True)) == text


@pytest.mark.parametrize(
    "text", ["", "A", "rate", "A1+1", "A1 ", "!A1", "'x!A1", "XFE1", "A1048577", "R1C1", "A1:", "A1:rate"]
)
def test_other_text_is_no_reference(text: str) -> None:
    assert parse_reference(text) is None


@given(st.text(max_size=12))
def test_any_text_is_a_reference_or_none(text: str) -> None:
    parse_reference(text)
    parse_reference(text, r1c1=True)
