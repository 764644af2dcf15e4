"""Claim 3: in which order a Pool hands out tasks, and who waits behind a long one."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from statistics import median

from xlmill.lab.apart import call_apart
from xlmill.lab.claims.inquiry import Inquiry
from xlmill.lab.claims.newcomer import context
from xlmill.lab.claims.tasks import nap
from xlmill.lab.findings import Axis, Claim, Judgement, Sweep
from xlmill.lab.points import figure, series
from xlmill.lab.quantities import seconds_text
from xlmill.lab.sampling import Samples, Trial, interleave

DONE, IN_ORDER = "Pool.map", "begun in order"

_WORKERS = 2
_LONG = 0.3
_SHORT = 0.0015
_SHORTS = 100
# What `Pool.map` takes by itself: the tasks by four times the workers, rounded up.
DEFAULT_CHUNK = -(-(_SHORTS + 1) // (4 * _WORKERS))
CHUNKS = (1, 4, DEFAULT_CHUNK, 50)

# Two workers may swap neighbours; a Pool that does not go by order would have about half of all pairs in it.
_ORDERLY = 0.75
# Tasks done so much later have waited behind the long one.
_HELD_UP = 1.3
_TIMEOUT = 120.0


def measure(seconds: float) -> Samples:
    """By the size of a chunk: when the last short task was done, and the share of tasks that began in order."""
    return call_apart(partial(_measure, seconds), _TIMEOUT)


def _measure(seconds: float) -> Samples:
    waits = [_LONG] + [_SHORT] * _SHORTS
    in_order: dict[float, list[float]] = {size: [] for size in CHUNKS}
    with context().Pool(_WORKERS) as pool:

        def run(size: int) -> float:
            began = time.monotonic()
            marks = pool.map(nap, waits, size)
            begins = [mark[0] for mark in marks]
            in_order[size].append(sum(one <= other for one, other in pairwise(begins)) / (len(begins) - 1))
            return float(max(mark[1] for mark in marks[1:]) - began)

        def measured(size: int) -> Callable[[], float]:
            return partial(run, size)

        samples = interleave([Trial(DONE, size, measured(size)) for size in CHUNKS], seconds)
    return {**samples, IN_ORDER: in_order}


def rule(samples: Samples) -> Claim:
    """First in, first out, if tasks begin in order; of chunks, where short tasks wait behind a long one."""
    ordered = median(samples[IN_ORDER][1])
    alone, usual, large = (median(samples[DONE][size]) for size in (1, DEFAULT_CHUNK, CHUNKS[-1]))
    verdict: Judgement
    if ordered < _ORDERLY:
        verdict, conditions = "does not hold", None
    elif large < _HELD_UP * alone:
        verdict, conditions = "holds", None
    else:
        verdict, conditions = "holds under conditions", "the unit is the chunk: of tasks only with chunksize=1"
    return Claim(
        3,
        "Pool hands tasks out first in, first out.",
        verdict,
        conditions,
        None,
        [
            figure("tasks begun in order, one a chunk", samples[IN_ORDER][1], ""),
            *(figure(f"short tasks done, {size} a chunk", samples[DONE][size], "s") for size in CHUNKS),
        ],
        f"A task of {_LONG:g} s and then {_SHORTS} of {1000 * _SHORT:g} ms through Pool.map with {_WORKERS} workers, "
        "by the size of a chunk.",
        f"With one task a chunk {ordered:.0%} of the tasks begin in order, and the short ones are done after "
        f"{seconds_text(alone)}; map's own chunks of {DEFAULT_CHUNK} hold some up behind the long one until "
        f"{seconds_text(usual)}, chunks of {CHUNKS[-1]} until {seconds_text(large)}.",
    )


def sweep(samples: Samples) -> Sweep:
    """When the last short task is done, against the size of a chunk."""
    done = samples[DONE]
    return Sweep(
        "chunk",
        "Behind a long task",
        Axis("tasks a chunk", "", "log"),
        Axis("until the short tasks are done", "s"),
        series(samples, [DONE]),
        f"Behind a task of {_LONG:g} s the short ones are done after {seconds_text(median(done[1]))} with one a chunk, "
        f"after {seconds_text(median(done[CHUNKS[-1]]))} with {CHUNKS[-1]}.",
    )


INQUIRY = Inquiry("the order of tasks", 9, measure, (rule,), (sweep,))
