from __future__ import annotations

import pickle
import threading
from enum import Enum

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmill.exceptions import InputError
from xlmill.lab.digest import digests_of_table, digests_of_values, first_difference, steps

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3) | st.tuples(inner, inner),
    max_leaves=6,
)
cells = st.one_of(
    st.tuples(st.just("number"), st.floats(allow_nan=False), st.none()),
    st.tuples(st.just("text"), st.none(), st.text(st.characters(exclude_categories=["Cs"]))),
    st.tuples(st.just("boolean"), st.sampled_from([0.0, 1.0]), st.none()),
    st.tuples(st.just("empty"), st.none(), st.none()),
)


class Colour(Enum):
    RED = 1


class Point:
    def __init__(self, x: int) -> None:
        self.x = x


def table(rows: list[tuple[str, float | None, str | None]]) -> pa.Table:
    types = [pa.string(), pa.float64(), pa.string()]
    columns = [pa.array([row[place] for row in rows], kind) for place, kind in enumerate(types)]
    return pa.table(columns, names=["type", "number", "text"])


@given(st.integers(1, 10**7))
def test_steps_are_powers_of_two_and_the_whole(rows: int) -> None:
    found = steps(rows)

    assert found == sorted(set(found))
    assert found[-1] == rows
    assert all(step & (step - 1) == 0 for step in found[:-1])


@given(st.lists(plain, min_size=1, max_size=20))
def test_values_that_were_in_another_process_have_the_same_digests(values: list[object]) -> None:
    assert digests_of_values(values) == digests_of_values(pickle.loads(pickle.dumps(values)))


@given(st.lists(plain, min_size=2, max_size=20), st.data())
def test_the_first_rows_have_the_digest_that_they_have_alone(values: list[object], data: st.DataObject) -> None:
    count = data.draw(st.sampled_from(steps(len(values))))

    assert digests_of_values(values)[count] == digests_of_values(values[:count])[count]


@given(st.lists(st.integers(), min_size=1, max_size=40), st.data())
def test_a_difference_is_found_where_it_is(values: list[int], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(values) - 1))
    other = [value + (row == place) for row, value in enumerate(values)]

    found = first_difference(digests_of_values(values), digests_of_values(other))

    assert found is not None
    assert found[0] <= place < found[1]


@given(st.lists(cells, min_size=1, max_size=30))
def test_how_a_table_is_cut_makes_no_difference(rows: list[tuple[str, float | None, str | None]]) -> None:
    whole = table(rows)
    parts = pa.concat_tables([whole.slice(at, 3) for at in range(0, len(rows), 3)])

    assert digests_of_table(whole) == digests_of_table(parts)
    assert digests_of_table(whole.slice(0, 1))[1] == digests_of_table(whole)[1]


@given(st.lists(cells, min_size=1, max_size=30), st.data())
def test_a_cell_that_differs_changes_the_digest(
    rows: list[tuple[str, float | None, str | None]], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(rows) - 1))
    other = [*rows[:place], ("error", None, "#N/A"), *rows[place + 1 :]]

    assert first_difference(digests_of_table(table(rows)), digests_of_table(table(other))) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (1, True),
        ("1", 1),
        ([1, [2]], [[1], 2]),
        ((1, 2), [1, 2]),
        ([], None),
        (0.0, -0.0),
        (np.zeros(3), np.zeros(3, np.float32)),
        (np.zeros((2, 3)), np.zeros((3, 2))),
        (Colour.RED, "RED"),
        (Point(1), Point(2)),
    ],
)
def test_values_that_differ_have_other_digests(one: object, other: object) -> None:
    assert digests_of_values([one]) != digests_of_values([other])


@pytest.mark.parametrize("value", [np.arange(3), {1, 2, 3}, frozenset("abc"), Colour.RED, Point(1), 1j])
def test_values_of_many_types_can_be_compared(value: object) -> None:
    assert digests_of_values([value]) == digests_of_values([pickle.loads(pickle.dumps(value))])


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(InputError, match="lock"):
        digests_of_values([threading.Lock()])
