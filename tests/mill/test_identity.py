from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmill.mill.identity import Identity, InputMark

MARK = InputMark("csv", 10, 20, "ab")
IDENTITY = Identity(MARK, None, (("tax", "=a*2"), ("total", "=a")), 0, None, None, None, ("FX",))

marks = st.builds(InputMark, st.text(), st.integers(0), st.integers(0), st.text())
numbers = st.none() | st.floats(allow_nan=False)
identities = st.builds(
    Identity,
    marks,
    st.none() | st.text(),
    st.lists(st.tuples(st.text(), st.text())).map(tuple),
    st.integers(),
    numbers,
    numbers,
    st.none() | st.integers(),
    st.lists(st.text(), unique=True).map(lambda names: tuple(sorted(names))),
)


@given(identity=identities)
def test_an_identity_comes_back_from_json_as_it_was(identity: Identity) -> None:
    found = Identity.from_dict(json.loads(json.dumps(identity.to_dict())))

    assert found == identity
    assert identity.change(found) is None


@given(one=identities, other=identities)
def test_identities_that_differ_are_told_apart(one: Identity, other: Identity) -> None:
    if one == other:
        assert one.change(other) is None
    elif dict(one.formulas) != dict(other.formulas) or one.formulas == other.formulas:
        assert one.change(other)


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ({"input": replace(MARK, format="tsv")}, "the input was csv, and is tsv"),
        ({"input": replace(MARK, size=1234)}, "the input had 10 bytes, and has 1,234"),
        ({"input": replace(MARK, sample="cd")}, "the input has other contents"),
        ({"input": replace(MARK, modified=21)}, "the input was changed or copied since, by its time of change"),
        ({"column": "rule"}, "the column was not given, and is rule"),
        ({"seed": 4}, "the seed was 0, and is 4"),
        ({"clock": 46053.5}, "the clock was not given, and is 46053.5"),
        ({"timeout": 2.0}, "the time limit was not given, and is 2.0"),
        ({"memory_limit": 5}, "the memory limit was not given, and is 5"),
        ({"formulas": (("tax", "=a*3"), ("total", "=a"))}, "the formula tax was =a*2, and is =a*3"),
        ({"formulas": (("tax", "=a*2"),)}, "the formula total was =a, and is not given"),
        ({"formulas": (("total", "=a"), ("tax", "=a*2"))}, "the formulas stand in another order"),
        ({"functions": ("FX", "RATE")}, "functions of your own are others: RATE"),
    ],
)
def test_a_change_is_told_in_words(now: dict[str, object], told: str) -> None:
    assert IDENTITY.change(replace(IDENTITY, **now)) == told


@pytest.mark.parametrize("size", [0, 1, 70_000, 3_000_000])
def test_a_file_has_one_mark_until_it_changes(size: int, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(bytes(size))
    first = InputMark.of([path], "csv")
    assert first == InputMark.of([path], "csv") and first.size == size

    with path.open("r+b") as file:  # one cell, in the middle, and no more bytes than before
        file.seek(size // 2)
        file.write(b"x")
    os.utime(path, ns=(0, first.modified + 1))

    assert first.change(InputMark.of([path], "csv")) is not None
