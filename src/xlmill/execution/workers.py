"""Workers that stay ready from one map of a Python function to the next."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Awaitable, Callable, Generator, Iterable, Iterator, Mapping, Sized
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Generic, Literal, Self, TypeAlias, TypeVar, cast

from xlmill.exceptions import InputError, TaskFailedError
from xlmill.execution.asyncio_loop import is_async
from xlmill.execution.calibration import costs
from xlmill.execution.chunking import Items, SelfSizing, cut
from xlmill.execution.cores import resolve_workers
from xlmill.execution.cost_model import StrategyCost
from xlmill.execution.each_item import EachAwaited, EachItem
from xlmill.execution.outcome import Fault
from xlmill.execution.planner import CANDIDATES, Plan, plan
from xlmill.execution.probe import Probe, probe
from xlmill.execution.progress import Observer, Planned, RowsDone
from xlmill.execution.strategy import (
    Settings,
    Strategy,
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


class Workers:
    """Workers for any number of maps, one after another: they start with the first, and stay ready for the next.

    The arguments are those of `xlmill.imap`.

    >>> with Workers("threads", workers=2) as workers:
    ...     workers.map(abs, [-1, 2]), workers.map(str, [3])
    ([1, 2], ['3'])
    """

    def __init__(
        self,
        strategy: str = "auto",
        workers: int | None = None,
        *,
        timeout: float | None = None,
        memory_limit: int | None = None,
        start_method: str | None = None,
        address: str | None = None,
        progress: Observer | None = None,
    ) -> None:
        self._strategy = strategy
        self._workers = None if workers == -1 else workers
        check_address(strategy, address)
        if strategy != "auto":
            check_installed(strategy)
        self._settings = Settings(
            workers=resolve_workers(workers),
            start_method=start_method or default_start_method(),
            task_timeout=timeout,
            memory_limit=memory_limit,
            observer=progress,
            address=address,
        )
        self._ready: dict[tuple[str, int, bool], Strategy] = {}

    def map(
        self, function: Callable[[T], R], tasks: Iterable[T], chunk_size: int | None = None, errors: Errors = "raise"
    ) -> list[Any]:
        """`function` of each of `tasks`, in their order, as `xlmill.map` gives it."""
        results = list(self.imap(function, tasks, chunk_size, "collect"))
        _check(errors)
        if errors == "raise":
            failures = [error_of(place, each) for place, each in enumerate(results) if isinstance(each, Fault)]
            if failures:
                raise ExceptionGroup(f"{len(failures):,} of {len(results):,} tasks failed", failures)
        return results

    def imap(
        self,
        function: Callable[[T], R],
        tasks: Iterable[T],
        chunk_size: int | None = None,
        errors: Errors = "raise",
        ordered: bool = True,
    ) -> Generator[Any, None, None]:
        """Yield `function` of each of `tasks`, as `xlmill.imap` does. What makes no sense is refused at once."""
        _check(errors)
        if chunk_size is not None and chunk_size < 1:
            raise InputError(f"chunk_size is {chunk_size}; give a number above zero")
        asked = self._asked(function, chunk_size)
        return _Map(self, function, self._settings, asked, self._workers, chunk_size, errors, ordered).results(tasks)

    def close(self) -> None:
        """End the workers. The next map would start others."""
        while self._ready:
            _, strategy = self._ready.popitem()
            strategy.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ready(self, name: str, settings: Settings) -> Strategy:
        """The strategy of this name, started now or by an earlier map."""
        key = name, settings.workers, settings.is_ordered
        if key not in self._ready:
            strategy = create(name, settings)
            strategy.start()
            self._ready[key] = strategy
        return self._ready[key]

    def costs(self) -> Mapping[str, StrategyCost]:
        """What strategies cost here and now: those that are ready need not start."""
        known = dict(costs(self._settings))
        for name, _, _ in self._ready:
            known[name] = replace(known[name], first=0.0, start=0.0, start_each=0.0)
        return known

    def _asked(self, function: Callable[..., Any], chunk_size: int | None) -> Plan | None:
        """The plan that was asked for, if any was; raises InputError where the function does not suit it."""
        strategy, settings = self._strategy, self._settings
        runs_async, reason = is_async(function), "asked for"
        if strategy == "auto" and runs_async:
            strategy, reason = "asyncio", "an async function runs on an event loop"
        is_limited = settings.task_timeout is not None or settings.memory_limit is not None
        if strategy == "auto":
            if not is_limited:
                return None
            strategy, reason = "pool", "only processes can hold a time or memory limit"
        traits = find_strategy(strategy).traits
        if runs_async and not traits.runs_async:
            raise InputError(f"{strategy!r} cannot run an async function; use 'asyncio' or 'auto'")
        if is_limited and not traits.isolates and (settings.memory_limit is not None or not runs_async):
            raise InputError(f"{strategy!r} cannot hold a time or memory limit; use 'pool' or 'process'")
        if not traits.shares_memory:
            pack_function(function)
        workers = 1 if strategy == "serial" else self._workers or resolve_workers(None, traits.usual_workers)
        return Plan(strategy, workers, chunk_size, reason)


def error_of(task: int, fault: Fault) -> Exception:
    """The exception that tells of a fault: the task's own where it raised one that could be brought here."""
    if isinstance(fault.exception, Exception):
        if fault.exception.__traceback__ is None:  # it was raised in another process
            fault.exception.add_note(f"in a worker, task {task}:\n{fault.message}")
        return fault.exception
    return TaskFailedError(task, fault.cause, fault.message)


@dataclass(frozen=True, slots=True)
class _Map(Generic[T, R]):
    """A function over tasks, as `asked`; or, if that is None, as a probe of the first tasks suggests."""

    crew: Workers
    function: Callable[[T], R]
    settings: Settings
    asked: Plan | None
    workers: int | None
    chunk_size: int | None
    errors: Errors
    ordered: bool

    def results(self, tasks: Iterable[T]) -> Generator[R | Fault, None, None]:
        """All results, in order or as they come."""
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
            yield from self._checked(0, probed.results)
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
            return plan(probed.workload, self.workers, self.chunk_size, candidates, self.crew.costs())

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
        settings = replace(self.settings, workers=chosen.workers, is_ordered=self.ordered)
        task: Callable[[Items[T]], Any] = EachItem(self.function, travels=not traits.shares_memory)
        if is_async(self.function):
            # Each item is held to its time, so that a chunk of them may take longer.
            task = EachAwaited(cast(Callable[[T], Awaitable[R]], self.function), settings.task_timeout)
            settings = replace(settings, task_timeout=None)
        outcomes = self.crew.ready(chosen.strategy, settings).map(task, given)
        # Whoever stops taking results, or is told of a fault, may map again at once.
        with contextlib.closing(cast(Generator[Any, None, None], outcomes)):
            for outcome in outcomes:
                chunks.learn(len(outcome.chunk), outcome.ended - outcome.began)
                done += len(outcome.chunk)
                self.settings.tell(RowsDone(done, total))
                if outcome.fault is None:
                    yield from self._checked(outcome.chunk.first, outcome.value)
                else:
                    faults = itertools.repeat(outcome.fault, len(outcome.chunk))
                    yield from self._checked(outcome.chunk.first, faults)

    def _checked(self, first: int, results: Iterable[R | Fault]) -> Iterable[R | Fault]:
        """The results, up to the first fault, which is raised; or all, where faults are collected."""
        return results if self.errors == "collect" else _raising(first, results)


def _raising(first: int, results: Iterable[R | Fault]) -> Iterator[R | Fault]:
    for place, result in enumerate(results, first):
        if isinstance(result, Fault):
            raise error_of(place, result)
        yield result


def _check(errors: str) -> None:
    if errors not in ("raise", "collect"):
        raise InputError(f'errors is {errors!r}; give "raise" or "collect"')


def _can_travel(function: Callable[..., object]) -> bool:
    try:
        pack_function(function)
    except InputError:
        return False
    return True
