"""Calls of a Python function for many rows: one after another, or waiting at the same time."""

from __future__ import annotations

import asyncio
import inspect
import logging
import queue
import threading
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from xlmill.values.error_value import ExcelError

# Each may hold a connection, and many systems allow a process 1,024 open files.
MOST_WAITING = 256
MOST_THREADS = 64

_log = logging.getLogger("xlmill.functions.user_function")


def call_each(function: Callable[..., Any], rows: Sequence[tuple[Any, ...]], io: bool) -> list[Any]:
    """The function of each row's arguments; #VALUE! where it raises. `io`: rows wait at the same time, in threads."""
    if inspect.iscoroutinefunction(function):
        results: list[Any] = _to_end(_await_each(function, rows))
        return results
    if io and len(rows) > 1:
        return _in_threads(function, rows)
    return [_call(function, row) for row in rows]


def run_to_end(function: Callable[..., Any], *arguments: Any) -> Any:
    """The function's result, awaited if it is async."""
    result = function(*arguments)
    return _to_end(result) if inspect.iscoroutine(result) else result


def _call(function: Callable[..., Any], row: tuple[Any, ...]) -> Any:
    try:
        return function(*row)
    except Exception:
        _log.debug("a function failed with %r", row, exc_info=True)
        return ExcelError.VALUE


async def _await_each(function: Callable[..., Any], rows: Sequence[tuple[Any, ...]]) -> list[Any]:
    room = asyncio.Semaphore(MOST_WAITING)

    async def one(row: tuple[Any, ...]) -> Any:
        async with room:
            try:
                return await function(*row)
            except Exception:
                _log.debug("a function failed with %r", row, exc_info=True)
                return ExcelError.VALUE

    return await asyncio.gather(*(one(row) for row in rows))


def _to_end(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine here, or in a thread of its own where a loop runs already, as in a notebook."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(coroutine)
    results: list[Any] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            results.append(asyncio.run(coroutine))
        except BaseException as error:  # raised again where it is awaited
            failures.append(error)

    thread = threading.Thread(target=run, name="xlmill-own-function", daemon=True)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
    return results[0]


def _in_threads(function: Callable[..., Any], rows: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Daemons, because Ctrl-C must not wait for a call that does not come back."""
    results: list[Any] = [None] * len(rows)
    places: queue.SimpleQueue[int] = queue.SimpleQueue()
    for place in range(len(rows)):
        places.put(place)

    def work() -> None:
        while True:
            try:
                place = places.get_nowait()
            except queue.Empty:
                return
            results[place] = _call(function, rows[place])

    threads = [
        threading.Thread(target=work, name="xlmill-own-function", daemon=True)
        for _ in range(min(MOST_THREADS, len(rows)))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
