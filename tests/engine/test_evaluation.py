"""What the evaluator must get right beyond single functions."""

from __future__ import annotations

import pytest

from xlmill.exceptions import FormulaSyntaxError, InputError
from xlmill.mill.evaluate import evaluate
from xlmill.mill.many import evaluate_many
from xlmill.values.error_value import ExcelError

FACTORIAL = "=LET(f,LAMBDA(f,n,IF(n<=1,1,n*f(f,n-1))),f(f,{}))"


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=-2^2", 4.0),
        ("=2^3^2", 64.0),
        ("=1--1", 2.0),
        ("=10%%", 0.001),
        ('="a"&1/4', "a0.25"),
        ("=1<2=TRUE", True),
        ("={1,2}+{1;2;3}", [[2.0, 3.0], [3.0, 4.0], [4.0, 5.0]]),
        ("={1,2,3}+{1,2}", [[2.0, 4.0, ExcelError.NA]]),
        ("=LET(a,1,b,a+1,LET(a,5,a)+b)", 7.0),
        ("=LAMBDA(x,LAMBDA(y,x+y))(2)(3)", 5.0),
        ("=LAMBDA(x,x)", ExcelError.CALC),
        ("=IF({1,0,1},{1,2,3},9)", [[1.0, 9.0, 3.0]]),
        ("=nobody", ExcelError.NAME),
        ("=nobody(1)", ExcelError.NAME),
        ("=0.5-0.4-0.1", 0.0),
        ("=(0.1+0.2)=0.3", True),
    ],
)
def test_the_language_means_what_it_means_in_excel(formula: str, value: object) -> None:
    assert evaluate(formula) == value


def test_recursion_stops_where_its_branch_is_not_taken() -> None:
    assert evaluate(FACTORIAL.format(10)) == 3628800.0


def test_recursion_among_many_rows_goes_as_deep_as_each_row_needs() -> None:
    values = evaluate_many([FACTORIAL.format(n) for n in range(1, 12)], strategy="serial").to_list()

    assert values == [1.0, 2.0, 6.0, 24.0, 120.0, 720.0, 5040.0, 40320.0, 362880.0, 3628800.0, 39916800.0]


@pytest.mark.parametrize(
    "formula",
    [
        "=LET(f,LAMBDA(f,n,f(f,n+1)),f(f,5))",
        "=LET(f,LAMBDA(f,n,f(f,n+1)+f(f,n+2)),f(f,5))",
        "=(LAMBDA(f,f(f)))(LAMBDA(f,f(f)))",
    ],
)
def test_endless_recursion_is_an_error_value_and_its_neighbours_do_not_notice(formula: str) -> None:
    assert evaluate_many(["=1+1", formula, "=2+2"], strategy="serial").to_list() == [2.0, ExcelError.NUM, 4.0]


def test_a_name_may_be_a_recursive_lambda() -> None:
    assert evaluate("=fact(5)", names={"fact": "=LAMBDA(n,IF(n<2,1,n*fact(n-1)))"}) == 120.0


def test_a_name_that_is_defined_by_itself_is_an_error_value() -> None:
    assert evaluate("=a", names={"a": "=b+1", "b": "=a+1"}) is ExcelError.NAME


def test_references_read_the_cells_given() -> None:
    cells = {"A1": 3, "A2": "x", "Sheet2!B2": 5, "C1:D2": [[1, 2], [3, 4]]}

    assert evaluate("=A1+Sheet2!B2", cells=cells) == 8.0
    assert evaluate("=SUM(A1:A9,C1:D2)", cells=cells) == 13.0
    assert evaluate("=C1:D2*10", cells=cells) == [[10.0, 20.0], [30.0, 40.0]]
    assert evaluate("=B7", cells=cells) == 0.0
    assert evaluate("=Nowhere!A1", cells=cells) is ExcelError.REF


def test_tables_are_given_by_their_area_and_columns() -> None:
    cells = {"A1:B4": [["id", "qty"], [1, 5], [2, 7], ["Total", 12]]}
    tables = {"Orders": {"ref": "A1:B4", "columns": ["id", "qty"], "totals": 1}}

    assert evaluate("=SUM(Orders[qty])", cells=cells, tables=tables) == 12.0
    assert evaluate("=Orders[[#Totals],[qty]]*10", cells=cells, tables=tables) == 120.0
    assert evaluate("=Orders[@qty]*2", cells=cells, tables=tables, at="C3") == 14.0
    with pytest.raises(InputError, match="1 names for the 2 columns"):
        evaluate("=1", tables={"Orders": {"ref": "A1:B4", "columns": ["id"]}})


def test_implicit_intersection_takes_the_cell_in_the_formulas_row() -> None:
    cells = {"A1": 10, "A2": 20, "A3": 30}

    assert evaluate("=A1:A3+1", cells=cells, at="B2", implicit_intersection=True) == 21.0
    assert evaluate("=@A1:A3", cells=cells, at="B3") == 30.0
    assert evaluate("=A1:A3+1", cells=cells, at="B9", implicit_intersection=True) is ExcelError.VALUE


def test_text_that_is_no_formula_raises_with_a_caret_under_the_place() -> None:
    with pytest.raises(FormulaSyntaxError) as raised:
        evaluate("=1+*2")

    assert raised.value.position == 3
    assert str(raised.value).splitlines()[-1].index("^") == 2 + 3


def test_a_text_doubled_beyond_excels_limit_is_an_error_value() -> None:
    doubling = "=LET(" + ",".join(f"n{i}_,{'REPT(1,99)' if i == 0 else f'n{i - 1}_&n{i - 1}_'}" for i in range(30))

    assert evaluate(doubling + ",LEN(n29_))") is ExcelError.VALUE
