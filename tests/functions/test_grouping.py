from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import xlmill as xl
from xlmill.values.error_value import ExcelError

rows = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.integers(-9, 9).map(float)), min_size=1, max_size=9
)
SALES = {
    f"{column}{row}": value
    for row, line in enumerate(
        [
            ("Region", "Year", "Sales"),
            ("north", 2024.0, 1.0),
            ("south", 2025.0, 2.0),
            ("North", 2025.0, 4.0),
            ("south", 2024.0, 8.0),
            ("south", 2024.0, 16.0),
        ],
        1,
    )
    for column, value in zip("ABC", line, strict=True)
}


def down(values: list[Any]) -> str:
    return "{" + ";".join(f'"{value}"' if isinstance(value, str) else str(value) for value in values) + "}"


def summed(pairs: list[tuple[Any, float]]) -> dict[Any, float]:
    sums: dict[Any, float] = defaultdict(float)
    for key, value in pairs:
        sums[key] += value
    return dict(sorted(sums.items()))


def sales(formula: str) -> Any:
    return xl.evaluate(formula, cells=SALES)


@given(rows)
def test_groups_are_those_of_a_dictionary(data: list[tuple[str, str, float]]) -> None:
    keys, _, values = map(list, zip(*data, strict=True))
    sums = summed([(key, value) for key, _, value in data])

    found = xl.evaluate(f"=GROUPBY({down(keys)},{down(values)},SUM)")

    assert found == [*([key, value] for key, value in sums.items()), ["Total", sum(values)]]


@given(rows)
def test_a_lambda_groups_as_the_function_that_it_calls(data: list[tuple[str, str, float]]) -> None:
    keys, others, values = map(list, zip(*data, strict=True))
    given = f"HSTACK({down(keys)},{down(others)}),{down(values)}"

    assert xl.evaluate(f"=GROUPBY({given},SUM)") == xl.evaluate(f"=GROUPBY({given},LAMBDA(v,SUM(v)))")


@given(rows)
def test_each_cell_of_a_pivot_is_what_both_its_groups_have(data: list[tuple[str, str, float]]) -> None:
    keys, others, values = map(list, zip(*data, strict=True))
    both = summed([((key, other), value) for key, other, value in data])
    lines = summed([(key, value) for key, _, value in data])
    columns = summed([(other, value) for _, other, value in data])

    found = xl.evaluate(f"=PIVOTBY({down(keys)},{down(others)},{down(values)},SUM)")

    assert found == [
        ["", *columns, "Total"],
        *([key, *(both.get((key, other), "") for other in columns), total] for key, total in lines.items()),
        ["Total", *columns.values(), sum(values)],
    ]


@given(st.lists(rows, min_size=2, max_size=4))
def test_summaries_side_by_side_are_those_one_at_a_time(several: list[list[tuple[str, str, float]]]) -> None:
    formulas = []
    for data in several:
        keys, others, values = map(list, zip(*data, strict=True))
        formulas.append(f'=TEXTJOIN(",",FALSE,PIVOTBY({down(keys)},{down(others)},{down(values)},SUM,,,-2))')

    assert xl.evaluate_many(formulas).to_list() == [xl.evaluate(formula) for formula in formulas]


def test_headings_are_found_and_shown_where_there_are_levels() -> None:
    assert sales("=GROUPBY(A1:B6,C1:C6,SUM,,0)") == [
        ["Region", "Year", "Sales"],
        ["north", 2024.0, 1.0],
        ["north", 2025.0, 4.0],
        ["south", 2024.0, 24.0],
        ["south", 2025.0, 2.0],
    ]
    assert sales("=GROUPBY(A1:A6,C1:C6,SUM,,0)") == [["north", 5.0], ["south", 26.0]]


def test_subtotals_stand_below_their_groups_or_above() -> None:
    assert sales("=GROUPBY(A2:B6,C2:C6,SUM,0,2)") == [
        ["north", 2024.0, 1.0],
        ["north", 2025.0, 4.0],
        ["north", "", 5.0],
        ["south", 2024.0, 24.0],
        ["south", 2025.0, 2.0],
        ["south", "", 26.0],
        ["Grand Total", "", 31.0],
    ]
    assert sales("=GROUPBY(A2:B6,C2:C6,SUM,0,-2)") == [
        ["Grand Total", "", 31.0],
        ["north", "", 5.0],
        ["north", 2024.0, 1.0],
        ["north", 2025.0, 4.0],
        ["south", "", 26.0],
        ["south", 2024.0, 24.0],
        ["south", 2025.0, 2.0],
    ]


def test_groups_sorted_by_value_stay_within_theirs_unless_the_fields_are_a_table() -> None:
    assert sales("=GROUPBY(A2:B6,C2:C6,SUM,0,0,-3)") == [
        ["south", 2024.0, 24.0],
        ["south", 2025.0, 2.0],
        ["north", 2025.0, 4.0],
        ["north", 2024.0, 1.0],
    ]
    assert sales("=GROUPBY(A2:B6,C2:C6,SUM,0,0,-3,,1)") == [
        ["south", 2024.0, 24.0],
        ["north", 2025.0, 4.0],
        ["south", 2025.0, 2.0],
        ["north", 2024.0, 1.0],
    ]


def test_an_array_sorts_by_several_fields() -> None:
    assert sales("=GROUPBY(A2:B6,C2:C6,SUM,0,0,{-2,1},,1)") == [
        ["north", 2025.0, 4.0],
        ["south", 2025.0, 2.0],
        ["north", 2024.0, 1.0],
        ["south", 2024.0, 24.0],
    ]


def test_functions_stand_side_by_side_or_one_below_the_other() -> None:
    assert sales("=GROUPBY(A1:A6,C1:C6,HSTACK(SUM,MAX),3,0)") == [
        ["Region", "Sales", "Sales"],
        ["", "SUM", "MAX"],
        ["north", 5.0, 4.0],
        ["south", 26.0, 16.0],
    ]
    assert sales('=GROUPBY(A1:A6,C1:C6,HSTACK(VSTACK(SUM,LAMBDA(v,ROWS(v))),{"all";"n"}),1,0)') == [
        ["north", "all", 5.0],
        ["north", "n", 2.0],
        ["south", "all", 26.0],
        ["south", "n", 3.0],
    ]


def test_what_the_filter_leaves_out_is_not_there() -> None:
    assert sales("=GROUPBY(A2:A6,C2:C6,SUM,,1,,B2:B6=2025)") == [["North", 4.0], ["south", 2.0], ["Total", 6.0]]


def test_headings_of_a_pivot_name_columns_rows_and_values() -> None:
    assert sales("=PIVOTBY(A1:A6,B1:B6,C1:C6,SUM,3,0,,0)") == [
        ["", "Year", ""],
        ["", 2024.0, 2025.0],
        ["Region", "Sales", "Sales"],
        ["north", 1.0, 4.0],
        ["south", 24.0, 2.0],
    ]


@pytest.mark.parametrize(
    ("relative_to", "expected"),
    [(0, [0.25, 1.0, 0.75]), (1, [1.0, 0.25, 0.75]), (2, [0.2, 0.2, 0.6]), (4, [0.25, 1.0, 0.75])],
)
def test_parts_are_of_columns_rows_or_all(relative_to: int, expected: list[float]) -> None:
    found = xl.evaluate(f'=PIVOTBY({{"a";"b";"b"}},{{2;1;2}},{{1;1;3}},PERCENTOF,,0,,0,,,{relative_to})')

    assert isinstance(found, list)
    assert found[1][2] == pytest.approx(expected[0])
    assert found[2][1] == pytest.approx(expected[1])
    assert found[2][2] == pytest.approx(expected[2])


def test_a_pivot_without_columns_is_a_grouping() -> None:
    assert sales("=PIVOTBY(A2:A6,,C2:C6,SUM)") == sales("=GROUPBY(A2:A6,C2:C6,SUM)")


@pytest.mark.parametrize(
    ("formula", "error"),
    [
        ("=GROUPBY({1;2},{1;2},5)", ExcelError.VALUE),
        ("=GROUPBY({1;2},{1;2},NOSUCH)", ExcelError.NAME),
        ("=GROUPBY({1;2},{1;2},SUM,7)", ExcelError.VALUE),
        ("=GROUPBY({1;2},{1;2},SUM,,2)", ExcelError.VALUE),
        ("=GROUPBY({1;2},{1;2},SUM,,,3)", ExcelError.VALUE),
        ("=GROUPBY({1;2},{1;2},SUM,,,,{FALSE;FALSE})", ExcelError.CALC),
        ("=GROUPBY({1;2},{1;2},SUM,,,,{TRUE})", ExcelError.VALUE),
        ("=PIVOTBY({1;2},{1;2},{1;2},SUM,,,,,,,9)", ExcelError.VALUE),
    ],
)
def test_what_cannot_be_summed_up_is_an_error(formula: str, error: ExcelError) -> None:
    assert xl.evaluate(formula) == error


def test_a_result_that_is_an_array_is_an_error_in_its_cell() -> None:
    assert xl.evaluate("=GROUPBY({1;2},{1;2},LAMBDA(v,{1,2}),,0)") == [[1.0, ExcelError.CALC], [2.0, ExcelError.CALC]]
