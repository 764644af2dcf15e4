from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import xlmill as xl
from xlmill.engine.cells import Cells
from xlmill.engine.chunk import evaluate_texts
from xlmill.engine.run import Run
from xlmill.functions import conditional
from xlmill.values.distinct_rows import distinct_rows
from xlmill.values.error_value import ExcelError
from xlmill.values.python_value import python_from_column
from xlmill.values.reference_value import Area
from xlmill.values.text_column import Texts

ROWS = 12
names = st.sampled_from(["ash", "oak", "Ash", "elm", ""])
keys = st.lists(st.one_of(names, st.integers(0, 3).map(float), st.none(), st.booleans()), min_size=ROWS, max_size=ROWS)
amounts = st.lists(st.integers(-9, 9).map(float), min_size=ROWS, max_size=ROWS)
criteria = st.sampled_from(["ash", "a*", "<>oak", ">1", "2", "", "<>", "=", "<=ash", "true"])


def cells_of(columns: list[list[Any]]) -> dict[tuple[str, int, int], Any]:
    return {
        ("S", row, column): value
        for column, values in enumerate(columns, 1)
        for row, value in enumerate(values, 1)
        if value is not None
    }


def evaluate(formulas: list[str], columns: list[list[Any]]) -> list[Any]:
    run = Run(cells=Cells(cells_of(columns), sheets=["S"]), formula_cell=Area("S", 99, 99, 99, 99))
    return python_from_column(evaluate_texts(Texts.from_strings(formulas), run).values)


@given(keys, amounts, st.lists(st.tuples(criteria, criteria), min_size=1, max_size=6))
def test_sumifs_adds_what_countifs_counts_cell_by_cell(
    key: list[Any], amount: list[Any], asked: list[tuple[str, str]]
) -> None:
    sums = [f'=SUMIFS(B1:B{ROWS},A1:A{ROWS},"{one}",A1:A{ROWS},"{two}")' for one, two in asked]
    single = [f'=COUNTIF(A{row},"{one}")*COUNTIF(A{row},"{two}")' for one, two in asked for row in range(1, ROWS + 1)]

    held = np.array(evaluate(single, [key, amount])).reshape(len(asked), ROWS)
    assert evaluate(sums, [key, amount]) == (held @ np.array(amount)).tolist()


@given(keys, amounts, st.lists(st.sampled_from(["ash", "2", "true", "elm", "0"]), min_size=1, max_size=30))
def test_an_index_and_small_blocks_answer_as_looking_at_all_cells_does(
    key: list[Any], amount: list[Any], asked: list[str]
) -> None:
    formulas = [f'=SUMIFS(B1:B{ROWS},A1:A{ROWS},"{one}",B1:B{ROWS},{value})' for one in asked for value in (1, -2)]
    formulas += [f'=SUMIF(A1:A{ROWS},"{one}",B1)' for one in asked]
    plainly = evaluate(formulas, [key, amount])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conditional, "_PAIRS_AT_ONCE", 5)
        patch.setattr(conditional, "_INDEX_FROM", 0)
        assert evaluate(formulas, [key, amount]) == plainly


@given(st.lists(st.lists(st.integers(0, 3), min_size=3, max_size=3), min_size=1, max_size=20))
def test_distinct_rows_are_numbered_in_order_of_appearance(rows: list[list[int]]) -> None:
    first, group = distinct_rows([np.array(column) for column in zip(*rows, strict=True)])

    seen = list(dict.fromkeys(map(tuple, rows)))
    assert [tuple(rows[at]) for at in first] == seen
    assert [seen[number] for number in group] == list(map(tuple, rows))


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ('=COUNTIF(A:A,"")', 1_048_576 - 3),
        ('=COUNTIF(A:A,"<>x")', 1_048_576 - 2),
        ('=COUNTIFS(A:A,"<>x",B:B,"")', 1_048_576 - 4),
        ("=COUNTBLANK(A:A)", 1_048_576 - 3),
        ('=SUMIF(A:A,"x",B:B)', 5),
        ('=SUMIF(A1:A4,"x",B1)', 5),
        ('=SUMIF(A1:A4,"x",B1:B9)', 5),
        ('=SUMIFS(B1:B4,A1:A3,"x")', ExcelError.VALUE),
        ('=SUMIFS(B1:B4,C1:C4,"x")', 0),
        ('=SUMIF(A1:A4,"y",D1)', ExcelError.NA),
        ('=SUMIF(A1:A4,"x",D1)', 0),
        ('=AVERAGEIF(A1:A4,"none",B1:B4)', ExcelError.DIV0),
        ("=COUNTIF(D1:D4,#N/A)", 1),
        ("=COUNTIF(B1:B4,C1)", 0),
        ("=MAXIFS(B1:B4,B1:B4,C1)", 0),
    ],
)
def test_conditional_functions_on_a_small_sheet(formula: str, expected: Any) -> None:
    cells = {"A1": "x", "A2": "y", "A4": "X", "B1": 1, "B2": 2, "B3": 3, "B4": 4, "D2": ExcelError.NA}

    assert xl.evaluate(formula, cells=cells, at="H20") == expected
