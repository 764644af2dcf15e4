"""What runs in a worker of Dask: one attempt at a chunk, and a note on the scheduler while it lasts.

When a worker dies, Dask runs what it held again elsewhere, what was running and what was not. The note, which
outlives the worker, tells the two apart: a chunk that was begun before and not ended has cost a worker its life.
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from xlmill.execution.attempt import packed_answer
from xlmill.execution.transfer import unpack

SETTLING_SECONDS = 1.0

_loaded = time.monotonic()
_state = threading.Condition()
_running = 0
_is_alone = False


def run_chunk(note: list[str], task: bytes, parts: list[bytes], alone: bool) -> list[bytes] | None:
    """The packed answer of `task` on the packed chunk, or None if it has cost a worker its life."""
    from distributed import get_worker
    from distributed.utils import sync

    worker = get_worker()
    if alone:
        # A worker that dies before its nanny knows that it runs, is not started again.
        time.sleep(max(0.0, _loaded + SETTLING_SECONDS - time.monotonic()))
    with _turn(alone):
        if sync(worker.loop, worker.scheduler.get_metadata, keys=note, default=False):
            return None
        sync(worker.loop, worker.scheduler.set_metadata, keys=note, value=True)
        told = [bytes(part) for part in packed_answer(_unpacked(task), parts)]
        sync(worker.loop, worker.scheduler.set_metadata, keys=note, value=False)
        return told


@functools.lru_cache(maxsize=4)
def _unpacked(task: bytes) -> Callable[[Any], Any]:
    function: Callable[[Any], Any] = unpack([task])
    return function


@contextmanager
def _turn(alone: bool) -> Iterator[None]:
    """Wait until a chunk may run in this process: beside others, or, if `alone`, when there are none."""
    global _running, _is_alone
    with _state:
        _state.wait_for(lambda: not _is_alone and not (alone and _running))
        _running += 1
        _is_alone = alone
    try:
        yield
    finally:
        with _state:
            _running -= 1
            _is_alone = False
            _state.notify_all()
