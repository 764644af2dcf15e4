"""What tasks cost, learned from the first few, whose results are kept."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from xlmill.execution.cost_model import Workload
from xlmill.execution.threads import MOST_THREADS
from xlmill.execution.transfer import pack
from xlmill.execution.trial import Trial

T = TypeVar("T")
R = TypeVar("R")

SIZED_TASKS = 4
# So many that wait are done by the probe itself, which else would have its threads end and others start.
READ_AHEAD = 1024


@dataclass(frozen=True, slots=True)
class Probe(Generic[T, R]):
    """The results of the tasks that were run, and what they tell of the workload.

    `rest` and `workload.tasks` are those still to be run. `can_travel` says that tasks and results can be pickled.
    `workers` is how many threads ran the tasks.
    """

    results: list[R]
    workload: Workload
    can_travel: bool
    rest: Iterator[T]
    workers: int

    @property
    def story(self) -> str:
        """How it went, as a part of a sentence for people."""
        if not self.results:
            return "there are no tasks"
        aside = f", and at once, by {self.workers} threads, as soon as they were seen to wait" * (self.workers > 1)
        return f"all {len(self.results):,} tasks were done while they were looked at{aside}"


def probe(function: Callable[[T], R], tasks: Iterator[T], total: int | None, workers: int | None = None) -> Probe[T, R]:
    """Run the first tasks for a few milliseconds; at least one, if there is one.

    `total` is the number of all tasks, or None: then they are read only as they are run. Tasks that wait are run side
    by side, by at most `workers` threads. `function` must not raise.
    """
    at_once = workers or MOST_THREADS
    trial = Trial(function, tasks, total, ahead=0 if total is None else READ_AHEAD, helpers=at_once - 1)
    trial.run()
    done = len(trial.results)
    left = 0 if trial.was_last else None if total is None else max(0, total - done)
    spent = trial.spent
    # What is as good as done, needs no further look.
    sizes = (0.0, 0.0) if trial.is_negligible else (_mean_size(trial.tasks), _mean_size(trial.results))
    workload = Workload(
        tasks=left,
        seconds=spent.wall / max(1, spent.tasks),
        waiting=1 - spent.computing_share,
        gil_free=trial.free_share,
        bytes_in=sizes[0] or 0.0,
        bytes_out=sizes[1] or 0.0,
        others=trial.watch.others,
    )
    return Probe(trial.results, workload, None not in sizes, trial.rest, 1 + trial.helpers)


def _mean_size(values: list[T]) -> float | None:
    """Pickled bytes of a value, from the first few; None where they cannot be pickled."""
    sizes = []
    for value in values[:SIZED_TASKS]:
        try:
            sizes.append(sum(memoryview(part).nbytes for part in pack(value)))
        except (pickle.PicklingError, TypeError, AttributeError):
            return None
    return sum(sizes) / len(sizes) if sizes else 0.0
