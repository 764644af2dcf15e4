"""Many expressions from memory to memory."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressions import expressions
from properties import examples
from xlmill.exceptions import InputError, UnknownStrategyError
from xlmill.mill.many import InvalidExpression, evaluate_many
from xlmill.values.error_value import ExcelError

SOME = ["=1+2", '="a"&"b"', "=1/0", "=1+", "={1,2;3,#N/A}", "", "=TRUE", '="ß😀"']
VALUES = [3.0, "ab", ExcelError.DIV0, [[1.0, 2.0], [3.0, ExcelError.NA]], None, True, "ß😀"]


def test_values_come_back_as_python_values_in_order() -> None:
    values = evaluate_many(SOME).to_list()

    assert values[:3] + values[4:] == VALUES
    assert isinstance(values[3], InvalidExpression)
    assert "ends" in str(values[3])


def test_the_arrow_table_has_a_type_a_number_and_a_text() -> None:
    table = evaluate_many(SOME).to_arrow()

    assert table.column("type").to_pylist() == [
        *("number", "text", "error", "invalid", "array", "empty", "boolean", "text"),
    ]
    assert table.column("number").to_pylist() == [3.0, None, None, None, None, None, 1.0, None]
    assert table.column("text").to_pylist()[4] == '[[1,2],[3,{"error":"#N/A"}]]'


@pytest.mark.parametrize("strategy", ["serial", "threads", "pool", "process"])
def test_errors_are_told_with_their_rows(strategy: str) -> None:
    errors = evaluate_many(SOME, strategy=strategy).errors

    assert [row for row, _ in errors] == [2, 3]
    assert errors[0][1] is ExcelError.DIV0


def test_expressions_may_come_as_a_list_a_generator_an_array_or_a_series() -> None:
    def generated() -> Iterator[str]:
        yield from ("=1", "=2")

    for given_as in (["=1", "=2"], generated(), pa.array(["=1", "=2"]), pl.Series(["=1", "=2"])):
        assert evaluate_many(given_as).to_list() == [1.0, 2.0]


def test_no_expressions_give_no_values() -> None:
    assert evaluate_many([]).to_list() == []
    assert evaluate_many(iter(())).to_list() == []


def test_other_columns_are_names_in_their_row() -> None:
    columns = pa.table({"qty": [1, 2], "Unit": ["kg", "t"]})

    assert evaluate_many(["=qty*10", '=unit&"!"'], columns=columns).to_list() == [10.0, "t!"]


@pytest.mark.parametrize("wrong", [5, [1, 2], ["=1", None, 3]])
def test_what_is_no_text_is_refused_in_one_line(wrong: object) -> None:
    with pytest.raises(InputError) as raised:
        evaluate_many(wrong)

    assert "\n" not in str(raised.value)


def test_an_unknown_strategy_is_refused() -> None:
    with pytest.raises(UnknownStrategyError, match="serial"):
        evaluate_many(["=1"], strategy="magic")


@pytest.mark.drill(17)
@given(st.lists(expressions, min_size=1, max_size=12), st.integers(0, 2**31))
@examples(0.08)
def test_every_strategy_gives_the_same_table(formulas: list[str], seed: int) -> None:
    formulas = [*formulas, "=RAND()+RAND()", "=NOW()", "=broken("]
    clock = datetime.datetime(2026, 1, 2, 3, 4, 5)
    serial = evaluate_many(formulas, strategy="serial", seed=seed, clock=clock).to_arrow()

    for strategy in ("threads", "pool", "process"):
        other = evaluate_many(formulas, strategy=strategy, seed=seed, clock=clock, chunk_size=3, workers=2)
        assert other.to_arrow().combine_chunks().equals(serial.combine_chunks()), strategy
