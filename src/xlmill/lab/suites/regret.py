"""The suite that judges the planner: what it chose over the best that was measured, over a grid of workloads."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from functools import partial
from statistics import median

from xlmill.lab.apart import call_apart
from xlmill.lab.findings import Axis, Regret, RegretCell, Series, Sweep
from xlmill.lab.function_tasks import FunctionTasks
from xlmill.lab.measurement import Measurement, Stage
from xlmill.lab.planner_grid import Cell, Payloads, grid, task_of
from xlmill.lab.planner_regret import Judged, judge_cell, verdict
from xlmill.lab.points import points
from xlmill.lab.record import Record
from xlmill.lab.suites.suite import Effort, Suite
from xlmill.lab.way import ways

_TYPICAL = Cell(1_000, 1e-3)
_MAIN = 0.15
# No cell takes so long; one that does hangs.
_CELL_SECONDS = 120.0
_LEAST_CELLS = 2
_REPEATS = 3


def run(effort: Effort) -> Record:
    """A typical cell by every strategy; then as many cells of the grid as the budget allows, drawn by chance."""
    began = time.monotonic()
    work = FunctionTasks(task_of(_TYPICAL), Payloads(_TYPICAL.count, _TYPICAL.payload))
    tell = effort.part(0, 2, "a typical workload")
    chosen = ways(None, effort.workers)
    record = Measurement(work, chosen, effort.repeat, _MAIN * effort.budget, effort.seed, tell).record()
    record.suite = "planner"
    record.workload = f"pure Python, {1000 * _TYPICAL.seconds:g} ms each"
    judged = _judged(effort, began + effort.budget)
    found = verdict(judged)
    record.regret = Regret(found.median, found.percentile_95, [_cell(each) for each in found.judged])
    record.sweeps = [by_count(judged)]
    record.budget, record.seconds = effort.budget, time.monotonic() - began
    return record


def _judged(effort: Effort, end: float) -> list[Judged]:
    chance = random.Random(effort.seed)
    cells = grid()
    chance.shuffle(cells)
    judged: list[Judged] = []
    for cell in cells:
        if len(judged) >= _LEAST_CELLS and time.monotonic() > end:
            break
        effort.part(1, 2, "the grid")(Stage(str(cell), len(judged), len(cells)))
        judged.append(call_apart(partial(judge_cell, cell, _REPEATS, random.Random(effort.seed)), _CELL_SECONDS))
    return judged


def _cell(judged: Judged) -> RegretCell:
    return RegretCell(str(judged.cell), judged.chosen, judged.best, judged.regret, dict(judged.seconds))


def by_count(judged: Sequence[Judged]) -> Sweep:
    """The regret against the number of tasks, over the cells that have so many."""
    regrets: dict[float, list[float]] = {}
    for each in judged:
        regrets.setdefault(each.cell.count, []).append(each.regret)
    worst = max(regrets, key=lambda count: median(regrets[count]))
    return Sweep(
        "count",
        "The planner's regret by number of tasks",
        Axis("tasks", "", "log"),
        Axis("chosen over best", "×"),
        [Series("auto", points(regrets))],
        f"Over {len(judged)} workloads the planner's choice is worst with {worst:,} tasks: "
        f"{median(regrets[worst]):.2f} times the best, in the middle.",
    )


SUITE = Suite("planner", 300.0, run)
