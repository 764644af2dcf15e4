from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import xlmill as xl
from xlmill.values.error_value import ExcelError

NA, VALUE, CALC, NUM = ExcelError.NA, ExcelError.VALUE, ExcelError.CALC, ExcelError.NUM
Table = list[list[Any]]

numbers = st.integers(0, 3).map(float)
tables = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(numbers, min_size=width, max_size=width), min_size=1, max_size=5)
)


def evaluated(formula: str, **names: Any) -> Table:
    """The array that a formula gives; one value as an array of one."""
    result = xl.evaluate(formula, names=names)
    return result if isinstance(result, list) else [[result]]


@given(tables)
def test_sort_puts_rows_in_order_and_keeps_equal_ones_as_they_stand(table: Table) -> None:
    assert evaluated("=SORT(t)", t=table) == sorted(table, key=lambda row: row[0])
    assert evaluated("=SORT(t,1,-1)", t=table) == sorted(table, key=lambda row: -row[0])


@given(tables)
def test_sort_by_column_is_sort_of_the_array_turned_round(table: Table) -> None:
    assert evaluated("=SORT(t,1,1,TRUE)", t=table) == evaluated("=TRANSPOSE(SORT(TRANSPOSE(t)))", t=table)


@given(tables)
def test_sorting_by_all_columns_is_sorting_rows(table: Table) -> None:
    places = [[k + 1.0 for k in range(len(table[0]))]]

    assert evaluated("=SORT(t,p)", t=table, p=places) == sorted(table)


@given(tables)
def test_unique_keeps_the_first_of_equal_rows(table: Table) -> None:
    kept = [row for i, row in enumerate(table) if row not in table[:i]]
    once = [row for row in table if table.count(row) == 1]

    assert evaluated("=UNIQUE(t)", t=table) == kept
    assert evaluated("=UNIQUE(t,FALSE,TRUE)", t=table) == (once or [[CALC]])


@given(tables, st.data())
def test_filter_keeps_the_rows_that_are_wanted(table: Table, data: st.DataObject) -> None:
    wanted = data.draw(st.lists(st.booleans(), min_size=len(table), max_size=len(table)))
    kept = [row for row, keep in zip(table, wanted, strict=True) if keep]

    assert evaluated("=FILTER(t,w)", t=table, w=[[keep] for keep in wanted]) == (kept or [[CALC]])


@given(tables, st.integers(-6, 6), st.integers(-6, 6))
def test_take_and_drop_part_an_array(table: Table, rows: int, columns: int) -> None:
    def first(line: list[Any], count: int) -> list[Any]:
        return line[:count] if count >= 0 else line[count:]

    def rest(line: list[Any], count: int) -> list[Any]:
        return line[count:] if count >= 0 else line[:count]

    taken = [first(row, columns) for row in first(table, rows)]
    dropped = [rest(row, columns) for row in rest(table, rows)]

    assert evaluated(f"=TAKE(t,{rows},{columns})", t=table) == (taken if taken and taken[0] else [[CALC]])
    assert evaluated(f"=DROP(t,{rows},{columns})", t=table) == (dropped if dropped and dropped[0] else [[CALC]])


@given(tables, st.integers(1, 7))
def test_wrapping_and_unwrapping_gives_the_cells_again(table: Table, length: int) -> None:
    flat = [cell for row in table for cell in row]

    wrapped = evaluated(f"=WRAPROWS(TOROW(t),{length})", t=table)

    assert [cell for row in wrapped for cell in row if cell is not NA] == flat
    assert evaluated(f"=TRANSPOSE(WRAPCOLS(TOROW(t),{length}))", t=table) == wrapped


@given(tables, tables)
def test_stacking_down_is_stacking_across_turned_round(upper: Table, lower: Table) -> None:
    down = evaluated("=VSTACK(a,b)", a=upper, b=lower)

    assert evaluated("=TRANSPOSE(HSTACK(TRANSPOSE(a),TRANSPOSE(b)))", a=upper, b=lower) == down
    assert [row[: len(upper[0])] for row in down[: len(upper)]] == upper
    assert [row[: len(lower[0])] for row in down[len(upper) :]] == lower


def test_rows_of_a_batch_with_arrays_of_many_sizes_do_not_meet() -> None:
    sizes = [1, 5, 2, 0, 3]

    results = xl.evaluate_many([f"=SUM(SORT(VSTACK(SEQUENCE({n}),10),1,-1))" for n in sizes]).to_list()

    assert results == [11.0, 25.0, 13.0, CALC, 16.0]


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("=SEQUENCE(1E9)", VALUE),
        ("=SEQUENCE(1048576,16384)", NUM),
        ("=EXPAND({1},1E6,1E6)", NUM),
        ("=CHOOSECOLS(SEQUENCE(1E5),SEQUENCE(1E3,,1,0))", NUM),
        ("=SEQUENCE(2,,5)", [[5.0], [6.0]]),
        ("=SEQUENCE(-1)", VALUE),
        ('=SORT({TRUE;"b";2;#N/A;"A";1})', [[1.0], [2.0], ["A"], ["b"], [True], [NA]]),
        ("=SORT(A1:A3,,-1)", [[2.0], [1.0], [0.0]]),  # the empty cell comes last, and shows as 0
        ("=SORT({1;2},1,2)", VALUE),
        ('=SORTBY({1;2;3},{"b";"a";"b"},-1,{1;2;3},-1)', [[3.0], [1.0], [2.0]]),
        ("=FILTER({1;2},{1;#N/A})", NA),
        ('=FILTER({1;2},{1;"x"})', VALUE),
        ("=FILTER({1,2;3,4},{1;1;1})", VALUE),
        ("=CHOOSEROWS({1;2;3},{3,1})", [[3.0], [1.0]]),
        ("=HSTACK(1,1/0)", [[1.0, ExcelError.DIV0]]),
        ("=TOCOL(A1:A3,1)", [[1.0], [2.0]]),
        ("=TOCOL({1,2},4)", VALUE),
        ("=ROW(TAKE(A1:A3,-1))", 3.0),
        ("=ROWS(TAKE(A:A,-5))", 5.0),
        ("=ROWS(TRIMRANGE(A:A))", 3.0),
        ("=WRAPROWS({1,2},5)", [[1.0, 2.0]]),
    ],
)
def test_arrays_are_made_as_excel_makes_them(formula: str, expected: Any) -> None:
    assert xl.evaluate(formula, cells={"A1": 1, "A3": 2}, at="E9") == expected
