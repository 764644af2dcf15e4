"""Chunks through a strategy, chosen or asked for, with results in order."""

from __future__ import annotations

import itertools
import time
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field, replace

from xlmill.exceptions import InputError
from xlmill.execution.attempt import attempt_in_parts
from xlmill.execution.calibration import costs
from xlmill.execution.cores import resolve_workers
from xlmill.execution.cost_model import Workload
from xlmill.execution.outcome import Outcome
from xlmill.execution.planner import Plan, plan
from xlmill.execution.probe import probe
from xlmill.execution.progress import Observer, Planned
from xlmill.execution.strategy import (
    Settings,
    Strategy,
    check_address,
    check_installed,
    create,
    default_start_method,
    find_strategy,
)
from xlmill.io.table_input import TableInput
from xlmill.mill.bundle import Bundles, EachChunk, chunk_by_chunk
from xlmill.mill.chunk_sizes import ChunkSizes, usual_rows
from xlmill.mill.equipment import equipped
from xlmill.mill.workload import Chunk, Computed, Job

# The pieces that `auto` computes here: in a new process the first warms up (it loads compiled code); the next is timed.
# Each has a 64th of the rows, as far as they are known, within these bounds, and fewer where rows are long. A larger
# piece tells better what a chunk will cost, for each piece has costs of its own; and takes longer, by one worker.
_LEAST_PROBE_ROWS = 4_096
_MOST_PROBE_ROWS = 16_384
_PROBE_BYTES = 1 << 20
# Up to four pieces are computed as one: a chunk has a cost of its own, beside its rows, and little could be gained.
_WHOLE_PIECES = 4

# The kinds of jobs that were done in this process, whose code is loaded.
_warm: set[type] = set()

# Strategies that suit expressions; a Process for each chunk is for isolation, and asked for by name.
_CANDIDATES = ("serial", "threads", "pool")

# Modules that a fork server loads once for all workers.
_PRELOAD = ("xlmill.mill.workload", "pyarrow.compute")


@dataclass(frozen=True, slots=True)
class Work:
    """A job, the chunks of rows that it is to be done on, and how many rows there are, as far as known.

    `table` is where the rows come from, if that is a file or several.
    """

    job: Job
    chunks: Iterator[Chunk]
    rows: int | None
    table: TableInput | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """How a job is to be run: what the caller may ask for.

    strategy: a name, or "auto". workers: None or -1 for as many as suit. chunk_size: rows a chunk. timeout:
    seconds for one row. memory_limit: bytes for one worker. progress: told of the plan and the rows done. address: of
    the cluster that "dask" or "ray" is to use.

    Raises UnknownStrategyError, MissingExtraError, with the line that installs the extra, and InputError for what the
    strategy cannot do: all before anything is read or started.
    """

    strategy: str = "auto"
    workers: int | None = None
    chunk_size: int | None = None
    timeout: float | None = None
    memory_limit: int | None = None
    start_method: str | None = None
    progress: Observer | None = None
    address: str | None = None

    def __post_init__(self) -> None:
        check_address(self.strategy, self.address)
        if self.strategy == "auto":
            return
        check_installed(self.strategy)
        if (self.timeout or self.memory_limit) and not find_strategy(self.strategy).traits.isolates:
            raise InputError(f"{self.strategy!r} cannot hold a time or memory limit; use 'pool' or 'process'")

    def settings(self, workers: int | None = None) -> Settings:
        """The settings of a strategy."""
        return Settings(
            workers=workers or resolve_workers(self.workers),
            start_method=self.start_method or default_start_method(),
            task_timeout=self.timeout,
            memory_limit=self.memory_limit,
            preload=_PRELOAD,
            observer=self.progress,
            address=self.address,
        )


@dataclass(slots=True)
class Pipeline:
    """A job over chunks. After `results` has been used up, `plan` and `seconds` tell how it went."""

    job: Job
    options: Options
    rows: int | None = None  # how many there are in all, as far as known
    plan: Plan | None = field(default=None, init=False)
    seconds: float = field(default=0.0, init=False)
    _rest: Iterator[Chunk] = field(default=iter(()), init=False, repr=False)

    def results(self, chunks: Iterable[Chunk]) -> Generator[Outcome[Chunk, Computed], None, None]:
        """The outcome of each chunk, in order; a chunk that had to be split comes in parts."""
        began = time.perf_counter()
        source = iter(chunks)
        if self.options.strategy != "auto":
            usual = find_strategy(self.options.strategy).traits.usual_workers
            workers = 1 if self.options.strategy == "serial" else resolve_workers(self.options.workers, usual)
            chosen = Plan(self.options.strategy, workers, None, "asked for")
        elif self.options.timeout or self.options.memory_limit:
            workers = resolve_workers(self.options.workers)
            chosen = Plan("pool", workers, None, "only processes can hold a time or memory limit")
        else:
            chosen = yield from self._chosen_by_probe(source)
            source = self._rest
        self.plan = chosen
        planned = time.perf_counter()
        self.options.settings().tell(Planned(chosen.strategy, chosen.workers, chosen.reason))
        traits = find_strategy(chosen.strategy).traits
        job = self.job if traits.shares_memory else equipped(self.job)
        is_fixed = self.options.chunk_size is not None
        total = None if is_fixed or not traits.takes_chunks else self.rows
        sizes = ChunkSizes(total, chosen.workers, None if is_fixed else self.options.timeout)
        with create(chosen.strategy, self.options.settings(chosen.workers)) as strategy:
            if traits.may_be_remote and not is_fixed:
                yield from _bundled(strategy, job, Bundles(source, total, chosen.workers, traits.chunk_seconds))
            else:
                for outcome in strategy.map(job, sizes.cut(source)):
                    if outcome.fault is None:
                        sizes.learn(len(outcome.chunk), outcome.ended - outcome.began)
                    yield outcome
        ended = time.perf_counter()
        self.seconds = ended - began
        self.plan = replace(chosen, measured=ended - planned)

    def choose(self, chunks: Iterable[Chunk]) -> Plan:
        """The plan that "auto" makes for these chunks; computes the rows of the probe, and no more."""
        probing = self._chosen_by_probe(iter(chunks))
        while True:
            try:
                next(probing)
            except StopIteration as end:
                plan: Plan = end.value
                return plan

    def _chosen_by_probe(self, source: Iterator[Chunk]) -> Generator[Outcome[Chunk, Computed], None, Plan]:
        """Compute the first rows here, keep their results, and plan the rest by what they cost."""
        first = next(source, None)
        if first is None:
            self._rest = iter(())
            return Plan("serial", 1, None, "there are no rows")
        bytes_a_row = first.nbytes / max(1, len(first))
        share = min(_MOST_PROBE_ROWS, max(_LEAST_PROBE_ROWS, (self.rows or 0) // 64))
        piece = max(1, min(share, int(_PROBE_BYTES / max(1.0, bytes_a_row))))
        is_small = len(first) <= _WHOLE_PIECES * piece
        following: Chunk | None = first
        if is_small or type(self.job) not in _warm:
            head, rest = (first, None) if is_small else first.cut(piece)
            yield from attempt_in_parts(self.job, head)
            _warm.add(type(self.job))
            following = next(source, None) if rest is None else rest
        if following is None:
            self._rest = iter(())
            return Plan("serial", 1, None, f"{len(first):,} rows are done before workers could start")
        timed, more = (following, None) if len(following) <= piece else following.cut(piece)
        remaining = None if self.rows is None else max(0, self.rows - timed.first_row)
        probed = probe(lambda chunk: attempt_in_parts(self.job, chunk), iter([timed]), None)
        [outcomes] = probed.results
        yield from outcomes
        waited = sum(outcome.value.tally.waited for outcome in outcomes if outcome.fault is None)
        per_row = probed.workload.seconds / len(timed)
        rows = None if remaining is None else max(0, remaining - len(timed))
        # A larger chunk would compute for longer, and wait no longer: so of what waits, many small ones at once.
        chunk_rows = len(timed) if waited else usual_rows(len(first), rows, self.options.workers)
        work = Workload(
            tasks=None if rows is None else max(1, round(rows / chunk_rows)),
            seconds=per_row * chunk_rows,
            waiting=min(1.0, waited / probed.workload.seconds),
            gil_free=probed.workload.gil_free,
            bytes_in=bytes_a_row * chunk_rows,
            bytes_out=30.0 * chunk_rows,
            rows_each=chunk_rows,
            others=probed.workload.others,
        )
        self._rest = itertools.chain([more] if more is not None else [], source)
        workers = None if self.options.workers in (None, -1) else self.options.workers
        # What waits stays here: one process has one limit of calls at once, and asks for nothing twice.
        may_travel = not waited and _can_travel(self.job)
        candidates = _CANDIDATES if may_travel else ("serial", "threads")
        chosen = plan(work, workers, 1, candidates, costs(self.options.settings()))
        return replace(chosen, chunk_size=chunk_rows)


def _bundled(strategy: Strategy, job: Job, bundles: Bundles) -> Iterator[Outcome[Chunk, Computed]]:
    for outcome in strategy.map(EachChunk(job), bundles):
        if outcome.fault is None:
            bundles.learn(len(outcome.chunk), outcome.ended - outcome.began)
        yield from chunk_by_chunk(outcome)


def _can_travel(job: Job) -> bool:
    try:
        equipped(job)
    except InputError:  # a function of the user's own holds what cannot be pickled
        return False
    return True
