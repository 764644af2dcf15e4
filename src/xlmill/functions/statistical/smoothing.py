"""Triple exponential smoothing with additive errors, trend and seasons: a series of numbers fitted and continued."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Series = NDArray[np.float64]

_LEAST, _MOST = 0.001, 0.999
_COARSE = np.array([_LEAST, 0.1, 0.3, 0.5, 0.7, 0.9, _MOST])
_NEARLY = 0.9
_FINE_STEPS = (0.05, 0.02, 0.01, 0.005, 0.002, 0.001)


@dataclass(frozen=True, slots=True)
class Smoothing:
    """A fitted series: the weights of new errors in level, trend and season, and what they leave at its end.

    `seasons[k]` belongs to the k-th step after the end; a series without seasons has a single one, 0.
    """

    alpha: float
    beta: float
    gamma: float
    level: float
    trend: float
    seasons: Series
    series: Series
    errors: Series

    @classmethod
    def fit(cls, series: Series, period: int) -> Smoothing:
        """The weights, to thousandths, with the least mean absolute error; `period` is 1 for no seasons.

        The first trend is the slope of the line through the whole series, the first error 0, and the first seasons are
        the mean distances from that line.
        """
        count = len(series)
        time = np.arange(count) - (count - 1) / 2
        slope = float(time @ series / (time @ time))
        first_seasons = np.zeros(period)
        if period > 1:
            rest = series - series.mean() - slope * time
            first_seasons = np.array([rest[phase::period].mean() for phase in range(period)])
            first_seasons -= first_seasons.mean()
        start = series[0] - first_seasons[0] - slope, slope, first_seasons
        gammas = _COARSE if period > 1 else np.zeros(1)
        weights = _within_bounds(np.array(list(itertools.product(_COARSE, _COARSE, gammas))))
        best = weights[int(_smoothed(series, weights, *start).distances.argmin())]
        for step in _FINE_STEPS:
            near = np.array(list(itertools.product((0, -step, step), repeat=3 if period > 1 else 2)))
            while True:
                weights = np.tile(best, (len(near), 1))
                weights[:, : near.shape[1]] += near
                weights = _within_bounds(weights)
                at = int(_smoothed(series, weights, *start).distances.argmin())
                if at == 0:
                    break
                best = weights[at]
        end = _smoothed(series, best[None], *start)
        alpha, beta, gamma = best.tolist()
        ahead = np.roll(end.seasons[:, 0], -(count % period))
        return cls(alpha, beta, gamma, float(end.levels[0]), float(end.trends[0]), ahead, series, end.errors)

    def sizes(self) -> Series:
        """The sizes of each number and its forecast together."""
        sizes: Series = np.abs(self.series) + np.abs(self.series - self.errors)
        return sizes

    def ahead(self, steps: Series) -> Series:
        """The series continued; between whole steps on a straight line, at 0 its last number."""
        whole = np.floor(steps).astype(np.int64)
        here, next_ = self._at(whole), self._at(whole + 1)
        return here + (steps - whole) * (next_ - here)

    def deviations(self, steps: Series) -> Series:
        """The standard deviation of what the series will be about its continuation."""
        whole = np.floor(steps)
        here: Series = np.sqrt(self._variance(whole))
        next_: Series = np.sqrt(self._variance(whole + 1))
        return here + (steps - whole) * (next_ - here)

    def _variance(self, steps: Series) -> Series:
        # An error enters j steps later with the weight alpha + j beta, and gamma more after whole periods; these are
        # the sums of its squares.
        n = np.maximum(steps - 1, 0)
        weights = (
            n * self.alpha**2 + self.alpha * self.beta * n * (n + 1) + self.beta**2 * n * (n + 1) * (2 * n + 1) / 6
        )
        period = len(self.seasons)
        k = np.floor(n / period)
        weights += k * self.gamma * (2 * self.alpha + self.gamma) + self.beta * self.gamma * period * k * (k + 1)
        return np.where(steps < 1, 0, float(np.mean(self.errors**2)) * (1 + weights))

    def _at(self, steps: NDArray[np.int64]) -> Series:
        values = self.level + steps * self.trend + self.seasons[(steps - 1) % len(self.seasons)]
        return np.where(steps == 0, self.series[-1], values)


def _within_bounds(weights: Series) -> Series:
    """Weights for which old errors count for less and less: beta up to alpha, gamma up to 1 - alpha."""
    alpha, beta, gamma = weights.T
    alpha = np.clip(alpha, _LEAST, _MOST)
    beta = np.clip(beta, _LEAST, alpha)
    gamma = np.where(gamma == 0, 0, np.clip(gamma, _LEAST, 1 - alpha))
    bounded: Series = np.stack((alpha, beta, gamma), axis=1).round(3)
    return bounded


@dataclass(frozen=True, slots=True)
class _End:
    """The end of a series for many weights side by side: mean absolute errors, states; and the errors of the first."""

    distances: Series
    levels: Series
    trends: Series
    seasons: Series
    errors: Series


def _smoothed(series: Series, weights: Series, level: float, trend: float, first_seasons: Series) -> _End:
    """One-step forecasts along a series: a loop, since each step needs the one before."""
    alpha, beta, gamma = weights.T
    levels, trends = np.full(len(weights), level), np.full(len(weights), trend)
    seasons = np.tile(first_seasons[:, None], len(weights))
    distances, errors = np.zeros(len(weights)), np.empty(len(series))
    # Weights that let errors grow without bound end in what is not finite: the worst of all.
    with np.errstate(over="ignore", invalid="ignore"):
        for step, value in enumerate(series.tolist()):
            phase = step % len(seasons)
            error = value - levels - trends - seasons[phase]
            errors[step] = error[0]
            distances += np.abs(error)
            levels = levels + trends + alpha * error
            trends = trends + beta * error
            seasons[phase] += gamma * error
    distances = np.where(np.isfinite(distances), distances, np.inf)
    return _End(distances / len(series), levels, trends, seasons, errors)


def season_length(series: Series) -> int:
    """The steps after which a series is most like itself, its line taken off; 1 where that could be chance."""
    count = len(series)
    time = np.arange(count) - (count - 1) / 2
    rest = series - series.mean() - float(time @ series / (time @ time)) * time
    total = float(rest @ rest)
    if count < 4 or total <= np.finfo(np.float64).eps * float(series @ series):
        return 1
    lags = count // 2
    size = 1 << (2 * count - 1).bit_length()
    spectrum = np.abs(np.fft.rfft(rest, size)) ** 2
    # Sums over fewer products, the further apart: each is set against as many products.
    likeness = np.fft.irfft(spectrum, size)[: lags + 2] / total * count / (count - np.arange(lags + 2))
    peaks = [lag for lag in range(2, lags + 1) if likeness[lag - 1] < likeness[lag] > likeness[lag + 1]]
    if not peaks:
        return 1
    # Twice a season is as like as once: the shortest that is nearly as like as the best.
    best = next(lag for lag in peaks if likeness[lag] >= _NEARLY * max(likeness[peak] for peak in peaks))
    # Twice the standard deviation of the likeness of noise.
    return best if likeness[best] > 2 / np.sqrt(count - best) else 1
