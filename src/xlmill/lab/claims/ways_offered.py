"""Claim 2: which ways to run tasks side by side this interpreter offers."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from functools import partial
from multiprocessing.pool import ThreadPool

from xlmill.execution.threads import gil_is_enabled
from xlmill.lab.apart import call_apart
from xlmill.lab.claims.inquiry import Inquiry
from xlmill.lab.claims.newcomer import by_executor, by_pool, by_processes, by_threads
from xlmill.lab.claims.tasks import square
from xlmill.lab.findings import Claim, Judgement
from xlmill.lab.points import figure
from xlmill.lab.sampling import Samples, Trial, interleave, timed

POOL, PROCESS = "multiprocessing.Pool", "multiprocessing.Process"
_TASKS = list(range(4))
_TIMEOUT = 120.0


def measure(seconds: float) -> Samples:
    """Seconds to start each way that there is and to square four numbers with it."""
    return call_apart(partial(_measure, seconds), _TIMEOUT)


def _measure(seconds: float) -> Samples:
    able = {name: way for name, way in ways().items() if _works(way)}
    return interleave([Trial(name, 0, timed(way)) for name, way in able.items()], seconds)


def ways() -> dict[str, Callable[[], list[int]]]:
    """A run of the four tasks by each way that anybody knows of."""
    return {
        POOL: partial(by_pool, square, _TASKS, 2),
        PROCESS: partial(by_processes, square, _TASKS, 2),
        "multiprocessing.pool.ThreadPool": _by_thread_pool,
        "ThreadPoolExecutor": partial(by_threads, square, _TASKS, 2),
        "ProcessPoolExecutor": partial(by_executor, square, _TASKS, 2),
        "asyncio": _by_asyncio,
        "InterpreterPoolExecutor": _by_interpreters,
        "threads without a GIL": _by_free_threads,
    }


def _works(way: Callable[[], list[int]]) -> bool:
    # Absent from this interpreter: not yet invented, not built in, or not for this platform.
    try:
        return way() == [square(task) for task in _TASKS]
    except (ImportError, AttributeError, NotImplementedError):
        return False


def _by_thread_pool() -> list[int]:
    with ThreadPool(2) as pool:
        return pool.map(square, _TASKS)


def _by_asyncio() -> list[int]:
    async def awaited(number: int) -> int:
        await asyncio.sleep(0)
        return square(number)

    async def all_of_them() -> list[int]:
        return await asyncio.gather(*(awaited(task) for task in _TASKS))

    return asyncio.run(all_of_them())


def _by_interpreters() -> list[int]:
    import concurrent.futures

    # Python 3.14; an AttributeError says that this is an earlier one.
    executor = getattr(concurrent.futures, "InterpreterPoolExecutor")  # noqa: B009
    with executor(2) as pool:
        return list(pool.map(square, _TASKS))


def _by_free_threads() -> list[int]:
    if gil_is_enabled():
        raise NotImplementedError
    return by_threads(square, _TASKS, 2)


def rule(samples: Samples) -> Claim:
    """Two classes are all there is if nothing else ran the tasks."""
    others = [name for name in samples if name not in (POOL, PROCESS)]
    absent = [name for name in ways() if name not in samples]
    verdict: Judgement = "does not hold" if others else "holds"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    missing = f" Absent here: {', '.join(absent)}." if absent else ""
    return Claim(
        2,
        "Python offers two classes, Pool and Process.",
        verdict,
        None,
        None,
        [figure(name, values[0], "s") for name, values in samples.items()],
        "Four small tasks by every way that could be there, start and end included.",
        f"Python {version} ran the tasks in {len(samples)} ways, {len(others)} of them neither Pool nor Process: "
        f"{', '.join(others) or 'none'}.{missing}",
    )


INQUIRY = Inquiry("the ways this interpreter offers", 3, measure, (rule,))
