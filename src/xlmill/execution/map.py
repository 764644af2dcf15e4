"""A Python function over many tasks, by whichever strategy suits."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any, TypeVar

from xlmill.execution.progress import Observer
from xlmill.execution.workers import Errors, Workers

T = TypeVar("T")
R = TypeVar("R")


def map(
    function: Callable[[T], R],
    tasks: Iterable[T],
    strategy: str = "auto",
    workers: int | None = None,
    chunk_size: int | None = None,
    timeout: float | None = None,
    memory_limit: int | None = None,
    start_method: str | None = None,
    errors: Errors = "raise",
    progress: Observer | None = None,
    address: str | None = None,
) -> list[Any]:
    """`function` of each of `tasks`, in their order; the arguments are those of `imap`.

    With errors="raise", all tasks are run, and then an ExceptionGroup tells of those that failed.

    >>> map(abs, [-1, 2, -3])
    [1, 2, 3]
    """
    with Workers(
        strategy,
        workers,
        timeout=timeout,
        memory_limit=memory_limit,
        start_method=start_method,
        address=address,
        progress=progress,
    ) as ready:
        return ready.map(function, tasks, chunk_size, errors)


def imap(
    function: Callable[[T], R],
    tasks: Iterable[T],
    strategy: str = "auto",
    workers: int | None = None,
    chunk_size: int | None = None,
    timeout: float | None = None,
    memory_limit: int | None = None,
    start_method: str | None = None,
    errors: Errors = "raise",
    progress: Observer | None = None,
    address: str | None = None,
    ordered: bool = True,
) -> Iterator[Any]:
    """Yield `function` of each of `tasks`, in their order, reading `tasks` only a little ahead.

    An async function is run by the strategies "auto" and "asyncio", on an event loop of its own in another thread;
    so it works inside a loop that runs already, and from any thread.

    strategy: one by name, or "auto", which runs the first few tasks here, predicts what each strategy would take for
        the others, and goes on with the best.
    workers: None or -1 for as many as suit, one on each core in doubt; of async functions, how many wait at a time.
    chunk_size: tasks handed to a worker at a time; None to follow what they turn out to cost.
    timeout: seconds that one task may take. memory_limit: bytes that a worker may take. Processes hold
        both; async functions hold a timeout.
    start_method: how worker processes start, see `Settings`.
    errors: "raise" raises what the task raised, at its place, or TaskFailedError if it was the worker that failed;
        "collect" yields a `Fault` there instead and goes on.
    progress: told of the plan, the tasks done and the workers, see `progress`.
    address: of the cluster that "dask" or "ray" is to use; without it the one named in the environment
        (DASK_SCHEDULER_ADDRESS, RAY_ADDRESS), or else a cluster of their own on this machine.
    ordered: if not, results come as chunks are done, whichever is first; clusters keep the order.

    Functions of scripts, notebooks and lambdas may be used with every strategy but `mp-pool` and `mp-process`. One
    that cannot be sent to processes is refused before any starts. For many maps by the same workers, see `Workers`.
    """
    ready = Workers(
        strategy,
        workers,
        timeout=timeout,
        memory_limit=memory_limit,
        start_method=start_method,
        address=address,
        progress=progress,
    )
    return _closing(ready, ready.imap(function, tasks, chunk_size, errors, ordered))


def _closing(ready: Workers, results: Generator[R, None, None]) -> Iterator[R]:
    # An exception holds on to this frame; the workers must not have to wait until it is forgotten.
    with ready:
        try:
            yield from results
        finally:
            results.close()
