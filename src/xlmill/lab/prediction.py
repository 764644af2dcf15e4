"""What the planner expects of a workload, to be held against what is measured."""

from __future__ import annotations

from dataclasses import dataclass

from xlmill.lab.way import Way
from xlmill.lab.work import Work


@dataclass(frozen=True, slots=True)
class Predict:
    """The command to predict the seconds of each strategy that the planner knows, with so many workers."""

    workers: int

    def __call__(self, work: Work, way: Way) -> dict[str, float]:
        return work.predictions(self.workers)
