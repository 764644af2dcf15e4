"""The summary of a run, for people."""

from __future__ import annotations

from collections import Counter

from rich.console import Console
from rich.table import Table
from rich.text import Text

from xlmill.cli.size import size_text
from xlmill.execution.planner import seconds_text
from xlmill.functions.outside import failures_in
from xlmill.mill.summary import Summary, peak_memory

_FAILURES_SHOWN = 5


def show_summary(done: Summary) -> None:
    """Draw the summary on standard error."""
    console = Console(stderr=True, highlight=False)
    table = Table(show_header=False, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("rows", f"{done.rows:,}")
    if done.resumed:
        table.add_row("resumed", f"{done.resumed:,} of them were done before")
    table.add_row("types", _counts(done.types))
    if done.errors:
        table.add_row("errors", _counts(done.errors))
    if done.failures:
        table.add_row("failed calls", Text(_failures(done)))
    if done.templates:
        table.add_row("templates", f"{done.templates:,} distinct")
    if done.plan is not None:
        workers = "" if done.plan.workers == 1 else f", {done.plan.workers} workers"
        table.add_row("strategy", Text(f"{done.plan.strategy}{workers}: {done.plan.reason}"))
        if done.plan.predicted is not None and done.plan.measured is not None:
            predicted, measured = seconds_text(done.plan.predicted), seconds_text(done.plan.measured)
            table.add_row("prediction", f"{predicted}; measured, with reading and writing, {measured}")
    table.add_row("time", f"{done.seconds:,.3g} s, {done.rate:,.0f} rows a second")
    table.add_row("memory", f"{size_text(peak_memory())} at most in one process")
    console.print(table)
    if done.invalid:
        _show_problems(done, console)


def _show_problems(done: Summary, console: Console) -> None:
    failed = f", {done.failed:,} of them because their worker failed" if done.failed else ""
    console.print(f"[bold]{done.invalid:,} invalid {'row' if done.invalid == 1 else 'rows'}[/bold]{failed}")
    for row, problem in done.first_problems:
        lines = problem.splitlines()
        console.print(Text(f"row {row:,}: {lines[0]}"), soft_wrap=True)
        for line in lines[1:]:
            console.print(Text(f"  {line}"), soft_wrap=True)
    if done.invalid > len(done.first_problems):
        console.print("…")


def _failures(done: Summary) -> str:
    lines = [str(failure) for failure in failures_in(done.failures)]
    more = [f"and {len(lines) - _FAILURES_SHOWN:,} other reasons"] if len(lines) > _FAILURES_SHOWN else []
    return "\n".join(lines[:_FAILURES_SHOWN] + more)


def _counts(counts: Counter[str]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.most_common())
