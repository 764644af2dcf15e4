"""The planner's regret: how much longer its choice takes than the best strategy would have."""

from __future__ import annotations

import itertools
import math
import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import quantiles

from xlmill.execution import Planned, Prediction
from xlmill.lab.planner_grid import GridCell

AUTO = "auto"

# A strategy predicted to take so much longer than the best is not measured: it could not be the best.
HOPELESS = 4.0
# The shortest of fewer would be chance.
LEAST_REPEATS = 2
SHORTEST_SECONDS = 0.5
MOST_REPEATS = 50
# Differences below this are not seen by anybody.
UNSEEN_SECONDS = 0.002


@dataclass(frozen=True, slots=True)
class Judged:
    """A cell, the shortest of the repeats of each strategy in seconds, and what `auto` chose."""

    cell: GridCell
    seconds: dict[str, float]
    chosen: str
    reason: str

    @property
    def best(self) -> str:
        """The strategy that was soonest done, when asked for by name."""
        return min((name for name in self.seconds if name != AUTO), key=self.seconds.__getitem__)

    @property
    def regret(self) -> float:
        """The time of `auto` over that of the best; 1 where the difference is too small to be seen."""
        chosen, best = self.seconds[AUTO], self.seconds[self.best]
        return 1.0 if chosen - best < UNSEEN_SECONDS else chosen / best


@dataclass(frozen=True, slots=True)
class Verdict:
    """The regrets of all cells: median, 95th percentile, and the worst first."""

    median: float
    percentile_95: float
    judged: tuple[Judged, ...]

    @property
    def worst(self) -> Judged:
        """The cell that was chosen for worst."""
        return self.judged[0]


def judge(
    cells: Iterable[GridCell],
    repeats: int = 3,
    seed: int = 0,
    progress: Callable[[Judged], None] | None = None,
    enough_seconds: float = math.inf,
) -> Verdict:
    """Measure all cells by every strategy that could be the best, and by `auto`; see `judge_cell`."""
    judged = []
    for cell in cells:
        judged.append(judge_cell(cell, repeats, random.Random(seed), enough_seconds))
        if progress is not None:
            progress(judged[-1])
    return verdict(judged)


def verdict(judged: Sequence[Judged]) -> Verdict:
    """What the regrets of two cells or more come to."""
    ranked = tuple(sorted(judged, key=lambda each: -each.regret))
    percentiles = quantiles([each.regret for each in ranked], n=100, method="inclusive")
    return Verdict(percentiles[49], percentiles[94], ranked)


def judge_cell(cell: GridCell, repeats: int, chance: random.Random, enough_seconds: float = math.inf) -> Judged:
    """Measure one cell, its strategies in random order in each repeat.

    There are no more than two repeats once `enough_seconds` are over; and more than `repeats` of what takes a moment,
    for another process may be in the way of so many moments in a row.
    """
    began = time.perf_counter()

    def calls_for_repeat(done: int) -> bool:
        took = time.perf_counter() - began
        if done < repeats:
            return done < LEAST_REPEATS or took <= enough_seconds
        return done < MOST_REPEATS and took < SHORTEST_SECONDS

    alternatives = cell.alternatives()
    hopeful = [each for each in alternatives if each.seconds <= HOPELESS * alternatives[0].seconds]
    runs: list[Prediction | None] = [None, *hopeful]
    seconds: dict[str, float] = {}
    planned = Planned("", 0, "")
    for _ in itertools.takewhile(calls_for_repeat, itertools.count()):
        for alternative in chance.sample(runs, len(runs)):
            name = AUTO if alternative is None else alternative.strategy
            took, told = cell.measure(name, None if alternative is None else alternative.workers)
            if took < seconds.get(name, math.inf):
                seconds[name] = took
                planned = told if alternative is None else planned
    return Judged(cell, seconds, planned.strategy, planned.reason)
