"""Tasks watched from another thread while they run: whether they wait, and whether they leave the GIL alone."""

from __future__ import annotations

import _thread
import contextvars
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

NAP_SECONDS = 0.0005
# Who wakes later than this from a nap, had to wait for the GIL: a timer is more exact, and time in which other
# processes have the cores is not counted.
PROMPT_SECONDS = 0.0003
# After so many seconds of short naps there is nothing more to learn from them.
NAPPED_SECONDS = 0.05
ENOUGH_NAPS = 3
LONG_NAP_SECONDS = 0.01

# A task is seen to wait when it has computed for less than this share of its time, at so many looks.
WAITING_BELOW = 0.6
LOOKS = 2


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
        computed = self.computed()
        return Spent(tasks, max(own_time(self._thread) - self._wall, computed), computed)

    def computed(self) -> float:
        """Seconds of computing since. Raises OSError if the thread has ended."""
        if self._clock is None or self._thread == threading.get_native_id():
            return time.thread_time() - self._computed
        return time.clock_gettime(self._clock) - self._computed

    def is_runnable(self) -> bool:
        """Whether the thread runs, or could if it had a core."""
        try:
            stat = _read(f"/proc/self/task/{self._thread}/stat")
        except OSError:
            return False
        return stat[stat.rindex(b")") + 2 :].startswith(b"R")


class Watch:
    """A thread that looks on while another runs tasks, between short naps.

    It wakes late exactly while another thread keeps the GIL. `when_waiting` is called in it, once, if the thread that
    entered the watch is seen to wait. `meter` is to be that of the tasks which run now.
    """

    def __init__(self, when_waiting: Callable[[], None]) -> None:
        self.meter: Meter | None = None
        self._when_waiting = when_waiting
        self._is_over = threading.Event()
        self._naps = 0
        self._late_naps = 0
        self._looks = 0
        self._others: list[int] = []

    def __enter__(self) -> Self:
        # What it calls sees the context of the caller. A `threading.Thread` would have to be waited for until it has
        # started: on a busy machine longer than many a workload takes.
        _thread.start_new_thread(contextvars.copy_context().run, (self._look_on, Meter()))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()

    def has_seen_enough(self, computing: float) -> bool:
        """Whether there were enough naps to tell of the GIL; while tasks wait, a nap says nothing."""
        return self._naps * computing >= ENOUGH_NAPS

    def is_clear(self, computing: float) -> bool:
        """Whether there were enough naps, and all were as they are while nobody keeps the GIL."""
        return self.has_seen_enough(computing) and not self._late_naps

    @property
    def others(self) -> float:
        """How many threads of other processes had or wanted a core meanwhile, on average."""
        return sum(self._others) / len(self._others) if self._others else 0.0

    def free_share(self, computing: float) -> float:
        """The share of computing that left the GIL alone, where `computing` is a share of all the time."""
        if self._naps == 0 or computing <= 0:
            return 0.0  # too short to see anything
        return min(1.0, max(0.0, 1 - self._late_naps / self._naps / computing))

    def _look_on(self, watched: Meter) -> None:
        this = threading.get_native_id()
        may_call = computing_clock() is not None
        nap, napped = NAP_SECONDS, 0.0
        while not self._is_over.is_set():
            try:
                began, computed = own_time(this), watched.computed()
                time.sleep(nap)
                slept = own_time(this) - began
                if self._is_over.is_set():
                    return
                self._count_others(watched.computed() > computed)
                is_late = slept > nap + PROMPT_SECONDS
                # A thread that could run, and did not, says nothing: it had no core.
                # And the first nap says how long it takes to start a thread.
                is_telling = is_late or watched.computed() > computed or not watched.is_runnable()
                if napped and is_telling:
                    self._naps += 1
                    self._late_naps += is_late
                napped += slept
                if may_call and self._is_waiting(watched):
                    self._when_waiting()
                    return  # from now on several threads compete for the GIL
            except OSError:
                return  # the watched thread has ended
            if napped > NAPPED_SECONDS:
                nap = LONG_NAP_SECONDS

    def _count_others(self, is_computing: bool) -> None:
        try:
            runnable = int(_read("/proc/loadavg").split()[3].split(b"/")[0])
        except OSError:
            return  # nothing tells it off Linux
        # One of those is this thread, and one the other if it computes. To ask whether it could run just now would be
        # to give up the GIL thrice more, and to wait for it each time.
        self._others.append(max(0, runnable - 1 - is_computing))

    def _is_waiting(self, watched: Meter) -> bool:
        """Whether the tasks that run now, or all of them until now, were seen to wait, not for the first time."""
        if watched.is_runnable():
            return False  # kept from a core since it last ran, it would seem to wait
        for meter in (watched, self.meter or watched):
            spent = meter.spent()
            if spent.wall >= NAP_SECONDS and spent.computing_share < WAITING_BELOW:
                self._looks += 1
                break
        return self._looks == LOOKS


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
        # Nanoseconds on a core, nanoseconds ready to run, and times run.
        return now - int(_read(f"/proc/self/task/{thread}/schedstat").split()[1]) / 1e9
    except OSError:
        return now


def _read(path: str) -> bytes:
    # Not by pathlib, which takes twice as long as what is to be measured.
    file = os.open(path, os.O_RDONLY)
    try:
        return os.read(file, 1000)
    finally:
        os.close(file)
