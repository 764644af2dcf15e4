"""One run of a strategy, each of its verbs timed apart."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic

from xlmill.execution import Fault, Outcome, Strategy
from xlmill.execution.outcome import C, R


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of one run.

    `start` until the workers are ready; `run` while tasks are fed and computed and results come back; `collect` while
    they are put together; `stop` until no worker is left. `first_result` counts from the very beginning. `in_memory`
    is the most tasks (rows) that were handed out and not yet answered.
    """

    start: float
    run: float
    collect: float
    stop: float
    first_result: float
    in_memory: int

    @property
    def seconds(self) -> float:
        """The makespan: from the first start to the end of the last worker."""
        return self.start + self.run + self.collect + self.stop


class TaskFaultError(Exception):
    """A task failed under a strategy, so that there is nothing to compare."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message.splitlines()[-1] if fault.message else fault.cause.value)


@dataclass(frozen=True, slots=True)
class TimedRun(Generic[C, R]):
    """A run that `began` then on the monotonic clock: its timing, its outcomes, and what was made of them."""

    timing: Timing
    began: float
    outcomes: list[Outcome[C, R]]
    results: Any


def timed_run(
    strategy: Strategy,
    task: Callable[[C], R],
    chunks: Iterable[C],
    put_together: Callable[[list[Outcome[C, R]]], Any],
) -> TimedRun[C, R]:
    """Run `task` over `chunks` from start to stop, and `put_together` the outcomes.

    Raises TaskFaultError for a chunk without a result.
    """
    learn: Callable[[int, float], None] | None = getattr(chunks, "learn", None)  # chunks that size themselves
    fed = _Fed(chunks)
    outcomes: list[Outcome[C, R]] = []
    first = 0.0
    on_clock = time.monotonic()
    began = time.perf_counter()
    try:
        strategy.start()
        started = time.perf_counter()
        for outcome in strategy.map(task, fed):
            if not outcomes:
                first = time.perf_counter() - began
            outcomes.append(outcome)
            fed.answered += len(outcome.chunk)
            if learn is not None:
                learn(len(outcome.chunk), outcome.ended - outcome.began)
        ran = time.perf_counter()
        for outcome in outcomes:
            if outcome.fault is not None:
                raise TaskFaultError(outcome.fault)
        together = put_together(outcomes)
        collected = time.perf_counter()
    finally:
        strategy.stop()
    stopped = time.perf_counter()
    timing = Timing(started - began, ran - started, collected - ran, stopped - collected, first, fed.most)
    return TimedRun(timing, on_clock, outcomes, together)


class _Fed(Generic[C]):
    """Chunks on their way to a strategy; `most` rows were out at once."""

    def __init__(self, chunks: Iterable[C]) -> None:
        self.answered = 0
        self.most = 0
        self._chunks = chunks

    def __iter__(self) -> Iterator[C]:
        given = 0
        for chunk in self._chunks:
            given += len(chunk)
            self.most = max(self.most, given - self.answered)
            yield chunk
