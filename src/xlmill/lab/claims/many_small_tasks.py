"""Claims 8, 9 and 13: how many tasks of what cost it takes until workers pay, and what starting them takes."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from statistics import median
from typing import Any

from xlmill.execution import usable_cores
from xlmill.lab.apart import call_apart
from xlmill.lab.claims.inquiry import EQUAL, Inquiry
from xlmill.lab.claims.newcomer import by_loop, by_pool, by_processes, by_threads, context
from xlmill.lab.claims.tasks import same, spin
from xlmill.lab.findings import Axis, Claim, Judgement, Sweep
from xlmill.lab.points import figure, points, ratio, series
from xlmill.lab.quantities import factor_text, listed, seconds_text
from xlmill.lab.sampling import Samples, Trial, interleave, timed
from xlmill.lab.start_method import interpreters_own_method

SERIAL, THREADS, POOL, PROCESSES = "serial", "threads", "mp-pool", "mp-process"
WAYS = (SERIAL, THREADS, POOL, PROCESSES)
EXECUTOR = "ProcessPoolExecutor, one a chunk"
POOL_ONE = "mp-pool, one a chunk"

COUNTS = (1, 8, 64, 256)
# More processes than that are not started: their time is extrapolated.
MOST_PROCESSES = 64
COST = 0.001
COSTS = (1e-5, 1e-3, 5e-3)
TASKS = 64
NOTHINGS = {SERIAL: 20_000, POOL: 20_000, POOL_ONE: 2_000, EXECUTOR: 300, PROCESSES: 16}
BIG_TASKS, BIG_COST = 4, 0.08

BY_COUNT, BY_COST, NOTHING, BIG, START = "count", "cost", "nothing", "big", "start"

# A newcomer starts them all at once; so many alive are as quick, and disturb nobody.
_WINDOW = 16
# A Pool that starts so many times as slowly by one method as by another, costs by the method and not by being a Pool.
_BY_METHOD = 3.0
_CHUNKED = 3.0
_MANY = 3.0
_TIMEOUT = 400.0


def measure(seconds: float) -> Samples:
    """Seconds for tasks of pure Python by their number and by their cost, for no-ops, for big tasks, and for one."""
    return call_apart(partial(_measure, seconds), _TIMEOUT)


def _measure(seconds: float) -> Samples:
    loops = _loops_per_second()
    cores = usable_cores()
    ways: dict[str, Callable[[Callable[[Any], Any], list[Any]], object]] = {
        SERIAL: by_loop,
        THREADS: partial(by_threads, workers=cores),
        POOL: partial(by_pool, workers=cores),
        PROCESSES: partial(by_processes, alive=_WINDOW),
    }
    trials = []
    for name, way in ways.items():
        counts = [count for count in COUNTS if name != PROCESSES or count <= MOST_PROCESSES]
        trials += [_trial(f"{BY_COUNT}, {name}", count, way, [round(COST * loops)] * count) for count in counts]
        trials += [_trial(f"{BY_COST}, {name}", cost, way, [round(cost * loops)] * TASKS) for cost in COSTS]
    big = [round(BIG_COST * loops)] * BIG_TASKS
    trials += [_trial(f"{BIG}, {name}", BIG_TASKS, ways[name], big) for name in (POOL, PROCESSES)]
    for method in multiprocessing.get_all_start_methods():
        pool = timed(partial(by_pool, same, [0], cores, method=method))
        process = timed(partial(by_processes, same, [0], 1, method))
        trials += [
            Trial(f"{START}, {POOL}", _place(method), pool),
            Trial(f"{START}, {PROCESSES}", _place(method), process),
        ]
    with context().Pool(cores) as warm, ProcessPoolExecutor(cores, context()) as executor:
        calls: dict[str, Callable[[range], object]] = {
            SERIAL: partial(by_loop, same),
            POOL: partial(warm.map, same),
            POOL_ONE: lambda tasks: warm.map(same, tasks, 1),
            EXECUTOR: lambda tasks: list(executor.map(same, tasks)),
            PROCESSES: lambda tasks: by_processes(same, tasks, cores),
        }
        for name, call in calls.items():
            trials.append(Trial(f"{NOTHING}, {name}", NOTHINGS[name], _each(call, NOTHINGS[name])))
        return interleave(trials, seconds)


def _trial(
    series_name: str, x: float, way: Callable[[Callable[[Any], Any], list[Any]], object], tasks: list[int]
) -> Trial:
    return Trial(series_name, x, timed(partial(way, spin, tasks)))


def _each(call: Callable[[range], object], count: int) -> Callable[[], float]:
    """A measure: seconds a task."""
    whole = timed(lambda: call(range(count)))
    return lambda: whole() / count


def _loops_per_second() -> float:
    def once() -> float:
        began = time.perf_counter()
        spin(200_000)
        return 200_000 / (time.perf_counter() - began)

    return max(once() for _ in range(9))


# A start method as an x: its place among all there are anywhere.
METHODS = ("fork", "forkserver", "spawn")


def _place(method: str) -> int:
    return METHODS.index(method)


def _nothing(samples: Samples, name: str) -> list[float]:
    return samples[f"{NOTHING}, {name}"][NOTHINGS[name]]


def _by_count(samples: Samples, name: str) -> dict[float, list[float]]:
    """Seconds by the number of tasks, those of processes that were not started extrapolated."""
    found = dict(samples[f"{BY_COUNT}, {name}"])
    for count in COUNTS:
        if count not in found:
            found[count] = [each * count / MOST_PROCESSES for each in found[MOST_PROCESSES]]
    return found


def many_small(samples: Samples) -> Claim:
    """Pool wins many small tasks if it beats a Process each; only under conditions, if not every small task will do."""
    most = COUNTS[-1]
    found = {name: _by_count(samples, name)[most] for name in WAYS}
    process = ratio("Process each over Pool", found[PROCESSES], found[POOL])
    serial = ratio("serial over Pool", found[SERIAL], found[POOL])
    nothings = {name: _nothing(samples, name) for name in NOTHINGS}
    alone, chunked, one = (median(nothings[name]) for name in (SERIAL, POOL, POOL_ONE))
    verdict: Judgement
    conditions = None
    if process.value < EQUAL:
        verdict = "does not hold"
    elif chunked >= EQUAL * alone or one >= _CHUNKED * chunked:
        verdict = "holds under conditions"
        conditions = "chunked, and tasks that cost more than handing them over"
    else:
        verdict = "holds"
    return Claim(
        8,
        "Pool wins with many small tasks.",
        verdict,
        conditions,
        None,
        [process, serial, *(figure(f"a no-op, {name}", values, "s") for name, values in nothings.items())],
        f"{most} tasks of {1000 * COST:g} ms of pure Python (a Process each: {MOST_PROCESSES}, extrapolated), start "
        "and end included; and no-ops by workers that are ready.",
        f"For {most} tasks of {1000 * COST:g} ms the Pool is {factor_text(process.value)} times as fast as a Process "
        f"each and {factor_text(serial.value)} times as serial. A no-op costs {seconds_text(chunked)} in chunks, "
        f"{seconds_text(one)} alone, and {seconds_text(alone)} without any Pool.",
    )


def few_tasks(samples: Samples) -> Claim:
    """A Pool loses if starting it takes longer than a task; by the method, if one makes far less of a difference."""
    pools, processes = samples[f"{START}, {POOL}"], samples[f"{START}, {PROCESSES}"]
    task = samples[f"{BY_COUNT}, {SERIAL}"][1]
    costs = {METHODS[int(place)]: median(found) for place, found in pools.items()}
    verdict: Judgement
    conditions = None
    if min(costs.values()) < EQUAL * median(task):
        verdict = "does not hold"
    elif max(costs.values()) < _BY_METHOD * min(costs.values()):
        verdict = "holds"
    else:
        dear = [method for method, cost in costs.items() if cost >= _BY_METHOD * min(costs.values())]
        verdict, conditions = "holds under conditions", f"start method {' or '.join(dear)}; with the others it is small"
    each = ", ".join(
        f"{method} {seconds_text(cost)} (one Process {seconds_text(median(processes[_place(method)]))})"
        for method, cost in costs.items()
    )
    return Claim(
        9,
        "The cost of creating a Pool makes it lose with few tasks.",
        verdict,
        conditions,
        None,
        [figure(f"Pool and one task, {METHODS[int(place)]}", found, "s") for place, found in pools.items()]
        + [figure(f"one Process, {METHODS[int(place)]}", found, "s") for place, found in processes.items()]
        + [figure(f"one task of {1000 * COST:g} ms, serial", task, "s")],
        f"One no-op by a new Pool of {usable_cores()} and by one new Process, by start method, start and end included.",
        f"Before a task of {1000 * COST:g} ms is done that takes {seconds_text(median(task))} alone, a new Pool takes, "
        f"by start method: {each}.",
    )


def equal_for_big(samples: Samples) -> Claim:
    """Pool and Process are equal where their times are, and the comparison with no-ops says for which tasks."""
    pools, processes = (samples[f"{BIG}, {name}"][BIG_TASKS] for name in (POOL, PROCESSES))
    big = ratio("Process each over Pool, big tasks", processes, pools)
    small = ratio("Process each over Pool, no-ops", _nothing(samples, PROCESSES), _nothing(samples, POOL))
    assert big.low is not None and big.high is not None
    verdict: Judgement
    conditions = None
    if big.low > EQUAL or big.high < 1 / EQUAL:
        verdict = "does not hold"
    elif small.value < _MANY:
        verdict = "holds"
    else:
        verdict, conditions = "holds under conditions", "few big tasks"
    return Claim(
        13,
        "For work that computes, Pool and Process are equally fast.",
        verdict,
        conditions,
        None,
        [big, small, figure("big tasks, Pool", pools, "s"), figure("big tasks, Process each", processes, "s")],
        f"{BIG_TASKS} tasks of {1000 * BIG_COST:g} ms of pure Python on {usable_cores()} cores, start and end "
        "included; and no-ops.",
        f"{BIG_TASKS} tasks of {1000 * BIG_COST:g} ms take {seconds_text(median(pools))} by Pool and "
        f"{seconds_text(median(processes))} by a Process each; a no-op takes {factor_text(small.value)} times as long "
        "by a Process of its own.",
    )


def by_count(samples: Samples) -> Sweep:
    """Time against the number of tasks, the break-even in words."""
    found = {name: _by_count(samples, name) for name in WAYS}
    drawn = series(found, WAYS)
    drawn[-1].points[:] = points(found[PROCESSES], [count for count in COUNTS if count > MOST_PROCESSES])
    return Sweep(
        "count",
        "Crossover by number of tasks",
        Axis(f"tasks of {1000 * COST:g} ms", "", "log"),
        Axis("time", "s", "log"),
        drawn,
        _crossing(found, COUNTS, _counts_text),
    )


def by_cost(samples: Samples) -> Sweep:
    """Time against the cost of a task, the break-even in words."""
    found = {name: samples[f"{BY_COST}, {name}"] for name in WAYS}
    return Sweep(
        "cost",
        "Crossover by cost of a task",
        Axis("computing a task", "s", "log"),
        Axis(f"{TASKS} tasks", "s", "log"),
        series(found, WAYS),
        _crossing(found, COSTS, lambda costs: f"{TASKS} tasks of {listed([seconds_text(cost) for cost in costs])}"),
    )


def _crossing(found: Samples, places: Sequence[float], named: Callable[[Sequence[float]], str]) -> str:
    """From where on the Pool pays, and which way is fastest where; `named` says several places as one."""
    won = [x for x in places if median(found[POOL][x]) * EQUAL <= median(found[SERIAL][x])]
    lesson = f"clearly beats serial from {named(won[:1])} on" if won else "nowhere clearly beats serial"
    fastest: dict[str, list[float]] = {}
    for x in places:
        fastest.setdefault(min(WAYS, key=lambda name: median(found[name][x])), []).append(x)
    (first, led), *others = fastest.items()
    each = [f"{first} is fastest for {named(led)}", *(f"{name} for {named(led)}" for name, led in others)]
    return f"The Pool {lesson}. With processes started by {interpreters_own_method()}, {listed(each)}."


def _counts_text(counts: Sequence[float]) -> str:
    noun = "task" if max(counts) == 1 else "tasks"
    return f"{listed([f'{count:,g}' for count in counts])} {noun} of {1000 * COST:g} ms"


INQUIRY = Inquiry("number and cost of tasks", 18, measure, (many_small, few_tasks, equal_for_big), (by_count, by_cost))
