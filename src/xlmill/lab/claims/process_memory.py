"""Claims 6 and 11: what processes take that are alive at once, and what a million of them would."""

from __future__ import annotations

import multiprocessing
import sys
import time
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import psutil

from xlmill.lab.apart import call_apart
from xlmill.lab.claims.inquiry import Inquiry
from xlmill.lab.claims.newcomer import context
from xlmill.lab.claims.tasks import do_nothing, wait_for_end, wait_with_libraries
from xlmill.lab.findings import Axis, Claim, Judgement, Sweep
from xlmill.lab.points import exact, figure, points, series
from xlmill.lab.quantities import bytes_text, seconds_text
from xlmill.lab.sampling import LEAST_REPEATS, Samples, Trial, interleave
from xlmill.lab.start_method import interpreters_own_method
from xlmill.lab.tree import MEMORY_MEASURE, tree_memory

MILLION = 1_000_000
ALIVE = {"fork": (4, 16, 64), "forkserver": (2, 8), "spawn": (2, 8)}
LIBRARIES = "with numpy and pyarrow"
UNSTARTED, SECONDS = "unstarted objects", "seconds to start"
PROCESSES_ALLOWED, MACHINE_MEMORY = "processes allowed", "memory of the machine"

_OBJECTS = 20_000
# A process that takes less is not worth a word; an object that takes a tenth of a process is.
_LITTLE = 100_000
_SMALL_SHARE = 0.1
_TIMEOUT = 300.0


def measure(seconds: float) -> Samples:
    """Bytes that so many processes add while all of them wait, by start method; with what limits them here."""
    samples: Samples = {}
    for method in multiprocessing.get_all_start_methods():
        part = seconds / len(multiprocessing.get_all_start_methods())
        samples |= call_apart(partial(_measure, method, part), _TIMEOUT)
    samples |= call_apart(_measure_with_libraries, _TIMEOUT)
    samples[UNSTARTED] = {_OBJECTS: [call_apart(_unstarted, _TIMEOUT) for _ in range(LEAST_REPEATS)]}
    samples[PROCESSES_ALLOWED] = {0: [processes_allowed()]}
    samples[MACHINE_MEMORY] = {0: [float(psutil.virtual_memory().total)]}
    return samples


def _measure(method: str, seconds: float) -> Samples:
    taken: dict[float, list[float]] = {number: [] for number in ALIVE[method]}

    def start(number: int) -> float:
        took, added = _alive(method, number, wait_for_end)
        taken[number].append(added)
        return took

    trials = [Trial(f"{SECONDS}, {method}", number, partial(start, number)) for number in ALIVE[method]]
    samples = interleave(trials, seconds)
    return {**samples, method: {number: found[1:] for number, found in taken.items()}}


def _measure_with_libraries() -> Samples:
    import numpy as np  # noqa: F401 (a forked process shares it)
    import pyarrow as pa  # noqa: F401

    method = interpreters_own_method()
    number = ALIVE[method][0]
    found = [_alive(method, number, wait_with_libraries)[1] for _ in range(LEAST_REPEATS)]
    return {f"{method}, {LIBRARIES}": {number: found}}


def _alive(method: str, number: int, target: Any) -> tuple[float, float]:
    """Seconds to start so many processes, and bytes that they add together while they wait."""
    chosen = context(method)
    this = psutil.Process()
    if method == "forkserver":  # itself no task
        first = chosen.Process(target=do_nothing)
        first.start()
        first.join()
    before = tree_memory(this)
    began = time.perf_counter()
    ends, started = [], []
    for _ in range(number):
        ours, theirs = chosen.Pipe()
        process = chosen.Process(target=target, args=(theirs,))
        process.start()
        theirs.close()
        ends.append(ours)
        started.append(process)
    for end in ends:
        end.recv()
    took = time.perf_counter() - began
    added = tree_memory(this) - before
    for end, process in zip(ends, started, strict=True):
        end.send(None)
        process.join()
        end.close()
    return took, float(added)


def _unstarted() -> float:
    """Bytes of a Process object that was not started."""
    chosen = context()
    this = psutil.Process()
    before = this.memory_info().rss
    objects = [chosen.Process(target=do_nothing) for _ in range(_OBJECTS)]
    return float((this.memory_info().rss - before) / len(objects))


def processes_allowed() -> float:
    """How many processes this system lets exist, or this user have, whichever is less."""
    limits = [float("inf")]
    if sys.platform == "linux":
        limits.append(float(Path("/proc/sys/kernel/pid_max").read_text()))
    if sys.platform != "win32":
        import resource

        soft = resource.getrlimit(resource.RLIMIT_NPROC)[0]
        if soft != resource.RLIM_INFINITY:
            limits.append(float(soft))
    return min(limits)


def per_process(found: dict[float, list[float]]) -> float:
    """Bytes that one more process adds."""
    few, many = min(found), max(found)
    return float((median(found[many]) - median(found[few])) / (many - few))


_EXPERIMENT = (
    f"Processes that wait, as many as {max(ALIVE['fork'])} alive at once: the {MEMORY_MEASURE} that they add to the "
    f"tree; and {_OBJECTS:,} Process objects that were not started."
)


def all_in_memory(samples: Samples) -> Claim:
    """Tasks are in memory if a started process takes much; also before that, if an unstarted object does."""
    method = interpreters_own_method()
    process = per_process(samples[method])
    unstarted = median(samples[UNSTARTED][_OBJECTS])
    verdict: Judgement
    conditions = None
    if process < _LITTLE:
        verdict = "does not hold"
    elif unstarted >= _SMALL_SHARE * process:
        verdict = "holds"
    else:
        verdict, conditions = "holds under conditions", "all are started at once: a window of a few keeps only those"
    figures = [
        exact(f"a started process, {each}", per_process(samples[each]), "bytes") for each in ALIVE if each in samples
    ]
    loaded = samples[f"{method}, {LIBRARIES}"]
    number = min(loaded)
    figures.append(figure(f"a process {LIBRARIES}, {method}", [each / number for each in loaded[number]], "bytes"))
    figures.append(figure("an unstarted object", samples[UNSTARTED][_OBJECTS], "bytes"))
    return Claim(
        6,
        "Process puts all tasks in memory.",
        verdict,
        conditions,
        None,
        figures,
        _EXPERIMENT,
        f"A started process adds {bytes_text(process)} by {method}, an object that was not started "
        f"{unstarted:,.0f} bytes.",
    )


def million(samples: Samples) -> Claim:
    """A million disturb the machine if they are more than it allows, or take more memory than it has."""
    method = interpreters_own_method()
    process, allowed = per_process(samples[method]), samples[PROCESSES_ALLOWED][0][0]
    unstarted, memory = median(samples[UNSTARTED][_OBJECTS]), samples[MACHINE_MEMORY][0][0]
    starts = samples[f"{SECONDS}, {method}"]
    each = median(starts[max(starts)]) / max(starts)
    verdict: Judgement
    conditions = None
    if process * MILLION <= memory and allowed >= MILLION:
        verdict = "does not hold"
    elif unstarted * MILLION > memory:
        verdict = "holds"
    else:
        verdict, conditions = "holds under conditions", "they are started without waiting for others to end"
    limit = "no limit on processes" if allowed == float("inf") else f"at most {allowed:,.0f} processes"
    return Claim(
        11,
        "A million Process objects disturb the machine.",
        verdict,
        conditions,
        "disturbed the machine",
        [
            exact("memory of a million started (extrapolated)", process * MILLION, "bytes"),
            exact("time to start a million (extrapolated)", each * MILLION, "s"),
            exact("a million unstarted objects (extrapolated)", unstarted * MILLION, "bytes"),
            exact("memory of the machine", memory, "bytes"),
            *([] if allowed == float("inf") else [exact("processes allowed", allowed)]),
        ],
        f"{_EXPERIMENT} A million were not started: the figures are those of {max(starts)}, extrapolated.",
        f"Extrapolated from {max(starts)}: a million alive would take {bytes_text(process * MILLION)} and "
        f"{seconds_text(each * MILLION)} to start, on a machine of {bytes_text(memory)} with {limit}; "
        f"unstarted they take {bytes_text(unstarted * MILLION)}.",
    )


def sweep(samples: Samples) -> Sweep:
    """Memory against the number of processes alive; the million extrapolated."""
    methods = [method for method in ALIVE if method in samples]
    own = interpreters_own_method()
    drawn: Samples = {method: dict(samples[method]) for method in methods}
    drawn[own][MILLION] = [per_process(samples[own]) * MILLION]
    taken = ", ".join(f"{bytes_text(per_process(samples[method]))} by {method}" for method in methods)
    found = series(drawn, methods)
    own_series = next(each for each in found if each.strategy == own)
    own_series.points[:] = points(drawn[own], (MILLION,))
    return Sweep(
        "memory",
        "Memory by number of processes",
        Axis("processes alive", "", "log"),
        Axis(f"{MEMORY_MEASURE} that they add", "bytes", "log"),
        found,
        f"A process that only waits adds {taken}.",
    )


INQUIRY = Inquiry("memory of processes", 10, measure, (all_in_memory, million), (sweep,))
