"""The suite that does the experiments of an article on Pool and Process again, and judges its claims."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from xlmill.lab.claims import (
    algorithm_first,
    data_size,
    first_result,
    killed_worker,
    many_small_tasks,
    order_of_tasks,
    parent_memory,
    process_memory,
    threads_and_gil,
    waiting_tasks,
    ways_offered,
)
from xlmill.lab.expressions import generated_expressions
from xlmill.lab.faults import fault_rows
from xlmill.lab.figures import Figures, failures, figures
from xlmill.lab.findings import ArticleExperiment, ArticleTime
from xlmill.lab.measurement import Measurement, Stage
from xlmill.lab.quantities import factor_text, seconds_text
from xlmill.lab.record import Record
from xlmill.lab.suites.suite import Effort, Suite, inquire
from xlmill.lab.way import LOOP, NEWCOMERS, ways

INQUIRIES = (
    threads_and_gil.INQUIRY,
    ways_offered.INQUIRY,
    order_of_tasks.INQUIRY,
    waiting_tasks.INQUIRY,
    process_memory.INQUIRY,
    parent_memory.INQUIRY,
    many_small_tasks.INQUIRY,
    first_result.INQUIRY,
    data_size.INQUIRY,
)

_STRATEGIES = ("serial", "threads", "pool", "process", LOOP, "mp-pool", "mp-process")
_KILLED = ("serial", "threads", "pool", "process", "mp-pool", "mp-process")

# Shares of the budget; what is left is for killing workers, which takes a quarter of a minute.
_MAIN, _FEW, _INQUIRIES = 0.3, 0.08, 0.45


@dataclass(frozen=True, slots=True)
class Experiment:
    """One of the article's: its expressions, and the times that it gives, by strategy."""

    title: str
    rows: int
    mix: str
    arguments: str
    times: dict[str, str]


EXPERIMENTS = (
    Experiment(
        "A million expressions",
        1_000_000,
        "everyday",
        "2 to 6 arguments",
        {LOOP: "10 s", "mp-pool": "6 s", "mp-process": "disturbed the machine"},
    ),
    Experiment(
        "100 expressions with fewer arguments", 100, "everyday", "2 to 6 arguments", {LOOP: "3 s", "mp-pool": "4 s"}
    ),
    Experiment("100 expressions with 250 arguments", 100, "long", "250 arguments", {LOOP: "3 s", "mp-pool": "0.6 s"}),
)


def run(effort: Effort) -> Record:
    """The whole suite; the record is that of its first experiment, with everything else in it."""
    began = time.monotonic()
    parts = len(EXPERIMENTS) + len(INQUIRIES) + 1
    records = []
    for number, experiment in enumerate(EXPERIMENTS):
        share = _FEW if number else _MAIN
        records.append(_measured(experiment, effort, share * effort.budget, number, parts))
    record = records[0]
    record.suite = "article"
    record.article = [compared(*pair) for pair in zip(EXPERIMENTS, records, strict=True)]

    def tell(number: int, text: str) -> None:
        effort.part(len(EXPERIMENTS) + number, parts, "experiment")(Stage(text, 0, 1))

    record.claims.append(algorithm_first.rule(record.article[0]))
    inquire(INQUIRIES, _INQUIRIES * effort.budget, record, tell)
    record.faults = fault_rows(ways(_KILLED, effort.workers), lambda text: tell(len(INQUIRIES), text))
    record.claims.append(killed_worker.rule(record.faults))
    record.claims.sort(key=lambda claim: claim.number)
    record.budget, record.seconds = effort.budget, time.monotonic() - began
    return record


def _measured(experiment: Experiment, effort: Effort, budget: float, number: int, parts: int) -> Record:
    with tempfile.TemporaryDirectory(prefix="xlmill-") as folder:
        title = experiment.title[0].lower() + experiment.title[1:]
        name = f"generated formulas of {experiment.arguments}"
        work = generated_expressions(experiment.rows, experiment.mix, name, Path(folder), effort.seed)
        chosen = ways(_STRATEGIES, effort.workers)
        tell = effort.part(number, parts, title)
        return Measurement(work, chosen, effort.repeat, budget, effort.seed, tell).record()


def compared(experiment: Experiment, record: Record) -> ArticleExperiment:
    """Our times beside the article's, what they say, and why any is missing."""
    rows = {row.way.strategy: row for row in figures(record)}
    times = [
        ArticleTime(
            name,
            "newcomer" if name in NEWCOMERS else "xlmill",
            experiment.times.get(name),
            row.seconds.median,
            row.seconds.low,
            row.seconds.high,
            row.way.rows,
            row.is_extrapolated,
        )
        for name, row in rows.items()
    ]
    lesson = " ".join([_lesson(rows), *failures(record)])
    return ArticleExperiment(experiment.title, experiment.rows, experiment.arguments, times, lesson)


def _lesson(rows: dict[str, Figures]) -> str:
    """What the newcomer's ways take, and the fastest of all."""
    told = ", ".join(f"{name} {_time(rows[name])}" for name in NEWCOMERS if name in rows)
    best = min(rows.values(), key=lambda row: row.seconds.median)
    slowest = max(rows.values(), key=lambda row: row.seconds.median)
    times = factor_text(slowest.seconds.median / best.seconds.median)
    return (
        f"One expression at a time: {told}. Fastest is {best.way.strategy} with {_time(best)}, {times} times as fast "
        f"as {slowest.way.strategy}."
    )


def _time(row: Figures) -> str:
    return f"{'≈ ' if row.is_extrapolated else ''}{seconds_text(row.seconds.median)}"


SUITE = Suite("article", 300.0, run)
