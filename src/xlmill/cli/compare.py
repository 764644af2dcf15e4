"""`xlmill compare`: the strategies measured on a workload."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from xlmill.cli.run import column_option, workers_option

if TYPE_CHECKING:
    from xlmill.lab.comparison import Comparison
    from xlmill.lab.measurement import Observer

_REPLAY = "replay"

# What is compared where no INPUT is given: what `xlmill generate` gives.
_GENERATED_ROWS = 20_000


@click.command("compare")
@click.argument("source", metavar="[INPUT]", required=False)
@click.argument("recorded", metavar="| replay FILE", required=False)
@column_option
@click.option(
    "--suite",
    metavar="article|planner|io",
    help="Instead of INPUT: the experiments of an article on Pool and Process, and its claims judged; "
    "how good the planner's choices are; tasks that wait.",
)
@click.option(
    "--strategies",
    metavar="A,B",
    help="Default: serial, threads, pool, process, mp-pool, mp-process. serial is always compared with.",
)
@workers_option
@click.option("--repeat", metavar="N", type=click.IntRange(min=1), default=5, show_default=True, help="Runs of each.")
@click.option(
    "--budget",
    metavar="TIME",
    help="For everything, such as 90s; what is too slow for it is measured on fewer rows and extrapolated. "
    "Default: 60s; 5m for the suites article and planner, 2m for io.",
)
@click.option("--seed", metavar="N", type=int, default=0, show_default=True, help="What the order is drawn by.")
@click.option("--faults", is_flag=True, help="Also see what each strategy does when a worker is killed.")
@click.option("-o", "--output", "report", metavar="FILE.html", help="A report with pictures, in one file.")
@click.option("--json", "samples", metavar="FILE", help="All samples, from which `replay` draws everything again.")
@click.option("--trace", metavar="FILE", help="Who computed what when, as a trace that Perfetto opens.")
def compare_command(
    source: str | None,
    recorded: str | None,
    column: str | None,
    suite: str | None,
    strategies: str | None,
    workers: int | None,
    repeat: int,
    budget: str | None,
    seed: int,
    faults: bool,
    report: str | None,
    samples: str | None,
    trace: str | None,
) -> None:
    """Measure every strategy on the expressions of INPUT, and say which to use.

    INPUT is what `xlmill run` reads; without it, 20,000 generated expressions. `xlmill compare replay FILE` shows
    again what was saved with --json, and measures nothing.
    """
    from xlmill.cli.comparison_screen import show_comparison
    from xlmill.cli.duration import seconds_of
    from xlmill.exceptions import InputError
    from xlmill.lab.compare import compare
    from xlmill.lab.comparison import replay

    if recorded is not None and source != _REPLAY:
        raise InputError(f"{recorded}: only one INPUT is compared at a time")
    if report is not None and not report.lower().endswith(".html"):
        raise InputError(f"--output {report}: the report is an HTML page; end its name in .html")
    if recorded is not None:
        comparison = replay(recorded)
    else:
        names = None if strategies is None else [name.strip() for name in strategies.split(",")]
        limit = None if budget is None else seconds_of(budget, "--budget")
        with _shown_stages() as progress:
            comparison = compare(
                _generated() if source is None and suite is None else source,
                names,
                suite=suite,
                workers=workers,
                repeat=repeat,
                budget=limit,
                seed=seed,
                column=column,
                faults=faults,
                progress=progress,
            )
    _save(comparison, report, samples, trace)
    show_comparison(comparison)


def _save(comparison: Comparison, report: str | None, samples: str | None, trace: str | None) -> None:
    # The samples first: whatever goes wrong later, they need not be measured again.
    if samples is not None:
        comparison.save_samples(samples)
    if trace is not None:
        comparison.save_trace(trace)
    if report is not None:
        comparison.save_page(report)


def _generated() -> object:
    import pyarrow as pa

    from xlmill.mill.generate import generate

    return pa.Table.from_batches(list(generate(_GENERATED_ROWS)))


@contextmanager
def _shown_stages() -> Iterator[Observer | None]:
    """An observer that draws on standard error while the block runs; None where that is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from xlmill.lab.measurement import Stage

    columns = (BarColumn(bar_width=24), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)

        def show(stage: Stage) -> None:
            progress.update(task, description=stage.text, completed=stage.done, total=stage.total)

        yield show
