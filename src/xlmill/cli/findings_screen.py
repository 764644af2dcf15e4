"""What a comparison found beside its table, on the screen: the article's experiments, verdicts, faults, regret."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from xlmill.lab.findings import ArticleTime, Judgement
from xlmill.lab.quantities import seconds_text
from xlmill.lab.record import Record

_STYLES: dict[Judgement, str] = {
    "holds": "green",
    "holds under conditions": "yellow",
    "misleading": "red",
    "does not hold": "red",
}
_WORST_CELLS = 5


def show_findings(console: Console, record: Record) -> None:
    """Draw all that there is, one after another."""
    _show_article(console, record)
    _show_claims(console, record)
    _show_faults(console, record)
    _show_regret(console, record)


def _show_article(console: Console, record: Record) -> None:
    for experiment in record.article:
        console.print(Text(experiment.title, style="bold"))
        table = _table("strategy", "article", "here")
        for each in experiment.times:
            table.add_row(each.strategy, each.article or "–", _time(each))
        console.print(table)
        console.print()


def _show_claims(console: Console, record: Record) -> None:
    if not record.claims:
        return
    table = Table(
        title="What is claimed",
        title_justify="left",
        title_style="bold",
        box=None,
        pad_edge=False,
        padding=(0, 2, 1, 0),
    )
    for name in ("", "claim", "verdict here", "figures"):
        table.add_column(name, header_style="bold")
    for claim in record.claims:
        verdict = Text(claim.verdict, style=_STYLES[claim.verdict])
        if claim.conditions is not None:
            verdict.append(f": {claim.conditions}", style="default")
        table.add_row(str(claim.number), claim.claim, verdict, claim.text)
    console.print(table)
    console.print()


def _show_faults(console: Console, record: Record) -> None:
    if not record.faults:
        return
    console.print(Text("When a worker is killed", style="bold"))
    table = _table("strategy", "rows back", "time", "blame")
    table.add_column("what happens")
    for fault in dict.fromkeys(row.fault for row in record.faults):
        table.add_row(Text(fault, style="italic"))
        for row in (row for row in record.faults if row.fault == fault):
            blame = "–" if row.blamed is None else "right" if row.blamed else "none"
            style = "red" if row.hung or row.returned == 0 else ""
            back = f"{row.returned} of {row.rows}"
            table.add_row(row.strategy, back, seconds_text(row.seconds), blame, row.text, style=style)
    console.print(table)
    console.print()


def _show_regret(console: Console, record: Record) -> None:
    if record.regret is None:
        return
    found = record.regret
    head = f"The planner over {len(found.cells)} workloads: regret median {found.median:.2f}, 95th percentile "
    console.print(Text(f"{head}{found.percentile_95:.2f}; the worst:"))
    table = _table("workload", "chosen", "best", "regret")
    for cell in found.cells[:_WORST_CELLS]:
        table.add_row(cell.cell, cell.chosen, cell.best, f"{cell.regret:.2f}")
    console.print(table)
    console.print()


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(first, header_style="bold", no_wrap=True)
    for name in others:
        table.add_column(name, justify="right", header_style="bold", no_wrap=True)
    return table


def _time(time: ArticleTime) -> str:
    return f"{'≈ ' if time.extrapolated else ''}{seconds_text(time.median)}"
