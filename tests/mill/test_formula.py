"""Formulas over values and frames."""

from __future__ import annotations

import datetime

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from xlmill.exceptions import FormulaSyntaxError, InputError
from xlmill.mill.formula import compile as compile_formula
from xlmill.mill.formula import with_columns
from xlmill.values.error_value import ExcelError

FRAME = pa.table(
    {"qty": [5, 20, None], "price": [10.0, 2.5, 4.0], "unit price": [1.0, 2.0, 3.0], "note": ["a", None, "b"]}
)


def test_a_formula_is_a_function_of_its_names() -> None:
    discount = compile_formula("=IF(qty>10, qty*price*0.9, qty*price)")

    assert discount(qty=12, price=3.5) == pytest.approx(37.8)
    assert discount(qty=2, price=3.5) == 7.0
    assert discount(qty=2) is ExcelError.NAME


@pytest.mark.parametrize("strategy", ["auto", "serial", "threads", "pool"])
def test_a_formula_over_rows_gives_a_value_for_each(strategy: str) -> None:
    assert compile_formula("=qty*price").over(FRAME, strategy=strategy).to_pylist() == [50.0, 50.0, 0.0]


def test_columns_may_be_named_bare_in_brackets_or_by_position() -> None:
    for formula in ("=qty+price", "=[@qty]+[@price]", "=[@qty]+price", "=A1+B1", "=SUM(A1:B1)"):
        assert compile_formula(formula).over(FRAME).to_pylist() == [15.0, 22.5, 4.0], formula
    assert compile_formula("=[@[unit price]]*2").over(FRAME).to_pylist() == [2.0, 4.0, 6.0]


def test_an_empty_cell_is_passed_over_where_excel_passes_over_cells() -> None:
    assert compile_formula("=AVERAGE([@qty],[@price])").over(FRAME).to_pylist() == [7.5, 11.25, 4.0]
    assert compile_formula("=COUNTA(qty,note)").over(FRAME).to_pylist() == [2.0, 1.0, 1.0]
    assert compile_formula("=ISBLANK(qty)").over(FRAME).to_pylist() == [False, False, True]


def test_a_column_of_the_frame_goes_before_a_name_of_the_same_spelling() -> None:
    assert compile_formula("=qty*rate", names={"rate": 3, "qty": 99}).over(FRAME).to_pylist() == [15.0, 60.0, 0.0]


def test_the_result_is_of_the_callers_own_library() -> None:
    formula = compile_formula("=qty*2")
    pandas, polars = FRAME.to_pandas(), pl.from_arrow(FRAME)

    assert isinstance(formula.over(pandas), pd.Series)
    assert isinstance(formula.over(polars), pl.Series)
    assert formula.over(duckdb.sql("select 4 as qty")).to_pylist() == [8.0]


def test_values_of_several_kinds_come_back_as_text() -> None:
    column = compile_formula('=IF(qty>10,"many",qty)').over(FRAME)

    assert column.to_pylist() == ["5", "many", "0"]


def test_errors_are_null_in_a_column_of_numbers() -> None:
    assert compile_formula("=1/(qty-5)").over(FRAME).to_pylist() == [None, pytest.approx(1 / 15), -0.2]


def test_calculated_columns_may_depend_on_each_other_in_any_order() -> None:
    frame = pa.table({"qty": [1, 2], "price": [10.0, 20.0]})

    result = with_columns(frame, tax="=total*0.2", total="=qty*price")

    assert result.schema.names == ["qty", "price", "total", "tax"]
    assert result.column("tax").to_pylist() == [2.0, 8.0]


def test_a_formula_may_replace_the_column_that_it_reads() -> None:
    frame = pa.table({"qty": [1, 2]})

    assert with_columns(frame, qty="=qty+1").to_pydict() == {"qty": [2.0, 3.0]}


def test_a_circle_of_columns_is_refused_and_shown() -> None:
    with pytest.raises(InputError, match=r"circle: .*a.*b|circle: .*b.*a"):
        with_columns(FRAME, a="=b+1", b="=a+1")


def test_text_that_is_no_formula_is_refused_before_anything_runs() -> None:
    with pytest.raises(FormulaSyntaxError):
        compile_formula("=qty*")


def test_dates_in_a_frame_are_serial_numbers() -> None:
    frame = pa.table({"day": [datetime.date(2024, 1, 1)], "at": [datetime.datetime(2024, 1, 1, 12)]})

    assert compile_formula("=day").over(frame).to_pylist() == [45292.0]
    assert compile_formula("=at-day").over(frame).to_pylist() == [0.5]


def test_a_frame_without_rows_gives_a_column_without_rows() -> None:
    assert compile_formula("=qty*2").over(FRAME.slice(0, 0)).to_pylist() == []
