"""One formula's evaluation, told step by step."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from xlmill.engine.batch import batches
from xlmill.engine.branching import Branching, branching
from xlmill.engine.chunk import evaluate_forest
from xlmill.engine.evaluator import Evaluation, Lanes, Surroundings
from xlmill.engine.names import NameScope
from xlmill.engine.profile import row_loops
from xlmill.engine.program import program
from xlmill.engine.run import Run
from xlmill.engine.store import ScatteredStore
from xlmill.engine.template import template_text
from xlmill.syntax.forest import Forest
from xlmill.syntax.printer import print_formula
from xlmill.syntax.tree import Tree
from xlmill.values.column import ARRAY, FUNCTION, REFERENCE, Column, Kind
from xlmill.values.python_value import python_from_column
from xlmill.values.text_column import Texts


@dataclass(frozen=True, slots=True)
class Given:
    """What a node gave: its kind, in words, and its value; a reference's value is what its cells hold."""

    kind: str
    value: Any


@dataclass(frozen=True, slots=True)
class Step:
    """A batch: nodes of one function at one height above the leaves, evaluated together."""

    height: int
    nodes: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a formula came to its value.

    `given` is by node; what stands in the body of a LAMBDA, or in a branch that needed no call, is not in it.
    `steps` are in the order of evaluation; leaves whose value stands in the formula need none. `loops` has the
    functions that would loop over the rows of a workload, with the lines of Python that they run for each; a formula
    that is slow by itself is not tried.
    """

    formula: str
    template: str
    tree: Tree
    given: dict[int, Given]
    steps: tuple[Step, ...]
    value: Any
    loops: dict[str, float]


# A workload of so many copies of the formula tells loops over rows; a formula that takes longer is not tried.
_COPIES = 100
_LONGEST_SECONDS = 0.05


def explain(forest: Forest, run: Run) -> Explanation:
    """Evaluate the only formula of a forest, and tell how."""
    made = program()
    evaluation = Evaluation(run, made, NameScope())
    branches = branching(forest, made)
    heights = forest.height if branches is None else branches.heights
    began = time.perf_counter()
    with np.errstate(all="ignore"):
        used_up = forest.copied()
        store = ScatteredStore(used_up, np.zeros(1, np.int64))
        evaluation.evaluate(used_up, store, 1)
    is_quick = time.perf_counter() - began < _LONGEST_SECONDS
    text = print_formula(forest, 0, made.table)
    given = {
        node: _given(store.values(np.array([node])), evaluation)
        for node in np.flatnonzero(forest.depth == 0).tolist()
        if _is_needed(node, used_up, store, evaluation, branches)
    }
    steps = []
    for batch in batches(forest, heights):
        nodes = tuple(Tree(forest, node, made.table) for node in batch.nodes.tolist())
        steps.append(Step(batch.height, nodes))
    return Explanation(
        text,
        template_text(forest, 0, made.table, run.formula_cell),
        Tree.of_row(forest, 0, made.table),
        given,
        tuple(steps),
        python_from_column(evaluate_forest(forest.copied(), run))[0],
        row_loops(Texts.from_strings([text] * _COPIES), run) if is_quick else {},
    )


def _given(column: Column, evaluation: Evaluation) -> Given:
    kind = Kind(int(column.kinds[0])).name.lower()
    if column.has(FUNCTION):
        return Given("lambda", None)
    if column.has(REFERENCE):
        column = Surroundings(evaluation, Lanes.of(np.zeros(1, np.int64)), False).read(column)
        kind = "area" if column.has(ARRAY) else "cell"
    return Given(kind, python_from_column(column)[0])


def _is_needed(
    node: int, forest: Forest, store: ScatteredStore, evaluation: Evaluation, branches: Branching | None
) -> bool:
    """Whether the node was evaluated: calls are made only where their branch is taken."""
    if branches is None or not evaluation.program.deferred[forest.op[node]]:
        return True
    active = branches.active(np.array([node]), forest, store, evaluation.program, 1)
    return active is None or bool(active[0])
