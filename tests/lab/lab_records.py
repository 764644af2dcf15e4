"""Records as a comparison leaves them, made without measuring."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlmill.lab.findings import (
    ArticleExperiment,
    ArticleTime,
    Axis,
    Claim,
    FaultRow,
    Figure,
    Judgement,
    Point,
    Predicted,
    Regret,
    RegretCell,
    Series,
    Span,
    Sweep,
    SweepName,
)
from xlmill.lab.record import Record, Sample, WayRecord
from xlmill.lab.timed_run import Timing

STEADY = [1.0, 1.01, 1.0, 1.02, 0.99]

MACHINE: dict[str, Any] = {
    "cores": 2,
    "processor": "a processor",
    "memory": 8 << 30,
    "load": 0.1,
    "governor": None,
    "system": "Linux 6 x86_64",
    "python": "CPython 3.11.7",
    "gil": True,
    "blas_threads": None,
    "versions": {"xlmill": "0.1.0", "numpy": "2.0"},
}


def way(strategy: str, seconds: Sequence[float], rows: int = 1000, pilot: tuple[int, float] | None = None) -> WayRecord:
    """A way whose runs took `seconds`, a tenth of each for starting."""
    samples = [
        Sample(round_, 0, Timing(each / 10, each * 0.9, 0.0, 0.0, each / 2, 10), each, 50_000_000)
        for round_, each in enumerate(seconds)
    ]
    workers = 1 if strategy == "serial" else 2
    method = None if strategy in ("serial", "threads") else "forkserver"
    return WayRecord(strategy, workers, method, 100, rows, pilot, 90_000_000, None, samples)


def record(*ways: WayRecord, workload: str = "work.txt", **machine: Any) -> Record:
    """A record of 1,000 expressions."""
    rounds = max(len(each.samples) for each in ways)
    return Record(
        workload,
        1000,
        "expressions",
        {**MACHINE, **machine},
        "PSS",
        rounds,
        60.0,
        0,
        "2026-11-22T12:00:00+00:00",
        rounds,
        12.5,
        list(ways),
    )


def article_record() -> Record:
    """A record with everything that the article suite finds, in made-up figures."""
    made = record(
        way("serial", [1.0, 1.01, 1.0, 1.02, 0.99]),
        way("threads", [0.5, 0.52, 0.51, 0.5, 0.53]),
        way("pool", [0.8, 0.82, 0.81, 0.79, 0.8]),
        way("loop", [40.0, 41.0, 40.5, 40.2, 40.1]),
        way("mp-pool", [20.0, 21.0, 20.5, 20.2, 20.1]),
        way("mp-process", [12.0, 12.5, 12.1, 12.2, 12.4], rows=100, pilot=(50, 6.0)),
        workload="a million expressions",
    )
    made.suite = "article"
    made.sweeps = sweeps()
    made.timeline = timeline()
    made.claims = claims()
    made.article = [
        _experiment("A million expressions", 1_000_000, "2 to 6 arguments", "10 s", "6 s", "disturbed the machine"),
        _experiment("100 expressions with fewer arguments", 100, "2 to 6 arguments", "3 s", "4 s", None),
        _experiment("100 expressions with 250 arguments", 100, "250 arguments", "3 s", "0.6 s", None),
    ]
    made.faults = faults()
    made.predicted = [Predicted("serial", 1.05, 1.0), Predicted("threads", 0.55, 0.51), Predicted("pool", 0.7, 0.8)]
    return made


def planner_record() -> Record:
    """A record with what the planner suite finds."""
    made = record(way("serial", [1.0, 1.01, 1.0]), way("pool", [0.6, 0.62, 0.61]), workload="1,000 tasks of 1 ms")
    made.suite = "planner"
    times = {"auto": 0.02, "serial": 0.02, "threads": 0.03}
    made.regret = Regret(
        1.01,
        1.2,
        [
            RegretCell(
                f"{count:,} x 0.001 s, 0% waiting, Python, 8 bytes", "serial", "threads", 1.0 + count / 1e4, times
            )
            for count in (1000, 100, 10)
        ],
    )
    return made


def point(x: float, middle: float, extrapolated: bool = False) -> Point:
    """A point whose samples lie within a tenth of the middle."""
    samples = [middle * factor for factor in (0.95, 0.98, 1.0, 1.02, 1.1)]
    return Point(x, middle, 0.96 * middle, 1.05 * middle, samples, extrapolated)


def sweeps() -> list[Sweep]:
    """A sweep of each name."""
    seconds = Axis("time", "s", "log")
    counts = (1, 4, 16, 64, 256, 1024)
    sizes = (1_000, 100_000, 10_000_000)
    shares = (0.0, 0.25, 0.5, 0.75, 1.0)
    return [
        Sweep(
            "count",
            "Number of tasks",
            Axis("tasks of 1 ms", "", "log"),
            seconds,
            [
                Series("serial", [point(n, 0.001 * n) for n in counts]),
                Series("mp-pool", [point(n, 0.01 + 0.0006 * n) for n in counts]),
                Series("mp-process", [point(n, 0.002 * n, n > 256) for n in counts]),
            ],
            "From 32 tasks of 1 ms on, the pool is faster than serial.",
        ),
        _shared("waiting", "Share of waiting", Axis("share of a task that waits", ""), shares),
        _shared("dial", "What threads are good for", Axis("share of a task that leaves the GIL alone", ""), shares),
        _shared("workers", "Number of workers", Axis("workers", "", "log"), (1, 2, 4, 16)),
        _shared("chunk", "Tasks a chunk", Axis("tasks a chunk", "", "log"), (1, 4, 13, 50)),
        Sweep(
            "cost",
            "Cost of a task",
            Axis("computing a task", "s", "log"),
            seconds,
            [
                Series("serial", [point(cost, 64 * cost) for cost in (1e-6, 1e-4, 1e-2)]),
                Series("pool", [point(cost, 0.05 + 32 * cost) for cost in (1e-6, 1e-4, 1e-2)]),
            ],
            "Above 1.6 ms a task the pool is faster than serial.",
        ),
        Sweep(
            "memory",
            "Memory",
            Axis("processes alive", "", "log"),
            Axis("PSS of all", "bytes", "log"),
            [
                Series("fork", [point(n, 2e6 * n + 2e7) for n in (1, 4, 16)]),
                Series("spawn", [point(n, 8e6 * n + 2e7) for n in (1, 4, 16)]),
            ],
            "A process that waits takes 2 MB by fork and 8 MB by spawn.",
        ),
        Sweep(
            "bytes",
            "Data that travels",
            Axis("bytes a task", "bytes", "log"),
            seconds,
            [
                Series("serial", [point(n, 0.04) for n in sizes]),
                Series("mp-pool", [point(n, 0.03 + 3e-9 * n) for n in sizes]),
            ],
            "From 10 MB a task on, sending takes longer than computing.",
        ),
    ]


def timeline() -> list[Span]:
    """Serial by one worker, threads and pool by two."""
    spans = [Span("serial", 0, 0.1 * chunk, 0.1 * chunk + 0.099, chunk, 100) for chunk in range(10)]
    for strategy, pace in (("threads", 0.1), ("pool", 0.15)):
        spans += [
            Span(strategy, 1 + chunk % 2, pace * (chunk // 2), pace * (chunk // 2) + 0.9 * pace, chunk, 100)
            for chunk in range(10)
        ]
    return spans


def claims() -> list[Claim]:
    """A claim for each verdict."""
    texts: list[tuple[Judgement, str, str | None]] = [
        ("holds under conditions", "The GIL makes threads useless", "pure Python that computes"),
        ("does not hold", "Python offers two classes, Pool and Process", None),
        ("misleading", "Pool keeps only the executing tasks in memory", None),
        ("holds", "A long I/O in a Pool task blocks that worker", None),
    ]
    return [
        Claim(
            number,
            claim,
            verdict,
            conditions,
            "6 s" if number == 4 else None,
            [Figure("threads, pure Python", 0.98, "×", 0.96, 1.01), Figure("workers", 2, "")],
            "The same tasks with a dial from computing to waiting.",
            "Threads compute pure Python 0.98 times as fast as one alone, and wait 11 times as fast.",
        )
        for number, (verdict, claim, conditions) in enumerate(texts, 1)
    ]


def faults() -> list[FaultRow]:
    """What four strategies do."""
    once, always = "a worker is killed once", "a row kills every worker"
    return [
        FaultRow("serial", once, 50, 0, 0.1, None, False, "the program itself is gone"),
        FaultRow("pool", once, 50, 50, 0.4, None, False, "every row came back"),
        FaultRow("pool", always, 50, 49, 0.5, True, False, "the guilty row is named, all others came back"),
        FaultRow("mp-pool", always, 50, 0, 5.0, False, True, "it waits for ever"),
        FaultRow("mp-process", always, 50, 49, 0.3, True, False, "the guilty row is named, all others came back"),
    ]


def _experiment(
    title: str, rows: int, arguments: str, serial: str | None, pool: str | None, process: str | None
) -> ArticleExperiment:
    times = [
        ArticleTime("loop", "newcomer", serial, 40.0, 39.0, 41.0, rows, False),
        ArticleTime("mp-pool", "newcomer", pool, 20.0, 19.0, 21.0, rows, False),
        ArticleTime("mp-process", "newcomer", process, 1200.0, 1100.0, 1300.0, 100, True),
        ArticleTime("serial", "xlmill", None, 1.0, 0.99, 1.02, rows, False),
        ArticleTime("threads", "xlmill", None, 0.5, 0.49, 0.52, rows, False),
    ]
    return ArticleExperiment(title, rows, arguments, times, "Pool is 2 times as fast as the loop.")


def _shared(name: SweepName, title: str, x: Axis, places: Sequence[float]) -> Sweep:
    series = [
        Series("threads", [point(place, 1 + place) for place in places]),
        Series("pool", [point(place, 1.8) for place in places]),
    ]
    return Sweep(name, title, x, Axis("times as fast as serial", "×"), series, f"What {title.lower()} does.")
