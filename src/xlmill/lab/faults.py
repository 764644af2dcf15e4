"""What each strategy does when a worker is killed: rows returned, time, blame."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from xlmill.execution import create, cut
from xlmill.execution.each_item import EachItem
from xlmill.lab.apart import call_apart
from xlmill.lab.findings import FaultRow
from xlmill.lab.own_process import BenchError, EndedError, LateError
from xlmill.lab.quantities import seconds_text
from xlmill.lab.way import Way

ONCE, ALWAYS = "a worker is killed once", "a row kills every worker"
ROWS = 50
GUILTY = 25

_CHUNK = 5
_SECONDS = 0.002
# What takes so many times as long as an undisturbed run, and so many seconds, would never end.
_HUNG_TIMES = 10.0
_HUNG_SECONDS = 5.0
_TIMEOUT = 120.0


@dataclass(frozen=True, slots=True)
class Fatal:
    """A task of two milliseconds; on the row `guilty` it kills its process: always, or while there is no `mark`."""

    guilty: int | None = GUILTY
    mark: Path | None = None

    def __call__(self, row: int) -> int:
        time.sleep(_SECONDS)
        if row == self.guilty and (self.mark is None or not _was_there(self.mark)):
            os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
        return -row


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that came to its end: rows right, rows that were reported, and seconds."""

    returned: int
    reported: tuple[int, ...]
    seconds: float


def fault_rows(ways: Iterable[Way], told: Callable[[str], None] = lambda text: None) -> list[FaultRow]:
    """A row for each way and each fault. Each run has a process of its own, which is ended where it hangs."""
    found = []
    for way in ways:
        told(f"{way.strategy}: nobody is killed")
        undisturbed = call_apart(partial(_run, way, Fatal(None)), _TIMEOUT)
        patience = max(_HUNG_SECONDS, _HUNG_TIMES * undisturbed.seconds)
        for fault in (ONCE, ALWAYS):
            told(f"{way.strategy}: {fault}")
            found.append(_row(way, fault, patience))
    return found


def _row(way: Way, fault: str, patience: float) -> FaultRow:
    with tempfile.TemporaryDirectory(prefix="xlmill-") as folder:
        task = Fatal(mark=Path(folder) / "killed" if fault == ONCE else None)
        began = time.monotonic()
        problem: BenchError | None = None
        ended: Ended | None = None
        try:
            ended = call_apart(partial(_run, way, task), patience)
        except BenchError as error:
            problem = error
        took = time.monotonic() - began
    return judge(way.strategy, fault, ended, problem, took)


def judge(strategy: str, fault: str, ended: Ended | None, problem: BenchError | None, took: float) -> FaultRow:
    """What a run says of a strategy, or the problem that kept it from its end after `took` seconds."""
    if ended is None:
        hung = isinstance(problem, LateError)
        if hung:
            text = f"it still waited after {seconds_text(took)}, and was ended: nothing came back"
        elif isinstance(problem, EndedError):
            text = "the program itself was killed, and everything lost"
        else:
            text = f"it gave up, and everything was lost: {problem}"
        return FaultRow(strategy, fault, ROWS, 0, took, None if fault == ONCE else False, hung, text)
    blamed = None if fault == ONCE else ended.reported == (GUILTY,)
    lost = ROWS - ended.returned
    if lost == 0:
        text = "every row came back"
    elif blamed and lost == 1:
        text = "the guilty row was reported, and every other came back"
    else:
        text = f"{lost} of {ROWS} rows were lost"
    text += f", after {seconds_text(ended.seconds)}"
    return FaultRow(strategy, fault, ROWS, ended.returned, ended.seconds, blamed, False, text)


def _run(way: Way, task: Fatal) -> Ended:
    chunk = 1 if way.is_newcomers or not way.traits.takes_chunks else _CHUNK
    returned, reported = 0, []
    began = time.perf_counter()
    with create(way.runs_by, way.plain_settings()) as strategy:
        each: EachItem[int, int] = EachItem(task, travels=True)
        outcomes: Iterable[Any] = strategy.map(each, cut(range(ROWS), chunk))
        for outcome in outcomes:
            rows = outcome.chunk.items
            if outcome.fault is not None:
                reported += rows
            else:
                returned += sum(result == -row for row, result in zip(rows, outcome.value, strict=True))
    return Ended(returned, tuple(reported), time.perf_counter() - began)


def _was_there(mark: Path) -> bool:
    """Whether the mark is there; if not, it is now."""
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        return True
    return False
