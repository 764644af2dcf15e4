"""What handing over work costs: `pool` beside the standard library's Pool, both warm, and speedup over one core."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

from benchmarks.statistic import Spread
from xlmill.execution import Items, Settings, Strategy, create, cut
from xlmill.execution.each_item import EachItem

ITEMS = 10_000
CHUNK = 100
WORKERS = 2
SPINS, SPIN_SECONDS = 40, 0.05

OURS, THEIRS, ALONE = "pool", "multiprocessing.Pool.map", "serial"
# What the machine can give: processes that are told to begin, and know nothing of each other.
APART = "two processes, half each"


def nothing(item: int) -> int:
    """The task of the overhead: none."""
    return item


def spin(turns: int) -> int:
    """The task of the speedup: pure Python that computes."""
    for _ in range(turns):
        pass
    return turns


def spin_when_told(told: Connection, tasks: list[int]) -> None:
    """In a process of its own: the tasks, whenever a word comes."""
    while told.recv():
        told.send([spin(turns) for turns in tasks])


def measure(repeats: int, say: Callable[[str], None]) -> dict[str, Spread]:
    """Seconds of each way, by what it did; every way gave the same results."""
    say("pool: items that do nothing")
    costs = {f"{ITEMS:,} no-ops at chunk {CHUNK}, {name}": each for name, each in overhead(20 * repeats).items()}
    say("pool: items that compute")
    times = {f"{SPINS} x {SPIN_SECONDS:g} s of Python, {name}": each for name, each in speedup(repeats).items()}
    return costs | times


def overhead(repeats: int) -> dict[str, Spread]:
    """Seconds for no-op items in equal chunks, both pools warm, interleaved."""
    expected = list(range(ITEMS))
    task: Callable[[Items[int]], Any] = EachItem(nothing, travels=True)
    with (
        create("pool", Settings(workers=WORKERS)) as ours,
        multiprocessing.get_context("forkserver").Pool(WORKERS) as theirs,
    ):

        def by_ours() -> list[int]:
            results: list[int] = []
            for outcome in ours.map(task, cut(expected, CHUNK)):
                results += outcome.value
            return results

        return _interleaved({OURS: by_ours, THEIRS: lambda: theirs.map(nothing, expected, CHUNK)}, expected, repeats)


def speedup(repeats: int) -> dict[str, Spread]:
    """Seconds of the same pure Python one after another and by workers, interleaved; chunks of one item."""
    turns = _turns(SPIN_SECONDS)
    tasks = [turns] * SPINS
    with (
        create("pool", Settings(workers=WORKERS)) as ours,
        create("serial", Settings(workers=1)) as serial,
        _processes(tasks) as apart,
    ):

        def by(strategy: Strategy) -> Callable[[], list[int]]:
            def run() -> list[int]:
                task: Callable[[Items[int]], Any] = EachItem(spin, travels=True)
                return [result for outcome in strategy.map(task, cut(tasks, 1)) for result in outcome.value]

            return run

        return _interleaved({ALONE: by(serial), OURS: by(ours), APART: apart}, tasks, repeats)


@contextmanager
def _processes(tasks: list[int]) -> Iterator[Callable[[], list[int]]]:
    """Tasks split over processes beforehand, with nothing to hand over but the word to begin and the results."""
    context = multiprocessing.get_context("forkserver")
    ends = [context.Pipe() for _ in range(WORKERS)]
    processes = [
        context.Process(target=spin_when_told, args=(there, tasks[place::WORKERS]), daemon=True)
        for place, (_, there) in enumerate(ends)
    ]
    for process in processes:
        process.start()

    def run() -> list[int]:
        for here, _ in ends:
            here.send(True)
        return [result for here, _ in ends for result in here.recv()]

    yield run
    for process, (here, _) in zip(processes, ends, strict=True):
        here.send(False)
        process.join()


def _interleaved(ways: dict[str, Callable[[], list[int]]], expected: list[int], repeats: int) -> dict[str, Spread]:
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for repeat in range(repeats + 1):
        for name, way in ways.items():
            began = time.perf_counter()
            results = way()
            took = time.perf_counter() - began
            if results != expected:
                raise AssertionError(f"{name} gave wrong results")
            if repeat:  # the first warms up
                seconds[name].append(took)
    return {name: Spread.of(values) for name, values in seconds.items()}


def _turns(seconds: float) -> int:
    trial = 200_000
    best = min(_seconds(trial) for _ in range(9))
    return round(trial * seconds / best)


def _seconds(turns: int) -> float:
    began = time.perf_counter()
    spin(turns)
    return time.perf_counter() - began
