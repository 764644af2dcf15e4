"""The first few tasks, run here to learn what tasks cost; their results are kept."""

from __future__ import annotations

import pickle
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from xlmill.execution.cost_model import Workload
from xlmill.execution.transfer import pack

T = TypeVar("T")
R = TypeVar("R")

PROBE_SECONDS = 0.03
PROBE_TASKS = 64
SIZED_TASKS = 4

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
    """Run the first tasks until PROBE_SECONDS have passed; at least one, if there is one.

    `total` is the number of all tasks, or None. `function` must not raise.
    """
    done: list[T] = []
    results: list[R] = []
    wall = computed = 0.0
    with _naps() as naps:
        while len(done) < PROBE_TASKS and wall < PROBE_SECONDS:
            try:
                task = next(tasks)
            except StopIteration:
                total = len(done)
                break
            began, began_computing = time.perf_counter(), time.thread_time()
            results.append(function(task))
            computed += time.thread_time() - began_computing
            wall += time.perf_counter() - began
            done.append(task)
    computing = min(1.0, computed / wall) if wall else 1.0
    sizes_in, sizes_out = _mean_size(done), _mean_size(results)
    workload = Workload(
        tasks=None if total is None else max(0, total - len(done)),
        seconds=wall / max(1, len(done)),
        waiting=1 - computing,
        gil_free=naps.free_share(computing),
        bytes_in=sizes_in or 0.0,
        bytes_out=sizes_out or 0.0,
    )
    return Probe(results, workload, sizes_in is not None and sizes_out is not None)


class _Naps:
    def __init__(self) -> None:
        self.prompt = 0.0
        self.late = 0.0

    def free_share(self, computing: float) -> float:
        """The share of computing that left the GIL alone, where `computing` is a share of all the time."""
        seen = self.prompt + self.late
        if seen < PROMPT_SECONDS or computing <= 0:
            return 0.0  # too short to see anything
        return min(1.0, max(0.0, (self.prompt / seen - (1 - computing)) / computing))


@contextmanager
def _naps() -> Iterator[_Naps]:
    """Let a thread take short naps meanwhile: it wakes late exactly while this thread keeps the GIL."""
    naps = _Naps()
    is_over = threading.Event()

    def nap() -> None:
        while not is_over.is_set():
            began = time.perf_counter()
            time.sleep(NAP_SECONDS)
            slept = time.perf_counter() - began
            if slept > NAP_SECONDS + PROMPT_SECONDS:
                naps.late += slept
            else:
                naps.prompt += slept

    napper = threading.Thread(target=nap, name="xlmill-probe", daemon=True)
    napper.start()
    try:
        yield naps
    finally:
        is_over.set()
        napper.join()


def _mean_size(values: list[T]) -> float | None:
    """Pickled bytes of a value, from the first few; None where they cannot be pickled."""
    sizes = []
    for value in values[:SIZED_TASKS]:
        try:
            sizes.append(sum(memoryview(part).nbytes for part in pack(value)))
        except (pickle.PicklingError, TypeError, AttributeError):
            return None
    return sum(sizes) / len(sizes) if sizes else 0.0
