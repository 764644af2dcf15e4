"""The standard library's own pool, used as a newcomer would, for comparison."""

from __future__ import annotations

import functools
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.pool import Pool

from xlmill.execution.attempt import Answer, answer
from xlmill.execution.outcome import C, Outcome, R
from xlmill.execution.strategy import Settings, Strategy, Traits, strategy


@strategy
class StandardPool(Strategy):
    """multiprocessing.Pool.map: reads all chunks, and returns when all are done.

    Good when: nothing goes wrong, and all tasks and results fit in memory.
    Bad when: a worker is killed, for then it waits for ever; it holds no limits either.
    """

    name = "mp-pool"
    traits = Traits(escapes_gil=True, shares_memory=False, isolates=False, is_bounded=False, takes_chunks=False)

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._pool: Pool | None = None

    def start(self) -> None:
        """Start the workers."""
        context = multiprocessing.get_context(self.settings.start_method)
        self._pool = context.Pool(self.settings.workers, self.settings.initializer)

    def map(self, task: Callable[[C], R], chunks: Iterable[C]) -> Iterator[Outcome[C, R]]:
        """Yield outcomes, the first when the last is there."""
        assert self._pool is not None, "start the strategy first"
        given = list(chunks)
        answers = self._pool.map(functools.partial(_signed_answer, task), given)
        for chunk, (worker, (began, ended, result, fault)) in zip(given, answers, strict=True):
            yield Outcome(chunk, result, fault, worker, began, ended)

    def stop(self) -> None:
        """End the workers."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.terminate()
            pool.join()


def _signed_answer(task: Callable[[C], R], chunk: C) -> tuple[int, Answer[R]]:
    return os.getpid(), answer(task, chunk)
