"""The strategy of one event loop, on which many tasks wait at the same time.

asyncio is imported where it is needed: it takes 30 ms, and most runs do without.
"""

from __future__ import annotations

import contextlib
import inspect
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from xlmill.exceptions import WorkersFailedError
from xlmill.execution.attempt import calls_for_parts, fault_of
from xlmill.execution.each_item import cancelled_after, is_being_cancelled
from xlmill.execution.in_order import Ticket, in_order
from xlmill.execution.outcome import C, Outcome, R, pieces
from xlmill.execution.strategy import Settings, Strategy, Traits, strategy
from xlmill.execution.threads import Threads

if TYPE_CHECKING:
    import asyncio

STOP_SECONDS = 0.5

# Each may hold a connection, and many systems allow a process 1,024 open files.
USUAL_WORKERS = 256

# A chunk that is over its time is cut into so many parts: each round of looking for the row to blame takes the limit.
PARTS = 32

Outcomes: TypeAlias = list[Outcome[C, R]]


def is_async(function: Callable[..., object]) -> bool:
    """Whether calling `function` gives a coroutine, to be awaited."""
    call = getattr(type(function), "__call__", None)  # noqa: B004 (not whether it can be called, but how)
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(call)


@strategy
class AsyncioLoop(Strategy):
    """One event loop, in a thread of its own; `workers` tasks wait on it at the same time.

    A task that is no async function is run by threads, as many as workers. It works beside a loop that runs
    already, as in a notebook; a task sees its own loop, not that one. `task_timeout` holds for async tasks:
    one that is over it is cancelled, which it may refuse.

    Good when: async functions that wait, thousands of them.
    Bad when: tasks compute, for all share one core.
    """

    name = "asyncio"
    traits = Traits(
        escapes_gil=False,
        shares_memory=True,
        isolates=False,
        runs_async=True,
        usual_workers=USUAL_WORKERS,
        most_workers=USUAL_WORKERS,
    )

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._running: _Running | None = None
        self._threads: Threads | None = None

    def start(self) -> None:
        """Start the loop."""
        import asyncio

        ready: Future[_Running] = Future()
        serving = _serve(ready, self.settings.workers)
        # A daemon, for the interpreter must not wait at its end for a task that cannot be cancelled.
        thread = threading.Thread(target=asyncio.run, args=(serving,), name="xlmill-asyncio", daemon=True)
        thread.start()
        self._running = ready.result()
        self._running.thread = thread

    def map(self, task: Callable[[C], R], chunks: Iterable[C]) -> Iterator[Outcome[C, R]]:
        """Yield outcomes in order, with a bounded number of chunks in flight."""
        import asyncio

        assert self._running is not None, "start the strategy first"
        if not is_async(task):
            if self._threads is None:
                self._threads = Threads(self.settings)
                self._threads.start()
            return self._threads.map(task, chunks)
        running, limit, is_idempotent = self._running, self.settings.task_timeout, self.settings.is_idempotent
        awaited = cast(Callable[[C], Awaitable[R]], task)

        def submit(chunk: C) -> _Ticket[C, R]:
            attempt = _in_turn(running.turns, _attempt_in_parts(awaited, chunk, limit, is_idempotent))
            return _Ticket(asyncio.run_coroutine_threadsafe(attempt, running.loop))

        return in_order(submit, chunks, self.settings.chunks_in_flight, self.settings.is_ordered)

    def stop(self) -> None:
        """Cancel what still runs, and end the loop. A task that refuses stays behind until the process ends."""
        running, self._running = self._running, None
        if running is not None and running.thread is not None:
            with contextlib.suppress(RuntimeError):  # a task has closed it
                running.loop.call_soon_threadsafe(running.is_over.set)
            running.thread.join(STOP_SECONDS)
        threads, self._threads = self._threads, None
        if threads is not None:
            threads.stop()


@dataclass(slots=True)
class _Running:
    """A loop that runs; `turns` are as many as there are workers, and `is_over` ends it."""

    loop: asyncio.AbstractEventLoop
    turns: asyncio.Semaphore
    is_over: asyncio.Event
    thread: threading.Thread | None = None


async def _serve(ready: Future[_Running], workers: int) -> None:
    """Keep the loop running; when this ends, `asyncio.run` cancels the other tasks and awaits their end."""
    import asyncio

    running = _Running(asyncio.get_running_loop(), asyncio.Semaphore(workers), asyncio.Event())
    ready.set_result(running)
    with contextlib.suppress(asyncio.CancelledError):  # by a task; `_Ticket` tells it
        await running.is_over.wait()


class _Ticket(Ticket[C, R]):
    """A chunk on its way through the loop."""

    def __init__(self, future: Future[Outcomes[C, R] | KeyboardInterrupt]) -> None:
        self._future = future

    def wait(self) -> Outcomes[C, R]:
        try:
            found = self._future.result()
        except CancelledError:
            raise WorkersFailedError("the event loop was ended by one of its tasks") from None
        if isinstance(found, KeyboardInterrupt):
            raise found
        return found

    def cancel(self) -> None:
        self._future.cancel()

    def when_done(self, call: Callable[[], None]) -> None:
        self._future.add_done_callback(lambda _: call())


async def _in_turn(
    turns: asyncio.Semaphore, attempt: Coroutine[Any, Any, Outcomes[C, R]]
) -> Outcomes[C, R] | KeyboardInterrupt:
    try:
        async with turns:
            return await attempt
    except KeyboardInterrupt as interrupt:  # the task raised it, and would end the loop with it
        return interrupt
    finally:
        attempt.close()  # cancelled while waiting for its turn, it was not awaited


async def _attempt_in_parts(
    task: Callable[[C], Awaitable[R]], chunk: C, limit: float | None, is_idempotent: bool
) -> Outcomes[C, R]:
    """Await `task` on `chunk`, and on its parts again and again until the rows to blame are alone."""
    outcome = await _attempt(task, chunk, limit)
    if not calls_for_parts(outcome, is_idempotent):
        return [outcome]
    parts = [await _attempt_in_parts(task, part, limit, True) for part in pieces(chunk, PARTS)]
    return [outcome for part in parts for outcome in part]


async def _attempt(task: Callable[[C], Awaitable[R]], chunk: C, limit: float | None) -> Outcome[C, R]:
    import asyncio

    began = time.monotonic()
    timer = asyncio.timeout(limit)
    try:
        async with timer:
            result = await task(chunk)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # sys.exit() in a task must not end the run
        if is_being_cancelled():
            raise
        fault = fault_of(error)
        if limit is not None and timer.expired() and isinstance(error, TimeoutError):
            fault = cancelled_after(limit)
        return Outcome(chunk, None, fault, 1, began, time.monotonic())
    return Outcome(chunk, result, None, 1, began, time.monotonic())
