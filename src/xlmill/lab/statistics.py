"""What repeated measurements say, and what they do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

DRAWS = 2_000
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Spread:
    """Measurements of one thing: their median, extremes and quartiles, and how sure the median is.

    `low` and `high` bound the median with 95 % confidence, by the bootstrap.
    """

    median: float
    minimum: float
    maximum: float
    lower_quartile: float
    upper_quartile: float
    low: float
    high: float

    @property
    def interquartile_range(self) -> float:
        """How far the middle half of the measurements is spread."""
        return self.upper_quartile - self.lower_quartile


def spread(samples: Sequence[float], seed: int = 0) -> Spread:
    """The spread of one sample or more."""
    values = np.asarray(samples, np.float64)
    lower, median, upper = np.quantile(values, (0.25, 0.5, 0.75))
    medians = bootstrap_medians(samples, seed)
    low, high = np.quantile(medians, ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    numbers = (median, values.min(), values.max(), lower, upper, low, high)
    return Spread(*(float(number) for number in numbers))


def bootstrap_medians(samples: Sequence[float], seed: int = 0) -> Floats:
    """The medians of samples drawn from `samples` with replacement: what other repeats might have given."""
    values = np.asarray(samples, np.float64)
    drawn = np.random.default_rng(seed).integers(0, len(values), (DRAWS, len(values)))
    return np.asarray(np.median(values[drawn], axis=1), np.float64)


def is_different(one: Spread, other: Spread) -> bool:
    """Whether two medians are apart by more than chance: their intervals do not overlap."""
    return one.high < other.low or other.high < one.low


def chance_to_be_least(one: Sequence[float], others: Sequence[Sequence[float]], seed: int = 0) -> float:
    """How often the median of `one` is below those of all `others` when all are measured anew, by the bootstrap.

    A tie counts half.
    """
    first = bootstrap_medians(one, seed)
    # Seeds of their own: drawn alike, equal samples would always tie.
    rest = [bootstrap_medians(other, seed + number) for number, other in enumerate(others, 1)]
    least = np.min(rest, axis=0, initial=np.inf)
    return float(np.mean(first < least) + np.mean(first == least) / 2)
