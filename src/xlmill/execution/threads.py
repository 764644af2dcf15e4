"""The strategy of threads in this process."""

from __future__ import annotations

import contextvars
import functools
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from xlmill.execution.attempt import attempt_in_parts
from xlmill.execution.in_order import Ticket, in_order
from xlmill.execution.outcome import C, Outcome, R
from xlmill.execution.prompt_thread import PromptThread
from xlmill.execution.strategy import Settings, Strategy, Traits, strategy

Job: TypeAlias = Callable[[int], None]

STOP_SECONDS = 0.5

# For tasks that wait, and so cost little but the stack of their thread.
MOST_THREADS = 64


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
    traits = Traits(escapes_gil=not gil_is_enabled(), shares_memory=True, isolates=False, most_workers=MOST_THREADS)

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._threads: list[PromptThread] = []
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._idle = threading.Semaphore(0)

    def start(self) -> None:
        """Begin without threads: each is started with the first chunk for which no other is idle."""
        self._jobs = queue.SimpleQueue()
        self._idle = threading.Semaphore(0)

    def map(self, task: Callable[[C], R], chunks: Iterable[C]) -> Iterator[Outcome[C, R]]:
        """Yield outcomes in order, with a bounded number of chunks in flight."""

        def submit(chunk: C) -> _Ticket[C, R]:
            ticket = _Ticket(task, chunk, self.settings.is_idempotent)
            self._jobs.put(ticket.run)
            if not self._idle.acquire(blocking=False) and len(self._threads) < self.settings.workers:
                self._start_thread()
            return ticket

        return in_order(submit, chunks, self.settings.chunks_in_flight, self.settings.is_ordered)

    def stop(self) -> None:
        """End each thread after its chunk. One in an endless task stays behind, and ends with the process."""
        for _ in self._threads:
            self._jobs.put(None)
        deadline = time.monotonic() + STOP_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        self._threads = []

    def _start_thread(self) -> None:
        """Start one more.

        They are daemons: the interpreter waits at its end for the threads of concurrent.futures, so that with
        those one endless task would make Ctrl-C wait for ever.
        """
        number = len(self._threads) + 1
        self._threads.append(PromptThread(functools.partial(_work, self._jobs, self._idle, number)))


class _Ticket(Ticket[C, R]):
    """A chunk on its way through a thread."""

    def __init__(self, task: Callable[[C], R], chunk: C, is_idempotent: bool) -> None:
        self._task = task
        self._chunk = chunk
        self._is_idempotent = is_idempotent
        # As the caller set them: the precision of decimals, what NumPy does about overflow.
        self._context = contextvars.copy_context()
        self._is_cancelled = False
        self._done = threading.Event()
        self._outcomes: list[Outcome[C, R]] = []
        self._interrupt: KeyboardInterrupt | None = None
        self._call: Callable[[], None] | None = None
        self._lock = threading.Lock()

    def run(self, worker: int) -> None:
        """Compute the chunk, in this thread."""
        if not self._is_cancelled:
            try:
                run = self._context.run
                self._outcomes = run(attempt_in_parts, self._task, self._chunk, self._is_idempotent, worker)
            except KeyboardInterrupt as interrupt:  # the task raised it: Ctrl-C reaches the main thread only
                self._interrupt = interrupt
        with self._lock:
            self._done.set()
            call = self._call
        if call is not None:
            call()

    def when_done(self, call: Callable[[], None]) -> None:
        with self._lock:
            if not self._done.is_set():
                self._call = call
                return
        call()

    def wait(self) -> list[Outcome[C, R]]:
        self._done.wait()
        if self._interrupt is not None:
            raise self._interrupt
        return self._outcomes

    def cancel(self) -> None:
        self._is_cancelled = True


def _work(jobs: queue.SimpleQueue[Job | None], idle: threading.Semaphore, number: int) -> None:
    while (job := jobs.get()) is not None:
        job(number)
        idle.release()
