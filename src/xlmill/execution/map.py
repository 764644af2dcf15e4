"""A Python function over many tasks, by whichever strategy suits."""

from __future__ import annotations

import contextlib
import inspect
import itertools
from collections.abc import Callable, Generator, Iterable, Iterator, Sized
from dataclasses import dataclass, replace
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from xlmill.exceptions import InputError, TaskFailedError
from xlmill.execution.attempt import fault_of, portable
from xlmill.execution.calibration import costs
from xlmill.execution.chunking import Items, SelfSizing, cut
from xlmill.execution.cores import resolve_workers
from xlmill.execution.outcome import Fault
from xlmill.execution.planner import CANDIDATES, Plan, plan
from xlmill.execution.probe import probe
from xlmill.execution.progress import Observer, Planned, RowsDone
from xlmill.execution.strategy import Settings, create, default_start_method, find_strategy
from xlmill.execution.transfer import pack_function

T = TypeVar("T")
R = TypeVar("R")

Errors: TypeAlias = Literal["raise", "collect"]


def map(
    function: Callable[[T], R],
    tasks: Iterable[T],
    strategy: str = "auto",
    workers: int | None = None,
    chunk_size: int | None = None,
    timeout: float | None = None,
    memory_limit: int | None = None,
    start_method: str | None = None,
    errors: Errors = "raise",
    progress: Observer | None = None,
) -> list[Any]:
    """`function` of each of `tasks`, in their order; the arguments are those of `imap`.

    With errors="raise", all tasks are run, and then an ExceptionGroup tells of those that failed.
    """
    results = list(
        imap(function, tasks, strategy, workers, chunk_size, timeout, memory_limit, start_method, "collect", progress)
    )
    if errors == "raise":
        failures = [error_of(place, each) for place, each in enumerate(results) if isinstance(each, Fault)]
        if failures:
            raise ExceptionGroup(f"{len(failures):,} of {len(results):,} tasks failed", failures)
    return results


def imap(
    function: Callable[[T], R],
    tasks: Iterable[T],
    strategy: str = "auto",
    workers: int | None = None,
    chunk_size: int | None = None,
    timeout: float | None = None,
    memory_limit: int | None = None,
    start_method: str | None = None,
    errors: Errors = "raise",
    progress: Observer | None = None,
) -> Iterator[Any]:
    """Yield `function` of each of `tasks`, in their order, reading `tasks` only a little ahead.

    strategy: one by name, or "auto", which runs the first few tasks here, predicts what each strategy would take for
        the others, and goes on with the best.
    workers: None or -1 for as many as suit, one on each core in doubt.
    chunk_size: tasks handed to a worker at a time; None to follow what they turn out to cost.
    timeout: seconds that one task may take. memory_limit: bytes that a worker may take. Only processes can hold them.
    start_method: how worker processes start, see `Settings`.
    errors: "raise" raises what the task raised, at its place, or TaskFailedError if it was the worker that failed;
        "collect" yields a `Fault` there instead and goes on.
    progress: told of the plan, the tasks done and the workers, see `progress`.

    Functions of scripts, notebooks and lambdas may be used with every strategy but `mp-pool` and `mp-process`. One
    that cannot be sent to processes is refused before any starts.
    """
    if inspect.iscoroutinefunction(function):
        raise InputError("an async function cannot be mapped; give a function that runs it to its end")
    if errors not in ("raise", "collect"):
        raise InputError(f'errors is {errors!r}; give "raise" or "collect"')
    settings = Settings(
        workers=resolve_workers(workers),
        start_method=start_method or default_start_method(),
        task_timeout=timeout,
        memory_limit=memory_limit,
        observer=progress,
    )
    is_limited = timeout is not None or memory_limit is not None
    if strategy != "auto":
        traits = find_strategy(strategy).traits
        if is_limited and not traits.isolates:
            raise InputError(f"{strategy!r} cannot hold a time or memory limit; use 'pool' or 'process'")
        if not traits.shares_memory:
            pack_function(function)
    elif is_limited:
        pack_function(function)
    run = _Run(function, settings, strategy, None if workers in (None, -1) else workers, chunk_size)
    return _in_order(run.results(tasks), errors)


def error_of(task: int, fault: Fault) -> Exception:
    """The exception that tells of a fault: the task's own where it raised one that could be brought here."""
    if isinstance(fault.exception, Exception):
        if fault.exception.__traceback__ is None:  # it was raised in another process
            fault.exception.add_note(f"in a worker, task {task}:\n{fault.message}")
        return fault.exception
    return TaskFailedError(task, fault.cause, fault.message)


def _in_order(results: Generator[R | Fault, None, None], errors: Errors) -> Iterator[R | Fault]:
    # An exception holds on to this frame; the workers must not have to wait until it is forgotten.
    with contextlib.closing(results):
        for place, result in enumerate(results):
            if errors == "raise" and isinstance(result, Fault):
                raise error_of(place, result)
            yield result


@dataclass(frozen=True, slots=True)
class EachItem(Generic[T, R]):
    """A function of one item as a task over a chunk, the exceptions of an item kept to its place.

    `travels` says that the results go to another process.
    """

    function: Callable[[T], R]
    travels: bool

    @property
    def __wrapped__(self) -> Callable[[T], R]:
        """What messages are to name."""
        return self.function

    def __call__(self, chunk: Items[T]) -> list[R | Fault]:
        return [self.of(item) for item in chunk.items]

    def of(self, item: T) -> R | Fault:
        """The function of one item, or why there is none."""
        try:
            return self.function(item)
        except (Exception, SystemExit) as error:
            fault = fault_of(error)
            return replace(fault, exception=portable(error)) if self.travels else fault


@dataclass(frozen=True, slots=True)
class _Run(Generic[T, R]):
    function: Callable[[T], R]
    settings: Settings
    strategy: str
    workers: int | None
    chunk_size: int | None

    def results(self, tasks: Iterable[T]) -> Generator[R | Fault, None, None]:
        """All results in order, faults among them."""
        source = iter(tasks)
        total = len(tasks) if isinstance(tasks, Sized) else None
        done = 0
        if self.strategy != "auto":
            chosen = Plan(self.strategy, self.settings.workers, self.chunk_size, "asked for")
        elif self.settings.task_timeout or self.settings.memory_limit:
            reason = "only processes can hold a time or memory limit"
            chosen = Plan("pool", self.settings.workers, self.chunk_size, reason)
        else:
            probed = probe(EachItem(self.function, travels=False).of, source, total)
            yield from probed.results
            done = len(probed.results)
            if probed.workload.tasks == 0:
                self.settings.tell(RowsDone(done, done))
                return
            can_travel = probed.can_travel and _can_travel(self.function)
            candidates = CANDIDATES if can_travel else ("serial", "threads")
            chosen = plan(probed.workload, self.workers, self.chunk_size, candidates, costs(self.settings))
        self.settings.tell(Planned(chosen.strategy, chosen.workers, chosen.reason))
        yield from self._by(chosen, source, done, total)

    def _by(self, chosen: Plan, source: Iterator[T], done: int, total: int | None) -> Iterator[R | Fault]:
        traits = find_strategy(chosen.strategy).traits
        left = None if total is None else total - done
        chunks = SelfSizing(source, chosen.workers, left, chosen.chunk_size or 1, done)
        is_fixed = self.chunk_size is not None or not traits.takes_chunks
        given = cut(source, chosen.chunk_size or 1, done) if is_fixed else chunks
        task = EachItem(self.function, travels=not traits.shares_memory)
        with create(chosen.strategy, replace(self.settings, workers=chosen.workers)) as running:
            for outcome in running.map(task, given):
                chunks.learn(len(outcome.chunk), outcome.ended - outcome.began)
                done += len(outcome.chunk)
                self.settings.tell(RowsDone(done, total))
                if outcome.fault is None:
                    yield from outcome.value
                else:
                    yield from itertools.repeat(outcome.fault, len(outcome.chunk))


def _can_travel(function: Callable[..., object]) -> bool:
    try:
        pack_function(function)
    except InputError:
        return False
    return True
