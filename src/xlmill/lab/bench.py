"""The process that runs a workload by one way, again and again, as it is told on standard input."""

from __future__ import annotations

import gc
import pickle
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO

from xlmill.execution import create
from xlmill.lab.digest import Digests
from xlmill.lab.findings import Span
from xlmill.lab.serving import answer, standard_output
from xlmill.lab.timed_run import TimedRun, Timing, timed_run
from xlmill.lab.timeline import timeline_of
from xlmill.lab.tree import forget_peak, peak_bytes, processor_time
from xlmill.lab.way import Way
from xlmill.lab.work import Work


@dataclass(frozen=True, slots=True)
class Report:
    """What a run gave: its timing, the processor seconds of all its processes, and the digests of its results.

    `parent_peak` is the most memory, in bytes, that the process was resident in that started the workers. `timeline`
    is empty where nobody asked for it.
    """

    timing: Timing
    processor: float | None
    parent_peak: int | None
    digests: Digests
    timeline: list[Span] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Run:
    """The command to run the first `rows` rows, timed; `with_timeline` to tell who computed what when.

    `workers`: None for as many as the way has.
    """

    rows: int
    with_timeline: bool = False
    workers: int | None = None

    def __call__(self, work: Work, way: Way) -> Report:
        if self.workers is not None:
            way = replace(way, workers=self.workers)
        gc.collect()  # what earlier runs have left is not this one's to clear
        forget_peak()
        with processor_time() as spent:
            ran = _run(work, way, self.rows)
        peak = peak_bytes()
        timeline = timeline_of(way.strategy, ran.began, ran.outcomes) if self.with_timeline else []
        return Report(ran.timing, spent[0] if spent else None, peak, work.digests(ran.results), timeline)


@dataclass(frozen=True, slots=True)
class Show:
    """The command to run the first `last` rows, and to show the results from `first`."""

    first: int
    last: int

    def __call__(self, work: Work, way: Way) -> list[str]:
        return work.shown(_run(work, way, self.last).results, self.first, self.last)


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


def _run(work: Work, way: Way, rows: int) -> TimedRun[Any, Any]:
    strategy = create(way.runs_by, work.settings(way))
    return timed_run(strategy, work.task(way), work.chunks(way, rows), work.put_together)
