"""The standard library's ways to run tasks, as the articles and tutorials show them: what experiments measure."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing.process import BaseProcess
from typing import Any

from xlmill.lab.claims.tasks import send
from xlmill.lab.start_method import interpreters_own_method

Function = Callable[[Any], Any]


def context(method: str | None = None) -> Any:
    """The context of a start method; None for the interpreter's own."""
    return multiprocessing.get_context(method or interpreters_own_method())


def by_loop(function: Function, tasks: Sequence[Any]) -> list[Any]:
    """One after another."""
    return [function(task) for task in tasks]


def by_threads(function: Function, tasks: Sequence[Any], workers: int) -> list[Any]:
    """So many threads, started for this."""
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(function, tasks))


def by_pool(
    function: Function, tasks: Sequence[Any], workers: int, chunk_size: int | None = None, method: str | None = None
) -> list[Any]:
    """multiprocessing.Pool.map with so many workers, started for this."""
    with context(method).Pool(workers) as pool:
        return list(pool.map(function, tasks, chunk_size))


def by_executor(function: Function, tasks: Sequence[Any], workers: int, chunk_size: int = 1) -> list[Any]:
    """concurrent.futures.ProcessPoolExecutor.map with so many workers, started for this."""
    with ProcessPoolExecutor(workers, context()) as pool:
        return list(pool.map(function, tasks, chunksize=chunk_size))


def by_processes(function: Function, tasks: Sequence[Any], alive: int, method: str | None = None) -> list[Any]:
    """A multiprocessing.Process and a Pipe for each task, of which at most so many live at a time."""
    chosen = context(method)
    running: deque[tuple[BaseProcess, Any]] = deque()
    results = []

    def take() -> None:
        process, receiver = running.popleft()
        with receiver:
            results.append(receiver.recv())
        process.join()
        process.close()

    for task in tasks:
        if len(running) == alive:
            take()
        receiver, sender = chosen.Pipe(duplex=False)
        process = chosen.Process(target=send, args=(sender, function, task))
        process.start()
        sender.close()
        running.append((process, receiver))
    while running:
        take()
    return results


def by_asyncio(seconds: float, tasks: Sequence[Any]) -> None:
    """So many waits of `seconds` on one event loop."""

    async def all_of_them() -> None:
        await asyncio.gather(*(asyncio.sleep(seconds) for _ in tasks))

    asyncio.run(all_of_them())
