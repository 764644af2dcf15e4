"""Tasks watched from another thread while they run: whether they wait, and whether they leave the GIL alone."""

from __future__ import annotations

import contextvars
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

NAP_SECONDS = 0.0005
# Within the switch interval of the interpreter, 5 ms, after which a thread must hand over the GIL.
PROMPT_SECONDS = 0.0025
# After so many seconds of short naps there is nothing more to learn from them.
NAPPED_SECONDS = 0.05
LONG_NAP_SECONDS = 0.01

# A task is seen to wait when it has computed for less than this share of its time.
WAITING_BELOW = 0.25


@dataclass(frozen=True, slots=True)
class Spent:
    """What some tasks took: seconds by the clock while not kept from a core, and seconds of computing."""

    tasks: int
    wall: float
    computed: float

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.tasks + other.tasks, self.wall + other.wall, self.computed + other.computed)

    @property
    def computing_share(self) -> float:
        """The share of the time that was computing, from 0 to 1."""
        return min(1.0, self.computed / self.wall) if self.wall > 0 else 1.0


NOTHING = Spent(0, 0.0, 0.0)


class Meter:
    """Both clocks of the thread that makes it, from now on. Other threads may read it too."""

    def __init__(self) -> None:
        self._thread = threading.get_native_id()
        self._clock = computing_clock()
        self._wall = own_time(self._thread)
        self._computed = time.thread_time()

    def spent(self, tasks: int = 1) -> Spent:
        """What has been spent since, on so many tasks. Raises OSError if the thread has ended."""
        if self._clock is None or self._thread == threading.get_native_id():
            computed = time.thread_time() - self._computed
        else:
            computed = time.clock_gettime(self._clock) - self._computed
        return Spent(tasks, max(own_time(self._thread) - self._wall, computed), computed)


class Watch:
    """A thread that looks on while others run tasks, between short naps.

    It wakes late exactly while another thread keeps the GIL. `when_waiting` is called in it, once, if the thread that
    entered the watch is seen to wait.
    """

    def __init__(self, when_waiting: Callable[[], None]) -> None:
        self._when_waiting = when_waiting
        self._is_over = threading.Event()
        self._prompt = 0.0
        self._late = 0.0
        self.meter: Meter | None = None  # of what runs now in the watched thread

    def __enter__(self) -> Self:
        # What it calls sees the context of the caller.
        run = contextvars.copy_context().run
        threading.Thread(target=run, args=(self._look_on,), name="xlmill-watch", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()

    def free_share(self, computing: float) -> float:
        """The share of computing that left the GIL alone, where `computing` is a share of all the time."""
        seen = self._prompt + self._late
        if seen < PROMPT_SECONDS or computing <= 0:
            return 0.0  # too short to see anything
        return min(1.0, max(0.0, (self._prompt / seen - (1 - computing)) / computing))

    def _look_on(self) -> None:
        this = threading.get_native_id()
        may_call = computing_clock() is not None
        nap = NAP_SECONDS
        while not self._is_over.is_set():
            began = own_time(this)
            time.sleep(nap)
            slept = own_time(this) - began
            if self._is_over.is_set():
                return
            if slept > nap + PROMPT_SECONDS:
                self._late += slept
            else:
                self._prompt += slept
            if may_call and self._is_waiting():
                may_call = False
                self._when_waiting()
            if self._prompt + self._late > NAPPED_SECONDS:
                nap = LONG_NAP_SECONDS

    def _is_waiting(self) -> bool:
        if self.meter is None:
            return False
        try:
            spent = self.meter.spent()
        except OSError:
            return False  # the thread has ended
        return spent.wall >= NAP_SECONDS and spent.computing_share < WAITING_BELOW


def computing_clock() -> int | None:
    """The clock of this thread's computing that other threads may read, where the platform has one."""
    clock_of = getattr(time, "pthread_getcpuclockid", None)
    return None if clock_of is None else int(clock_of(threading.get_ident()))


def own_time(thread: int) -> float:
    """Seconds on a clock that stands still while `thread` could run, and others have the cores.

    Otherwise computing on a busy machine would look like waiting. Off Linux nothing tells that time.
    """
    now = time.perf_counter()
    try:
        # Not by pathlib, which takes twice as long as what is to be measured.
        file = os.open(f"/proc/self/task/{thread}/schedstat", os.O_RDONLY)
    except OSError:
        return now
    try:
        # Nanoseconds on a core, nanoseconds ready to run, and times run.
        return now - int(os.read(file, 100).split()[1]) / 1e9
    finally:
        os.close(file)
