from __future__ import annotations

from pathlib import Path

import pytest

from xlmill.cli.explain import shown
from xlmill.values.error_value import ExcelError

from .conftest import Arguments


def test_explain_shows_template_tree_and_batches(xlmill_here: Arguments) -> None:
    done = xlmill_here("explain", "=IF(qty>10,qty*price*0.9,qty*price)", "--set", "qty=12", "--set", "price=3.5")

    assert done.status == 0
    for line in (
        "template  =IF(qty>«number»,qty*price*«number»,qty*price)",
        "value     37.8",
        "IF  → 37.8",
        "├── >  → TRUE  boolean",
        "│   ├── qty  → 12  number",
        "qty = 12 | price = 3.5",
    ):
        assert line in done.out


def test_what_was_not_evaluated_is_told(xlmill_here: Arguments) -> None:
    done = xlmill_here("explain", "=LET(f,LAMBDA(x,x+1),IF(TRUE,f(1),f(2)))")

    assert "x  not evaluated here" in done.out
    assert "not needed" in done.out


def test_a_wrong_formula_is_told_as_by_eval(xlmill_here: Arguments) -> None:
    explained, evaluated = xlmill_here("explain", "=1+"), xlmill_here("eval", "=1+")

    assert explained == evaluated


def test_a_function_that_loops_over_rows_is_told(xlmill_here: Arguments) -> None:
    done = xlmill_here("explain", '=REGEXREPLACE("a1","[0-9]","x")&UPPER("b")')

    assert "REGEXREPLACE loops over rows" in done.out
    assert "UPPER loops" not in done.out


def test_a_file_is_explained_by_its_functions(xlmill_here: Arguments, tmp_path: Path) -> None:
    work = tmp_path / "work.txt"
    work.write_text("".join(f'=REGEXTEST("a{i}","1")\n=PROPER("b{i}")\n' for i in range(100)))

    done = xlmill_here("explain", str(work))

    assert done.status == 0
    assert "the first 200 rows" in done.out
    rows = {line.split()[0]: line for line in done.out.splitlines() if line.startswith(("REGEXTEST", "PROPER"))}
    assert "row loop" in rows["REGEXTEST"] and "1 small" in rows["REGEXTEST"]
    assert "row loop" not in rows["PROPER"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ('say "x"', '"say ""x"""'),
        ([[1.0, "a"], [True, ExcelError.NA]], '{1,"a";TRUE,#N/A}'),
        (None, ""),
        ("x" * 100, '"' + "x" * 58 + "…"),
    ],
)
def test_values_are_shown_as_formulas_spell_them(value: object, text: str) -> None:
    assert shown(value) == text
