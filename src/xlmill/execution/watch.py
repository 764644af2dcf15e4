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

NAP_SECONDS = 0.00025
# What is shorter is not seen to wait.
SEEN_SECONDS = 0.0005
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
    """Both clocks of one thread, from now on. Other threads may read it too."""

    def __init__(self, clocks: ThreadClocks) -> None:
        self._clocks = clocks
        self._wall = clocks.own_time()
        self._computed = clocks.computed()

    def spent(self, tasks: int = 1) -> Spent:
        """What has been spent since, on so many tasks. Raises OSError if the thread has ended."""
        computed = self.computed()
        return Spent(tasks, max(self._clocks.own_time() - self._wall, computed), computed)

    def computed(self) -> float:
        """Seconds of computing since. Raises OSError if the thread has ended."""
        return self._clocks.computed() - self._computed


class Watch:
    """A thread that looks on while another runs tasks, between short naps.

    It wakes late exactly while another thread keeps the GIL. `when_waiting` is called in it, once, if the thread that
    entered the watch is seen to wait. `meter` is to be that of the tasks which run now.
    """

    def __init__(self, when_waiting: Callable[[], None], watched: ThreadClocks) -> None:
        """`watched`: the clocks of the thread that enters the watch."""
        self.meter: Meter | None = None
        self._watched = watched
        self._when_waiting = when_waiting
        self._is_over = threading.Event()
        self._naps = 0
        self._late_naps = 0
        self._looks = 0
        self._others: list[int] = []

    def __enter__(self) -> Self:
        # What it calls sees the context of the caller. A `threading.Thread` would have to be waited for until it has
        # started: on a busy machine longer than many a workload takes.
        _thread.start_new_thread(contextvars.copy_context().run, (self._look_on, self._watched))
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

    def tell(self, spent: Spent) -> None:
        """Be told, by the watched thread, what tasks took: as good as having looked."""
        if spent.wall >= SEEN_SECONDS and spent.computing_share < WAITING_BELOW:
            self._looks += 1

    @property
    def others(self) -> float:
        """How many threads of other processes had or wanted a core meanwhile, on average."""
        return sum(self._others) / len(self._others) if self._others else 0.0

    def free_share(self, computing: float) -> float:
        """The share of computing that left the GIL alone, where `computing` is a share of all the time."""
        if self._naps == 0 or computing <= 0:
            return 0.0  # too short to see anything
        return min(1.0, max(0.0, 1 - self._late_naps / self._naps / computing))

    def _look_on(self, watched: ThreadClocks) -> None:
        may_call = computing_clock() is not None
        nap, napped = NAP_SECONDS, 0.0
        with ThreadClocks() as own, _Proc("/proc/loadavg") as load:
            try:
                whole = Meter(watched)
                began = time.perf_counter()
                while not self._is_over.is_set():
                    before, computed = own.own_time(), whole.computed()
                    time.sleep(nap)
                    slept = own.own_time() - before
                    if self._is_over.is_set():
                        return
                    computing = whole.computed() - computed
                    self._count_others(load, computing > 0)
                    is_late = slept > nap + PROMPT_SECONDS
                    # A thread that could run, and did not, says nothing: it had no core.
                    # And the first nap says how long it takes to start a thread.
                    is_telling = is_late or computing > 0 or not watched.is_runnable()
                    if napped and is_telling:
                        self._naps += 1
                        self._late_naps += is_late
                    napped += slept
                    if napped > NAPPED_SECONDS:
                        nap = LONG_NAP_SECONDS
                    # Who computed all the while does not wait. To look closer is to keep the GIL from it.
                    seems_to_wait = computing < WAITING_BELOW * slept or whole.computed() < WAITING_BELOW * (
                        time.perf_counter() - began
                    )
                    if may_call and seems_to_wait and self._is_waiting(watched, whole):
                        self._when_waiting()
                        return  # from now on several threads compete for the GIL
            except OSError:
                return  # the watched thread has ended

    def _count_others(self, load: _Proc, is_computing: bool) -> None:
        told = load.read()
        if told is not None:  # nothing tells it off Linux
            runnable = int(told.split()[3].split(b"/")[0])
            # One of those is this thread, and one the other if it computes.
            self._others.append(max(0, runnable - 1 - is_computing))

    def _is_waiting(self, watched: ThreadClocks, whole: Meter) -> bool:
        """Whether the tasks that run now, or all of them until now, were seen to wait, not for the first time."""
        if watched.is_runnable():
            return False  # kept from a core since it last ran, it would seem to wait
        for meter in (whole, self.meter or whole):
            spent = meter.spent()
            if spent.wall >= SEEN_SECONDS and spent.computing_share < WAITING_BELOW:
                self._looks += 1
                break
        return self._looks >= LOOKS


class ThreadClocks:
    """What the thread that makes it has computed and waited; other threads may ask, too. To be closed."""

    def __init__(self) -> None:
        self._thread = threading.get_native_id()
        self._clock = computing_clock()
        self._schedule = _Proc(f"/proc/self/task/{self._thread}/schedstat")
        self._state = _Proc(f"/proc/self/task/{self._thread}/stat")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Tell nothing any more but what the thread computed."""
        self._schedule.close()
        self._state.close()

    def own_time(self) -> float:
        """Seconds on a clock that stands still while the thread could run, and others have the cores.

        Otherwise computing on a busy machine would look like waiting. Off Linux nothing tells that time.
        """
        now = time.perf_counter()
        told = self._schedule.read()
        # Nanoseconds on a core, nanoseconds ready to run, and times run.
        return now if told is None else now - int(told.split()[1]) / 1e9

    def computed(self) -> float:
        """Seconds of computing. Raises OSError if the thread has ended."""
        if self._clock is None or self._thread == threading.get_native_id():
            return time.thread_time()
        return time.clock_gettime(self._clock)

    def is_runnable(self) -> bool:
        """Whether the thread runs, or could if it had a core."""
        told = self._state.read()
        return told is not None and told[told.rindex(b")") + 2 :].startswith(b"R")


class _Proc:
    """A file of /proc, opened once: each call of the system gives up the GIL, and may have to wait to get it back."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._file: int | None = None
        self._is_there = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self) -> bytes | None:
        """What it says now; None where there is no such file, or no more."""
        if not self._is_there:
            return None
        try:
            if self._file is None:
                self._file = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            return os.pread(self._file, 1000, 0)
        except OSError:
            self.close()
            return None

    def close(self) -> None:
        """Say nothing any more."""
        self._is_there = False
        if self._file is not None:
            file, self._file = self._file, None
            os.close(file)


def computing_clock() -> int | None:
    """The clock of this thread's computing that other threads may read, where the platform has one."""
    clock_of = getattr(time, "pthread_getcpuclockid", None)
    return None if clock_of is None else int(clock_of(threading.get_ident()))
