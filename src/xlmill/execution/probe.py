"""The first few tasks, run here to learn what tasks cost; their results are kept."""

from __future__ import annotations

import pickle
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from xlmill.execution.cost_model import Workload
from xlmill.execution.transfer import pack

T = TypeVar("T")
R = TypeVar("R")

PROBE_SECONDS = 0.02
PROBE_TASKS = 64
LONG_SECONDS = 0.25
SIZED_TASKS = 4

SCHEDULER_TIMES = Path("/proc/thread-self/schedstat")

NAP_SECONDS = 0.0005
# Within the switch interval of the interpreter, 5 ms, after which a thread must hand over the GIL.
PROMPT_SECONDS = 0.0025


@dataclass(frozen=True, slots=True)
class Probe(Generic[T, R]):
    """The results of the tasks that were run, and what they tell of the workload.

    `workload.tasks` are those still to be run. `can_travel` says that tasks and results can be pickled.
    """

    results: list[R]
    workload: Workload
    can_travel: bool


def probe(function: Callable[[T], R], tasks: Iterator[T], total: int | None) -> Probe[T, R]:
    """Run the first tasks for about PROBE_SECONDS; at least one, if there is one.

    `total` is the number of all tasks, or None. `function` must not raise.
    """
    alone = _Trial[T, R]()
    alone.run(function, tasks, PROBE_SECONDS)
    watched = _Trial[T, R]()
    naps = _Naps()
    # The naps disturb what they watch, hence a second trial; of long tasks one was enough.
    if not alone.was_last and alone.seconds < LONG_SECONDS:
        with naps.taken():
            watched.run(function, tasks, PROBE_SECONDS)
    tried = alone.tasks + watched.tasks
    results = alone.results + watched.results
    if alone.was_last or watched.was_last:
        total = len(tried)
    sizes_in, sizes_out = _mean_size(tried), _mean_size(results)
    workload = Workload(
        tasks=None if total is None else max(0, total - len(tried)),
        seconds=alone.seconds,
        waiting=1 - alone.computing_share,
        gil_free=naps.free_share(watched.computing_share),
        bytes_in=sizes_in or 0.0,
        bytes_out=sizes_out or 0.0,
    )
    return Probe(results, workload, sizes_in is not None and sizes_out is not None)


class _Trial(Generic[T, R]):
    def __init__(self) -> None:
        self.tasks: list[T] = []
        self.results: list[R] = []
        self.was_last = False
        self._wall = 0.0
        self._computed = 0.0

    def run(self, function: Callable[[T], R], tasks: Iterator[T], seconds: float) -> None:
        while len(self.tasks) < PROBE_TASKS and self._wall < seconds:
            try:
                task = next(tasks)
            except StopIteration:
                self.was_last = True
                return
            began, began_computing = _own_time(), time.thread_time()
            self.results.append(function(task))
            self._computed += time.thread_time() - began_computing
            self._wall += _own_time() - began
            self.tasks.append(task)

    @property
    def seconds(self) -> float:
        return max(self._wall, self._computed) / max(1, len(self.tasks))

    @property
    def computing_share(self) -> float:
        return min(1.0, self._computed / self._wall) if self._wall > 0 else 1.0


def _own_time() -> float:
    """Seconds on a clock that stands still while this thread could run, and other processes have the cores.

    Otherwise computing on a busy machine would look like waiting. Off Linux nothing tells that time.
    """
    now = time.perf_counter()
    try:
        with SCHEDULER_TIMES.open("rb") as file:
            # Nanoseconds on a core, nanoseconds ready to run, and times run.
            return now - int(file.read().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return now


class _Naps:
    """Short naps of a thread, which wakes late exactly while another keeps the GIL."""

    def __init__(self) -> None:
        self._prompt = 0.0
        self._late = 0.0

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Take naps meanwhile."""
        is_over = threading.Event()

        def nap() -> None:
            while not is_over.is_set():
                began = _own_time()
                time.sleep(NAP_SECONDS)
                slept = _own_time() - began
                if slept > NAP_SECONDS + PROMPT_SECONDS:
                    self._late += slept
                else:
                    self._prompt += slept

        napper = threading.Thread(target=nap, name="xlmill-probe", daemon=True)
        napper.start()
        try:
            yield
        finally:
            is_over.set()
            napper.join()

    def free_share(self, computing: float) -> float:
        """The share of computing that left the GIL alone, where `computing` is a share of all the time."""
        seen = self._prompt + self._late
        if seen < PROMPT_SECONDS or computing <= 0:
            return 0.0  # too short to see anything
        return min(1.0, max(0.0, (self._prompt / seen - (1 - computing)) / computing))


def _mean_size(values: list[T]) -> float | None:
    """Pickled bytes of a value, from the first few; None where they cannot be pickled."""
    sizes = []
    for value in values[:SIZED_TASKS]:
        try:
            sizes.append(sum(memoryview(part).nbytes for part in pack(value)))
        except (pickle.PicklingError, TypeError, AttributeError):
            return None
    return sum(sizes) / len(sizes) if sizes else 0.0
