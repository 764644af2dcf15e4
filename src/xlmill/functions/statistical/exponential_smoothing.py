"""FORECAST.ETS and its kin: a series in time continued by exponential smoothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from xlmill.functions.parameter import Number, Range, optional
from xlmill.functions.registry import function
from xlmill.functions.statistical.smoothing import Smoothing, season_length
from xlmill.functions.statistical.timeline import MOST_AGGREGATION, Timeline, even_series
from xlmill.functions.surroundings import Surroundings
from xlmill.values.column import ERROR, NUMBER, Column, Index, choose_rows, errors_column, numbers_column
from xlmill.values.distinct_rows import distinct_rows
from xlmill.values.error_value import ExcelError

_LONGEST_SEASON = 8760
_DETECTED, _NONE = 1, 0
# Each number costs some hundred steps of the search; the longest season and as much again are within.
_MOST_NUMBERS = 20_000


@function("FORECAST.ETS", omitted_is_default=True)
def forecast_ets(
    target_date: Number,
    values: Range,
    timeline: Range,
    seasonality: Number = optional(1),
    data_completion: Number = optional(1),
    aggregation: Number = optional(1),
    *,
    surroundings: Surroundings,
) -> Column:
    """FORECAST.ETS(target_date, values, timeline, [seasonality], ...): a series continued by exponential smoothing.

    The further arguments are [data_completion] and [aggregation].
    seasonality: the steps in a season, 0 for none, 1 to find out. data_completion: 1 missing numbers lie between their
    neighbours, 0 they are 0. aggregation of numbers of one time: 1 average, 2 and 3 count, 4 maximum, 5 median,
    6 minimum, 7 sum. The timeline needs no order; dates of the same day of the month are months apart.
    Arrays: values and timeline are taken as a whole; the other arguments elementwise.
    Errors: #N/A where the sizes differ; #VALUE! where a cell is no number; #NUM! for a timeline without even
    steps or with more than 30% missing, a target before its end, an option that is none, and where there are not two
    seasons.
    Differs: Excel's choice of the smoothing weights is not published. Here they are those of least mean absolute
    error, to thousandths; given Excel's weights, forecast and interval are Excel's (docs/differences.md). #NUM! for
    more than 20,000 steps, the search over which would take many seconds.
    Source: Microsoft Support, "FORECAST.ETS function"; Hyndman and others, Forecasting with Exponential Smoothing.

    =ROUND(FORECAST.ETS(7,{2,4,6,8,10},{1,2,3,4,5},0),9)  -> 14
    =ROUND(FORECAST.ETS(9,{1,5,1,5,1,5,1,5},{1,2,3,4,5,6,7,8},2),0)  -> 1
    =FORECAST.ETS(1,{2,4,6},{1,2,3})  -> #NUM!
    =FORECAST.ETS(5,{2,4},{1,2,3})  -> #N/A
    """

    def forecast(line: Timeline, fitted: Smoothing, rows: Index, end: int) -> NDArray[np.float64]:
        return _after(line.steps(target_date[rows]) - end, fitted.ahead)

    return _from_fits(values, timeline, (seasonality, data_completion, aggregation), surroundings, forecast)


@function("FORECAST.ETS.CONFINT", omitted_is_default=True)
def forecast_ets_confint(
    target_date: Number,
    values: Range,
    timeline: Range,
    confidence_level: Number = optional(0.95),
    seasonality: Number = optional(1),
    data_completion: Number = optional(1),
    aggregation: Number = optional(1),
    *,
    surroundings: Surroundings,
) -> Column:
    """FORECAST.ETS.CONFINT(target_date, values, timeline, [confidence_level], ...): how far a forecast may be off.

    The further arguments are [seasonality], [data_completion] and [aggregation], as in FORECAST.ETS. The number will
    lie within this distance from the forecast with the probability confidence_level.
    Errors: as FORECAST.ETS; #NUM! for a confidence_level not between 0 and 1.
    Differs: as FORECAST.ETS.
    Source: Microsoft Support, "FORECAST.ETS.CONFINT function"; Hyndman and others, Forecasting with Exponential
    Smoothing, on the variance of the additive models.

    =ROUND(FORECAST.ETS.CONFINT(7,{2,4,6,8,10},{1,2,3,4,5},0.95,0),9)  -> 0
    =FORECAST.ETS.CONFINT(7,{2,4,6,8,10},{1,2,3,4,5},1)  -> #NUM!
    """
    from scipy.special import ndtri

    def distance(line: Timeline, fitted: Smoothing, rows: Index, end: int) -> NDArray[np.float64]:
        level = confidence_level[rows]
        inside = (level > 0) & (level < 1)
        factor = np.where(inside, ndtri((1 + np.where(inside, level, 0)) / 2), np.nan)
        return factor * _after(line.steps(target_date[rows]) - end, fitted.deviations)

    return _from_fits(values, timeline, (seasonality, data_completion, aggregation), surroundings, distance)


@function("FORECAST.ETS.SEASONALITY", omitted_is_default=True)
def forecast_ets_seasonality(
    values: Range,
    timeline: Range,
    data_completion: Number = optional(1),
    aggregation: Number = optional(1),
    *,
    surroundings: Surroundings,
) -> Column:
    """FORECAST.ETS.SEASONALITY(values, timeline, [data_completion], [aggregation]): the steps in a season; 1 for none.

    That is the distance at which the series is most like itself, its straight line taken off.
    Errors: as FORECAST.ETS.
    Differs: how Excel finds the season is not published.
    Source: Microsoft Support, "FORECAST.ETS.SEASONALITY function".

    =FORECAST.ETS.SEASONALITY({1,5,2,1,5,2,1,5,2,1,5,2,1,5,2},SEQUENCE(1,15))  -> 3
    =FORECAST.ETS.SEASONALITY({1,2,3,4,5,6},{1,2,3,4,5,6})  -> 1
    """

    def season(line: Timeline, fitted: Smoothing, rows: Index, end: int) -> NDArray[np.float64]:
        return np.full(len(rows), float(len(fitted.seasons)))

    detected = np.full(len(values), float(_DETECTED))
    return _from_fits(values, timeline, (detected, data_completion, aggregation), surroundings, season)


@function("FORECAST.ETS.STAT", omitted_is_default=True)
def forecast_ets_stat(
    values: Range,
    timeline: Range,
    statistic_type: Number,
    seasonality: Number = optional(1),
    data_completion: Number = optional(1),
    aggregation: Number = optional(1),
    *,
    surroundings: Surroundings,
) -> Column:
    """FORECAST.ETS.STAT(values, timeline, statistic_type, [seasonality], ...): a number that describes a forecast.

    The further arguments are [data_completion] and [aggregation], as in FORECAST.ETS. statistic_type: the weight of new
    errors in 1 the level, 2 the trend, 3 the season; the errors of forecasts of one step, 4 in proportion to those of
    the number before, 5 in proportion to the numbers (symmetric), 6 their mean size, 7 root of their mean square; 8
    the step of the timeline.
    Errors: as FORECAST.ETS; #NUM! for another statistic_type.
    Differs: as FORECAST.ETS.
    Source: Microsoft Support, "FORECAST.ETS.STAT function".

    =FORECAST.ETS.STAT({2,4,6,8,10},{10,20,30,40,50},8)  -> 10
    =ROUND(FORECAST.ETS.STAT({2,4,6,8,10},{1,2,3,4,5},6,0),9)  -> 0
    =FORECAST.ETS.STAT({2,4,6,8,10},{1,2,3,4,5},9)  -> #NUM!
    """

    def statistic(line: Timeline, fitted: Smoothing, rows: Index, end: int) -> NDArray[np.float64]:
        errors = np.abs(fitted.errors)
        found = [
            *(fitted.alpha, fitted.beta, fitted.gamma),
            _ratio(float(errors.mean()), float(np.abs(np.diff(fitted.series)).mean())),
            float(np.mean([_ratio(*pair) for pair in zip(2 * errors, fitted.sizes(), strict=True)])),
            float(errors.mean()),
            float(np.sqrt(np.mean(errors**2))),
            line.step,
        ]
        which = np.trunc(statistic_type[rows]).astype(np.int64)
        known = (which >= 1) & (which <= len(found))
        return np.where(known, np.array(found)[np.where(known, which, 1) - 1], np.nan)

    return _from_fits(values, timeline, (seasonality, data_completion, aggregation), surroundings, statistic)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _after(
    steps: NDArray[np.float64], read: Callable[[NDArray[np.float64]], NDArray[np.float64]]
) -> NDArray[np.float64]:
    """What is read from steps after the end of a series; not a number for steps before it."""
    return np.where(steps < 0, np.nan, read(np.maximum(steps, 0)))


def _from_fits(
    values: Range,
    times: Range,
    options: tuple[Number, Number, Number],
    surroundings: Surroundings,
    read: Callable[[Timeline, Smoothing, Index, int], NDArray[np.float64]],
) -> Column:
    """What is read from fitted series, each fitted once for all the rows that ask for it; not a number is #NUM!.

    A loop over distinct series: each is searched for weights of its own.
    """
    whole = [np.clip(np.trunc(option), -1, 1e9).astype(np.int64) for option in options]
    keys = [key for arrays in (values, times) for key in (arrays.starts, arrays.rows, arrays.columns)]
    asked, which = distinct_rows([*keys, *whole])
    codes, numbers = np.zeros(len(which)), np.zeros(len(which))
    members = np.split(np.argsort(which, kind="stable"), np.cumsum(np.bincount(which, minlength=len(asked)))[:-1])
    for row, rows in zip(asked.tolist(), members, strict=True):
        codes[rows], known = _numbers(values, times, row)
        if known is None:
            continue
        numbers[rows] = np.nan
        seasonality, completion, aggregation = (int(option[row]) for option in whole)
        fitted = _fitted(*known, seasonality, completion, aggregation, surroundings.date1904)
        if fitted is not None:
            line, smoothing, end = fitted
            numbers[rows] = read(line, smoothing, rows, end)
    codes = np.where((codes == 0) & ~np.isfinite(numbers), float(ExcelError.NUM.code), codes)
    return choose_rows(codes != 0, errors_column(codes), numbers_column(numbers)).settled()


def _numbers(
    values: Range, times: Range, row: int
) -> tuple[float, tuple[NDArray[np.float64], NDArray[np.float64]] | None]:
    """The times and numbers of a row, or the error code of one that has none."""
    if values.sizes[row] != times.sizes[row]:
        return float(ExcelError.NA.code), None
    found = []
    for arrays in (times, values):
        start = int(arrays.starts[row])
        cells = arrays.cells.take(slice(start, start + int(arrays.sizes[row])))
        wrong = np.flatnonzero(cells.is_kind(ERROR))
        if len(wrong):
            return float(cells.numbers[wrong[0]]), None
        if not cells.is_kind(NUMBER).all():
            return float(ExcelError.VALUE.code), None
        found.append(cells.numbers)
    return 0.0, (found[0], found[1])


def _fitted(
    times: NDArray[np.float64],
    numbers: NDArray[np.float64],
    seasonality: int,
    completion: int,
    aggregation: int,
    date1904: bool,
) -> tuple[Timeline, Smoothing, int] | None:
    """The timeline, the fitted series and its last step; None is #NUM!."""
    if not (_NONE <= seasonality <= _LONGEST_SEASON and completion in (0, 1) and 0 <= aggregation <= MOST_AGGREGATION):
        return None
    even = even_series(times, numbers, completion == 1, aggregation, date1904)
    if even is None:
        return None
    line, series = even
    if len(series) > _MOST_NUMBERS:
        return None
    period = season_length(series) if seasonality == _DETECTED else max(seasonality, 1)
    if len(series) < 2 * period:
        return None
    return line, Smoothing.fit(series, period), len(series) - 1
