"""The first tasks of a workload run and watched: here, and side by side as soon as they are seen to wait."""

from __future__ import annotations

import contextvars
import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from xlmill.execution.cores import usable_cores
from xlmill.execution.watch import NOTHING, Meter, Spent, Watch

T = TypeVar("T")
R = TypeVar("R")

TRIAL_SECONDS = 0.01
# Of what leaves the GIL alone, so long a trial tells enough.
SHORTEST_TRIAL_SECONDS = 0.003
# Side by side, tasks that wait are in good hands for as long.
HELPED_SECONDS = 0.1
# A batch is no longer, for the trial may end after each.
BATCH_SECONDS = 0.001
# Of pure Python, so long a trial tells what a shorter one tells of what leaves the GIL alone.
LONGEST_TRIAL_SECONDS = 0.025
# So little left is done here before anything could be started.
NEGLIGIBLE_SECONDS = 0.002
# Threads that compute for so much of the time, side by side, want the GIL or all cores.
SATURATED_SHARE = 0.7


class Trial(Generic[T, R]):
    """The first tasks, run one after another in the calling thread for about TRIAL_SECONDS.

    `ahead` are tasks that may be read ahead. When the first is seen to wait, these are run by threads, at most
    `helpers`. `tasks` and `results` are those that were run, in order; `rest` gives the others.
    """

    def __init__(
        self, function: Callable[[T], R], tasks: Iterator[T], total: int | None, ahead: int, helpers: int
    ) -> None:
        self.tasks: list[T] = []
        self.results: list[R] = []
        self.was_last = False
        self.is_negligible = False
        self._function = function
        self._source = tasks
        self._total = total
        self._ahead = deque(enumerate(itertools.islice(tasks, ahead)))
        self._done: dict[int, tuple[T, R]] = {}
        self._first = NOTHING
        self._others = NOTHING
        self._helped: list[Spent] = []
        self._helpers: list[threading.Thread] = []
        self._most_helpers = helpers
        self._useful = 0
        self._problem: BaseException | None = None
        self._lock = threading.Lock()
        self._is_over = False
        self._began = 0.0
        self._seconds = 0.0
        self.watch = Watch(self._help)

    @property
    def helpers(self) -> int:
        """How many threads ran tasks beside the calling one."""
        return self._useful

    @property
    def rest(self) -> Iterator[T]:
        """The tasks that were not run."""
        return itertools.chain((task for _, task in self._ahead), self._source)

    @property
    def spent(self) -> Spent:
        """What tasks take each, as far as it is typical."""
        helped = sum(self._helped, NOTHING)
        # Side by side, tasks that compute keep each other waiting for the GIL.
        if helped.tasks and (helped.computed < self._seconds / 2 or not self._first.tasks):
            return self._first + self._others + helped
        # The first may have loaded modules, or opened connections.
        return self._others if self._others.tasks else self._first

    @property
    def free_share(self) -> float:
        """The share of computing that leaves the GIL alone, from 0 to 1."""
        at_once = sum(self._helped, NOTHING).computed / self._seconds if self._helped else 0.0
        cores = usable_cores()
        if at_once > SATURATED_SHARE and cores > 1:
            return min(1.0, max(0.0, (at_once - 1) / (cores - 1)))
        return self.watch.free_share(self.spent.computing_share)

    def run(self) -> None:
        """Run the trial, once."""
        self._began = time.perf_counter()
        try:
            with self.watch:
                self._run_here()
                for helper in self._helpers:
                    helper.join()
        finally:
            self._end()
        if self._problem is not None:
            raise self._problem
        self._seconds = time.perf_counter() - self._began
        for place in range(len(self._done)):
            task, result = self._done.pop(place)
            self.tasks.append(task)
            self.results.append(result)

    def _run_here(self) -> None:
        size = 1
        while batch := self._take(size):
            meter = self.watch.meter = Meter()
            for place, task in batch:
                self._done[place] = task, self._function(task)
            if self._helpers:
                self._helped.append(meter.spent(len(batch)))
            elif self._first is NOTHING:
                self._first = meter.spent()
            else:
                self._others += meter.spent(len(batch))
            each = max(1e-9, self.spent.wall / self.spent.tasks)
            left = self._seconds_wanted() - (time.perf_counter() - self._began)
            self.is_negligible = self._total is not None and (self._total - len(self._done)) * each < NEGLIGIBLE_SECONDS
            if left <= 0 or self.is_negligible:
                break
            size = 1 if self._helpers else max(1, min(2 * size, int(left / each), int(BATCH_SECONDS / each)))
        self._end()

    def _seconds_wanted(self) -> float:
        if self._helpers:
            return HELPED_SECONDS
        computing = self.spent.computing_share
        if self.watch.is_clear(computing):
            return SHORTEST_TRIAL_SECONDS
        return TRIAL_SECONDS if self.watch.has_seen_enough(computing) else LONGEST_TRIAL_SECONDS

    def _take(self, size: int) -> list[tuple[int, T]]:
        batch: list[tuple[int, T]] = []
        while len(batch) < size:
            try:
                batch.append(self._ahead.popleft())
            except IndexError:
                break
        if not batch and not self._helpers:
            start = len(self._done)
            batch = list(zip(itertools.count(start), itertools.islice(self._source, size), strict=False))
            self.was_last = not batch
        return batch

    def _end(self) -> None:
        with self._lock:
            self._is_over = True

    # In other threads

    def _help(self) -> None:
        """Have tasks that may be run ahead run side by side, by as many threads as find some to run."""
        while self._ahead and len(self._helpers) < self._most_helpers:
            with self._lock:
                if self._is_over:
                    return
                run = contextvars.copy_context().run
                helper = threading.Thread(target=run, args=(self._run_aside,), name="xlmill-probe", daemon=True)
                self._helpers.append(helper)
                helper.start()

    def _run_aside(self) -> None:
        meter, tasks = Meter(), 0
        while not self._is_over:
            try:
                place, task = self._ahead.popleft()
            except IndexError:
                break
            try:
                self._done[place] = task, self._function(task)
            except BaseException as error:  # Ctrl-C, raised by the task: for the caller to know
                self._problem = error
                return
            tasks += 1
        if tasks:
            self._helped.append(meter.spent(tasks))
            with self._lock:
                self._useful += 1
