"""The worker processes of a supervisor: hiring, listening, limits, ending."""

from __future__ import annotations

import contextlib
import math
import selectors
import signal
import sys
import time
import warnings
from collections import deque
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from typing import TypeAlias

from xlmill.exceptions import InputError, WorkersFailedError
from xlmill.execution.channel import Channel, Message
from xlmill.execution.launcher import Launcher, SpawnError
from xlmill.execution.mark import Mark, Place
from xlmill.execution.outcome import Cause, Fault, fault_of_exit
from xlmill.execution.strategy import Settings

START_SECONDS = 60.0
STOP_SECONDS = 0.5
MEMORY_POLL_SECONDS = 0.1
# With less than this beside what it takes when empty, a worker would be ended for rows that are not to blame.
ROOM_BYTES = 32 << 20
# How often a worker under a time limit is asked on which row it is: it may take so much longer than allowed.
LOOK_SHARE = 0.1
SHORTEST_LOOK_SECONDS = 0.005
# On Windows the end of a process cannot be waited for together with sockets.
LIFE_POLL_SECONDS = 0.2

FIRST_BACKOFF_SECONDS = 0.05
SPAWN_TRIES = 4
# Workers in a row that may die before they are ready: so many are no accident.
EARLY_DEATHS = 10


class Worker:
    """A worker process as its supervisor sees it.

    `held` are the numbers of the chunks it was given and has not answered, in order: it computes the first.
    `since` is when it began that one, or, where its task says, the row of it that it is on, as far as is known here;
    `allowed` is how many seconds it may take for that, `room` how many chunks it may hold.
    """

    def __init__(self, number: int, process: BaseProcess, channel: Channel, mark: Mark) -> None:
        self.number = number
        self.process = process
        self.channel = channel
        self.mark = mark
        self.held: deque[int] = deque()
        self.since = time.monotonic()
        self.allowed: float | None = None
        self.room = 1
        self.seen: Place = (0, 0)
        self.is_ready = False
        self.has_worked = False
        self.ended_for: Fault | None = None
        self.watched = selectors.EVENT_READ

    def end(self, fault: Fault) -> None:
        """Kill the process; its loss will be told with `fault`."""
        self.ended_for = fault
        self.process.kill()

    def reap(self, seconds: float) -> int | None:
        """The exit code of a process that ends by itself within `seconds`, or is killed."""
        self.process.join(max(0.0, seconds))
        if self.process.exitcode is None:
            self.process.kill()
            self.process.join()
        exit_code = self.process.exitcode
        self.process.close()
        return exit_code


Happening: TypeAlias = tuple[Worker, Message | Fault]


class Crew:
    """Worker processes, none at first. A `Fault` among the happenings tells that a worker is no more."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.workers: list[Worker] = []
        self.wanted = settings.workers
        self._leaving: list[tuple[float, Worker]] = []
        self._tasks = 0
        self._is_occupied = False
        self._launcher = Launcher(settings)
        self._selector = selectors.DefaultSelector()
        self._hired = 0
        self._failures = 0
        self._early_deaths = 0
        self._next_try = 0.0
        self._next_memory_poll = 0.0

    @property
    def may_hire(self) -> bool:
        """Whether another worker is wanted, and no failure to start one is too recent."""
        return len(self.workers) < self.wanted and time.monotonic() >= self._next_try

    @property
    def is_hopeless(self) -> bool:
        """Whether there is no worker, and there will be none."""
        return self.wanted == 0 and not self.workers

    def hire(self) -> Worker | None:
        """Start a worker. Where the system refuses: None, a pause, and in the end fewer workers wanted."""
        try:
            process, end, mark = self._launcher.launch(self._hired + 1)
        except SpawnError as error:
            self._next_try = time.monotonic() + FIRST_BACKOFF_SECONDS * 2**self._failures
            self._failures += 1
            if self._failures >= SPAWN_TRIES:
                self._make_do(error)
            return None
        self._failures = 0
        self._hired += 1
        worker = Worker(self._hired, process, Channel(end), mark)
        self.workers.append(worker)
        self._selector.register(end, worker.watched, worker)
        if sys.platform != "win32":
            self._selector.register(process.sentinel, selectors.EVENT_READ, worker)
        return worker

    def welcome(self, worker: Worker) -> None:
        """Take note that a worker is ready; its time counts from now.

        Raises InputError where the memory limit leaves it no room.
        """
        if self.settings.memory_limit is not None and not worker.has_worked:
            _check_room(worker, self.settings.memory_limit)
        worker.is_ready = True
        worker.since = time.monotonic()
        self._early_deaths = 0

    def listen(self, timeout: float | None) -> Iterator[Happening]:
        """What happened, waiting for it at most `timeout` seconds (None: until something may have)."""
        for worker in self.workers:
            self._watch_for_room_to_send(worker)
        stirring: dict[Worker, bool] = {}
        for key, _ in self._selector.select(self._patience(timeout)):
            is_end = key.fileobj is not key.data.channel.socket
            stirring[key.data] = stirring.get(key.data, False) or is_end
        for worker, has_ended in stirring.items():
            if worker in self.workers:
                yield from self._hear(worker, has_ended)
        if sys.platform == "win32":
            for worker in [worker for worker in self.workers if not worker.process.is_alive()]:
                yield from self._hear(worker, True)
        self._enforce_limits()
        self._reap_leaving()

    def dismiss(self, worker: Worker) -> None:
        """End a worker: at once if it holds a chunk, otherwise as it ends by itself."""
        self._part(worker)
        if worker.held:
            worker.process.kill()
        self._leaving.append((time.monotonic() + STOP_SECONDS, worker))
        self._reap_leaving()

    def next_task(self) -> int:
        """A number for a task that no other task of this crew has; they count from 1."""
        self._tasks += 1
        return self._tasks

    @contextlib.contextmanager
    def occupied(self) -> Iterator[None]:
        """Keep the crew to one map at a time."""
        if self._is_occupied:
            raise RuntimeError("these workers are busy with another map: finish it, or close its iterator")
        self._is_occupied = True
        try:
            yield
        finally:
            self._is_occupied = False

    def stop(self) -> None:
        """End all workers, for good."""
        for worker in list(self.workers):
            self.dismiss(worker)
        for deadline, worker in self._leaving:
            worker.reap(deadline - time.monotonic())
        self._leaving.clear()
        self._selector.close()

    def _reap_leaving(self) -> None:
        staying = []
        for deadline, worker in self._leaving:
            if worker.process.exitcode is None and time.monotonic() < deadline:
                staying.append((deadline, worker))
            else:
                worker.reap(0)
        self._leaving = staying

    def _hear(self, worker: Worker, has_ended: bool) -> Iterator[Happening]:
        try:
            with contextlib.suppress(EOFError):  # it reads no more, but what it has sent is still to be heard
                worker.channel.flush()
            while (message := worker.channel.get()) is not None:
                yield worker, message
                if worker not in self.workers:
                    return  # dismissed upon what it said
        except EOFError:
            has_ended = True
        if has_ended:
            # Without an end of its messages too: a child of its own still holds the socket.
            self._part(worker)
            exit_code = worker.reap(STOP_SECONDS)
            fault = worker.ended_for or fault_of_exit(exit_code)
            yield worker, fault
            if not worker.is_ready:
                self._early_deaths += 1
                if self._early_deaths == EARLY_DEATHS:
                    raise WorkersFailedError(f"{EARLY_DEATHS} workers died while starting; the last: {fault}")
        elif worker.channel.is_receiving:
            worker.since = time.monotonic()  # it has computed, and is sending

    def _part(self, worker: Worker) -> None:
        self.workers.remove(worker)
        self._selector.unregister(worker.channel.socket)
        if sys.platform != "win32":
            self._selector.unregister(worker.process.sentinel)
        worker.channel.close()

    def _watch_for_room_to_send(self, worker: Worker) -> None:
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if worker.channel.is_sending else 0)
        if wanted != worker.watched:
            worker.watched = wanted
            self._selector.modify(worker.channel.socket, wanted, worker)

    def _make_do(self, error: SpawnError) -> None:
        self.wanted = len(self.workers)
        self._failures = 0
        instead = f"with {self.wanted} workers" if self.wanted else "in this process, without workers"
        warnings.warn(f"{error}; going on {instead}", RuntimeWarning, stacklevel=2)

    def _patience(self, timeout: float | None) -> float | None:
        """Seconds to wait: until `timeout`, the next limit, or the next look at what cannot be waited for."""
        if timeout == 0 or not (self.workers or self._next_try):
            return 0
        now = time.monotonic()
        waits = [] if timeout is None else [timeout]
        if self._next_try > now:
            waits.append(self._next_try - now)
        for worker in self.workers:
            limit = self._seconds_allowed(worker)
            if limit is not None:
                waits.append(min(worker.since + limit - now, max(LOOK_SHARE * limit, SHORTEST_LOOK_SECONDS)))
        if self.settings.memory_limit is not None:
            waits.append(MEMORY_POLL_SECONDS)
        if sys.platform == "win32":
            waits.append(LIFE_POLL_SECONDS)
        return max(0.0, min(waits)) if waits else None

    def _seconds_allowed(self, worker: Worker) -> float | None:
        if not worker.is_ready:
            return START_SECONDS
        return worker.allowed if worker.held else None

    def _enforce_limits(self) -> None:
        now = time.monotonic()
        for worker in self.workers:
            limit = self._seconds_allowed(worker)
            if limit is None or worker.ended_for is not None:
                continue
            if (place := worker.mark.place()) != worker.seen:
                worker.seen, worker.since = place, now  # it gets on
            elif now - worker.since >= limit:
                worker.end(_fault_of_delay(worker, limit))
        if self.settings.memory_limit is not None and now >= self._next_memory_poll:
            self._next_memory_poll = now + MEMORY_POLL_SECONDS
            for worker in self.workers:
                if worker.is_ready and worker.ended_for is None:
                    self._enforce_memory_limit(worker, self.settings.memory_limit)

    def _enforce_memory_limit(self, worker: Worker, limit: int) -> None:
        import psutil

        try:
            process = psutil.Process(worker.process.pid)
            # The resident size is cheap and never below the unique size, which alone is the worker's own.
            if process.memory_info().rss > limit and (used := process.memory_full_info().uss) > limit:
                worker.end(Fault(Cause.MEMORY, f"took {used:,} bytes of memory; the limit is {limit:,}"))
        except psutil.NoSuchProcess:
            return  # its end will be heard


def _check_room(worker: Worker, limit: int) -> None:
    import psutil

    try:
        used = psutil.Process(worker.process.pid).memory_full_info().uss
    except psutil.NoSuchProcess:
        return  # its end will be heard
    if limit < used + ROOM_BYTES:
        # Workers differ by a megabyte or two, so what is advised is rather more.
        least = math.ceil((used + 1.25 * ROOM_BYTES) / 1e7) * 10
        raise InputError(
            f"a memory limit of {limit:,} bytes is too low: before its first row a worker takes {used:,} bytes; "
            f"give at least {least} MB"
        )


def _fault_of_delay(worker: Worker, limit: float) -> Fault:
    """The fault of a worker that is over its time: that of its row, unless a signal has stopped it."""
    import psutil

    try:
        is_stopped = psutil.Process(worker.process.pid).status() == psutil.STATUS_STOPPED
    except psutil.NoSuchProcess:
        is_stopped = False
    if is_stopped:
        problem = f"the worker was stopped by a signal, and ended after {limit:g} s"
        return Fault(Cause.KILLED, problem, signal=signal.SIGSTOP)
    return Fault(Cause.TIMEOUT, f"not done within {limit:g} s, and ended")
