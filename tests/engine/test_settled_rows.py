"""A formula over many rows gives the same in blocks by machine code as by batches, to the last bit."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from properties import examples
from xlmill.engine import evaluator
from xlmill.engine.chunk import evaluate_over
from xlmill.engine.forms import FORMS, Form
from xlmill.engine.program import program
from xlmill.engine.run import Run
from xlmill.functions.registry import find
from xlmill.syntax.parser import parse_text
from xlmill.values.column import Column, numbers_column
from xlmill.values.python_value import python_from_column

ROWS = 300  # more than a block

near_ties = st.builds(
    lambda whole, steps: (whole + 0.5) / 100 + steps * 1e-16, st.integers(-999, 999), st.integers(-3, 3)
)
numbers = st.one_of(
    st.sampled_from([0.0, 1.0, -1.0, 2.5, 1e300, -1e300, 45_000.0]),
    st.floats(-1e6, 1e6).map(lambda number: round(number, 2)),
    near_ties,
)
columns = st.lists(numbers, min_size=1, max_size=40).map(lambda some: np.resize(np.array(some), ROWS))

leaves = st.sampled_from(["a", "b", "C1", "D1", "A1", "2", "0", "-3", "TRUE", "#N/A"])
names = sorted(name for name, (form, _) in FORMS.items() if form <= Form.DATE and name[0].isalpha())


@st.composite
def calls(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    """A call of a function of numbers."""
    name = draw(st.sampled_from(names))
    entry = find(name)
    given = draw(st.lists(inner, min_size=entry.fewest_arguments, max_size=min(entry.most_arguments, 4)))
    return f"{name}({','.join(given)})"


formulas = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds("({}{}{})".format, inner, st.sampled_from(["+", "-", "*", "/", "^", "=", "<", ">=", "<>"]), inner),
        st.builds("ROUND({},{})".format, inner, st.sampled_from(["2", "0", "-1", "b"])),
        st.builds("IF({},{},{})".format, inner, inner, inner),
        st.builds("SUM(A1:C1,{})".format, inner),
        st.builds("LET(x,{},x*{})".format, inner, inner),
        st.builds('LEN(TEXT({},"0.0"))'.format, inner),
        calls(inner),
    ),
    max_leaves=8,
)


@contextmanager
def least_rows(count: int) -> Iterator[None]:
    """Blocks are used from so many rows on."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluator, "LEAST_ROWS", count)
        yield


def value_of(formula: str, given: list[np.ndarray]) -> Column:
    by_name = {name: numbers_column(column) for name, column in zip("abcd", given, strict=True)}
    run = Run(columns=by_name, positional_columns=tuple(by_name.values()))
    return evaluate_over(parse_text("=" + formula, program().table), run, ROWS)


def bits(column: Column) -> list[object]:
    values = python_from_column(column)
    return [struct.pack("<d", value + 0.0) if isinstance(value, float) else value for value in values]


@given(formulas, st.lists(columns, min_size=4, max_size=4))
@examples(2)
def test_blocks_and_batches_give_the_same(formula: str, given: list[np.ndarray]) -> None:
    with least_rows(1):
        in_blocks = bits(value_of(formula, given))
    with least_rows(ROWS + 1):
        assert in_blocks == bits(value_of(formula, given)), formula


def test_a_row_too_near_a_border_is_left_to_the_batches() -> None:
    given = [np.resize(np.array([1.0, 2.5, 1e-300]), ROWS)] * 4
    formula = "IF(A1=B1*(1+1E-15),ROUND(A1,300),1)"

    with least_rows(1):
        in_blocks = bits(value_of(formula, given))
    with least_rows(ROWS + 1):
        assert in_blocks == bits(value_of(formula, given))


def test_what_a_batch_needs_of_a_block_is_there() -> None:
    given = [np.arange(float(ROWS))] * 4

    with least_rows(1):
        values = python_from_column(value_of('TEXT(A1*2+1,"0")&IF(A1*2>4,"+","-")', given))

    assert values[:4] == ["1-", "3-", "5-", "7+"]
