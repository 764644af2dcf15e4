"""Samples as points, figures and ratios, each with how sure it is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from statistics import median

import numpy as np

from xlmill.lab.findings import Figure, Point, Series
from xlmill.lab.sampling import Samples
from xlmill.lab.statistics import LEVEL, bootstrap_medians, spread

# Bootstraps of two things are drawn apart.
_ONE, _OTHER = 0, 1


def figure(label: str, samples: Sequence[float], unit: str) -> Figure:
    """The median of samples, with its interval."""
    found = spread(samples)
    return Figure(label, found.median, unit, found.low, found.high)


def ratio(label: str, one: Sequence[float], other: Sequence[float]) -> Figure:
    """The median of one over that of the other, with its interval."""
    drawn = bootstrap_medians(one, _ONE) / bootstrap_medians(other, _OTHER)
    low, high = np.quantile(drawn, ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return Figure(label, median(one) / median(other), "×", float(low), float(high))


def exact(label: str, value: float, unit: str = "") -> Figure:
    """A number that was counted or read, not measured."""
    return Figure(label, value, unit)


def points(samples: dict[float, list[float]], extrapolated: Collection[float] = ()) -> list[Point]:
    """The points of a series in order of x, of which some were extrapolated."""
    found = []
    for x, values in sorted(samples.items()):
        middle = spread(values)
        found.append(Point(x, middle.median, middle.low, middle.high, list(values), x in extrapolated))
    return found


def series(samples: Samples, names: Sequence[str]) -> list[Series]:
    """Those series of `names` that were measured."""
    return [Series(name, points(samples[name])) for name in names if name in samples]


def speedups(serial: dict[float, list[float]], other: dict[float, list[float]]) -> dict[float, list[float]]:
    """How many times as fast the other was, round by round."""
    return {x: [one / two for one, two in zip(serial[x], other[x], strict=True)] for x in other}
