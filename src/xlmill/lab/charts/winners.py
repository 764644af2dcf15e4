"""Which strategy leads along a parameter, and where that changes."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from xlmill.lab.findings import Point, Series

# Steps from one end to the other: a change is found to a two hundredth of the axis.
_STEPS = 200


@dataclass(frozen=True, slots=True)
class Stretch:
    """The strategy that leads from `low` to `high`."""

    strategy: str
    low: float
    high: float


def stretches(curves: Sequence[Series], *, is_logarithmic: bool, least_is_best: bool) -> list[Stretch]:
    """The leading strategies along x, wherever two or more were measured; between their points by interpolation.

    The leading strategy is the earliest of `curves` that is no different from the best: one whose bounds overlap
    those of the best. `curves` stand in order, the simplest first.
    """
    xs = sorted({point.x for curve in curves for point in curve.points})
    found: list[Stretch] = []
    before: str | None = None
    for number in range(_STEPS + 1):
        x = _between(xs[0], xs[-1], number / _STEPS, is_logarithmic)
        leader = _leader(curves, x, is_logarithmic, least_is_best)
        if before is not None:
            found[-1] = Stretch(before, found[-1].low, x)
        if leader is not None and leader != before:
            found.append(Stretch(leader, x, x))
        before = leader
    return [stretch for stretch in found if stretch.high > stretch.low]


def _leader(curves: Sequence[Series], x: float, is_logarithmic: bool, least_is_best: bool) -> str | None:
    there = [(curve.strategy, at) for curve in curves if (at := _at(curve.points, x, is_logarithmic)) is not None]
    if len(there) < 2:
        return None
    if least_is_best:
        limit = min(there, key=lambda each: each[1][1])[1][2]
        return next(strategy for strategy, (low, _, _) in there if low <= limit)
    limit = max(there, key=lambda each: each[1][1])[1][0]
    return next(strategy for strategy, (_, _, high) in there if high >= limit)


def _at(points: Sequence[Point], x: float, is_logarithmic: bool) -> tuple[float, float, float] | None:
    """Low, median and high at `x`; None outside of what was measured."""
    xs = [point.x for point in points]
    if not xs[0] * (1 - 1e-9) <= x <= xs[-1] * (1 + 1e-9):
        return None
    after = min(max(bisect_right(xs, x), 1), len(xs) - 1)
    if len(xs) == 1:
        return points[0].low, points[0].median, points[0].high
    one, other = points[after - 1], points[after]
    share = _share(one.x, other.x, x, is_logarithmic)
    low, median, high = (
        _between(before, behind, share, before > 0 and behind > 0)
        for before, behind in ((one.low, other.low), (one.median, other.median), (one.high, other.high))
    )
    return low, median, high


def _share(low: float, high: float, x: float, is_logarithmic: bool) -> float:
    share = math.log(x / low) / math.log(high / low) if is_logarithmic else (x - low) / (high - low)
    return min(max(share, 0.0), 1.0)


def _between(low: float, high: float, share: float, is_logarithmic: bool) -> float:
    if is_logarithmic:
        return low * math.exp(math.log(high / low) * share)
    return low + (high - low) * share
