"""Progress on a terminal: rows done, rate, time left, workers busy, the plan's reason."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from xlmill.execution.progress import Event, Observer, Planned, RowsDone, WorkerLost, WorkersBusy

if TYPE_CHECKING:
    from rich.progress import Progress
    from rich.text import Text


@contextmanager
def shown_progress() -> Iterator[Observer | None]:
    """An observer that draws on standard error while the block runs; None where that is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console, Group
    from rich.live import Live
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.text import Text

    console = Console(stderr=True, highlight=False)
    progress = Progress(
        TextColumn("{task.fields[rows]} rows"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.fields[workers]}"),
        console=console,
    )
    reason = Text(style="dim")
    with Live(Group(progress, reason), console=console, transient=True):
        yield _Screen(progress, reason)


class _Screen:
    """What the observer of a run draws."""

    def __init__(self, progress: Progress, reason: Text) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=None, rows="0", rate="", workers="")
        self._reason = reason
        self._strategy = ""

    def __call__(self, event: Event) -> None:
        if isinstance(event, Planned):
            self._strategy = event.strategy
            workers = "" if event.workers == 1 else f", {event.workers} workers"
            self._progress.update(self._task, workers=event.strategy + workers)
            self._reason.append(event.reason)
        elif isinstance(event, RowsDone):
            total = None if event.total is None else max(event.total, event.rows)
            rows = f"{event.rows:,}" if total is None else f"{event.rows:,} of about {total:,}"
            self._progress.update(self._task, completed=event.rows, total=total, rows=rows)
            speed = self._progress.tasks[0].finished_speed or self._progress.tasks[0].speed
            self._progress.update(self._task, rate=f"{speed:,.0f}/s" if speed else "")
        elif isinstance(event, WorkersBusy):
            busy = f"{self._strategy}, {event.busy} of {event.alive} workers busy"
            self._progress.update(self._task, workers=busy)
        elif isinstance(event, WorkerLost):
            lost = f"worker {event.worker} lost: {event.fault}; its {event.rows:,} rows run again or are given up"
            self._progress.console.print(lost, style="yellow", markup=False)
