from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmill.functions.criteria import Comparison, read_criteria
from xlmill.values.error_value import ExcelError
from xlmill.values.python_value import column_from_python
from xlmill.values.two_speed import always_compiled

NA = ExcelError.NA
CELLS = [23.0, "23", True, 1.0, -23.0, "hey", False, None, "", NA, "TRUE", "#N/A"]
values = st.sampled_from([*CELLS, "a", "ab", "*", 0.5, ExcelError.DIV0])
written = st.sampled_from([">0", "<=1", "<>", "=", "", "a*", "<>a*", ">a", "<>23", "=23", ">", "~*", *CELLS])

numeric = st.sampled_from([">0", "<=1", "<>23", "=23", ">=23", "<1", 23.0, 0.5, "1"])


def met(criterion: Any, cells: list[Any] = CELLS) -> list[Any]:
    comparison = Comparison(read_criteria(column_from_python([criterion])), column_from_python(cells))
    held = comparison.holds(np.arange(len(cells)), np.zeros(len(cells), np.int64))
    return [cell for cell, holds in zip(cells, held.tolist(), strict=True) if holds]


@given(st.lists(written, min_size=1, max_size=5), st.lists(values, min_size=1, max_size=8))
def test_criteria_side_by_side_hold_as_each_does_alone(criteria: list[Any], cells: list[Any]) -> None:
    comparison = Comparison(read_criteria(column_from_python(criteria)), column_from_python(cells))
    pairs = np.indices((len(criteria), len(cells)))
    held = comparison.holds(pairs[1].ravel(), pairs[0].ravel()).reshape(pairs[0].shape)

    for criterion, row in zip(criteria, held.tolist(), strict=True):
        assert [cell for cell, holds in zip(cells, row, strict=True) if holds] == met(criterion, cells)


@given(written, st.lists(values, min_size=1, max_size=8))
def test_keys_are_equal_where_a_criterion_that_can_be_indexed_holds(criterion: Any, cells: list[Any]) -> None:
    comparison = Comparison(read_criteria(column_from_python([criterion])), column_from_python(cells))

    if comparison.can_be_indexed():
        cell_keys, wanted = comparison.keys
        held = comparison.holds(np.arange(len(cells)), np.zeros(len(cells), np.int64))
        assert (cell_keys == wanted[0]).tolist() == held.tolist()


@given(st.lists(numeric, min_size=1, max_size=5), st.lists(values, min_size=1, max_size=8), st.booleans())
def test_runs_of_cells_are_compared_as_pairs_are(criteria: list[Any], cells: list[Any], is_compiled: bool) -> None:
    comparison = Comparison(read_criteria(column_from_python([None, *criteria])), column_from_python(cells))
    sizes = np.full(len(criteria), len(cells))
    with always_compiled() if is_compiled else nullcontext():
        found = comparison.met_in_runs(np.zeros(len(criteria), np.int64), sizes, 1)

    assert found is not None
    criterion, cell = (part.ravel() for part in np.indices((len(criteria), len(cells))))
    held = comparison.holds(cell, criterion + 1)
    assert found[0].tolist() == (criterion + 1)[held].tolist()
    assert found[1].tolist() == cell[held].tolist()


def test_a_text_is_not_compared_by_runs() -> None:
    comparison = Comparison(read_criteria(column_from_python([">1", "a*"])), column_from_python(CELLS))

    assert comparison.met_in_runs(np.zeros(2, np.int64), np.full(2, len(CELLS)), 0) is None


@given(written)
def test_an_empty_cell_is_known_to_meet_a_criterion_without_looking(criterion: Any) -> None:
    assert read_criteria(column_from_python([criterion])).accept_empty()[0] == (met(criterion, [None]) == [None])


@pytest.mark.parametrize(
    ("criterion", "expected"),
    [
        (23.0, [23.0, "23"]),
        ("=23", [23.0, "23"]),
        ("<>23", [cell for cell in CELLS if cell != 23.0]),
        (">0", [23.0, 1.0]),
        ("", [None, ""]),
        ("=", [None]),
        ("<>", [cell for cell in CELLS if cell is not None]),
        ("true", [True]),
        ("<TRUE", [False]),
        ("H?Y", ["hey"]),
        ("=h*", ["hey"]),
        (NA, [NA]),
        ("#n/a", [NA]),
        (None, []),
        (">=", []),
        (">h", ["hey", "TRUE"]),
    ],
)
def test_known_criteria(criterion: Any, expected: list[Any]) -> None:
    found = met(criterion)

    assert [(type(cell), cell) for cell in found] == [(type(cell), cell) for cell in expected]
