"""`xlmill run`: the main job."""

from __future__ import annotations

import sys
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from xlmill.cli.ending import HAS_PROBLEMS

if TYPE_CHECKING:
    from xlmill.mill.summary import Summary


class SummaryForm(StrEnum):
    """How the summary is told."""

    TEXT = "text"
    JSON = "json"


Input = Annotated[
    str,
    typer.Argument(
        metavar="INPUT", help=".txt (one expression a line), .csv, .tsv, .jsonl, .parquet, .arrow, or - for lines."
    ),
]
Output = Annotated[
    str, typer.Option("-o", "--output", metavar="OUTPUT", help="The same formats, or - for one value a line.")
]
Column = Annotated[
    str | None,
    typer.Option(
        "--column",
        metavar="NAME",
        help="The column of expressions. Default: expression, else formula, else the only text column.",
    ),
]
Formulas = Annotated[
    list[str] | None,
    typer.Option("--formula", metavar="NAME=EXPR", help="A new column, by a formula over the rows. Repeatable."),
]
Strategy = Annotated[
    str, typer.Option("--strategy", metavar="S", help="auto, serial, threads, pool, process, mp-pool or mp-process.")
]
Workers = Annotated[
    int | None, typer.Option("--workers", metavar="N", help="Workers at once; -1: one for each usable core.")
]
ChunkSize = Annotated[
    int | None, typer.Option("--chunk-size", metavar="N", min=1, help="Rows handed to a worker at a time.")
]
Timeout = Annotated[
    float | None, typer.Option("--timeout", metavar="SEC", help="Seconds that one row may take (processes only).")
]
MemoryLimit = Annotated[
    str | None,
    typer.Option("--memory-limit", metavar="SIZE", help="Memory of one worker, such as 500M or 2G (processes only)."),
]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with status 1 if rows are invalid or have failed.")]
Form = Annotated[SummaryForm, typer.Option("--summary", help="A table, or JSON on standard output.")]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="What RAND starts from.")]
Clock = Annotated[
    str | None,
    typer.Option("--clock", metavar="ISO", help="What NOW reads, such as 2026-01-31T12:00. Default: the time now."),
]


def command(
    source: Input,
    target: Output,
    column: Column = None,
    formulas: Formulas = None,
    strategy: Strategy = "auto",
    workers: Workers = None,
    chunk_size: ChunkSize = None,
    timeout: Timeout = None,
    memory_limit: MemoryLimit = None,
    strict: Strict = False,
    summary: Form = SummaryForm.TEXT,
    seed: Seed = 0,
    clock: Clock = None,
) -> None:
    """Evaluate every expression of INPUT, or formulas over its rows, and write OUTPUT."""
    from xlmill.cli.progress import shown_progress
    from xlmill.cli.size import byte_count
    from xlmill.mill.pipeline import Options
    from xlmill.mill.run import run

    assigned = formulas_of(formulas or ())
    moment = clock_of(clock)
    limit = None if memory_limit is None else byte_count(memory_limit, "--memory-limit")
    with shown_progress() as progress:
        options = Options(strategy, workers, chunk_size, timeout, limit, progress=progress)
        done = run(source, target, column=column, formulas=assigned, options=options, clock=moment, seed=seed)
    _tell(done, summary, writes_to_stdout=target == "-")
    if strict and done.invalid:
        sys.exit(HAS_PROBLEMS)


def formulas_of(assignments: list[str] | tuple[str, ...]) -> dict[str, str]:
    """The formulas of `--formula NAME=EXPR`, by the names of their columns."""
    from xlmill.cli.assignment import split_assignment
    from xlmill.exceptions import InputError

    found: dict[str, str] = {}
    for assignment in assignments:
        name, formula = split_assignment(assignment, "--formula")
        if name in found:
            raise InputError(f"--formula {name} is given twice")
        found[name] = formula
    return found


def clock_of(text: str | None) -> datetime | None:
    """The moment of `--clock`."""
    from xlmill.exceptions import InputError

    if text is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"--clock {text}: write it like 2026-01-31T12:00") from None


def _tell(done: Summary, form: SummaryForm, writes_to_stdout: bool) -> None:
    if form is SummaryForm.JSON:
        print(done.to_json(), file=sys.stderr if writes_to_stdout else sys.stdout)
        return
    from xlmill.cli.summary_screen import show_summary

    show_summary(done)
