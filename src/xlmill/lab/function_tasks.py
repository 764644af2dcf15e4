"""A Python function over tasks, as work to compare strategies by."""

from __future__ import annotations

import asyncio
import functools
import pickle
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from xlmill.execution import Fault, Items, Outcome, SelfSizing, Settings, costs, cut, is_async, plan
from xlmill.execution.each_item import EachAwaited, EachItem
from xlmill.execution.planner import CANDIDATES
from xlmill.execution.probe import probe
from xlmill.execution.transfer import name_of, pack_function
from xlmill.lab.digest import Digests, digests_of_values
from xlmill.lab.timed_run import TaskFaultError
from xlmill.lab.way import Way
from xlmill.lab.work import Subject, Work


class FunctionTasks(Work):
    """`function` of each of `tasks`, as `xlmill.map` would run it; a newcomer's strategies get one task at a time.

    An async function is awaited: by `asyncio` many tasks at a time, by the baseline one after another.
    """

    def __init__(self, function: Callable[[Any], Any], tasks: Iterable[Any]) -> None:
        self.function = function
        self.is_async = is_async(function)
        self.packed = pack_function(function)
        self.tasks = list(tasks)
        self.subject = Subject(name_of(function), len(self.tasks), "tasks")

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key != "function"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, function=pickle.loads(state["packed"]))

    def prepare(self, way: Way) -> None:
        """The tasks came with the work."""

    def settings(self, way: Way) -> Settings:
        """Those of `xlmill.map`."""
        return way.plain_settings()

    def task(self, way: Way) -> Callable[[Items[Any]], Any]:
        """The function of each item, its exceptions kept to their places."""
        if way.is_newcomers:
            return EachItem(ByValue(self.packed), travels=True)
        if self.is_async:
            awaited = EachAwaited(self.function)
            return awaited if way.traits.runs_async else Awaited(awaited)
        return EachItem(self.function, travels=not way.traits.shares_memory)

    def chunks(self, way: Way, rows: int) -> Iterable[Items[Any]]:
        """Chunks that size themselves by what tasks turn out to cost, or one task each."""
        tasks = self.tasks[:rows]
        return cut(tasks, 1) if self.chunk_rows(way, rows) == 1 else SelfSizing(tasks, way.workers, len(tasks))

    def chunk_rows(self, way: Way, rows: int) -> int | None:
        """One where the strategy is meant to be used so."""
        is_alone = way.is_newcomers or (self.is_async and way.traits.runs_async)
        return None if way.traits.takes_chunks and not is_alone else 1

    def first_rows(self, way: Way) -> int:
        """Two tasks a worker: nothing is known of them yet, and each may be long."""
        return 2 * way.workers

    def predictions(self, workers: int) -> dict[str, float]:
        """By a probe of the first tasks, as `xlmill.map` makes it; an async function is not planned for."""
        if self.is_async:
            return {}
        probed = probe(EachItem(self.function, travels=False).of, iter(self.tasks), len(self.tasks))
        workload = replace(probed.workload, tasks=len(self.tasks))
        known = {name: replace(cost, first=0.0) for name, cost in costs().items()}
        found = plan(workload, workers, candidates=CANDIDATES, costs=known)
        return {each.strategy: each.seconds for each in found.alternatives}

    def put_together(self, outcomes: list[Outcome[Items[Any], list[Any]]]) -> list[Any]:
        """The results as one list."""
        results = [result for outcome in outcomes for result in outcome.value]
        for result in results:
            if isinstance(result, Fault):
                raise TaskFaultError(result)
        return results

    def digests(self, results: list[Any]) -> Digests:
        """The digests of the values."""
        return digests_of_values(results)

    def shown(self, results: list[Any], first: int, last: int) -> list[str]:
        """The values as Python shows them."""
        return [repr(result) for result in results[first:last]]


class Awaited:
    """An async task as a plain one, which returns when it is done."""

    def __init__(self, task: EachAwaited[Any, Any]) -> None:
        self._task = task

    def __call__(self, chunk: Items[Any]) -> Any:
        return asyncio.run(self._task(chunk))


class ByValue:
    """A function that any pickle can carry, also one of a script or a lambda, which the newcomer's pickles cannot."""

    def __init__(self, packed: bytes) -> None:
        self._packed = packed

    def __call__(self, task: Any) -> Any:
        return _unpacked(self._packed)(task)


@functools.cache
def _unpacked(packed: bytes) -> Callable[[Any], Any]:
    # A worker is sent it with every few tasks, and needs it once.
    function: Callable[[Any], Any] = pickle.loads(packed)
    return function
