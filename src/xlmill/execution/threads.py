"""The strategy of threads in this process."""

from __future__ import annotations

import itertools
import queue
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeAlias

from xlmill.execution.attempt import attempt_in_parts
from xlmill.execution.outcome import C, Outcome, R
from xlmill.execution.strategy import Settings, Strategy, Traits, strategy

Job: TypeAlias = Callable[[int], None]

STOP_SECONDS = 0.5


def gil_is_enabled() -> bool:
    """Whether this interpreter, at this moment, runs one thread's Python code at a time."""
    asks = getattr(sys, "_is_gil_enabled", None)
    return True if asks is None else bool(asks())


@strategy
class Threads(Strategy):
    """Threads that share this process and take chunks until stopped.

    Good when: tasks release the GIL, as compiled kernels do, or wait; nothing is copied or pickled.
    Bad when: tasks are pure Python that computes, unless the interpreter is free-threaded.
    """

    name = "threads"
    traits = Traits(escapes_gil=not gil_is_enabled(), shares_memory=True, isolates=False)

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._threads: list[threading.Thread] = []
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()

    def start(self) -> None:
        """Start the threads.

        They are daemons: the interpreter waits at its end for the threads of concurrent.futures, so that with
        those one endless task would make Ctrl-C wait for ever.
        """
        self._jobs = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=_work, args=(self._jobs, number), name=f"xlmill-{number}", daemon=True)
            for number in range(1, self.settings.workers + 1)
        ]
        for thread in self._threads:
            thread.start()

    def map(self, task: Callable[[C], R], chunks: Iterable[C]) -> Iterator[Outcome[C, R]]:
        """Yield outcomes in order, with a bounded number of chunks in flight."""
        pending: deque[_Ticket[C, R]] = deque()
        source = iter(chunks)
        try:
            while True:
                room = self.settings.chunks_in_flight - len(pending)
                for chunk in itertools.islice(source, room):
                    ticket = _Ticket(task, chunk)
                    pending.append(ticket)
                    self._jobs.put(ticket.run)
                if not pending:
                    return
                yield from pending[0].wait()
                pending.popleft()
        finally:
            for ticket in pending:
                ticket.is_cancelled = True

    def stop(self) -> None:
        """End each thread after its chunk. One in an endless task stays behind, and ends with the process."""
        for _ in self._threads:
            self._jobs.put(None)
        deadline = time.monotonic() + STOP_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        self._threads = []


class _Ticket(Generic[C, R]):
    """A chunk on its way through a thread."""

    def __init__(self, task: Callable[[C], R], chunk: C) -> None:
        self.is_cancelled = False
        self._task = task
        self._chunk = chunk
        self._done = threading.Event()
        self._outcomes: list[Outcome[C, R]] = []
        self._interrupt: KeyboardInterrupt | None = None

    def run(self, worker: int) -> None:
        if not self.is_cancelled:
            try:
                self._outcomes = attempt_in_parts(self._task, self._chunk, worker)
            except KeyboardInterrupt as interrupt:  # the task raised it: Ctrl-C reaches the main thread only
                self._interrupt = interrupt
        self._done.set()

    def wait(self) -> list[Outcome[C, R]]:
        self._done.wait()
        if self._interrupt is not None:
            raise self._interrupt
        return self._outcomes


def _work(jobs: queue.SimpleQueue[Job | None], number: int) -> None:
    while (job := jobs.get()) is not None:
        job(number)
