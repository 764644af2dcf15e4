"""`xlmill plan`: what would be chosen for a workload, and why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from xlmill.cli.run import chunk_size_option, column_option, formula_option, source_argument, workers_option

if TYPE_CHECKING:
    from xlmill.execution.planner import Plan


@click.command("plan")
@source_argument
@column_option
@formula_option
@workers_option
@chunk_size_option
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def plan_command(
    source: str,
    column: str | None,
    formulas: tuple[str, ...],
    workers: int | None,
    chunk_size: int | None,
    as_json: bool,
) -> None:
    """The plan that `run` would make for INPUT, its alternatives and their predicted cost.

    The first few thousand rows are computed to learn what a row costs.
    """
    from xlmill.cli.assignment import formulas_of
    from xlmill.cli.lean_arrow import spare_pandas
    from xlmill.mill.plan import plan

    spare_pandas()
    made = plan(source, column=column, formulas=formulas_of(formulas), workers=workers, chunk_size=chunk_size)
    if as_json:
        print(json.dumps(_plain(made)))
    else:
        _show(made)


def _plain(made: Plan) -> dict[str, object]:
    return {
        "strategy": made.strategy,
        "workers": made.workers,
        "chunk_size": made.chunk_size,
        "reason": made.reason,
        "alternatives": made.table(),
    }


def _show(made: Plan) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from xlmill.cli.size import size_text

    console = Console(highlight=False)
    workers = "" if made.workers == 1 else f" with {made.workers} workers"
    chunks = "" if made.chunk_size is None else f", {made.chunk_size:,} rows a chunk"
    console.print(Text.assemble((made.strategy, "bold"), workers, chunks))
    console.print(Text(made.reason), soft_wrap=True)
    if not made.alternatives:
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("strategy")
    for title in ("workers", "predicted seconds", "memory beside the input"):
        table.add_column(title, justify="right")
    table.add_column("")
    for each in made.alternatives:
        is_chosen = each.strategy == made.strategy
        table.add_row(
            each.strategy,
            str(each.workers),
            f"{each.seconds:,.3g}",
            size_text(each.memory),
            "← chosen" if is_chosen else "",
            style="bold" if is_chosen else None,
        )
    console.print()
    console.print(table)
