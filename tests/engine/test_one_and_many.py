"""One road: an expression gives the same value alone, among many, over columns, and in any chunk."""

from __future__ import annotations

import math
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from expressions import expressions
from properties import examples
from xlmill.mill.formula import compile as compile_formula
from xlmill.mill.many import evaluate_many

ROW = {"qty": 12.0, "price": 3.5, "note": "Käse", "flag": True}


def same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return one == other or math.isclose(one, other, rel_tol=1e-15)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    return type(one) is type(other) and bool(one == other)


@given(st.lists(expressions, min_size=1, max_size=30))
@examples(0.6)
def test_an_expression_gives_the_same_alone_and_among_many(formulas: list[str]) -> None:
    columns = pa.table({name: [value] * len(formulas) for name, value in ROW.items()})

    together = evaluate_many(formulas, columns=columns, strategy="serial").to_list()

    for formula, value in zip(formulas, together, strict=True):
        alone = evaluate_many([formula], columns=columns.slice(0, 1), strategy="serial").to_list()[0]
        assert same(alone, value), formula
        assert same(compile_formula(formula)(**ROW), value), formula


@given(expressions, st.integers(2, 9))
def test_a_formula_over_rows_gives_what_its_expression_gives_in_each_row(formula: str, rows: int) -> None:
    quantities = [float(i) for i in range(rows)]
    names = {**ROW, "qty": 0.0}

    over = compile_formula(formula)
    whole = [over(**{**names, "qty": quantity}) for quantity in quantities]
    columns = pa.table({name: quantities if name == "qty" else [value] * rows for name, value in names.items()})
    scattered = evaluate_many([formula] * rows, columns=columns, strategy="serial").to_list()

    for one, other in zip(whole, scattered, strict=True):
        assert same(one, other), formula


@given(st.lists(expressions, min_size=2, max_size=20), st.integers(1, 7))
@examples(0.4)
def test_results_do_not_depend_on_the_chunk_size(formulas: list[str], size: int) -> None:
    in_one = evaluate_many(formulas, strategy="serial")
    in_many = evaluate_many(formulas, strategy="serial", chunk_size=size)

    assert in_one.to_arrow().equals(in_many.to_arrow().combine_chunks())
