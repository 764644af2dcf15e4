"""Measurements of several things side by side: what experiments are made of. It loads no library."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

# What was measured: by series, then by x, a number from each round.
Samples: TypeAlias = dict[str, dict[float, list[float]]]

REPEATS = 5
LEAST_REPEATS = 3


@dataclass(frozen=True, slots=True)
class Trial:
    """One thing to measure: a point of a series, and what gives a number for it."""

    series: str
    x: float
    measure: Callable[[], float]


def interleave(trials: Sequence[Trial], seconds: float, seed: int = 0, repeats: int = REPEATS) -> Samples:
    """Measure all trials, round after round, each round in an order of its own; a first round is dropped.

    There are `repeats` rounds, fewer where they would take more than `seconds`, but at least three.
    """
    chance = random.Random(seed)
    samples: Samples = {}
    for trial in trials:
        samples.setdefault(trial.series, {})[trial.x] = []
    end = time.monotonic() + seconds
    for number in range(-1, repeats):
        began = time.monotonic()
        for trial in chance.sample(trials, len(trials)):
            found = trial.measure()
            if number >= 0:
                samples[trial.series][trial.x].append(found)
        took = time.monotonic() - began
        if number + 1 >= LEAST_REPEATS and time.monotonic() + took > end:
            break
    return samples


def timed(run: Callable[[], object]) -> Callable[[], float]:
    """A measure: the seconds that `run` takes."""

    def measure() -> float:
        began = time.perf_counter()
        run()
        return time.perf_counter() - began

    return measure
