"""Information functions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import xlmill as xl
from xlmill.values.error_value import ExcelError

errors = st.sampled_from(list(ExcelError))
scalars = st.none() | st.booleans() | st.integers(-5, 5).map(float) | st.text("ab", max_size=3) | errors


@given(scalars)
def test_every_value_is_of_exactly_one_kind(value: object) -> None:
    tests = ("ISBLANK", "ISNUMBER", "ISTEXT", "ISLOGICAL", "ISERROR")

    truths = [xl.evaluate(f"={test}(A1)", cells={"A1": value}) for test in tests]

    assert truths.count(True) == 1


@given(scalars)
def test_an_error_is_na_or_another_one(value: object) -> None:
    cells = {"A1": value}

    assert xl.evaluate("=ISERROR(A1)=OR(ISERR(A1),ISNA(A1))", cells=cells) is True
    assert xl.evaluate("=ISNONTEXT(A1)=NOT(ISTEXT(A1))", cells=cells) is True


@given(errors)
def test_error_type_is_the_number_of_the_error(error: ExcelError) -> None:
    assert xl.evaluate("=ERROR.TYPE(A1)", cells={"A1": error}) == error.code


@given(st.floats(-1e9, 1e9))
def test_a_number_is_either_even_or_odd(number: float) -> None:
    assert xl.evaluate("=ISEVEN(A1)<>ISODD(A1)", cells={"A1": number}) is True


@pytest.mark.parametrize(("value", "number"), [(3.5, 3.5), (True, 1), ("3", 0), (None, 0)])
def test_n_and_t_keep_what_is_theirs(value: object, number: float) -> None:
    assert xl.evaluate("=N(A1)", cells={"A1": value}) == number
    assert xl.evaluate("=T(A1)", cells={"A1": value}) == (value if isinstance(value, str) else "")


def test_n_and_t_take_the_first_cell_of_a_range_and_every_element_of_an_array() -> None:
    cells = {"A1": 2, "A2": 3}

    assert xl.evaluate("=N(A1:A2)", cells=cells) == 2
    assert xl.evaluate('=N({1,"a";TRUE,4})') == [[1, 0], [1, 4]]
    assert xl.evaluate('=T({1,"a"})') == [["", "a"]]


def test_type_tells_ranges_arrays_and_lambdas_from_values() -> None:
    assert xl.evaluate("=TYPE(A1:A2)") == 64
    assert xl.evaluate("=TYPE(LAMBDA(x,x))") == 128
    assert xl.evaluate("=TYPE(A1)") == 1


def test_cell_quotes_the_names_of_other_sheets() -> None:
    cells = {"'My sheet'!B2": 1}

    assert xl.evaluate("=CELL(\"address\",'My sheet'!B2:C9)", cells=cells) == "'My sheet'!$B$2"
    assert xl.evaluate("=CELL(\"contents\",'My sheet'!B2)", cells=cells) == 1
    assert xl.evaluate('=CELL("row")', at="C7") == 7


def test_sheets_are_numbered_in_order() -> None:
    cells = {"Sheet1!A1": 1, "Other!A1": 2}

    assert xl.evaluate("=SHEET(Other!A1)", cells=cells) == 2
    assert xl.evaluate('=SHEET("OTHER")', cells=cells) == 2
    assert xl.evaluate("=SHEETS()", cells=cells) == 2
