"""The grid on which the planner is judged: numbers of tasks, their cost, waiting, the GIL, payloads; and expressions.

What is done with a cell, `planner_regret.judge_cell` does; the suite and `python -m benchmarks.planner` call it for the
cells of `grid`, in an order by chance where there is not the time for all.
"""

from __future__ import annotations

import functools
import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from xlmill.execution import Event, Planned, Prediction, Workload, costs, map, plan
from xlmill.execution.planner import CANDIDATES
from xlmill.lab.expression_grid import expression_grid

COUNTS = (10, 100, 1_000, 10_000, 100_000, 1_000_000)
SECONDS = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0)
WAITING = (0.0, 0.5, 1.0)
PAYLOADS = (8, 100_000)

# A timer is no more exact than that.
SHORTEST_WAIT = 1e-4
# Hashing keeps the GIL for shorter pieces.
SHORTEST_GIL_FREE = 1e-5

_TRIAL_LOOPS = 200_000
_TRIAL_BYTES = 4_000_000


@dataclass(frozen=True, slots=True)
class Cell:
    """A workload of the grid: `count` tasks of `seconds` each, a share of which waits.

    gil_free: what computes releases the GIL. payload: bytes of a task.
    """

    count: int
    seconds: float
    waiting: float = 0.0
    gil_free: bool = False
    payload: int = 8

    @property
    def work(self) -> float:
        """Seconds of all tasks, one after another."""
        return self.count * self.seconds

    @property
    def workload(self) -> Workload:
        """What the planner would know if its probe were perfect."""
        return Workload(
            self.count, self.seconds, self.waiting, float(self.gil_free), bytes_in=self.payload, bytes_out=5.0
        )

    def alternatives(self) -> Sequence[Prediction]:
        """The best prediction for each strategy, soonest done first."""
        return plan(self.workload, candidates=CANDIDATES, costs=costs()).alternatives

    def measure(self, strategy: str, workers: int | None) -> tuple[float, Planned]:
        """Seconds by a strategy, and what was planned; raises AssertionError where results are wrong."""
        events: list[Planned] = []

        def observe(event: Event) -> None:
            if isinstance(event, Planned):
                events.append(event)

        task, tasks = task_of(self), Payloads(self.count, self.payload)
        began = time.perf_counter()
        results = map(task, tasks, strategy=strategy, workers=workers, progress=observe)
        took = time.perf_counter() - began
        if results != [self.payload] * self.count:
            raise AssertionError(f"{strategy} gave wrong results for {self}")
        return took, events[0]

    def __str__(self) -> str:
        kind = "GIL-free" if self.gil_free else "Python"
        return f"{self.count:,} x {self.seconds:g} s, {self.waiting:.0%} waiting, {kind}, {self.payload:,} bytes"


class GridCell(Protocol):
    """A workload that is measured by one strategy or another; its text is what people read."""

    @property
    def count(self) -> int:
        """How many tasks."""
        ...

    def alternatives(self) -> Sequence[Prediction]:
        """The strategies that may be best, each with its workers, soonest done first as far as that is known."""
        ...

    def measure(self, strategy: str, workers: int | None) -> tuple[float, Planned]:
        """Seconds by a strategy, and what was planned; raises AssertionError where results are wrong."""
        ...


def grid(most_seconds: float = 2.0) -> list[GridCell]:
    """The cells that take at most about `most_seconds` by the best strategy there could be."""
    return [*function_grid(most_seconds), *expression_grid(most_seconds)]


def function_grid(most_seconds: float) -> list[Cell]:
    """Those of plain Python functions."""
    cells = []
    for count in COUNTS:
        for seconds in SECONDS:
            for waiting in WAITING:
                for gil_free in (False, True):
                    cell = Cell(count, seconds, waiting, gil_free)
                    if _makes_sense(cell) and _shortest(cell) <= most_seconds:
                        cells.append(cell)
            heavy = Cell(count, seconds, payload=PAYLOADS[-1])
            if heavy.count * heavy.payload <= 2e8 and _shortest(heavy) <= most_seconds:
                cells.append(heavy)
    return cells


def _makes_sense(cell: Cell) -> bool:
    if cell.waiting and cell.seconds < SHORTEST_WAIT:
        return False
    if cell.gil_free:
        return cell.waiting < 1 and cell.seconds >= SHORTEST_GIL_FREE
    return True


def _shortest(cell: Cell) -> float:
    return max(cell.work * (1 - cell.waiting) / 2, cell.work * cell.waiting / 64)


@dataclass(frozen=True, slots=True)
class GridTask:
    """A function of one task: so many turns of a loop, so many bytes hashed without the GIL, so many seconds waited."""

    loops: int
    hashed: int
    waits: float

    def __call__(self, payload: bytes) -> int:
        for _ in range(self.loops):
            pass
        if self.hashed:
            hashlib.sha256(_block(self.hashed)).digest()
        if self.waits:
            time.sleep(self.waits)
        return len(payload)


def task_of(cell: Cell) -> GridTask:
    """The function that costs what the cell says, on this machine."""
    computing = cell.seconds * (1 - cell.waiting)
    loops = 0 if cell.gil_free else round(computing * _loops_per_second())
    hashed = round(computing * _bytes_per_second()) if cell.gil_free else 0
    return GridTask(loops, hashed, cell.seconds * cell.waiting)


@dataclass(frozen=True, slots=True)
class Payloads:
    """`number` tasks of `size` bytes, each an object of its own, made when it is read."""

    number: int
    size: int

    def __len__(self) -> int:
        return self.number

    def __iter__(self) -> Iterator[bytes]:
        return (bytes(self.size) for _ in range(self.number))


@functools.cache
def _block(size: int) -> bytes:
    return bytes(size)


@functools.cache
def _loops_per_second() -> float:
    spin = GridTask(_TRIAL_LOOPS, 0, 0.0)
    return _TRIAL_LOOPS / min(_seconds(spin) for _ in range(9))


@functools.cache
def _bytes_per_second() -> float:
    hashing = GridTask(0, _TRIAL_BYTES, 0.0)
    return _TRIAL_BYTES / min(_seconds(hashing) for _ in range(9))


def _seconds(task: GridTask) -> float:
    began = time.perf_counter()
    task(b"")
    return time.perf_counter() - began
