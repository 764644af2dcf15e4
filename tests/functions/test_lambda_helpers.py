from __future__ import annotations

from itertools import accumulate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import xlmill as xl
from xlmill.functions import lambda_helpers
from xlmill.values.error_value import ExcelError

CALC, NA, NUM, VALUE = ExcelError.CALC, ExcelError.NA, ExcelError.NUM, ExcelError.VALUE

tables = st.integers(1, 3).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(-9, 9).map(float), min_size=width, max_size=width), min_size=1, max_size=4
    )
)


def evaluated(formula: str, table: list[list[float]]) -> Any:
    result = xl.evaluate(formula, names={"t": table})
    return result if isinstance(result, list) else [[result]]


@given(tables)
def test_map_is_the_function_applied_to_the_array(table: list[list[float]]) -> None:
    assert evaluated("=MAP(t,LAMBDA(x,x*2-1))", table) == [[x * 2 - 1 for x in row] for row in table]


@given(tables)
def test_byrow_and_bycol_see_whole_lines(table: list[list[float]]) -> None:
    assert evaluated("=BYROW(t,LAMBDA(r,SUM(r)))", table) == [[sum(row)] for row in table]
    assert evaluated("=BYCOL(t,MAX)", table) == [[max(column) for column in zip(*table, strict=True)]]


@given(tables)
def test_scan_ends_with_what_reduce_gives(table: list[list[float]]) -> None:
    flat = [x for row in table for x in row]
    steps = list(accumulate(flat, lambda a, b: a / 2 + b, initial=1.0))[1:]

    scanned = evaluated("=SCAN(1,t,LAMBDA(a,b,a/2+b))", table)

    assert [x for row in scanned for x in row] == steps
    assert evaluated("=REDUCE(1,t,LAMBDA(a,b,a/2+b))", table) == [[steps[-1]]]


def test_rows_of_a_batch_step_side_by_side() -> None:
    formulas = [f"=REDUCE({start},SEQUENCE({count}),LAMBDA(a,b,a+b))" for start, count in [(0, 4), (10, 1), (1, 3)]]

    assert xl.evaluate_many(formulas).to_list() == [10.0, 11.0, 7.0]


def test_calls_are_made_in_slices_where_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lambda_helpers, "_CALLS_AT_A_TIME", 3)

    result = xl.evaluate("=MAP(SEQUENCE(5,2),LAMBDA(x,-x))")

    assert result == [[-1.0, -2.0], [-3.0, -4.0], [-5.0, -6.0], [-7.0, -8.0], [-9.0, -10.0]]


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("=MAP({1,2,3},{1,2},LAMBDA(a,b,a+b))", [[2.0, 4.0, NA]]),
        ("=MAP(A1:A2,LAMBDA(x,ROW(x)))", [[1.0], [2.0]]),
        ("=MAP({1,2},5)", VALUE),
        ("=MAP({1,2},1/0)", ExcelError.DIV0),
        ("=SUM(MAP({1,2},LAMBDA(x,SEQUENCE(1,1,x))))", 3.0),
        ("=BYROW(A1:B2,LAMBDA(r,r))", [[CALC], [CALC]]),
        ("=MAKEARRAY(1E9,1,LAMBDA(r,c,r))", VALUE),
        ("=MAKEARRAY(1E6,1E6,LAMBDA(r,c,r))", NUM),
        ("=REDUCE(,A1:B2,LAMBDA(a,b,a&b))", "1234"),
        ("=COLUMNS(REDUCE(1,{1,2},LAMBDA(a,b,HSTACK(a,b))))", 3.0),
        ("=SCAN(0,{1,2},LAMBDA(a,b,{1,2}))", [[CALC, CALC]]),
        ("=REDUCE(5,MAP({1,2},LAMBDA(k,LAMBDA(x,x*10+k))),LAMBDA(a,f,f(a)))", 512.0),  # LAMBDAs as elements
        ("=IF(TRUE,1,MAP({1},LAMBDA(x,x/0)))", 1.0),
    ],
)
def test_lambdas_are_called_as_excel_calls_them(formula: str, expected: Any) -> None:
    assert xl.evaluate(formula, cells={"A1:B2": [[1, 2], [3, 4]]}, at="E9") == expected
