from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmill.cli.assignment import value_of
from xlmill.cli.value_text import value_text
from xlmill.values.error_value import ExcelError

from .conftest import Arguments


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_printed_and_set_is_the_same_number(number: float) -> None:
    assert value_of(value_text(number)) == number


@given(st.text())
def test_text_in_double_quotes_is_that_text(text: str) -> None:
    doubled = text.replace('"', '""')

    assert value_of(f'"{doubled}"') == text


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("12", 12.0),
        ("-1.5e3", -1500.0),
        (".5", 0.5),
        ("true", True),
        ("FALSE", False),
        ("", None),
        ('"12"', "12"),
        ("12 apples", "12 apples"),
        ("nan", "nan"),
        ("1_000", "1_000"),
        ("#n/a", ExcelError.NA),
        ("#tag", "#tag"),
    ],
)
def test_values_are_read_as_a_person_means_them(written: str, value: object) -> None:
    assert value_of(written) == value
    assert type(value_of(written)) is type(value)


@pytest.mark.parametrize(
    ("expression", "printed"),
    [
        ("=1+2", "3"),
        ("1/4", "0.25"),
        ("=1>2", "FALSE"),
        ('="a"&"b"', "ab"),
        ("=1/0", "#DIV/0!"),
        ("={1,2;3,TRUE}", "1\t2\n3\tTRUE"),
    ],
)
def test_eval_prints_the_value(expression: str, printed: str, xlmill_here: Arguments) -> None:
    done = xlmill_here("eval", expression)

    assert (done.status, done.out, done.err) == (0, printed + "\n", "")


def test_half_of_a_character_does_not_hurt(xlmill_alone: Arguments) -> None:
    assert xlmill_alone("eval", '=LEFT("😀",1)').out == "?\n"


def test_names_cells_and_formulas_can_be_set(xlmill_here: Arguments) -> None:
    sets = ["rate=0.2", "double==rate*2", "A1=3", "'Other sheet'!B2=x", "B1==A1+1"]

    done = xlmill_here("eval", "=A1*double&'Other sheet'!B2&B1", *(part for s in sets for part in ("--set", s)))

    assert done.out == "1.2000000000000002x4\n" or done.out == "1.2x4\n"


def test_at_says_where_the_formula_stands(xlmill_here: Arguments) -> None:
    done = xlmill_here("eval", "=@B1:B3", "--at", "A2", "--set", "B1=x", "--set", "B2=y", "--set", "B3=z")

    assert done.out == "y\n"


def test_text_that_is_no_formula_ends_with_status_2_and_a_caret(xlmill_here: Arguments) -> None:
    done = xlmill_here("eval", "=1+*2")

    message, formula, caret = done.err.splitlines()
    assert (done.status, done.out) == (2, "")
    assert message.startswith("xlmill: ")
    assert formula[caret.index("^")] == "*"


@pytest.mark.parametrize("wrong", ["rate", "=3", " =3"])
def test_a_set_without_a_name_or_value_is_wrong_use(wrong: str, xlmill_here: Arguments) -> None:
    done = xlmill_here("eval", "=1", "--set", wrong)

    assert done.status == 2
    assert done.err == f"xlmill: --set {wrong}: write it like NAME=VALUE\n"


def test_a_wrong_address_is_told_in_one_line(xlmill_here: Arguments) -> None:
    done = xlmill_here("eval", "=1", "--at", "nowhere")

    assert done.status == 2
    assert done.err.startswith("xlmill: at: ") and done.err.count("\n") == 1
