"""What machine code settles node by node is what the kernels give by the column, to the last bit."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressions import expressions
from properties import examples
from xlmill.engine import program as programs
from xlmill.engine.forms import FORMS, Forms
from xlmill.functions.registry import find
from xlmill.mill.many import evaluate_many

OPERATORS = {"-x": "-{0}", "+x": "+{0}", "%": "{0}%"}

near_ties = st.builds(
    lambda whole, steps: math.nextafter(whole / 1000, math.inf) * (1 + steps * 2**-52),
    st.integers(-9999, 9999),
    st.integers(-9, 9),
)
numbers = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False, width=64),
    st.integers(-400, 3_000_000).map(float),
    st.decimals(-1000, 1000, places=3).map(float),
    near_ties,
)
texts = st.one_of(
    st.sampled_from(["", "b", "Bc", " abc  BC b ", 'say ""b""', "é", "abé bc", "힣", "😀b", "TRUE", "1e3"]),
    st.text("aAbB .é€", max_size=12),
).map(lambda text: f'"{text}"')
arguments = st.one_of(
    numbers.map(lambda number: f"({number!r})"),
    texts,
    st.sampled_from(["TRUE", "FALSE", "#N/A", "(1/0)", '"x"', '"12"', "", "{1,2}", "(1=1)", "0", "-2", "3"]),
)


@contextmanager
def kernels_only() -> Iterator[None]:
    """Nothing is settled by machine code."""
    known = programs.program()
    programs._program = replace(known, forms=Forms.of({}))
    try:
        yield
    finally:
        programs._program = known


def bits(value: Any) -> Any:
    if isinstance(value, list):
        return [bits(each) for each in value]
    # A zero is a zero: its sign cannot be seen in Excel.
    return struct.pack("<d", value + 0.0) if isinstance(value, float) else value


def agree(formulas: list[str]) -> None:
    settled = evaluate_many(formulas, strategy="serial").to_list()
    with kernels_only():
        by_kernels = evaluate_many(formulas, strategy="serial").to_list()
    for formula, one, other in zip(formulas, settled, by_kernels, strict=True):
        assert bits(one) == bits(other), formula


@pytest.mark.parametrize("name", sorted(FORMS))
@given(data=st.data())
@examples(0.12)
def test_a_function_gives_the_same_settled_and_by_its_kernel(name: str, data: st.DataObject) -> None:
    entry = find(name)
    formulas = []
    for _ in range(20):
        count = data.draw(st.integers(entry.fewest_arguments, min(entry.most_arguments, 4)))
        given = data.draw(st.lists(arguments, min_size=count, max_size=count))
        if name[0].isalpha():
            formulas.append(f"={name}({','.join(given)})")
        elif "" not in given:
            formulas.append("=" + OPERATORS.get(name, f"{{0}}{name}{{1}}").format(*given))
    agree(formulas)


@given(st.lists(expressions, min_size=1, max_size=30))
def test_any_expression_gives_the_same_settled_and_by_kernels(formulas: list[str]) -> None:
    agree(formulas)


def test_compiled_and_interpreted_settle_alike() -> None:
    formulas = [f'=ROUND({n}/7,2)+MOD({n},3)^2-EXP({n}/900)&""' for n in range(400)]

    alone = [evaluate_many([formula], strategy="serial").to_list()[0] for formula in formulas[:40]]

    assert evaluate_many(formulas * 30, strategy="serial").to_list()[:40] == alone


def test_truth_values_in_cells_are_passed_over_and_those_in_formulas_counted() -> None:
    import pyarrow as pa

    columns = pa.table({"flag": [True, True], "n": [2.0, 3.0]})

    results = evaluate_many(["=SUM(flag,n,TRUE)", "=COUNT(flag,n,TRUE)"], columns=columns, strategy="serial")

    assert results.to_list() == [3.0, 2.0]
