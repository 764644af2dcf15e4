"""What experiments let workers do. It loads no library, lest starting a worker seem to take longer than it does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def same(task: Any) -> Any:
    """Nothing."""
    return task


def square(number: int) -> int:
    """Next to nothing."""
    return number * number


def spin(loops: int) -> int:
    """Pure Python: so many turns of a loop."""
    for _ in range(loops):
        pass
    return loops


def nap(seconds: float) -> tuple[float, float]:
    """Wait; tells when it began, and when it was done, on the monotonic clock."""
    began = time.monotonic()
    time.sleep(seconds)
    return began, time.monotonic()


def wait(seconds: float) -> float:
    """Wait; gives back how long."""
    time.sleep(seconds)
    return seconds


def wait_for_end(end: Any) -> None:
    """Say that it is there, and wait to be told to go."""
    end.send(None)
    end.recv()


def wait_with_libraries(end: Any) -> None:
    """The same, with libraries loaded."""
    import numpy as np  # noqa: F401
    import pyarrow as pa  # noqa: F401

    wait_for_end(end)


def do_nothing() -> None:
    """What a process runs that is only started."""


def send(sender: Any, function: Callable[[Any], Any], task: Any) -> None:
    """What a process of its own runs for a task."""
    sender.send(function(task))
