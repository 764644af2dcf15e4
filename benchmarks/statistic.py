"""The middle and the spread of repeated measurements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, least, and the distance between the quartiles, in the unit of what was measured."""

    median: float
    least: float
    iqr: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """The spread of at least one value."""
        low, middle, high = np.percentile(values, (25, 50, 75)).tolist()
        return cls(middle, min(values), high - low)


def middle(values: Sequence[float]) -> float:
    """The median of at least one value."""
    return float(np.median(values))
