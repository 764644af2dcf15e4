"""The first tasks of a workload run and watched: here, and side by side as soon as they are seen to wait."""

from __future__ import annotations

import contextvars
import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from typing import Generic, TypeVar

from xlmill.execution.cores import usable_cores
from xlmill.execution.prompt_thread import PromptThread
from xlmill.execution.watch import LONG_NAP_SECONDS, NAP_SECONDS, NOTHING, Meter, Spent, ThreadClocks, Watch

T = TypeVar("T")
R = TypeVar("R")

TRIAL_SECONDS = 0.01
# Of what leaves the GIL alone, so long a trial tells enough.
SHORTEST_TRIAL_SECONDS = 0.0015
# Side by side, tasks that wait are in good hands for as long.
HELPED_SECONDS = 0.1
# A batch is no longer, for the trial may end after each.
BATCH_SECONDS = 0.001
# Of pure Python, so long a trial tells what a shorter one tells of what leaves the GIL alone.
LONGEST_TRIAL_SECONDS = 0.025
# So little left is done here before anything could be started.
NEGLIGIBLE_SECONDS = 0.002
# So many tasks are read ahead before any is seen to wait: they may be large.
FIRST_AHEAD = 64
# So many threads are started at once when tasks are seen to wait.
FIRST_HELPERS = 8
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
        self._most_ahead = ahead
        self._ahead = deque(itertools.islice(tasks, min(ahead, FIRST_AHEAD)))
        self._claimed = 0
        self._claim_lock = threading.Lock()
        self._done: dict[int, tuple[list[T], list[R]]] = {}  # by the place of the first
        self._first = NOTHING
        self._others = NOTHING
        self._helped: list[Spent] = []
        self._helpers: list[PromptThread] = []
        self._most_helpers = helpers
        self._useful = 0
        self._problem: BaseException | None = None
        self._lock = threading.Lock()
        self._is_over = False
        self._began = 0.0
        self._seconds = 0.0
        self._clocks = ThreadClocks()
        self.watch = Watch(self._help, self._clocks)

    @property
    def helpers(self) -> int:
        """How many threads ran tasks beside the calling one."""
        return self._useful

    @property
    def rest(self) -> Iterator[T]:
        """The tasks that were not run."""
        return itertools.chain(self._ahead, self._source)

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
            self._clocks.close()
        if self._problem is not None:
            raise self._problem
        self._seconds = time.perf_counter() - self._began
        for place in sorted(self._done):
            tasks, results = self._done[place]
            self.tasks += tasks
            self.results += results

    def _run_here(self) -> None:
        size = 1
        function = self._function
        while (taken := self._take(size))[1]:
            place, tasks = taken
            meter = self.watch.meter = Meter(self._clocks)
            self._done[place] = tasks, [function(task) for task in tasks]
            spent = meter.spent(len(tasks))
            self.watch.tell(spent)
            if self._helpers:
                self._helped.append(spent)
            elif self._first is NOTHING:
                self._first = spent
            else:
                self._others += spent
            each = max(1e-9, self.spent.wall / self.spent.tasks)
            left = self._seconds_wanted() - (time.perf_counter() - self._began)
            self.is_negligible = self._total is not None and (self._total - self._claimed) * each < NEGLIGIBLE_SECONDS
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

    def _claim(self, size: int) -> tuple[int, list[T]]:
        """At most so many of the tasks read ahead, and the place of the first of them. In any thread."""
        with self._claim_lock:
            place = self._claimed
            tasks = [self._ahead.popleft() for _ in range(min(size, len(self._ahead)))]
            self._claimed += len(tasks)
        return place, tasks

    def _take(self, size: int) -> tuple[int, list[T]]:
        """The next tasks to be run here, none if there are no more; and the place of the first of them."""
        if self._helpers:
            # Tasks are read by the caller's thread alone, and no more at once than are in good hands.
            more = list(itertools.islice(self._source, self._most_ahead - len(self._ahead)))
            with self._claim_lock:
                self._ahead.extend(more)
        place, tasks = self._claim(size)
        if not tasks and not self._helpers:
            tasks = list(itertools.islice(self._source, size))
            self._claimed += len(tasks)
            self.was_last = not tasks
        return place, tasks

    def _end(self) -> None:
        with self._lock:
            self._is_over = True

    # In other threads

    def _help(self) -> None:
        """Have tasks that may be run ahead run side by side: by twice as many threads each moment, while they wait."""
        wanted, nap = FIRST_HELPERS, NAP_SECONDS
        while self._ahead and len(self._helpers) < self._most_helpers:
            if len(self._helpers) == wanted:
                if _computing_at_once(nap) < SATURATED_SHARE:
                    wanted *= 2
                else:  # a thread more would cost more than it gives; but to start them was to compute
                    nap = min(2 * nap, LONG_NAP_SECONDS)
                    if not self._is_over:
                        continue
            with self._lock:
                if self._is_over:
                    return
                self._helpers.append(PromptThread(partial(contextvars.copy_context().run, self._run_aside)))

    def _run_aside(self) -> None:
        with ThreadClocks() as clocks:
            self._run_claimed(Meter(clocks))

    def _run_claimed(self, meter: Meter) -> None:
        count = 0
        while not self._is_over:
            place, tasks = self._claim(1)
            if not tasks:
                break
            try:
                self._done[place] = tasks, [self._function(tasks[0])]
            except BaseException as error:  # Ctrl-C, raised by the task: for the caller to know
                self._problem = error
                return
            count += 1
        if count:
            self._helped.append(meter.spent(count))
            with self._lock:
                self._useful += 1


def _computing_at_once(seconds: float) -> float:
    """How many threads of this process compute, on average over so many seconds."""
    began, computed = time.perf_counter(), time.process_time()
    time.sleep(seconds)
    return (time.process_time() - computed) / (time.perf_counter() - began)
