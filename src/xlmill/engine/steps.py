"""The order in which a forest is evaluated: its batches from the leaves up, and what is asked for ahead."""

from __future__ import annotations

from dataclasses import dataclass, replace

from xlmill.engine import intersection
from xlmill.engine.batch import Batch, batches
from xlmill.engine.branching import Branching, branching
from xlmill.engine.program import Program
from xlmill.syntax.forest import Forest
from xlmill.syntax.opcode import Opcode
from xlmill.values.column import Index, Mask


@dataclass(frozen=True, slots=True)
class Step:
    """A batch to be run; `in_array`: inside a function that takes arrays; `is_together`: calls of several nodes.

    `needed_at` is the height from which on the value of a function that waits is needed, where there is something to
    compute before; else -1.
    """

    batch: Batch
    in_array: bool
    is_together: bool
    needed_at: int = -1


@dataclass(frozen=True, slots=True)
class Steps:
    """The batches of a forest in order, and how its deferred nodes hang on conditions."""

    forest: Forest
    batches: tuple[Step, ...]
    branching: Branching | None


def aligned_steps(forest: Forest, program: Program, minds_arrays: bool) -> Steps:
    """For one tree over many rows: a node at a time, save calls, of which many are made at once.

    `minds_arrays`: whether it makes a difference to stand inside a function that takes arrays.
    """
    branches = branching(forest, program)
    arrayed = intersection.array_context(forest, program) if minds_arrays else None
    steps: list[Step] = []
    for batch in batches(forest, forest.height if branches is None else branches.heights):
        if batch.op == Opcode.CALL and len(batch.nodes) > 1:
            steps.append(Step(batch, False, True))
            continue
        nodes = [batch.nodes[at : at + 1] for at in range(len(batch.nodes))]
        steps.extend(_step(replace(batch, nodes=node), arrayed, branches) for node in nodes)
    return Steps(forest, _asked_first(steps), branches)


def scattered_steps(forest: Forest, program: Program, minds_arrays: bool, waiting: Index) -> Steps:
    """For many trees, each in one row: the nodes that wait for their value, in batches by height and function."""
    # What is deferred is never settled by machine code, so it would be among these.
    is_deferred = program.deferred[forest.op[waiting]].any()
    branches = branching(forest, program) if is_deferred else None
    arrayed = intersection.array_context(forest, program) if minds_arrays else None
    steps: list[Step] = []
    for batch in batches(forest, forest.height if branches is None else branches.heights, waiting, program.forms.form):
        if arrayed is None:
            steps.append(_step(batch, None, branches))
            continue
        inside = arrayed[batch.nodes]
        parts = (batch.nodes[inside], batch.nodes[~inside])
        steps.extend(_step(replace(batch, nodes=nodes), arrayed, branches) for nodes in parts if len(nodes))
    return Steps(forest, _asked_first(steps), branches)


def _step(batch: Batch, arrayed: Mask | None, branches: Branching | None) -> Step:
    in_array = arrayed is not None and bool(arrayed[batch.nodes[0]])
    needed_at = -1 if branches is None else branches.needed_at(batch.op, batch.height)
    return Step(batch, in_array, False, needed_at)


def _asked_first(steps: list[Step]) -> tuple[Step, ...]:
    """What is asked for first is waited for while the others of its height are computed."""
    if not any(step.needed_at >= 0 for step in steps):
        return tuple(steps)
    ordered = sorted(steps, key=lambda step: (step.batch.height, step.needed_at < 0))
    for at, step in enumerate(ordered):
        if at + 1 == len(ordered) or ordered[at + 1].batch.height >= step.needed_at:
            ordered[at] = replace(step, needed_at=-1)
    return tuple(ordered)
