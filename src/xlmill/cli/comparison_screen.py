"""A comparison on the screen: the answer first, then the figures."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from xlmill.cli.findings_screen import show_findings
from xlmill.lab.comparison import Comparison
from xlmill.lab.headings import Heading, headings, part_headings

# Between columns.
_GAP = 2


def show_comparison(comparison: Comparison) -> None:
    """Draw a comparison on standard output: as many columns as a terminal has room for, all in a pipe."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=10_000)
    record = comparison.record
    console.print(Text(comparison.recommendation.sentence, style="bold"), soft_wrap=not console.is_terminal)
    console.print(Text(f"{record.rows:,} {record.unit} of {record.workload}; identical results by all.", style="dim"))
    console.print()
    offered = [*headings(record.memory_measure), *part_headings()[1:]]
    columns = _that_fit(comparison, offered, console.width)
    console.print(_table(comparison, columns))
    console.print()
    show_findings(console, record)
    for condition in comparison.recommendation.conditions:
        console.print(Text(condition, style="dim"))
    for warning in comparison.warnings:
        console.print(Text(f"! {warning}", style="yellow"))
    rounds = f"{record.rounds} rounds in random order (seed {record.seed})"
    method = f"medians of {rounds}, after a warm-up that was dropped; memory is peak {record.memory_measure}."
    console.print(Text(method, style="dim"))


def _that_fit(comparison: Comparison, columns: Sequence[Heading], width: int) -> list[Heading]:
    """The first columns, which are the most telling, as far as there is room."""
    room = width
    fitting = []
    for column in columns:
        room -= max(len(column.name), *(len(column.cell(row)) for row in comparison.figures)) + _GAP
        if room < -_GAP:
            break
        fitting.append(column)
    return fitting


def _table(comparison: Comparison, columns: Sequence[Heading]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    for place, column in enumerate(columns):
        table.add_column(column.name, justify="right" if place else "left", no_wrap=True)
    for row in comparison.figures:
        style = "green" if row.way.strategy == comparison.recommendation.strategy else ""
        table.add_row(*(column.cell(row) for column in columns), style=style)
    return table
