"""How disagreements between engines are found and explained, on an engine that errs on purpose."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from benchmarks.answers import answers_of, digest, disagreements
from benchmarks.causes import cases
from benchmarks.check import check
from benchmarks.engines.engine import Oracle
from benchmarks.reviewed import DIFFERENCES
from benchmarks.workloads import Workload
from hypothesis import given
from hypothesis import strategies as st

from xlmill.mill.many import evaluate_many
from xlmill.values.error_value import ExcelError

PAGE = Path(__file__).parents[2] / "docs" / "differences.md"

numbers = st.floats(-1e9, 1e9, allow_nan=False)
values = st.one_of(numbers, st.text(max_size=5), st.booleans(), st.sampled_from(list(ExcelError)))


class Replacing(Oracle):
    """xlmill itself, reading one word of every expression as another."""

    def __init__(self, name: str, word: str, other: str) -> None:
        self.name = name
        self.word = word
        self.other = other

    def prepare(self, workload: Workload, path: Path) -> Any:
        raise NotImplementedError

    def calculate(self, prepared: Any) -> Any:
        raise NotImplementedError

    def answers(self, result: Any) -> pa.Table:
        raise NotImplementedError

    def evaluate(self, expressions: Sequence[str]) -> pa.Table:
        texts = [text.replace(self.word, self.other) for text in expressions]
        return evaluate_many(texts, strategy="serial").to_arrow()


RIGHT = Replacing("xlmill", "", "")


@given(st.lists(values, max_size=20))
def test_answers_agree_with_themselves(given_values: list[Any]) -> None:
    answers = answers_of(given_values)

    assert len(disagreements(answers, answers)) == 0


@given(st.lists(values, min_size=1, max_size=20), st.data())
def test_one_other_answer_is_one_disagreement(given_values: list[Any], data: st.DataObject) -> None:
    row = data.draw(st.integers(0, len(given_values) - 1))
    others = list(given_values)
    others[row] = "other text" if given_values[row] != "other text" else 1.0

    found = disagreements(answers_of(given_values), answers_of(others))

    assert found.tolist() == [row]


@given(st.lists(numbers, min_size=1, max_size=20))
def test_last_digits_are_no_disagreement_but_another_digest(given_values: list[float]) -> None:
    others = [value * (1 + 1e-15) + 1e-15 for value in given_values]

    assert len(disagreements(answers_of(given_values), answers_of(others))) == 0
    assert (digest(answers_of(given_values)) == digest(answers_of(others))) == (given_values == others)


def test_true_is_one_for_an_engine_that_tells_no_booleans() -> None:
    ours, theirs = answers_of([True, False, "TRUE"]), answers_of([1.0, 1.0, 1.0])

    assert disagreements(ours, theirs).tolist() == [0, 1, 2]
    assert disagreements(ours, theirs, tells_booleans=False).tolist() == [1, 2]


@pytest.mark.parametrize(
    ("expression", "core"),
    [
        ("=1+SQRT(MAX(2,3)*12)", "=MAX(2,3)"),
        ('=IF(MAX(1+1,LEN("abc"))=3,"a","b")', "=MAX(2,3)"),
        ("=-MAX(ABS(-5),7)%", "=MAX(5,7)"),
        ("=LET(a,MAX(1,2),a+1)", "=LET(a,MAX(1,2),a+1)"),
        ("=SUM({1,2})*MAX(SUM({1,2}),9)", "=MAX(3,9)"),
    ],
)
def test_the_core_of_a_case_is_its_smallest_part_with_arguments_as_values(expression: str, core: str) -> None:
    (case,) = cases([0], [expression], RIGHT, Replacing("wrong", "MAX", "MIN"))

    assert case.core == core


def test_an_operator_is_no_function_of_its_name() -> None:
    (case,) = cases([0], ['=CONCATENATE("a","b")&(1/4)'], RIGHT, Replacing("wrong", "/", "*"))

    assert (case.label, case.core, case.ours, case.theirs) == ("DIVIDE", "=1/4", "0.25", "4.0")


def test_an_error_on_purpose_makes_a_check_fail() -> None:
    expressions = ["=1+1", "=MAX(1,2)", "=MIN(1,2)"]
    wrong = Replacing("wrong", "MAX", "MIN")

    outcome = check(expressions, RIGHT.evaluate(expressions), wrong.evaluate(expressions), RIGHT, wrong)

    assert not outcome.holds
    assert [case.expression for case in outcome.unexplained] == ["=MAX(1,2)"]


def test_a_reviewed_difference_lets_a_check_hold_only_for_the_engine_that_it_names() -> None:
    expressions = ["=POWER(0,0)+1", "=2+2"]
    ours = RIGHT.evaluate(expressions)

    for name, holds in (("formualizer", True), ("ironcalc", False)):
        other = Replacing(name, "POWER(0,0)", "1")
        outcome = check(expressions, ours, other.evaluate(expressions), RIGHT, other)

        assert outcome.holds == holds


def test_every_reviewed_difference_is_on_the_page() -> None:
    headings = [line.removeprefix("## ") for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:3] == "## "]

    assert [difference.name for difference in DIFFERENCES] == headings
