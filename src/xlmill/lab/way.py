"""Ways to run a workload: a strategy, its workers, and how they start."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from xlmill.execution import Settings, Traits, find_strategy, resolve_workers
from xlmill.execution.strategy import CHUNKS_PER_WORKER, default_start_method
from xlmill.lab.start_method import interpreters_own_method

# What all others are compared with: one worker, here; for expressions compiled and columnar.
BASELINE = "serial"

# What somebody writes who has not read about anything yet: one expression after another.
LOOP = "loop"

# The standard library as somebody uses it who has just read about it: one expression a task.
PROCESS_EACH = "mp-process"
NEWCOMERS = (LOOP, "mp-pool", PROCESS_EACH)

# From the simplest to the most elaborate, the newcomer's last. Of two that are no different, the earlier is advised.
STRATEGIES = (BASELINE, "threads", "pool", "process", "mp-pool", PROCESS_EACH)

# The only strategy that awaits tasks side by side, and what it is compared with.
ASYNC_STRATEGIES = (BASELINE, "asyncio")


@dataclass(frozen=True, slots=True)
class Way:
    """A strategy with `workers`; `start_method` says how its processes start, None where it has none."""

    strategy: str
    workers: int
    start_method: str | None

    @property
    def is_newcomers(self) -> bool:
        """Whether it gets one expression a task, as a newcomer would write it."""
        return self.strategy in NEWCOMERS

    @property
    def runs_by(self) -> str:
        """The name of the strategy that runs it."""
        return BASELINE if self.strategy == LOOP else self.strategy

    @property
    def traits(self) -> Traits:
        """The traits of the strategy that runs it."""
        return find_strategy(self.runs_by).traits

    def plain_settings(self) -> Settings:
        """Settings that say what the way does, and nothing else."""
        window = self.workers if self.strategy == PROCESS_EACH else None
        if self.start_method is None:
            return Settings(workers=self.workers, window=window)
        return Settings(workers=self.workers, start_method=self.start_method, window=window)


def ways(strategies: Iterable[str] | None = None, workers: int | None = None) -> list[Way]:
    """A way for each of `strategies` (None: the usual ones), the baseline first whether named or not.

    `workers`: None or -1 for one on each usable core; the baseline has one. A newcomer starts a
    process for each task at once; here so many live at a time, by default some on each core. Raises
    UnknownStrategyError.
    """
    names = dict.fromkeys([BASELINE, *(STRATEGIES if strategies is None else strategies)])
    return [Way(name, _workers(name, workers), _start_method(name)) for name in names]


def _workers(name: str, workers: int | None) -> int:
    if name in (BASELINE, LOOP):
        return 1
    if name == PROCESS_EACH and workers in (None, -1):
        return CHUNKS_PER_WORKER * resolve_workers(None)
    usual = find_strategy(name).traits.usual_workers if workers is None else workers
    return resolve_workers(usual)


def _start_method(name: str) -> str | None:
    if name == LOOP or find_strategy(name).traits.shares_memory:
        return None
    return interpreters_own_method() if name in NEWCOMERS else default_start_method()
