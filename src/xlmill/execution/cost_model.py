"""What a strategy costs: predicted seconds and memory, from the workload and this machine's costs."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields

from xlmill.exceptions import InputError
from xlmill.execution.chunking import CHUNK_SECONDS, MOST_ITEMS
from xlmill.execution.strategy import Traits

# For input of unknown length: enough that starting workers is not what counts.
ASSUMED_TASKS = 100_000
CHUNKS_TO_BALANCE = 4


@dataclass(frozen=True, slots=True)
class Workload:
    """The tasks, as the planner sees them.

    tasks: how many, or None if unknown.
    seconds: wall time of one, computed here alone.
    waiting: the share of that time in which it does not compute, from 0 to 1.
    gil_free: the share of its computing that releases the GIL, from 0 to 1.
    bytes_in, bytes_out: pickled size of a task and of its result.
    others: threads of other processes that want a core meanwhile, on average.
    rows_each: rows of a task, where it is a chunk of what people think of as rows.
    """

    tasks: int | None
    seconds: float
    waiting: float = 0.0
    gil_free: float = 0.0
    bytes_in: float = 0.0
    bytes_out: float = 0.0
    others: float = 0.0
    rows_each: int | None = None

    def __post_init__(self) -> None:
        for share in (self.waiting, self.gil_free):
            if not 0.0 <= share <= 1.0:
                raise InputError(f"a share is {share}; give a number from 0 to 1")

    @property
    def count(self) -> int:
        """How many tasks to reckon with."""
        return ASSUMED_TASKS if self.tasks is None else self.tasks


@dataclass(frozen=True, slots=True)
class StrategyCost:
    """What a strategy costs on this machine, beside the work.

    first: seconds more when it is the first of its kind in this process, and the fork server has to start.
    start: seconds until the first worker is ready; start_each: seconds more for each further worker.
    launch: seconds of a process for each chunk, on the core where it starts.
    message: seconds for a chunk to go and its answer to come; item: the same for each task in it.
    byte: seconds for each byte that is copied.
    worker_bytes: memory that a worker takes for itself.
    """

    first: float = 0.0
    start: float = 0.0
    start_each: float = 0.0
    launch: float = 0.0
    message: float = 0.0
    item: float = 0.0
    byte: float = 0.0
    worker_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Prediction:
    """What one way of running a workload would cost: makespan in seconds, extra memory in bytes."""

    strategy: str
    workers: int
    chunk_size: int
    seconds: float
    memory: float


# Measured on one 2-core Linux machine with CPython 3.11; `calibration.measure` replaces most by this machine's.
SEEDS: Mapping[str, StrategyCost] = {
    "serial": StrategyCost(message=2e-6, item=3e-7),
    "threads": StrategyCost(start=1e-4, start_each=6e-5, message=2.5e-5, item=3e-7, worker_bytes=100_000),
    "pool": StrategyCost(
        0.15, start=0.03, start_each=0.008, message=6e-5, item=2e-7, byte=1e-9, worker_bytes=12_000_000
    ),
    "asyncio": StrategyCost(start=1e-3, message=1e-4, item=3e-7, worker_bytes=10_000),
    "process": StrategyCost(0.15, launch=0.023, message=2e-4, item=5e-7, byte=1e-9, worker_bytes=12_000_000),
    "dask": StrategyCost(start=2.0, start_each=0.2, message=8e-3, item=5e-7, byte=4e-9, worker_bytes=80_000_000),
    "ray": StrategyCost(start=6.0, start_each=0.5, message=2e-3, item=5e-7, byte=4e-9, worker_bytes=100_000_000),
}


def cost_names() -> list[str]:
    """The names of what is measured about a strategy."""
    return [field.name for field in fields(StrategyCost)]


def best_chunk_size(workload: Workload, workers: int, chunk_seconds: float = CHUNK_SECONDS) -> int:
    """Tasks a chunk: about `chunk_seconds` of them, fewer where the workers would not all have some."""
    by_time = chunk_seconds / workload.seconds if workload.seconds > 0 else workload.count
    by_balance = workload.count / (workers * CHUNKS_TO_BALANCE)
    return max(1, math.floor(min(by_time, by_balance, MOST_ITEMS)))


def cores_had(threads: int, cores: int, others: float, in_all: int = 1) -> float:
    """The cores' worth of time that so many threads get beside `others`, of `cores` that they may use of `in_all`.

    Linux shares cores out evenly between threads, or between sessions and containers, of which this process is one
    however many threads it has: then more threads get only the cores that idle. As it cannot be known, half-way.

    >>> [round(cores_had(2, 2, others), 2) for others in (0.5, 1, 3)]
    [1.55, 1.17, 0.65]
    """
    in_all = max(cores, in_all)
    by_thread = in_all * threads / (threads + others)
    by_session = max(in_all / (1 + others), in_all - others)
    return min(threads, cores, (min(threads, by_thread) + min(threads, by_session)) / 2)


def predict(
    name: str, cost: StrategyCost, traits: Traits, workload: Workload, workers: int, cores: int, chunk_size: int
) -> Prediction:
    """What running `workload` by one strategy would take."""
    chunks = math.ceil(workload.count / chunk_size)
    side_by_side = max(1, min(workers, chunks))
    in_all = os.cpu_count() or 1
    alone = cores_had(1, cores, workload.others, in_all)
    together = cores_had(side_by_side, cores, workload.others, in_all)

    work = workload.count * workload.seconds
    computing = work * (1 - workload.waiting)
    one_at_a_time = 0.0 if traits.escapes_gil else computing * (1 - workload.gil_free)
    # The last round may be only partly filled: of single tasks, for chunks shrink towards the end.
    rounds = math.ceil(workload.count / side_by_side)
    # The longest of: what the GIL lets through one by one, what the cores can do, what the workers can hold.
    running = max(one_at_a_time / alone, computing / together, rounds * workload.seconds)

    copied = 0.0 if traits.shares_memory else workload.bytes_in + workload.bytes_out
    seconds = (
        (cost.first + cost.start + cost.start_each * (workers - 1)) / alone
        + chunks * cost.launch / together
        + (chunks * cost.message + workload.count * (cost.item + copied * cost.byte)) / alone
        + running
    )
    in_flight = min(chunks, CHUNKS_TO_BALANCE * workers) * chunk_size
    memory = workers * cost.worker_bytes + in_flight * (workload.bytes_in + workload.bytes_out + copied)
    return Prediction(name, workers, chunk_size, seconds, memory)
