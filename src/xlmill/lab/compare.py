"""`xlmill.compare`: one workload by several strategies, and which to use."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from xlmill.exceptions import InputError
from xlmill.lab.comparison import Comparison
from xlmill.lab.expressions import expressions_from_file, expressions_from_memory
from xlmill.lab.faults import fault_rows
from xlmill.lab.function_tasks import FunctionTasks
from xlmill.lab.measurement import Measurement, Observer, Stage
from xlmill.lab.suites.all_suites import find_suite
from xlmill.lab.suites.suite import Effort
from xlmill.lab.way import ASYNC_STRATEGIES, Way, ways
from xlmill.lab.work import Work

# Seconds for everything, where nobody says how many.
USUAL_BUDGET = 60.0


def compare(
    workload: object = None,
    strategies: Iterable[str] | None = None,
    *,
    suite: str | None = None,
    workers: int | None = None,
    repeat: int = 5,
    budget: float | None = None,
    seed: int = 0,
    column: str | None = None,
    faults: bool = False,
    progress: Observer | None = None,
) -> Comparison:
    """Measure how long `workload` takes by each of `strategies`, and say which to use.

    `workload` is a file of expressions (a path to anything that `xlmill run` reads), expressions themselves (a list,
    a Series, or a frame whose other columns are names that they may use), or a Python function with its tasks, as
    `(function, tasks)`. `column` names the column of expressions where that is not plain.

    `strategies`: names; by default serial, threads, pool, process, mp-pool and mp-process, and for an async function
    serial and asyncio, which alone can run it. `loop` is one expression after another. `serial` is always among them:
    it is what the others are compared with. `workers`: for all but serial; by default one on each usable core.
    `repeat`: how often each is run, in an order drawn by `seed`. `budget`: seconds for everything, usually 60; a
    strategy that would be too slow for it is measured on fewer rows, and its time extrapolated and marked.
    What is left of the budget, two fifths of it as a rule, goes to fewer tasks and to more and fewer workers.
    `faults`: also see what each does when a worker is killed, of tasks made for that. `progress` is told what is done
    now.

    `suite`, instead of a workload: "article" does the experiments of an article on Pool and Process again and judges
    its claims, "io" is about tasks that wait, "planner" about what `strategy="auto"` chooses. Each brings its own
    workload, strategies and budget: 5, 2 and 5 minutes.

    Raises UnequalResultsError where strategies give different results, for then their times say nothing, and
    InputError for what cannot be read or run.

    Each strategy runs in a process of its own, where it is run once before it counts. What processes must be given
    travels by value, so a function of a script or a notebook will do.
    """
    if suite is not None:
        if workload is not None or strategies is not None:
            raise InputError(f"the suite {suite!r} brings its own workload and strategies; give it none")
        found = find_suite(suite)
        return Comparison(found.run(Effort(workers, repeat, budget or found.seconds, seed, progress)))
    if workload is None:
        raise InputError("there is nothing to compare; give a workload or a suite")
    named = None if strategies is None else list(strategies)
    ways(named, workers)  # a name that is none is told before anything is read
    with tempfile.TemporaryDirectory(prefix="xlmill-") as folder:
        work = work_of(workload, column, Path(folder), seed)
        chosen = ways_for(work, named, workers)
        seconds = USUAL_BUDGET if budget is None else budget
        record = Measurement(work, chosen, repeat, seconds, seed, progress, with_sweeps=True).record()
    if faults:
        record.faults = fault_rows(chosen, lambda text: None if progress is None else progress(Stage(text, 1, 1)))
    return Comparison(record)


def work_of(workload: object, column: str | None, folder: Path, seed: int) -> Work:
    """`workload` as the benches take it; large data is put into `folder`."""
    if isinstance(workload, str | os.PathLike):
        return expressions_from_file(workload, column, folder, seed)
    if isinstance(workload, tuple) and len(workload) == 2 and callable(workload[0]):
        return FunctionTasks(*workload)
    return expressions_from_memory(workload, column, folder, seed)


def ways_for(work: Work, strategies: Iterable[str] | None, workers: int | None) -> list[Way]:
    """The ways to run `work`. Raises InputError where one of `strategies` cannot await, and must."""
    is_async = isinstance(work, FunctionTasks) and work.is_async
    chosen = ways(ASYNC_STRATEGIES if is_async and strategies is None else strategies, workers)
    for way in chosen[1:]:
        if is_async and not way.traits.runs_async:
            able = ", ".join(ASYNC_STRATEGIES)
            raise InputError(f"{way.strategy} cannot run an async function; choose from {able}")
    return chosen
