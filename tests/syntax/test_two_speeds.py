"""The parser gives the same forest interpreted and compiled, whatever the bytes."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from formulas import FUNCTIONS, formulas
from properties import examples
from xlmill.syntax.forest import Forest
from xlmill.syntax.parser import parse
from xlmill.values.two_speed import TwoSpeed


@contextmanager
def always(compiled: bool) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TwoSpeed, "pays", lambda function, work: compiled)
        yield


def forest_of(rows: list[bytes], r1c1: bool) -> Forest:
    stops = np.cumsum([len(row) for row in rows], dtype=np.int64)
    starts = stops - np.array([len(row) for row in rows], dtype=np.int64)
    return parse(np.frombuffer(b"".join(rows), np.uint8), starts, stops, FUNCTIONS, r1c1=r1c1)


def assert_same_at_both_speeds(rows: list[bytes], r1c1: bool) -> None:
    with always(compiled=False):
        interpreted = forest_of(rows, r1c1)
    with always(compiled=True):
        compiled = forest_of(rows, r1c1)

    for field in dataclasses.fields(Forest):
        one, other = getattr(interpreted, field.name), getattr(compiled, field.name)
        assert np.array_equal(one, other), field.name


# What formulas are made of, so that garbage gets far into the grammar.
_words = """
    = A1 $ : 1 .5 E5 " ' ! # #N/A #REF! ( ) [ ] { } , ; % ^ - @ & < > LET( LAMBDA( x R C SUM( IF( rate TRUE _xlfn. é
    _xlpm.x _xlop. _xlfn.SINGLE( T[[#All],[a]] 1E999 12345678901234567890 Sheet1! [1] \\ ?
"""
_fragments = st.sampled_from([*_words.encode().split(), b" ", b"\n", b"\0", b"\xff"])
garbage = st.one_of(st.binary(max_size=40), st.lists(_fragments, max_size=25).map(b"".join))


@examples(4)
@given(rows=st.lists(st.one_of(garbage, formulas.map(str.encode)), max_size=6), r1c1=st.booleans())
@example(rows=[b"=LET(a,1,b,LAMBDA(x,a+x),b(2))", b"=a", b"={1,2;3,4}", b"=1E400"], r1c1=False)
def test_the_forest_is_the_same_interpreted_and_compiled(rows: list[bytes], r1c1: bool) -> None:
    assert_same_at_both_speeds(rows, r1c1)


@examples(3)
@given(row=garbage, r1c1=st.booleans())
def test_no_bytes_raise(row: bytes, r1c1: bool) -> None:
    # Interpreted, an index out of bounds would raise.
    with always(compiled=False):
        forest = forest_of([row], r1c1)

    assert (forest.root[0] < 0) == (forest.problem[0] != 0)
    assert forest.root[0] >= 0 or 0 <= forest.problem_at[0] <= len(row)


@examples(2)
@given(rows=st.lists(st.one_of(garbage, formulas.map(str.encode)), min_size=1, max_size=6))
def test_nodes_stand_in_postfix_order(rows: list[bytes]) -> None:
    forest = forest_of(rows, False)

    begin = 0
    for row in np.flatnonzero(forest.root >= 0).tolist():
        root = int(forest.root[row])
        begin = int(np.searchsorted(forest.row, row))
        seen = 0
        for node in range(begin, root + 1):
            first, count = int(forest.first[node]), int(forest.argc[node])
            children = forest.args[first : first + count].tolist()
            assert all(begin <= child < node for child in children)
            seen += count
        assert seen == root - begin  # every node but the root is the argument of one


@given(
    rows=st.lists(st.sampled_from([b"=1+1+1+1+1", b"=-A1%", b"={1,2}", b"1E999", b"=F(", b"", b"=x+1"]), max_size=40)
)
def test_rows_of_a_node_a_byte_get_more_room(rows: list[bytes]) -> None:
    many = [b"=" + b"1+" * 200 + b"1", *rows, b"=" + b"-" * 500 + b"1"]

    forest = forest_of(many, False)

    for row, text in enumerate(many):
        alone = forest_of([text], False)
        own = np.flatnonzero(forest.row == row)
        assert alone.problem[0] == forest.problem[row]
        assert alone.op.tolist() == forest.op[own].tolist()
        assert alone.number.tolist() == forest.number[own].tolist()
        assert alone.height.tolist() == forest.height[own].tolist()
    assert_same_at_both_speeds(many, False)
