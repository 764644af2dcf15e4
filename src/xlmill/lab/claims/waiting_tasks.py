"""Claims 4, 5 and 10: tasks that wait, by Pool, Process, threads and an event loop at equal concurrency."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from statistics import median

from xlmill.lab.apart import call_apart
from xlmill.lab.claims.inquiry import EQUAL, Inquiry
from xlmill.lab.claims.newcomer import by_asyncio, by_pool, by_processes, by_threads
from xlmill.lab.findings import Axis, Claim, Judgement, Sweep
from xlmill.lab.points import figure, ratio, series
from xlmill.lab.quantities import factor_text, seconds_text
from xlmill.lab.sampling import Samples, Trial, interleave, timed
from xlmill.lab.start_method import interpreters_own_method

TASKS = 16
WORKERS = (2, 4, 8, TASKS)
FEW = 2
POOL, PROCESSES, THREADS, LOOP = "mp-pool", "mp-process", "threads", "asyncio"

# So long that starting the processes is not what counts, whatever it takes.
WAIT = 0.1 if interpreters_own_method() == "fork" else 0.4

# Of the time that two workers need for all waits at least.
_BLOCKED = 0.8
_TIMEOUT = 300.0


def measure(seconds: float) -> Samples:
    """Seconds for all waits, start and end of the workers included, by how many may wait at once."""
    return call_apart(partial(_measure, seconds), _TIMEOUT)


def _measure(seconds: float) -> Samples:
    waits = [WAIT] * TASKS
    ways: dict[str, Callable[[Callable[[float], None], list[float], int], object]] = {
        POOL: partial(by_pool, chunk_size=1),
        PROCESSES: by_processes,
        THREADS: by_threads,
    }
    trials = [
        Trial(name, workers, timed(partial(way, time.sleep, waits, workers)))
        for name, way in ways.items()
        for workers in WORKERS
    ]
    trials += [
        Trial(f"{name}, few tasks", FEW, timed(partial(way, time.sleep, waits[:FEW], FEW)))
        for name, way in ways.items()
    ]
    trials.append(Trial(LOOP, TASKS, timed(partial(by_asyncio, WAIT, waits))))
    return interleave(trials, seconds)


_EXPERIMENT = (
    f"{TASKS} waits of {WAIT:g} s by Pool, by a Process each and by threads, {', '.join(map(str, WORKERS))} at a time, "
    "start and end of the workers included; and on one event loop."
)


def blocks(samples: Samples) -> Claim:
    """A worker is blocked if two of them need about as long as the waits one behind the other."""
    pool = samples[POOL]
    two, many, loop = median(pool[2]), median(pool[TASKS]), median(samples[LOOP][TASKS])
    verdict: Judgement = "holds" if two >= _BLOCKED * TASKS / 2 * WAIT else "does not hold"
    return Claim(
        4,
        "A long I/O in a Pool task blocks that worker.",
        verdict,
        None,
        None,
        [*(figure(f"Pool of {n}", pool[n], "s") for n in WORKERS), figure("asyncio", samples[LOOP][TASKS], "s")],
        _EXPERIMENT,
        f"{TASKS} waits of {WAIT:g} s take {seconds_text(two)} with 2 workers. The cure is more of them, of whatever "
        f"kind: {seconds_text(many)} with {TASKS}, {seconds_text(loop)} on one event loop.",
    )


def suits_io(samples: Samples) -> Claim:
    """The class is what counts if Process is faster than a Pool that may wait for as many at a time."""
    equal = ratio("Pool over Process, as many at once", samples[POOL][TASKS], samples[PROCESSES][TASKS])
    unequal = ratio("Pool of 2 over Process each", samples[POOL][2], samples[PROCESSES][TASKS])
    verdict: Judgement
    if unequal.value < EQUAL:
        verdict = "does not hold"
    elif equal.value >= 2:
        verdict = "holds"
    else:
        verdict = "misleading"
    times = ", ".join(
        f"{name} {seconds_text(median(samples[key][TASKS]))}"
        for name, key in ((f"Pool({TASKS})", POOL), (f"{TASKS} processes", PROCESSES), (f"{TASKS} threads", THREADS))
    )
    return Claim(
        5,
        "Process suits long I/O, because the system pre-empts a waiting process.",
        verdict,
        None,
        None,
        [
            equal,
            unequal,
            *(figure(f"{name}, {TASKS} at once", samples[name][TASKS], "s") for name in (POOL, PROCESSES, THREADS)),
        ],
        _EXPERIMENT,
        f"A Process each is {factor_text(unequal.value)} times as fast as a Pool of 2, but that is the number at once "
        f"and not the class: {times}.",
    )


def few_tasks(samples: Samples) -> Claim:
    """Process wins if it is faster than Pool: than a Pool of two only, or also than one as large, and than threads."""
    process = samples[PROCESSES][TASKS]
    small = ratio("Pool of 2 over Process each", samples[POOL][2], process)
    large = ratio(f"Pool of {TASKS} over Process each", samples[POOL][TASKS], process)
    threads = ratio("threads over Process each", samples[THREADS][TASKS], process)
    verdict: Judgement
    conditions = None
    if small.value < EQUAL:
        verdict = "does not hold"
    elif min(large.value, threads.value) >= 2:
        verdict = "holds"
    else:
        verdict, conditions = "holds under conditions", "the Pool has fewer workers than there are tasks"
    few = [f"{name}, few tasks" for name in (POOL, PROCESSES, THREADS)]
    return Claim(
        10,
        "Process wins with few tasks of long I/O.",
        verdict,
        conditions,
        None,
        [small, large, threads, *(figure(name, samples[name][FEW], "s") for name in few)],
        _EXPERIMENT,
        f"A Process each is {factor_text(small.value)} times as fast as a Pool of 2, {factor_text(large.value)} times "
        f"as a Pool of {TASKS}, and {factor_text(threads.value)} times as {TASKS} threads.",
    )


def sweep(samples: Samples) -> Sweep:
    """The time for all waits, against how many may wait at once."""
    spread = [median(samples[name][TASKS]) for name in (POOL, PROCESSES, THREADS, LOOP)]
    return Sweep(
        "workers",
        "Waiting by how many wait at once",
        Axis("workers", "", "log"),
        Axis(f"{TASKS} waits of {WAIT:g} s", "s", "log"),
        series(samples, [POOL, PROCESSES, THREADS, LOOP]),
        f"With 2 at once everything takes about {seconds_text(median(samples[POOL][2]))}, with {TASKS} between "
        f"{seconds_text(min(spread))} and {seconds_text(max(spread))}: the number counts, not the class.",
    )


INQUIRY = Inquiry("tasks that wait", 22, measure, (blocks, suits_io, few_tasks), (sweep,))
