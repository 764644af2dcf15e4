"""The protocol of a strategy, a way of giving chunks to workers.

A strategy is started, maps a task over chunks, and is stopped; `with` calls the first and the last::

    with create("pool", Settings(workers=4)) as pool:
        for outcome in pool.map(task, chunks):
            if outcome.fault is None:
                write(outcome.chunk, outcome.result)
            else:
                report(outcome.chunk, outcome.fault)

**Order.** Outcomes come in the order of the chunks, unless the settings let them come as they are done. `chunks` may
be endless: it is read in the caller's thread, lazily, and at most `Settings.window` chunks have been read whose
outcomes have not been yielded.

**Faults.** A chunk that raises, or costs its worker, is split until the row to blame is alone. That row yields an
outcome with a fault, which names the cause; if its worker died, only after it has killed a second, fresh one. Each
part is yielded as an outcome of its own, in order, so whoever merges results sees only chunks, some smaller than
those it gave. Tasks must therefore be pure, or the settings say that they are not idempotent. A task that goes row
by row may say so, see `mark`: then nothing need be split to find the row. What is wrong with all rows, a task raises as
a `ChunkError`.

**Reuse.** A started strategy maps any number of times, one map after another. Closing the iterator early ends
the chunks in flight.
"""

from __future__ import annotations

import importlib.util
import multiprocessing
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import ClassVar, Self, TypeVar

from xlmill.exceptions import InputError, MissingExtraError, UnknownStrategyError
from xlmill.execution.chunking import CHUNK_SECONDS
from xlmill.execution.cores import usable_cores
from xlmill.execution.outcome import C, Outcome, R
from xlmill.execution.progress import Event, Observer

# Enough that a slow chunk at the head of the line does not at once idle the others.
CHUNKS_PER_WORKER = 4


def default_start_method() -> str:
    """The start method that is safe beside threads: forkserver on Linux, spawn elsewhere."""
    return "forkserver" if sys.platform == "linux" else "spawn"


@dataclass(frozen=True, slots=True)
class Traits:
    """What the planner must know of a strategy.

    `escapes_gil`: workers compute Python code at the same time. `shares_memory`: chunks and results are not
    copied between processes. `isolates`: a task may crash, hang or hoard memory and be ended alone.
    `is_bounded`: chunks are read lazily, within the window. `takes_chunks`: many tasks a chunk are as it is meant
    to be used; otherwise it gets one. `runs_async`: a task may be an async function. `usual_workers`: how many
    workers where nobody says; None for one on each core. `most_workers`: how many for tasks that wait.
    `chunk_seconds`: how long a chunk should take, so that the message about it is a small matter. `may_be_remote`:
    workers may be on other machines, of the cluster at `Settings.address`. `package`: the optional one it needs;
    the extra that installs it has the name of the strategy.
    """

    escapes_gil: bool
    shares_memory: bool
    isolates: bool
    is_bounded: bool = True
    takes_chunks: bool = True
    runs_async: bool = False
    usual_workers: int | None = None
    most_workers: int = 32
    chunk_seconds: float = CHUNK_SECONDS
    may_be_remote: bool = False
    package: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """How a strategy is to work, whichever it is.

    workers: workers alive at once. start_method: how worker processes start: "spawn", "forkserver", or
        "fork", which is refused beside threads.
    window: chunks read and not yet yielded; None means four a worker, and eight while chunks take a moment.
    task_timeout: seconds that a single row may take, and so the time limit of any chunk, save where the task
        says on which row it is; a chunk over it is ended and split. Held by strategies that isolate.
    memory_limit: bytes that a worker's own memory may take. Held by strategies that isolate.
    initializer: called without arguments in each worker process before its first chunk.
    preload: modules that the fork server imports once, for all workers to share.
    is_idempotent: a chunk whose worker died may run again. If not, its fault covers all its rows.
    is_ordered: outcomes come in the order of the chunks; if not, each as soon as it is there, where the strategy can.
    quarantine_limit: how many single rows may cost their workers before the run is given up.
    address: of the scheduler of a cluster that runs already; None for one of its own.
    observer: told of workers lost and busy, see `progress`.
    """

    workers: int = field(default_factory=usable_cores)
    start_method: str = field(default_factory=default_start_method)
    window: int | None = None
    task_timeout: float | None = None
    memory_limit: int | None = None
    initializer: Callable[[], object] | None = None
    preload: tuple[str, ...] = ()
    is_idempotent: bool = True
    is_ordered: bool = True
    quarantine_limit: int = 100
    address: str | None = None
    observer: Observer | None = None

    def __post_init__(self) -> None:
        for name in ("workers", "window", "task_timeout", "memory_limit"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise InputError(f"{name} is {value}; give a number above zero")
        methods = multiprocessing.get_all_start_methods()
        if self.start_method not in methods:
            raise InputError(f"start method {self.start_method!r} is not known here; choose one of {methods}")

    @property
    def chunks_in_flight(self) -> int:
        """The window: chunks read and not yet yielded."""
        return self.window or CHUNKS_PER_WORKER * self.workers

    def tell(self, event: Event) -> None:
        """Tell the observer, if there is one."""
        if self.observer is not None:
            self.observer(event)


class Strategy(ABC):
    """A way of giving chunks to workers; see the module for what each verb promises."""

    name: ClassVar[str]
    traits: ClassVar[Traits]

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @abstractmethod
    def start(self) -> None:
        """Make the workers ready. A strategy that was stopped may be started again."""

    @abstractmethod
    def map(self, task: Callable[[C], R], chunks: Iterable[C]) -> Iterator[Outcome[C, R]]:
        """Yield the outcome of `task` on each chunk, in order, reading `chunks` lazily."""

    @abstractmethod
    def stop(self) -> None:
        """End all workers; none is left when this returns. Stopping twice does no harm."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


S = TypeVar("S", bound=type[Strategy])

_strategies: dict[str, type[Strategy]] = {}


def strategy(cls: S) -> S:
    """Make a strategy known under its name."""
    _strategies[cls.name] = cls
    return cls


def strategies() -> dict[str, type[Strategy]]:
    """All strategies, by name."""
    return dict(_strategies)


def find_strategy(name: str) -> type[Strategy]:
    """The strategy called `name`; raises UnknownStrategyError, which names those that exist."""
    try:
        return _strategies[name]
    except KeyError:
        known = ", ".join(_strategies)
        raise UnknownStrategyError(f"there is no strategy {name!r}; choose one of: {known}") from None


def is_installed(name: str) -> bool:
    """Whether the library is there that the strategy needs, if it needs any."""
    package = find_strategy(name).traits.package
    return package is None or importlib.util.find_spec(package) is not None


def check_installed(name: str) -> None:
    """Raise MissingExtraError, with the line that installs it, where the library of the strategy is missing."""
    if not is_installed(name):
        raise MissingExtraError(f"the strategy {name!r}", name)


def check_address(name: str, address: str | None) -> None:
    """Raise InputError where an address is given to a strategy, or to "auto", that works on this machine alone."""
    if address is not None and (name == "auto" or not find_strategy(name).traits.may_be_remote):
        remote = " and ".join(repr(each) for each, cls in _strategies.items() if cls.traits.may_be_remote)
        raise InputError(f"an address is for the strategies {remote}, not {name!r}")


def create(name: str, settings: Settings | None = None) -> Strategy:
    """A new strategy, not yet started. Raises MissingExtraError where its library is missing."""
    check_installed(name)
    return find_strategy(name)(settings or Settings())
