"""Claim 1: what threads are good for, by a dial from pure Python to what leaves the GIL alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from statistics import median

from xlmill.execution import usable_cores
from xlmill.lab.apart import call_apart
from xlmill.lab.claims.inquiry import EQUAL, Inquiry
from xlmill.lab.claims.newcomer import by_loop, context
from xlmill.lab.findings import Axis, Claim, Judgement, Sweep
from xlmill.lab.planner_grid import Cell, GridTask, task_of
from xlmill.lab.points import figure, series, speedups
from xlmill.lab.quantities import factor_text
from xlmill.lab.sampling import Samples, Trial, interleave, timed

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
RELEASES, WAITS = "the rest releases the GIL", "the rest waits"

_TASKS = 16
_SECONDS = 0.005
_THREADS = 8
_TIMEOUT = 180.0


@dataclass(frozen=True, slots=True)
class _Dial:
    """Tasks of which a share does not hold the GIL, because it releases it or because it waits."""

    share: float
    kind: str

    @property
    def task(self) -> GridTask:
        holding = task_of(Cell(1, _SECONDS * (1 - self.share)))
        free = task_of(Cell(1, _SECONDS * self.share, gil_free=True)) if self.kind == RELEASES else holding
        waits = _SECONDS * self.share if self.kind == WAITS else 0.0
        return GridTask(holding.loops, free.hashed, waits)


def measure(seconds: float) -> Samples:
    """Seconds by a loop, by threads and by a pool, both warm, for each position of the dial."""
    return call_apart(partial(_measure, seconds), _TIMEOUT)


def _measure(seconds: float) -> Samples:
    tasks = [b""] * _TASKS
    with ThreadPoolExecutor(_THREADS) as threads, context().Pool(usable_cores()) as pool:
        trials = []
        for kind in (RELEASES, WAITS):
            for share in SHARES:
                task = _Dial(share, kind).task
                trials += [
                    Trial(f"serial, {kind}", share, timed(partial(by_loop, task, tasks))),
                    Trial(f"threads, {kind}", share, timed(lambda task=task: list(threads.map(task, tasks)))),  # type: ignore[misc]
                    Trial(f"pool, {kind}", share, timed(partial(pool.map, task, tasks, 1))),
                ]
        return interleave(trials, seconds)


def _speedups(samples: Samples, way: str, kind: str) -> dict[float, list[float]]:
    return speedups(samples[f"serial, {kind}"], samples[f"{way}, {kind}"])


def rule(samples: Samples) -> Claim:
    """Useless is what is hardly faster than one thread; which kinds of task that is true of, decides."""
    kinds = {
        # With nothing left for the rest, both kinds are the same.
        "threads, pure Python": [
            each for kind in (WAITS, RELEASES) for each in _speedups(samples, "threads", kind)[0.0]
        ],
        "threads, GIL released": _speedups(samples, "threads", RELEASES)[1.0],
        "threads, waiting": _speedups(samples, "threads", WAITS)[1.0],
    }
    python, released, waiting = (median(each) for each in kinds.values())
    found = [figure(label, values, "×") for label, values in kinds.items()]
    surely = found[0].low
    assert surely is not None
    verdict: Judgement
    if surely >= EQUAL:
        verdict, conditions = "does not hold", None
    elif released < EQUAL and waiting < EQUAL:
        verdict, conditions = "holds", None
    else:
        verdict, conditions = "holds under conditions", "tasks that compute in pure Python, under a GIL"
    return Claim(
        1,
        "The GIL makes threads useless.",
        verdict,
        conditions,
        None,
        found,
        f"{_TASKS} tasks of {1000 * _SECONDS:g} ms with a dial from pure Python to hashing, which releases the GIL, "
        f"and to waiting; by one thread and by {_THREADS}.",
        f"{_THREADS} threads are {factor_text(python)} times as fast as one for pure Python, {factor_text(released)} "
        f"times where the work releases the GIL and {factor_text(waiting)} times where it waits.",
    )


def dial(samples: Samples) -> Sweep:
    """How many times as fast as a loop, against the share that leaves the GIL alone."""
    found: Samples = {}
    for way in ("threads", "pool"):
        for kind in (RELEASES, WAITS):
            found[f"{way}, {kind}"] = _speedups(samples, way, kind)
    ends = [median(found[f"threads, {kind}"][1.0]) for kind in (RELEASES, WAITS)]
    return Sweep(
        "dial",
        "What threads are good for",
        Axis("share of a task that does not hold the GIL"),
        Axis("times as fast as one after another", "×"),
        series(found, list(found)),
        f"Threads go from {factor_text(median(found[f'threads, {WAITS}'][0.0]))} times as fast for pure Python to "
        f"{factor_text(ends[0])} times where all of it releases the GIL, and {factor_text(ends[1])} times where all "
        "of it waits.",
    )


def waiting(samples: Samples) -> Sweep:
    """How many times as fast as a loop, against the share that waits."""
    found = {way: _speedups(samples, way, WAITS) for way in ("threads", "pool")}
    ahead = {share for share in SHARES if median(found["threads"][share]) > median(found["pool"][share])}
    crossing = next((share for share in SHARES if all(later in ahead for later in SHARES if later >= share)), None)
    lesson = "at no share of waiting" if crossing is None else f"from {crossing:.0%} waiting on"
    return Sweep(
        "waiting",
        "Crossover by share of waiting",
        Axis("share of a task that waits"),
        Axis("times as fast as one after another", "×"),
        series(found, list(found)),
        f"{_THREADS} threads are faster than a Pool with a worker a core {lesson}.",
    )


INQUIRY = Inquiry("threads and the GIL", 14, measure, (rule,), (dial, waiting))
