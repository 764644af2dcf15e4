"""Claim 7: where tasks are that no worker has yet."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from statistics import median

import psutil

from xlmill.execution import Settings, create, cut
from xlmill.execution.each_item import EachItem
from xlmill.lab.apart import call_apart
from xlmill.lab.claims.inquiry import Inquiry
from xlmill.lab.claims.newcomer import context
from xlmill.lab.claims.tasks import same
from xlmill.lab.findings import Axis, Claim, Judgement, Sweep
from xlmill.lab.points import figure, series
from xlmill.lab.quantities import bytes_text
from xlmill.lab.sampling import Samples, Trial, interleave
from xlmill.lab.tree import forget_peak, peak_bytes

MAP, IMAP, SUBMIT, OURS = "Pool.map", "Pool.imap_unordered", "ProcessPoolExecutor.submit", "pool"
COUNTS = {MAP: (10_000, 100_000, 1_000_000), IMAP: (10_000, 100_000, 1_000_000), OURS: (10_000, 100_000, 1_000_000)}
SUBMITS = (1_000, 4_000)

_WORKERS = 2
_CHUNK = 1_000
# A task that is kept takes at least a pointer.
KEPT = 8.0
_TIMEOUT = 120.0


def measure(seconds: float) -> Samples:
    """Bytes by which the parent grows at most while it feeds so many tiny tasks, each time in a fresh process."""
    trials = [Trial(api, count, partial(_apart, api, count)) for api, counts in COUNTS.items() for count in counts]
    trials += [Trial(SUBMIT, count, partial(_apart, SUBMIT, count)) for count in SUBMITS]
    return interleave(trials, seconds, repeats=3)


def _apart(api: str, count: int) -> float:
    return call_apart(partial(_growth, api, count), _TIMEOUT)


def _growth(api: str, count: int) -> float:
    this = psutil.Process()
    if api == OURS:
        # Its input is cut from an iterator, and its results are dropped as they come.
        with create("pool", Settings(workers=_WORKERS)) as pool:
            before = _resident(this)
            done = sum(
                len(outcome.value)
                for outcome in pool.map(EachItem(same, travels=True), cut(iter(range(count)), _CHUNK))
            )
            peak = peak_bytes() or this.memory_info().rss
    elif api == SUBMIT:
        with ProcessPoolExecutor(_WORKERS, context()) as executor:
            before = _resident(this)
            done = len([future.result() for future in [executor.submit(same, task) for task in range(count)]])
            peak = peak_bytes() or this.memory_info().rss
    else:
        with context().Pool(_WORKERS) as pool:
            before = _resident(this)
            tasks = (task for task in range(count))
            done = (
                len(pool.map(same, tasks)) if api == MAP else sum(1 for _ in pool.imap_unordered(same, tasks, _CHUNK))
            )
            peak = peak_bytes() or this.memory_info().rss
    assert done == count
    return float(max(0, peak - before))


def _resident(this: psutil.Process) -> int:
    forget_peak()
    return int(this.memory_info().rss)


def per_task(found: dict[float, list[float]]) -> float:
    """Bytes by which the parent grows for one task more."""
    few, many = sorted(found)[-2:]
    return (median(found[many]) - median(found[few])) / (many - few)


def rule(samples: Samples) -> Claim:
    """Waiting tasks are in memory if the parent grows with them; by another call of the same class it need not."""
    kept, consumed = per_task(samples[MAP]), per_task(samples[IMAP])
    verdict: Judgement
    if kept < KEPT:
        verdict = "holds"
    elif consumed < KEPT:
        verdict = "misleading"
    else:
        verdict = "does not hold"
    most = COUNTS[MAP][-1]
    return Claim(
        7,
        "Pool keeps only the executing tasks in memory, and the rest outside.",
        verdict,
        None,
        None,
        [figure(f"{api}, {max(found):,.0f} tasks", found[max(found)], "bytes") for api, found in samples.items()],
        f"{most:,} tiny tasks from an iterator with {_WORKERS} workers: by how much the parent grows; three repeats.",
        f"For {most:,} tasks the parent grows by {bytes_text(median(samples[MAP][most]))} with Pool.map, which reads "
        f"all of them first; by {bytes_text(median(samples[IMAP][most]))} with imap_unordered in chunks of {_CHUNK:,}, "
        f"and by {bytes_text(median(samples[OURS][most]))} with xlmill's pool. Nothing is kept outside of memory.",
    )


def sweep(samples: Samples) -> Sweep:
    """Growth of the parent against the number of tasks."""
    most = COUNTS[MAP][-1]
    return Sweep(
        "memory",
        "The parent's memory by number of tasks",
        Axis("tasks", "", "log"),
        Axis("growth of the parent", "bytes", "linear"),
        series(samples, [MAP, IMAP, SUBMIT, OURS]),
        f"{most:,} tiny tasks take {bytes_text(median(samples[MAP][most]))} of the parent with Pool.map, and "
        f"{bytes_text(median(samples[OURS][most]))} where chunks are read as they are needed.",
    )


INQUIRY = Inquiry("memory of the parent", 14, measure, (rule,), (sweep,))
