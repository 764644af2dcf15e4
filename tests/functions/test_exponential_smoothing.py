from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import xlmill as xl
from xlmill.functions.statistical.smoothing import Smoothing, season_length
from xlmill.values.error_value import ExcelError

series = st.lists(st.integers(-400, 400).map(lambda n: n / 4), min_size=4, max_size=16)


def literal(values: list[float]) -> str:
    return "{" + ",".join(map(str, values)) + "}"


def seasonal(count: int, noise: float = 0.0) -> list[float]:
    chance = random.Random(5)
    return [10 + step / 2 + 6 * math.sin(step * math.pi / 2) + chance.gauss(0, noise) for step in range(count)]


def error_of(values: list[float], alpha: float, beta: float) -> float:
    """The mean absolute error of forecasts of one step, as the textbook has them."""
    times = range(len(values))
    middle, mean = (len(values) - 1) / 2, sum(values) / len(values)
    slope = sum((time - middle) * (value - mean) for time, value in zip(times, values, strict=True))
    slope /= sum((time - middle) ** 2 for time in times)
    level, trend, total = values[0] - slope, slope, 0.0
    for value in values:
        error = value - level - trend
        level, trend = level + trend + alpha * error, trend + beta * error
        total += abs(error)
    return total / len(values)


@given(series)
def test_the_weights_are_no_worse_than_their_neighbours(values: list[float]) -> None:
    fitted = Smoothing.fit(np.array(values), 1)
    reached = error_of(values, fitted.alpha, fitted.beta)

    assert reached == pytest.approx(float(np.abs(fitted.errors).mean()), rel=1e-9, abs=1e-9)
    for alpha, beta in ((0.001, 0), (-0.001, 0), (0, 0.001), (0, -0.001)):
        near = fitted.alpha + alpha, fitted.beta + beta
        if 0.001 <= near[1] <= near[0] <= 0.999:
            assert reached <= error_of(values, *near) + 1e-9


@given(series, st.integers(1, 6))
def test_deviations_add_up_the_weights_of_the_errors_to_come(values: list[float], period: int) -> None:
    fitted = Smoothing.fit(np.array(values), min(period, len(values) // 2))
    steps = 9
    carried = [
        fitted.alpha + fitted.beta * later + (fitted.gamma if later % len(fitted.seasons) == 0 else 0)
        for later in range(1, steps)
    ]
    variance = float(np.mean(fitted.errors**2)) * (1 + sum(weight**2 for weight in carried))

    assert fitted.deviations(np.array([float(steps)]))[0] == pytest.approx(math.sqrt(variance), rel=1e-9)


def test_long_series_end_as_numbers() -> None:
    values = np.random.default_rng(1).normal(size=20_000).cumsum()

    fitted = Smoothing.fit(values, 7)

    assert np.isfinite(fitted.ahead(np.arange(1.0, 30.0))).all()
    assert fitted.beta <= fitted.alpha
    assert fitted.gamma <= 1 - fitted.alpha


def test_a_line_goes_on_as_it_is_with_no_doubt() -> None:
    values = literal([3.0 * step for step in range(8)])
    times = literal(list(range(8)))

    assert xl.evaluate(f"=FORECAST.ETS(10.5,{values},{times})") == pytest.approx(31.5)
    assert xl.evaluate(f"=FORECAST.ETS.CONFINT(10,{values},{times})") == pytest.approx(0, abs=1e-9)


def test_seasons_are_found_and_continued() -> None:
    cells: dict[str, Any] = {}
    for row, value in enumerate(seasonal(40, 0.2), 1):
        cells |= {f"A{row}": float(row), f"B{row}": value}

    found = xl.evaluate("=FORECAST.ETS({41;42;43;44},B1:B40,A1:A40)", cells=cells)

    assert xl.evaluate("=FORECAST.ETS.SEASONALITY(B1:B40,A1:A40)", cells=cells) == 4
    assert np.array(found)[:, 0] == pytest.approx(seasonal(44)[40:], abs=0.6)


@pytest.mark.parametrize("period", [2, 3, 7, 12])
def test_a_pattern_is_as_long_as_it_is(period: int) -> None:
    pattern = np.random.default_rng(period).normal(size=period)

    assert season_length(np.tile(pattern, 8) + np.arange(8 * period) / 10) == period


def test_the_order_of_the_timeline_does_not_matter() -> None:
    there = xl.evaluate("=FORECAST.ETS(6,{1,4,2,7,5},{1,2,3,4,5},0)")

    assert there == xl.evaluate("=FORECAST.ETS(6,{5,7,2,4,1},{5,4,3,2,1},0)")


def test_months_are_even_steps() -> None:
    months = "DATE(2025,SEQUENCE(1,6),1)"

    assert xl.evaluate(f"=FORECAST.ETS(DATE(2025,8,1),{{1,2,3,4,5,6}},{months},0)") == pytest.approx(8)
    assert xl.evaluate(f"=FORECAST.ETS.STAT({{1,2,3,4,5,6}},{months},8,0)") == 1


@pytest.mark.parametrize(("completion", "filled"), [(1, "{1,2,3,4,9}"), (0, "{1,2,0,4,9}")])
def test_gaps_are_filled(completion: int, filled: str) -> None:
    with_gap = xl.evaluate(f"=FORECAST.ETS(6,{{1,2,4,9}},{{1,2,4,5}},0,{completion})")

    assert with_gap == xl.evaluate(f"=FORECAST.ETS(6,{filled},{{1,2,3,4,5}},0)")


@pytest.mark.parametrize(
    ("aggregation", "first"), [(1, 4), (2, 3), (3, 3), (4, 9), (5, 2), (6, 1), (7, 12), (0, 4)]
)  # fmt: skip
def test_numbers_of_one_time_are_put_together(aggregation: int, first: int) -> None:
    together = xl.evaluate(f"=FORECAST.ETS(4,{{2,9,1,5,5,5,7,7,7}},{{1,1,1,2,2,2,3,3,3}},0,1,{aggregation})")
    others = {2: "3,3", 3: "3,3", 7: "15,21"}.get(aggregation, "5,7")

    assert together == xl.evaluate(f"=FORECAST.ETS(4,{{{first},{others}}},{{1,2,3}},0)")


def test_statistics_are_those_of_the_errors() -> None:
    values = [1.0, 4.0, 2.0, 7.0, 5.0, 9.0]
    fitted = Smoothing.fit(np.array(values), 1)
    errors = np.abs(fitted.errors)
    sizes = np.abs(values) + np.abs(np.array(values) - fitted.errors)

    found = xl.evaluate(f"=FORECAST.ETS.STAT({literal(values)},{{1,2,3,4,5,6}},SEQUENCE(1,8),0)")

    assert isinstance(found, list)
    assert found[0] == pytest.approx(
        [
            *(fitted.alpha, fitted.beta, 0),
            errors.mean() / np.abs(np.diff(values)).mean(),
            (2 * errors / sizes).mean(),
            errors.mean(),
            math.sqrt((errors**2).mean()),
            1,
        ]
    )


@pytest.mark.parametrize(
    ("formula", "error"),
    [
        ("=FORECAST.ETS(9,{1,2,3,4},{1,2,3,4.5})", ExcelError.NUM),
        ("=FORECAST.ETS(9,{1,2,3},{1,2,9})", ExcelError.NUM),
        ("=FORECAST.ETS(9,{1,2,3},{1,1,1})", ExcelError.NUM),
        ("=FORECAST.ETS(9,{1,2,3},{1,2,3},2)", ExcelError.NUM),
        ("=FORECAST.ETS(9,{1,2,3},{1,2,3},-1)", ExcelError.NUM),
        ("=FORECAST.ETS(9,{1,2,3},{1,2,3},0,2)", ExcelError.NUM),
        ("=FORECAST.ETS(9,{1,2,3},{1,2,3},0,1,8)", ExcelError.NUM),
        ('=FORECAST.ETS(9,{1,"x",3},{1,2,3})', ExcelError.VALUE),
        ("=FORECAST.ETS(9,{1,#N/A,3},{1,2,3})", ExcelError.NA),
        ("=FORECAST.ETS.CONFINT(9,{1,2,3},{1,2,3},0)", ExcelError.NUM),
        ("=FORECAST.ETS.STAT({1,2,3},{1,2,3},0)", ExcelError.NUM),
    ],
)
def test_what_cannot_be_continued_is_an_error(formula: str, error: ExcelError) -> None:
    assert xl.evaluate(formula) == error
