"""The process that runs a workload by one way, again and again, as it is told on standard input."""

from __future__ import annotations

import gc
import pickle
from dataclasses import dataclass
from typing import Any, BinaryIO

from xlmill.execution import create
from xlmill.lab.digest import Digests
from xlmill.lab.serving import answer, standard_output
from xlmill.lab.timed_run import Timing, timed_run
from xlmill.lab.tree import forget_peak, peak_bytes, processor_time
from xlmill.lab.way import Way
from xlmill.lab.work import Work


@dataclass(frozen=True, slots=True)
class Report:
    """What a run gave: its timing, the processor seconds of all its processes, and the digests of its results.

    `parent_peak` is the most memory, in bytes, that the process was resident in that started the workers.
    """

    timing: Timing
    processor: float | None
    parent_peak: int | None
    digests: Digests


@dataclass(frozen=True, slots=True)
class Run:
    """The command to run the first `rows` rows, timed."""

    rows: int

    def __call__(self, work: Work, way: Way) -> Report:
        gc.collect()  # what earlier runs have left is not this one's to clear
        forget_peak()
        with processor_time() as spent:
            timing, results = _run(work, way, self.rows)
        peak = peak_bytes()
        return Report(timing, spent[0] if spent else None, peak, work.digests(results))


@dataclass(frozen=True, slots=True)
class Show:
    """The command to run the first `last` rows, and to show the results from `first`."""

    first: int
    last: int

    def __call__(self, work: Work, way: Way) -> list[str]:
        return work.shown(_run(work, way, self.last)[1], self.first, self.last)


def serve(commands: BinaryIO) -> None:
    """Answer on standard output what comes until `commands` end: first the work and the way, then commands."""
    answers = standard_output()
    work, way = pickle.load(commands), pickle.load(commands)
    answer(answers, lambda: work.prepare(way))
    while True:
        try:
            command = pickle.load(commands)
        except EOFError:
            return
        answer(answers, lambda command=command: command(work, way))  # type: ignore[misc]


def _run(work: Work, way: Way, rows: int) -> tuple[Timing, Any]:
    strategy = create(way.strategy, work.settings(way))
    return timed_run(strategy, work.task(way), work.chunks(way, rows), work.put_together)
