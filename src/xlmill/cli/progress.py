"""Progress on a terminal: rows done, rate, time left, workers busy, the plan's reason."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from xlmill.execution.progress import Event, Observer, Planned, RowsDone, WorkerLost, WorkersBusy

if TYPE_CHECKING:
    from rich.progress import Progress


@contextmanager
def shown_progress() -> Iterator[Observer | None]:
    """An observer that draws on standard error while the block runs; None where that is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.fields[rows]} rows"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.fields[workers]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield _Screen(progress)


class _Screen:
    """What the observer of a run draws."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=None, rows="0", rate="", workers="")
        self._planned = ""

    def __call__(self, event: Event) -> None:
        if isinstance(event, Planned):
            self._planned = event.strategy if event.workers == 1 else f"{event.strategy}, {event.workers} workers"
            self._progress.update(self._task, workers=self._planned)
            self._progress.console.print(f"[dim]{self._planned}: {event.reason}[/dim]", highlight=False)
        elif isinstance(event, RowsDone):
            total = None if event.total is None else max(event.total, event.rows)
            shown = f"{event.rows:,}" if total is None else f"{event.rows:,} of about {total:,}"
            self._progress.update(self._task, completed=event.rows, total=total, rows=shown)
            speed = self._progress.tasks[0].finished_speed or self._progress.tasks[0].speed
            self._progress.update(self._task, rate=f"{speed:,.0f}/s" if speed else "")
        elif isinstance(event, WorkersBusy):
            self._progress.update(self._task, workers=f"{self._planned}, {event.busy} of {event.alive} busy")
        elif isinstance(event, WorkerLost):
            lost = f"worker {event.worker} lost: {event.fault}; {event.rows:,} rows are given to another"
            self._progress.console.print(lost, style="yellow", highlight=False, markup=False)
