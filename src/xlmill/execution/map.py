"""A Python function over many tasks, by whichever strategy suits."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Awaitable, Callable, Generator, Iterable, Iterator, Sized
from dataclasses import dataclass, replace
from typing import Any, Generic, Literal, TypeAlias, TypeVar, cast

from xlmill.exceptions import InputError, TaskFailedError
from xlmill.execution.asyncio_loop import is_async
from xlmill.execution.calibration import costs
from xlmill.execution.chunking import Items, SelfSizing, cut
from xlmill.execution.cores import resolve_workers
from xlmill.execution.each_item import EachAwaited, EachItem
from xlmill.execution.outcome import Fault
from xlmill.execution.planner import CANDIDATES, Plan, plan
from xlmill.execution.probe import Probe, probe
from xlmill.execution.progress import Observer, Planned, RowsDone
from xlmill.execution.strategy import (
    Settings,
    check_address,
    check_installed,
    create,
    default_start_method,
    find_strategy,
)
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
    address: str | None = None,
) -> list[Any]:
    """`function` of each of `tasks`, in their order; the arguments are those of `imap`.

    With errors="raise", all tasks are run, and then an ExceptionGroup tells of those that failed.
    """
    results = list(
        imap(
            function,
            tasks,
            strategy,
            workers,
            chunk_size,
            timeout,
            memory_limit,
            start_method,
            "collect",
            progress,
            address,
        )
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
    address: str | None = None,
) -> Iterator[Any]:
    """Yield `function` of each of `tasks`, in their order, reading `tasks` only a little ahead.

    An async function is run by the strategies "auto" and "asyncio", on an event loop of its own in another thread;
    so it works inside a loop that runs already, and from any thread.

    strategy: one by name, or "auto", which runs the first few tasks here, predicts what each strategy would take for
        the others, and goes on with the best.
    workers: None or -1 for as many as suit, one on each core in doubt; of async functions, how many wait at a time.
    chunk_size: tasks handed to a worker at a time; None to follow what they turn out to cost.
    timeout: seconds that one task may take. memory_limit: bytes that a worker may take. Processes hold
        both; async functions hold a timeout.
    start_method: how worker processes start, see `Settings`.
    errors: "raise" raises what the task raised, at its place, or TaskFailedError if it was the worker that failed;
        "collect" yields a `Fault` there instead and goes on.
    progress: told of the plan, the tasks done and the workers, see `progress`.
    address: of the cluster that "dask" or "ray" is to use; without it the one named in the environment
        (DASK_SCHEDULER_ADDRESS, RAY_ADDRESS), or else a cluster of their own on this machine.

    Functions of scripts, notebooks and lambdas may be used with every strategy but `mp-pool` and `mp-process`. One
    that cannot be sent to processes is refused before any starts.
    """
    if errors not in ("raise", "collect"):
        raise InputError(f'errors is {errors!r}; give "raise" or "collect"')
    runs_async, reason = is_async(function), "asked for"
    if strategy == "auto" and runs_async:
        strategy, reason = "asyncio", "an async function runs on an event loop"
    traits = None if strategy == "auto" else find_strategy(strategy).traits
    settings = Settings(
        workers=resolve_workers(workers, None if traits is None else traits.usual_workers),
        start_method=start_method or default_start_method(),
        task_timeout=timeout,
        memory_limit=memory_limit,
        observer=progress,
        address=address,
    )
    is_limited = timeout is not None or memory_limit is not None
    check_address(strategy, address)
    if traits is None:
        if is_limited:
            pack_function(function)
    else:
        check_installed(strategy)
        if runs_async and not traits.runs_async:
            raise InputError(f"{strategy!r} cannot run an async function; use 'asyncio' or 'auto'")
        if is_limited and not traits.isolates and (memory_limit is not None or not runs_async):
            raise InputError(f"{strategy!r} cannot hold a time or memory limit; use 'pool' or 'process'")
        if not traits.shares_memory:
            pack_function(function)
    given = None if workers in (None, -1) else workers
    asked: Plan | None = None
    if traits is not None:
        asked = Plan(strategy, settings.workers, chunk_size, reason)
    elif is_limited:
        asked = Plan("pool", settings.workers, chunk_size, "only processes can hold a time or memory limit")
    run = _Run(function, settings, asked, given, chunk_size)
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
class _Run(Generic[T, R]):
    """A function over tasks, as `asked`; or, if that is None, as a probe of the first tasks suggests."""

    function: Callable[[T], R]
    settings: Settings
    asked: Plan | None
    workers: int | None
    chunk_size: int | None

    def results(self, tasks: Iterable[T]) -> Generator[R | Fault, None, None]:
        """All results in order, faults among them."""
        source = iter(tasks)
        total = len(tasks) if isinstance(tasks, Sized) else None
        done = 0
        chosen = self.asked
        if chosen is None:
            probed = probe(EachItem(self.function, travels=False).of, source, total, self.workers)
            source = probed.rest
            done = len(probed.results)
            chosen = self._plan(probed)
            self.settings.tell(Planned(chosen.strategy, chosen.workers, chosen.reason))
            yield from probed.results
            if probed.workload.tasks == 0:
                self.settings.tell(RowsDone(done, done))
                return
        else:
            self.settings.tell(Planned(chosen.strategy, chosen.workers, chosen.reason))
        yield from self._by(chosen, source, done, total)

    def _plan(self, probed: Probe[T, R | Fault]) -> Plan:
        if probed.workload.tasks == 0:
            return Plan("threads" if probed.workers > 1 else "serial", probed.workers, 1, probed.story)

        def best(candidates: Iterable[str]) -> Plan:
            return plan(probed.workload, self.workers, self.chunk_size, candidates, costs(self.settings))

        chosen = best(CANDIDATES)
        if find_strategy(chosen.strategy).traits.shares_memory or (probed.can_travel and _can_travel(self.function)):
            return chosen
        return best(name for name in CANDIDATES if find_strategy(name).traits.shares_memory)

    def _by(self, chosen: Plan, source: Iterator[T], done: int, total: int | None) -> Iterator[R | Fault]:
        traits = find_strategy(chosen.strategy).traits
        left = None if total is None else total - done
        chunks = SelfSizing(source, chosen.workers, left, chosen.chunk_size or 1, done, traits.chunk_seconds)
        is_fixed = self.chunk_size is not None or not traits.takes_chunks
        given = cut(source, chosen.chunk_size or 1, done) if is_fixed else chunks
        settings = replace(self.settings, workers=chosen.workers)
        task: Callable[[Items[T]], Any] = EachItem(self.function, travels=not traits.shares_memory)
        if is_async(self.function):
            # Each item is held to its time, so that a chunk of them may take longer.
            task = EachAwaited(cast(Callable[[T], Awaitable[R]], self.function), settings.task_timeout)
            settings = replace(settings, task_timeout=None)
        with create(chosen.strategy, settings) as running:
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
