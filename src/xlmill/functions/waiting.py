"""Calls that wait: many at the same time, on one event loop in a thread of its own."""

from __future__ import annotations

import asyncio
import functools
import inspect
import logging
import os
import queue
import random
import threading
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

from xlmill.functions.outside import LONGEST_REASON, Answer, Desk, Key, NoAnswerError, Row
from xlmill.values.error_value import ExcelError

T = TypeVar("T")

# Asked for and not yet answered, those that pause before they try again among them: a matter of memory.
MOST_IN_FLIGHT = 1_024
# The pause before the first retry; each further one is twice as long, up to the longest.
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 10.0
# A thread that had nothing to do for so long ends.
IDLE_SECONDS = 5.0

_log = logging.getLogger("xlmill.functions.user_function")


def answers_to(desk: Desk, wanted: Mapping[Key, Row]) -> dict[Key, Answer]:
    """Ask for what is wanted, all of it at once as far as the source's concurrency allows, and wait for it."""
    asking = _together(desk, wanted) if desk.source.takes_rows else _each(desk, wanted)
    if not _loop().is_own_thread():
        return _loop().run(asking)
    # An async function has a formula evaluated, and holds up its loop: what that formula waits for needs another.
    other = _Loop()
    try:
        return other.run(asking)
    finally:
        other.stop()


async def _each(desk: Desk, wanted: Mapping[Key, Row]) -> dict[Key, Answer]:
    """A call for each row that nobody has asked for."""
    room = asyncio.Semaphore(MOST_IN_FLIGHT)
    found: dict[Key, asyncio.Future[Answer]] = {}
    begun: list[asyncio.Task[Answer]] = []

    async def one(key: Key, row: Row) -> Answer:
        try:
            answer = await _answer(desk, lambda: desk.source.function(*row), key)
            desk.keep(key, answer)
            return answer
        finally:
            del desk.pending[key]
            room.release()

    try:
        for key, row in wanted.items():
            await room.acquire()
            pending = _known(desk, key)
            if pending is None:
                task = asyncio.create_task(one(key, row))
                begun.append(task)
                pending = desk.pending[key] = task
            else:
                room.release()
            found[key] = pending
        return {key: await pending for key, pending in found.items()}
    finally:
        for task in begun:
            task.cancel()


async def _together(desk: Desk, wanted: Mapping[Key, Row]) -> dict[Key, Answer]:
    """One call for all rows that nobody has asked for."""
    found = {key: pending for key in wanted if (pending := _known(desk, key)) is not None}
    new = [key for key in wanted if key not in found]
    for key in new:
        found[key] = desk.pending[key] = asyncio.get_running_loop().create_future()
    try:
        if new:
            rows = [wanted[key] for key in new]
            answer = await _answer(desk, lambda: desk.source.function(rows), new[0])
            values = [answer.value] * len(new) if answer.failure is not None else answer.value
            for key, value in zip(new, values, strict=True):
                given = Answer(value, answer.failure)
                desk.keep(key, given)
                found[key].set_result(given)
        return {key: await pending for key, pending in found.items()}
    finally:
        for key in new:
            del desk.pending[key]
            found[key].cancel()


def _known(desk: Desk, key: Key) -> asyncio.Future[Answer] | None:
    """The answer, or what will be the answer, to what was asked for already."""
    answer = desk.answers.get(key)
    if answer is None:
        return desk.pending.get(key)
    future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
    future.set_result(answer)
    return future


async def _answer(desk: Desk, call: Callable[[], Any], key: Key) -> Answer:
    """What a call gives, tried again where it fails, after a pause that does not hold up others."""
    source = desk.source
    attempt = 0
    while True:
        try:
            async with desk.room:
                return Answer(await _attempt(desk, call))
        except BaseException as error:  # sys.exit() in a call must not end the loop
            if _is_being_cancelled():
                raise
            _log.debug("%s failed with %r", source.name, key, exc_info=True)
            if attempt == source.patience.retries or (isinstance(error, NoAnswerError) and error.is_final):
                return _failed(error, attempt + 1)
        pause = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2**attempt)
        # Spread, lest all come again at once; by the seed, so that a run can be repeated.
        await asyncio.sleep(pause * random.Random(f"{desk.seed} {key!r} {attempt}").uniform(0.5, 1.5))
        attempt += 1


async def _attempt(desk: Desk, call: Callable[[], Any]) -> Any:
    patience = desk.source.patience
    limit = asyncio.timeout(patience.timeout)
    try:
        async with limit:
            if inspect.iscoroutinefunction(desk.source.function):
                return await call()
            return await _in_thread(desk, call)
    except TimeoutError:
        if limit.expired():
            raise TimeoutError(f"no answer within {patience.timeout:g} s") from None
        raise


async def _in_thread(desk: Desk, call: Callable[[], Any]) -> Any:
    """A call in a thread. One that is over its time cannot be ended; it stays behind, and few may do so."""
    if desk.stuck >= desk.source.patience.concurrency:
        raise NoAnswerError(ExcelError.CONNECT, f"{desk.stuck} earlier calls do not come back", is_final=True)
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def settle(result: Any, error: BaseException | None) -> None:
        if future.cancelled():
            desk.stuck -= 1
        elif error is None:
            future.set_result(result)
        else:
            # A future cannot hold a StopIteration.
            future.set_exception(RuntimeError(repr(error)) if isinstance(error, StopIteration) else error)

    loop = asyncio.get_running_loop()
    _hands().put(call, lambda *outcome: loop.call_soon_threadsafe(settle, *outcome))
    try:
        return await future
    except asyncio.CancelledError:
        if future.cancelled():
            desk.stuck += 1
        raise


def _is_being_cancelled() -> bool:
    """Whether somebody cancels this task. If not, it was something that the call awaited."""
    this = asyncio.current_task()
    return this is not None and this.cancelling() > 0


def _failed(error: BaseException, attempts: int) -> Answer:
    """The answer that there is none: #CONNECT! where something could not be reached, #VALUE! for all else."""
    again = f" ({attempts} attempts)" if attempts > 1 else ""
    lines = str(error).splitlines() or [""]
    message = lines[0][:LONGEST_REASON]
    if isinstance(error, NoAnswerError):
        return Answer(error.value, message + again)
    named = f"{type(error).__name__}: {message}" if message else type(error).__name__
    return Answer(ExcelError.CONNECT if _is_of_connection(error) else ExcelError.VALUE, named + again)


def _is_of_connection(error: BaseException | None) -> bool:
    """Whether the system could not reach something: libraries wrap its errors in their own."""
    while error is not None:
        if isinstance(error, OSError):
            return True
        error = error.__cause__ or error.__context__
    return False


class _Loop:
    """An event loop that runs in a daemon thread until the process ends.

    One for all runs, for what async functions keep, such as open connections, belongs to its loop.
    """

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._work, name="xlmill-waiting", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        try:
            self._loop.run_forever()
        finally:
            self._loop.close()

    def is_own_thread(self) -> bool:
        """Whether the caller is what the loop runs."""
        return threading.current_thread() is self._thread

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """The coroutine's result."""
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return future.result()
        finally:
            future.cancel()  # on Ctrl-C; it does nothing where there is a result

    def stop(self) -> None:
        """End the loop, which has nothing left to do."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()


class _Hands:
    """Threads that make calls, as many as are needed at once."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[tuple[Callable[[], Any], Callable[..., object]]] = queue.SimpleQueue()
        self._idle = threading.Semaphore(0)

    def put(self, call: Callable[[], Any], settle: Callable[..., object]) -> None:
        """Have a call made; `settle` is told its result and what it raised."""
        self._calls.put((call, settle))
        if not self._idle.acquire(blocking=False):
            threading.Thread(target=self._work, name="xlmill-waiting-call", daemon=True).start()

    def _work(self) -> None:
        """Make calls until there are none. Daemons, because Ctrl-C must not wait for one that does not come back."""
        while True:
            try:
                call, settle = self._calls.get(timeout=IDLE_SECONDS)
            except queue.Empty:
                if self._idle.acquire(blocking=False):
                    return
                continue  # a call is coming for this thread
            try:
                result, error = call(), None
            except BaseException as raised:  # for whoever waits for the call
                result, error = None, raised
            settle(result, error)
            del call, settle, result, error  # nothing is held on to while there is nothing to do
            self._idle.release()


_loop = functools.cache(_Loop)
_hands = functools.cache(_Hands)
if hasattr(os, "register_at_fork"):  # the threads stay in the parent
    os.register_at_fork(after_in_child=_loop.cache_clear)
    os.register_at_fork(after_in_child=_hands.cache_clear)
