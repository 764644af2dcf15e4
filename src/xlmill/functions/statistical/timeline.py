"""Numbers in time as a series of even steps: sorted, what falls together put together, gaps filled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlmill.values.serial_date import date_parts, is_date

Series = NDArray[np.float64]

_MOST_MISSING = 0.3
# Steps are whole to within what a time of day loses as a part of a serial.
_NEARLY_WHOLE = 1e-6
_AGGREGATIONS = (np.mean, np.mean, len, len, np.max, np.median, np.min, np.sum)
MOST_AGGREGATION = len(_AGGREGATIONS) - 1


@dataclass(frozen=True, slots=True)
class Timeline:
    """Where a series begins and how far its steps are apart, in days or, for dates of one day, in months."""

    first: float
    step: float
    in_months: bool
    date1904: bool

    def steps(self, times: Series) -> Series:
        """How many steps after the beginning times are; between steps, a part of one."""
        return (_months(times, self.date1904) if self.in_months else times) / self.step - self.first / self.step


def even_series(
    times: Series, values: Series, completes: bool, aggregation: int, date1904: bool
) -> tuple[Timeline, Series] | None:
    """The series and its timeline; None where there is no even step, or more than three tenths are missing.

    Missing numbers are zero or, where `completes`, on the line between their neighbours.
    """
    distinct, which = np.unique(times, return_inverse=True)
    if len(distinct) < 2:
        return None
    aggregate = _AGGREGATIONS[aggregation]
    known = values[np.argsort(times, kind="stable")]
    if len(distinct) < len(times):
        known = np.array([float(aggregate(values[which == number])) for number in range(len(distinct))])
    for in_months in (False, True):
        if in_months and not _same_day(distinct, date1904):
            return None
        scale = _months(distinct, date1904) if in_months else distinct
        step = float(np.diff(scale).min())
        timeline = Timeline(float(scale[0]), step, in_months, date1904)
        at = timeline.steps(distinct)
        if (np.abs(at - np.round(at)) < _NEARLY_WHOLE).all():
            break
    else:
        return None
    place = np.round(at).astype(np.int64)
    count = int(place[-1]) + 1
    if count - len(place) > _MOST_MISSING * count:
        return None
    if completes:
        return timeline, np.interp(np.arange(count), place, known)
    series = np.zeros(count)
    series[place] = known
    return timeline, series


def _same_day(times: Series, date1904: bool) -> bool:
    """Whether all are dates of the same day of the month."""
    _, _, days = date_parts(times, date1904)
    return bool((times == np.floor(times)).all() and is_date(times, date1904).all() and (days == days[0]).all())


def _months(times: Series, date1904: bool) -> Series:
    years, months, days = date_parts(times, date1904)
    return (12 * years + months).astype(np.float64) + (days - 1) / 31
