"""Time by strategy with its spread: a picture in SVG that needs nothing but itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from xlmill.lab.figures import Figures
from xlmill.lab.quantities import factor_text, seconds_text, tick_text

# Above this ratio of the longest to the shortest time, bars from zero would show only the longest.
_LARGEST_LINEAR_RATIO = 25

_MOST_TICKS = 5
# Part of the width: the rest is for the half of the last tick's text that stands out.
_WIDTH = 0.94


@dataclass(frozen=True, slots=True)
class Bar:
    """One strategy in the picture; positions in percent of the width.

    `label` stands above it, `figure` beside that; `low` and `high` are the quartiles, `least` and `most` the extremes.
    """

    label: str
    figure: str
    middle: float
    low: float
    high: float
    least: float
    most: float
    is_extrapolated: bool
    is_best: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """A time on the axis, and its place in percent of the width."""

    text: str
    place: float


@dataclass(frozen=True, slots=True)
class Picture:
    """Bars, and the axis that they share."""

    bars: list[Bar]
    ticks: list[Tick]
    is_logarithmic: bool


def picture(rows: Sequence[Figures], best: str) -> Picture:
    """The bars of `rows`; that of the strategy `best` stands out."""
    longest = max(row.seconds.maximum for row in rows)
    shortest = min(row.seconds.minimum for row in rows)
    axis: _Axis = _Linear(longest) if longest <= _LARGEST_LINEAR_RATIO * shortest else _Logarithmic(shortest, longest)
    bars = [_bar(row, axis, row.way.strategy == best) for row in rows]
    ticks = [Tick(tick_text(tick), axis.place(tick)) for tick in axis.ticks()]
    return Picture(bars, ticks, isinstance(axis, _Logarithmic))


def _bar(row: Figures, axis: _Axis, is_best: bool) -> Bar:
    workers = row.way.workers
    label = row.way.strategy if workers == 1 else f"{row.way.strategy}, {workers} workers"
    about = "≈ " if row.is_extrapolated else ""
    times = "" if row.verdict is None else f", {factor_text(row.speedup)} × serial"
    return Bar(
        label,
        f"{about}{seconds_text(row.seconds.median)}{times}",
        axis.place(row.seconds.median),
        axis.place(row.seconds.lower_quartile),
        axis.place(row.seconds.upper_quartile),
        axis.place(row.seconds.minimum),
        axis.place(row.seconds.maximum),
        row.is_extrapolated,
        is_best,
    )


@dataclass(frozen=True, slots=True)
class _Linear:
    longest: float

    def place(self, seconds: float) -> float:
        return 100 * _WIDTH * seconds / self._end

    def ticks(self) -> list[float]:
        return [number * self._step for number in range(round(self._end / self._step) + 1)]

    @property
    def _end(self) -> float:
        return self._step * math.ceil(self.longest / self._step * (1 - 1e-9))

    @property
    def _step(self) -> float:
        """A round number of seconds between ticks."""
        rough = self.longest / _MOST_TICKS
        power = 10.0 ** math.floor(math.log10(rough))
        return next(round_one for factor in (1, 2, 5, 10) if (round_one := factor * power) >= rough * (1 - 1e-9))


@dataclass(frozen=True, slots=True)
class _Logarithmic:
    shortest: float
    longest: float

    def place(self, seconds: float) -> float:
        low, high = self._powers
        return 100 * _WIDTH * (math.log10(seconds) - low) / (high - low)

    def ticks(self) -> list[float]:
        low, high = self._powers
        every = -(-(high - low) // _MOST_TICKS)
        return [10.0**power for power in range(low, high + 1, every)]

    @property
    def _powers(self) -> tuple[int, int]:
        return math.floor(math.log10(self.shortest)), math.ceil(math.log10(self.longest))


_Axis = _Linear | _Logarithmic
