"""`xlmill run`: the main job."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING

import click

from xlmill.cli.ending import HAS_PROBLEMS
from xlmill.cli.evaluate import allow_host_option

if TYPE_CHECKING:
    from xlmill.mill.summary import Summary

# What `run` and `plan` alike are given.
source_argument = click.argument("source", metavar="INPUT")
column_option = click.option(
    "--column",
    metavar="NAME",
    help="The column of expressions. Default: expression, else formula, else the only text column.",
)
formula_option = click.option(
    "--formula",
    "formulas",
    metavar="NAME=EXPR",
    multiple=True,
    help="A new column, by a formula over the rows. Repeatable.",
)
workers_option = click.option("--workers", metavar="N", type=int, help="Workers at once; -1: one for each usable core.")
chunk_size_option = click.option(
    "--chunk-size", metavar="N", type=click.IntRange(min=1), help="Rows handed to a worker at a time."
)


@click.command("run")
@source_argument
@click.option("-o", "--output", "target", metavar="OUTPUT", required=True, help="A file, or - for standard output.")
@column_option
@formula_option
@click.option(
    "--strategy",
    metavar="S",
    default="auto",
    show_default=True,
    help="auto, or one by name: serial, threads, pool, process, dask, ray; a wrong name is answered with all.",
)
@workers_option
@chunk_size_option
@click.option(
    "--address",
    metavar="ADDRESS",
    help="The cluster for dask or ray. Default: DASK_SCHEDULER_ADDRESS or RAY_ADDRESS, else one of their own.",
)
@click.option(
    "--timeout",
    metavar="SEC",
    type=click.FloatRange(min=0, min_open=True),
    help="Seconds that one row may take. Processes only.",
)
@click.option("--memory-limit", metavar="SIZE", help="Memory of one worker, such as 500M or 2G. Processes only.")
@click.option(
    "--resume",
    is_flag=True,
    help="Go on with what an interrupted run of the same INPUT, OUTPUT and options has done; begin if there is none.",
)
@click.option("--strict", is_flag=True, help="Exit with status 1 if rows are invalid or have failed.")
@click.option(
    "--summary",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="A table on standard error, or JSON on standard output.",
)
@allow_host_option
@click.option("--seed", metavar="N", default=0, show_default=True, help="What RAND starts from.")
@click.option("--clock", metavar="ISO", help="What NOW reads, such as 2026-01-31T12:00. Default: the time now.")
def run_command(
    source: str,
    target: str,
    column: str | None,
    formulas: tuple[str, ...],
    strategy: str,
    workers: int | None,
    chunk_size: int | None,
    address: str | None,
    timeout: float | None,
    memory_limit: str | None,
    resume: bool,
    strict: bool,
    form: str,
    hosts: tuple[str, ...],
    seed: int,
    clock: str | None,
) -> None:
    """Evaluate every expression of INPUT, or formulas over its rows, and write OUTPUT.

    INPUT is a file of expressions, .txt (one a line), .csv, .tsv, .jsonl, .parquet or .arrow, or - for lines;
    its other columns are names that the expressions may use. OUTPUT likewise; it appears when it is whole.
    """
    from xlmill.cli.assignment import formulas_of
    from xlmill.cli.lean_arrow import spare_pandas
    from xlmill.cli.progress import shown_progress
    from xlmill.cli.size import byte_count
    from xlmill.mill.pipeline import Options
    from xlmill.mill.run import run

    spare_pandas()
    assigned = formulas_of(formulas)
    moment = _moment(clock)
    limit = None if memory_limit is None else byte_count(memory_limit, "--memory-limit")
    with shown_progress() as progress:
        options = Options(strategy, workers, chunk_size, timeout, limit, progress=progress, address=address)
        done = run(
            source,
            target,
            column=column,
            formulas=assigned,
            options=options,
            clock=moment,
            seed=seed,
            resume=resume,
            allow_hosts=hosts,
        )
    _tell(done, form, writes_to_stdout=target == "-")
    if strict and done.invalid:
        sys.exit(HAS_PROBLEMS)


def _moment(clock: str | None) -> datetime | None:
    from xlmill.exceptions import InputError

    if clock is None:
        return None
    try:
        return datetime.fromisoformat(clock)
    except ValueError:
        raise InputError(f"--clock {clock}: write it like 2026-01-31T12:00") from None


def _tell(done: Summary, form: str, writes_to_stdout: bool) -> None:
    if form == "json":
        print(done.to_json(), file=sys.stderr if writes_to_stdout else sys.stdout)
        return
    from xlmill.cli.summary_screen import show_summary

    show_summary(done)
