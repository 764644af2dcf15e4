from __future__ import annotations

import hashlib
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmill.exceptions import InputError
from xlmill.mill import generate as generate_module
from xlmill.mill.generate import MIXES, generate
from xlmill.mill.generator.draws import distinct, draw
from xlmill.mill.generator.mixes import TEMPLATES
from xlmill.mill.generator.random_trees import LINKS, TELLING_LINKS

OUTERMOST = re.compile(r"[A-Z][A-Z.]*(?=\()")


def expressions(n: int, seed: int = 1, mix: str = "everyday") -> list[str]:
    return [text for batch in generate(n, seed, mix) for text in batch.column("expression").to_pylist()]


def template_of(expression: str) -> str:
    return re.sub(r"\d+(\.\d+)?", "1", re.sub(r'"[^"]*"', '""', expression))


@pytest.fixture(params=MIXES)
def mix(request: pytest.FixtureRequest) -> str:
    return request.param


def test_there_are_as_many_as_asked_for_and_no_two_alike(mix: str) -> None:
    n = 3_000 if mix == "long" else 70_000

    found = expressions(n, mix=mix)

    assert len(found) == n
    assert len(set(found)) == n


def test_a_seed_gives_the_same_expressions_and_a_smaller_number_the_first(mix: str) -> None:
    assert expressions(500, seed=7, mix=mix)[:123] == expressions(123, seed=7, mix=mix)
    assert expressions(500, seed=7, mix=mix) != expressions(500, seed=8, mix=mix)


def test_batches_are_a_matter_of_memory_alone(mix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = expressions(300, mix=mix)

    monkeypatch.setattr(generate_module, "BATCH_ROWS", 37)

    assert expressions(300, mix=mix) == whole


def test_every_expression_is_one_an_excel_cell_takes(mix: str) -> None:
    for expression in expressions(1000, mix=mix):
        bare = re.sub(r'"[^"]*"', "", expression)
        assert expression.startswith("=")
        assert len(expression) <= 8192
        assert "$" not in expression
        assert all(bare.count(a) == bare.count(b) for a, b in ("()", "{}"))
        assert max(depths(bare)) <= 64


def depths(expression: str) -> list[int]:
    steps = [{"(": 1, ")": -1}.get(character, 0) for character in expression]
    return np.cumsum(steps).tolist()


def test_the_bytes_are_the_same_on_every_platform() -> None:
    hashes = {
        mix: hashlib.sha256("\n".join(expressions(1000, mix=mix)).encode()).hexdigest()[:12]
        for mix in ("everyday", "diverse")
    }

    assert hashes == {"everyday": "8c57ec42b748", "diverse": "f5b6ae31e961"}


def test_no_two_diverse_expressions_are_of_one_template() -> None:
    templates = [template_of(expression) for expression in expressions(70_000, mix="diverse")]

    assert len(set(templates)) == len(templates)


def test_every_link_begins_with_a_function_or_operator_of_its_own() -> None:
    def outermost(link: str) -> str:
        found = OUTERMOST.match(link)
        return found.group() if found else re.sub(r"ABS\(_\)|[_~()]|\$\w+", "", link)

    names = [outermost(link) if not link.startswith("(-_") else "negative" for link in LINKS]

    assert len(set(names)) == len(LINKS)
    assert len(LINKS) == 40
    assert all(link.count("_") == 1 for link in LINKS)


def test_every_template_holds_what_makes_its_expressions_differ() -> None:
    for templates in TEMPLATES.values():
        assert all(re.search(r"\$(amount|number|serial)\b", template) for template in templates)


@given(seed=st.integers(0, 2**64 - 1), begin=st.integers(0, 2**40), block=st.sampled_from([10, 1000, 40**2]))
def test_a_block_of_rows_gets_a_block_of_numbers(seed: int, begin: int, block: int) -> None:
    rows = np.arange(begin // block * block, (begin // block + 2) * block, dtype=np.uint64)

    numbers = distinct(seed, rows, block)

    assert sorted(numbers[:block].tolist()) == rows[:block].tolist()
    assert sorted(numbers.tolist()) == rows.tolist()


def test_the_numbers_of_trees_stay_within_64_bits() -> None:
    block = len(LINKS) ** TELLING_LINKS
    rows = np.array([0, 1, block - 2, block - 1, block], np.uint64)

    numbers = distinct(1, rows, block)
    exact = [(int(row) % block * 2_654_435_769 + int(numbers[0])) % block + int(row) // block * block for row in rows]

    assert numbers.tolist() == exact


def test_draws_are_spread_evenly() -> None:
    drawn = draw(1, 2, np.arange(100_000, dtype=np.uint64), 10)

    assert np.bincount(drawn).min() > 9_500
    assert abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 0.02


@given(seed=st.integers(-5, 2**70))
def test_every_integer_is_a_seed(seed: int) -> None:
    assert len(expressions(3, seed=seed, mix="numbers")) == 3


def test_nothing_is_a_workload_too() -> None:
    (batch,) = generate(0)

    assert batch.num_rows == 0
    assert batch.schema.names == ["expression"]


def test_an_unknown_mix_is_answered_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="everyday, numbers, text, dates, long, diverse"):
        generate(10, mix="nope")
    with pytest.raises(InputError, match="-1"):
        generate(-1)
