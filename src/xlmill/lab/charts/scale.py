"""Scales: where a value stands along an axis, and which round values to write beside it."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Above this ratio of the largest to the smallest value, a linear axis would press all but the largest together.
LARGEST_LINEAR_RATIO = 25

# Rounding must not push a value that is itself a tick over to the next.
_HAIR = 1e-9


@dataclass(frozen=True, slots=True)
class Scale(ABC):
    """Values from `low` to `high`, along the pixels from `start` to `end` (which may run backwards, as heights do)."""

    low: float
    high: float
    start: float
    end: float

    @abstractmethod
    def _share(self, value: float) -> float:
        """How far along `value` stands, from 0 to 1."""

    @abstractmethod
    def ticks(self, most: int) -> list[float]:
        """About `most` round values at most, from the lowest up; two at least."""

    def place(self, value: float) -> float:
        """The pixel of `value`."""
        return self.start + (self.end - self.start) * self._share(value)


@dataclass(frozen=True, slots=True)
class Linear(Scale):
    """Equal steps take equal room."""

    def _share(self, value: float) -> float:
        return (value - self.low) / (self.high - self.low)

    def ticks(self, most: int) -> list[float]:
        found: list[float] = []
        # Around a middle, a step for few ticks may leave the middle alone.
        while len(found) < 3:
            step = round_step((self.high - self.low) / most)
            first, last = math.ceil(self.low / step - _HAIR), math.floor(self.high / step + _HAIR)
            found = [number * step for number in range(first, last + 1)]
            most += 1
        return found


@dataclass(frozen=True, slots=True)
class Logarithmic(Scale):
    """Equal factors take equal room."""

    def _share(self, value: float) -> float:
        return math.log(value / self.low) / math.log(self.high / self.low)

    def ticks(self, most: int) -> list[float]:
        first, last = math.ceil(math.log10(self.low) - _HAIR), math.floor(math.log10(self.high) + _HAIR)
        decades = max(1, last - first + 1)
        for factors in ((1, 2, 5), (1, 3), (1,)):
            if decades * len(factors) <= most or len(factors) == 1:
                break
        every = -(-decades // most) if len(factors) == 1 else 1
        candidates = (factor * 10.0**power for power in range(first - 1, last + 1) for factor in factors)
        found = [value for value in candidates if self.low * (1 - _HAIR) <= value <= self.high * (1 + _HAIR)]
        return found[::every] if len(found) > 1 else [self.low, self.high]


def scale(
    values: Iterable[float], start: float, end: float, is_logarithmic: bool | None = None, *, is_tight: bool = False
) -> Scale:
    """A scale with room for all `values`, from one round value to another; a linear one of positive values from 0.

    `is_logarithmic`: None to settle it by the ratio of the largest to the smallest. `is_tight`: from the least to the
    most, round or not.
    """
    known = list(values)
    low, high = min(known), max(known)
    if is_logarithmic is None:
        is_logarithmic = low > 0 and high > LARGEST_LINEAR_RATIO * low
    if is_tight and low < high and (low > 0 or not is_logarithmic):
        return (Logarithmic if is_logarithmic else Linear)(low, high, start, end)
    if is_logarithmic and low > 0:
        return Logarithmic(_round_down(low), _round_up(max(high, low * 1.01)), start, end)
    low = min(low, 0.0)
    if high <= low:
        high = low + 1.0
    step = round_step((high - low) / 5)
    return Linear(math.floor(low / step + _HAIR) * step, math.ceil(high / step - _HAIR) * step, start, end)


def round_step(rough: float) -> float:
    """The next 1, 2 or 5 times a power of ten that is not below `rough`."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(step for factor in (1, 2, 5, 10, 20) if (step := factor * power) >= rough * (1 - _HAIR))


def apart(wanted: Sequence[float], least: float, low: float, high: float) -> list[float]:
    """Places near those `wanted`, each `least` or more from the next, between `low` and `high` as far as there is room.

    They stay in the order of `wanted`, which is ascending. Labels at the ends of lines are put by it.
    """
    places = [max(low, place) for place in wanted]
    for number in range(1, len(places)):
        places[number] = max(places[number], places[number - 1] + least)
    limit = high
    for number in range(len(places) - 1, -1, -1):
        places[number] = min(places[number], limit)
        limit = places[number] - least
    return places


def _round_down(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value) + _HAIR)
    return max(factor * power for factor in (1, 2, 5) if factor * power <= value * (1 + _HAIR))


def _round_up(value: float) -> float:
    return round_step(value)
