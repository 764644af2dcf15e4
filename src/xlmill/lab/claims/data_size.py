"""Claim 15: what it costs that data travels with the tasks."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from statistics import median

from xlmill.execution import Settings, Strategy, create, cut, usable_cores
from xlmill.execution.each_item import EachItem
from xlmill.lab.apart import call_apart
from xlmill.lab.claims.inquiry import EQUAL, Inquiry
from xlmill.lab.claims.newcomer import by_loop, context
from xlmill.lab.findings import Axis, Claim, Judgement, Sweep
from xlmill.lab.planner_grid import Cell, GridTask, task_of
from xlmill.lab.points import figure, ratio, series
from xlmill.lab.quantities import bytes_text, seconds_text
from xlmill.lab.sampling import Samples, Trial, interleave, timed

SIZES = (1_000, 100_000, 1_000_000, 16_000_000)
SERIAL, MP_POOL, THREADS, OURS = "serial", "mp-pool", "threads", "pool"

_TASKS = 4
_SECONDS = 0.005
# The data decides if it makes of the same work twice the time.
_DECIDES = 2.0
_TIMEOUT = 180.0


def measure(seconds: float) -> Samples:
    """Seconds for the same work on tasks of so many bytes, by workers that are ready."""
    return call_apart(partial(_measure, seconds), _TIMEOUT)


def _measure(seconds: float) -> Samples:
    task = task_of(Cell(1, _SECONDS))
    cores = usable_cores()
    with (
        context().Pool(cores) as pool,
        ThreadPoolExecutor(cores) as threads,
        create("pool", Settings(workers=cores)) as ours,
    ):
        trials = []
        for size in SIZES:
            data = [bytes(size) for _ in range(_TASKS)]
            runs: dict[str, Callable[[], object]] = {
                SERIAL: partial(by_loop, task, data),
                THREADS: partial(_all_of, threads, task, data),
                MP_POOL: partial(pool.map, task, data, 1),
                OURS: partial(_ours, ours, task, data),
            }
            trials += [Trial(name, size, timed(run)) for name, run in runs.items()]
        return interleave(trials, seconds)


def _all_of(threads: ThreadPoolExecutor, task: GridTask, data: list[bytes]) -> list[int]:
    return list(threads.map(task, data))


def _ours(pool: Strategy, task: GridTask, data: list[bytes]) -> list[object]:
    return [outcome.value for outcome in pool.map(EachItem(task, travels=True), cut(data, 1))]


def rule(samples: Samples) -> Claim:
    """Pickling decides if the Pool takes much longer for large tasks, and one process alone does not."""
    few, many = SIZES[0], SIZES[-1]
    pool = ratio("Pool, large over small tasks", samples[MP_POOL][many], samples[MP_POOL][few])
    serial = ratio("serial, large over small tasks", samples[SERIAL][many], samples[SERIAL][few])
    slower = pool.value / serial.value
    before, after, alone = (
        seconds_text(median(found)) for found in (samples[MP_POOL][few], samples[MP_POOL][many], samples[SERIAL][many])
    )
    verdict: Judgement
    conditions = None
    if slower >= _DECIDES:
        verdict = "holds"
    elif slower >= EQUAL:
        verdict, conditions = "holds under conditions", f"tasks of more than {bytes_text(many)}"
    else:
        verdict = "does not hold"
    return Claim(
        15,
        "What the article leaves out: where tasks carry much data, pickling decides.",
        verdict,
        conditions,
        None,
        [
            pool,
            serial,
            *(figure(f"{name}, {bytes_text(many)} a task", found[many], "s") for name, found in samples.items()),
        ],
        f"{_TASKS} tasks of {1000 * _SECONDS:g} ms of computing that carry {bytes_text(few)} to {bytes_text(many)} "
        "each, by workers that are ready.",
        f"With {bytes_text(many)} a task instead of {bytes_text(few)} the Pool takes {after} instead of {before}; "
        f"serial takes {alone}.",
    )


def sweep(samples: Samples) -> Sweep:
    """Time against the bytes of a task."""
    crossing = next((size for size in SIZES if median(samples[MP_POOL][size]) > median(samples[SERIAL][size])), None)
    lesson = (
        "never slower than serial" if crossing is None else f"slower than serial from {bytes_text(crossing)} a task on"
    )
    return Sweep(
        "bytes",
        "Data that travels with the tasks",
        Axis("bytes of a task", "bytes", "log"),
        Axis(f"{_TASKS} tasks of {1000 * _SECONDS:g} ms", "s", "log"),
        series(samples, [SERIAL, THREADS, OURS, MP_POOL]),
        f"The same computing on more data: the Pool is {lesson}.",
    )


INQUIRY = Inquiry("data that travels", 7, measure, (rule,), (sweep,))
