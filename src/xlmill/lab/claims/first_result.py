"""Claim 12: when the first result of a Pool can be used."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import partial
from statistics import median
from typing import Any

from xlmill.lab.apart import call_apart
from xlmill.lab.claims.inquiry import Inquiry
from xlmill.lab.claims.newcomer import context
from xlmill.lab.findings import Claim, Judgement
from xlmill.lab.points import figure
from xlmill.lab.quantities import seconds_text
from xlmill.lab.sampling import Samples, Trial, interleave

MAP, ASYNC, IMAP, UNORDERED = "map", "map_async", "imap", "imap_unordered"
ALL = "all results"

_WORKERS = 2
_TASKS = 12
_WAIT = 0.02
# The first result comes with the last, or early.
_WITH_LAST, _EARLY = 0.9, 0.5
_TIMEOUT = 120.0


def measure(seconds: float) -> Samples:
    """Seconds until the first result can be used, and until all can, by the method of a warm Pool."""
    return call_apart(partial(_measure, seconds), _TIMEOUT)


def _measure(seconds: float) -> Samples:
    waits = [_WAIT] * _TASKS
    last: dict[float, list[float]] = {0: []}
    with context().Pool(_WORKERS) as pool:
        calls: dict[str, Callable[[], Iterable[Any]]] = {
            MAP: lambda: pool.map(time.sleep, waits, 1),
            ASYNC: lambda: pool.map_async(time.sleep, waits, 1).get(),
            IMAP: lambda: pool.imap(time.sleep, waits),
            UNORDERED: lambda: pool.imap_unordered(time.sleep, waits),
        }

        def first(call: Callable[[], Iterable[Any]]) -> float:
            began = time.perf_counter()
            results = iter(call())
            next(results)
            found = time.perf_counter() - began
            for _ in results:
                pass
            last[0].append(time.perf_counter() - began)
            return found

        samples = interleave([Trial(name, 0, partial(first, call)) for name, call in calls.items()], seconds)
    return {**samples, ALL: last}


def rule(samples: Samples) -> Claim:
    """A list after all have finished, if no method gives the first result early."""
    everything = median(samples[ALL][0])
    share = {name: median(samples[name][0]) / everything for name in (MAP, ASYNC, IMAP, UNORDERED)}
    verdict: Judgement
    conditions = None
    if share[MAP] < _WITH_LAST:
        verdict = "does not hold"
    elif min(share.values()) > _EARLY:
        verdict = "holds"
    else:
        verdict, conditions = "holds under conditions", "map and map_async; imap and imap_unordered give results early"
    return Claim(
        12,
        "Pool returns a list after all tasks have finished.",
        verdict,
        conditions,
        None,
        [figure(f"first result, {name}", samples[name][0], "s") for name in share]
        + [figure(ALL, samples[ALL][0], "s")],
        f"{_TASKS} waits of {1000 * _WAIT:g} ms with {_WORKERS} workers, ready beforehand: when the first result is "
        "there.",
        f"All results are there after {seconds_text(everything)}; the first with map after "
        f"{seconds_text(median(samples[MAP][0]))}, with imap after {seconds_text(median(samples[IMAP][0]))}.",
    )


INQUIRY = Inquiry("the first result", 4, measure, (rule,))
