from __future__ import annotations

import statistics
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import xlmill as xl
from xlmill.engine.chunk import evaluate_texts
from xlmill.engine.run import Run
from xlmill.functions.statistical.samples import Samples
from xlmill.values.cell_runs import NumberRuns
from xlmill.values.column import Arrays, numbers_column
from xlmill.values.error_value import ExcelError
from xlmill.values.text_column import Texts

numbers = st.integers(-1000, 1000).map(lambda n: n / 8)
samples = st.lists(numbers, min_size=1, max_size=12)


def together(formulas: list[str]) -> list[float]:
    return evaluate_texts(Texts.from_strings(formulas), Run()).values.numbers.tolist()


def literal(values: list[float]) -> str:
    return "{" + ",".join(map(str, values)) + "}"


@given(st.lists(samples, min_size=1, max_size=5))
def test_order_statistics_are_those_of_sorted_numbers(rows: list[list[float]]) -> None:
    assert together([f"=MEDIAN({literal(row)})" for row in rows]) == [statistics.median(row) for row in rows]
    assert together([f"=SMALL({literal(row)},1)" for row in rows]) == [min(row) for row in rows]
    assert together([f"=LARGE({literal(row)},{len(row)})" for row in rows]) == [min(row) for row in rows]
    assert together([f"=PERCENTILE({literal(row)},0.3)" for row in rows]) == pytest.approx(
        [float(np.percentile(row, 30)) for row in rows]
    )


@given(st.lists(samples, min_size=1, max_size=5), numbers)
def test_below_and_up_to_count_the_numbers_before_one(rows: list[list[float]], number: float) -> None:
    cells = numbers_column(np.array([value for row in rows for value in row]))
    sizes = np.array([len(row) for row in rows])
    found = Samples.of(Arrays(np.cumsum(sizes) - sizes, sizes, np.ones_like(sizes), cells))
    asked = np.full(len(rows), number)

    assert found.below(asked).tolist() == [sum(value < number for value in row) for row in rows]
    assert found.up_to(asked).tolist() == [sum(value <= number for value in row) for row in rows]


@given(st.lists(st.lists(numbers, min_size=2, max_size=8), min_size=1, max_size=4))
def test_spread_is_that_of_the_definitions(rows: list[list[float]]) -> None:
    assert together([f"=VAR.S({literal(row)})" for row in rows]) == pytest.approx(
        [statistics.variance(row) for row in rows], abs=1e-9
    )
    assert together([f"=STDEV.P({literal(row)})" for row in rows]) == pytest.approx(
        [statistics.pstdev(row) for row in rows], abs=1e-9
    )


@given(st.integers(1, 5), st.integers(2, 6), st.data())
def test_a_matrix_of_numbers_and_ragged_runs_of_them_give_the_same(width: int, count: int, data: Any) -> None:
    values = np.array(data.draw(st.lists(numbers, min_size=width * count, max_size=width * count)))
    as_matrix = NumberRuns.from_matrix(np.ascontiguousarray(values.reshape(count, width).T))
    ragged = NumberRuns(values, np.arange(count + 1) * width)

    assert Samples.of_runs(as_matrix).values.tolist() == Samples.of_runs(ragged).values.tolist()
    assert as_matrix.sums().tolist() == pytest.approx(ragged.sums().tolist())


@given(st.lists(st.tuples(numbers, numbers), min_size=3, max_size=10))
def test_a_line_through_points_is_least_squares(points: list[tuple[float, float]]) -> None:
    ys, xs = (list(side) for side in zip(*points, strict=True))
    assume(len(set(xs)) > 1)
    slope, intercept = np.polyfit(xs, ys, 1)
    y, x = literal(ys), literal(xs)

    assert together([f"=SLOPE({y},{x})", f"=INTERCEPT({y},{x})", f"=FORECAST.LINEAR(2,{y},{x})"]) == pytest.approx(
        [slope, intercept, intercept + 2 * slope], rel=1e-6, abs=1e-6
    )
    (line,) = xl.evaluate(f"=LINEST({y},{x})")
    assert line == pytest.approx([slope, intercept], rel=1e-6, abs=1e-6)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=10))
def test_the_mode_is_the_first_of_the_most_frequent_numbers(values: list[int]) -> None:
    best = max(values.count(value) for value in values)
    expected = next(value for value in values if values.count(value) == best) if best > 1 else ExcelError.NA

    assert xl.evaluate(f"=MODE({literal(list(map(float, values)))})") == expected


@given(st.lists(st.integers(0, 20).map(float), min_size=1, max_size=10), st.lists(st.integers(0, 20), max_size=5))
def test_frequencies_add_up_to_the_count(values: list[float], bounds: list[int]) -> None:
    assume(bounds)
    counts = xl.evaluate(f"=FREQUENCY({literal(values)},{literal(list(map(float, bounds)))})")

    assert sum(row[0] for row in counts) == len(values)
    assert len(counts) == len(bounds) + 1


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("=AVERAGE(A1:A5)", 2.5),
        ("=AVERAGEA(A1:A5)", 6 / 4),
        ("=COUNT(A1:A5)", 2),
        ("=COUNTA(A1:A5)", 4),
        ("=COUNTBLANK(A1:A6)", 2),
        ("=MAX(A3:A4)", 0),
        ("=MAXA(A3:A4)", 1),
        ('=MAX(A1,TRUE,"9")', 9),
        ("=LARGE(A1:A5,3)", ExcelError.NUM),
        ("=LARGE(TRUE,1)", 1),
        ('=SMALL("x",1)', ExcelError.VALUE),
        ("=MODE(A1,A1,A3)", ExcelError.VALUE),
        ("=RANK(3,A1:A5)", 1),
        ("=RANK(5,A1:A5)", ExcelError.NA),
        ("=STDEV(A1:A5)", 0.5**0.5),
        ("=STDEV(A1)", ExcelError.DIV0),
        ("=CORREL(A1:A2,A1:A3)", ExcelError.NA),
        ("=MEDIAN(B1:B2)", ExcelError.NUM),
    ],
)
def test_statistics_of_a_small_sheet(formula: str, expected: Any) -> None:
    cells = {"A1": 2, "A2": 3, "A3": "x", "A4": True}

    assert (
        xl.evaluate(formula, cells=cells, at="H20") == pytest.approx(expected)
        if isinstance(expected, float)
        else xl.evaluate(formula, cells=cells, at="H20") == expected
    )
