"""The suite on tasks that wait: which strategy, and how many at once."""

from __future__ import annotations

import time

from xlmill.lab.claims import threads_and_gil, waiting_tasks
from xlmill.lab.claims.tasks import wait
from xlmill.lab.function_tasks import FunctionTasks
from xlmill.lab.measurement import Measurement, Stage
from xlmill.lab.record import Record
from xlmill.lab.suites.suite import Effort, Suite, inquire
from xlmill.lab.way import Way, ways

INQUIRIES = (threads_and_gil.INQUIRY, waiting_tasks.INQUIRY)

_TASKS = 32
_SECONDS = 0.05
_STRATEGIES = ("serial", "threads", "asyncio", "pool", "process", "mp-pool", "mp-process")
_MAIN = 0.5


def run(effort: Effort) -> Record:
    """Waits by every strategy, as many at once as there are; then by their number, and by the share of waiting."""
    began = time.monotonic()
    parts = 1 + len(INQUIRIES)
    work = FunctionTasks(wait, [_SECONDS] * _TASKS)
    chosen = [_wide(way, effort.workers) for way in ways(_STRATEGIES, effort.workers)]
    tell = effort.part(0, parts, f"{_TASKS} waits")
    record = Measurement(work, chosen, effort.repeat, _MAIN * effort.budget, effort.seed, tell).record()
    record.suite = "io"
    record.workload = f"waiting {_SECONDS:g} s each"

    def tell_inquiry(number: int, text: str) -> None:
        effort.part(1 + number, parts, "experiment")(Stage(text, 0, 1))

    inquire(INQUIRIES, (1 - _MAIN) * effort.budget, record, tell_inquiry)
    record.budget, record.seconds = effort.budget, time.monotonic() - began
    return record


def _wide(way: Way, workers: int | None) -> Way:
    """Threads and the event loop with a place for each wait: they cost hardly anything. Processes one a core."""
    is_wide = workers is None and way.traits.shares_memory and way.workers > 1
    return Way(way.strategy, _TASKS, way.start_method) if is_wide else way


SUITE = Suite("io", 120.0, run)
