from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import xlmill as xl
from xlmill.values.error_value import ExcelError

numbers = st.integers(-200, 200).map(lambda n: n / 8)
triples = st.lists(numbers, min_size=3, max_size=3)
samples = st.lists(numbers, min_size=2, max_size=8)


def literal(values: list[float]) -> str:
    return "{" + ",".join(map(str, values)) + "}"


def varies(sample: list[float]) -> bool:
    return len(set(sample)) > 1


@given(triples, triples)
def test_pairs_of_three_have_the_tail_of_two_degrees_of_freedom(one: list[float], other: list[float]) -> None:
    differences = [a - b for a, b in zip(one, other, strict=True)]
    assume(varies(differences))
    t = abs(statistics.mean(differences)) / (statistics.stdev(differences) / math.sqrt(3))

    found = xl.evaluate(f"=T.TEST({literal(one)},{literal(other)},1,1)")

    # Student's distribution with two degrees of freedom has a closed form.
    assert found == pytest.approx(0.5 - t / (2 * math.sqrt(2 + t * t)), abs=1e-9)


@given(samples, samples)
def test_samples_of_equal_variance_are_pooled(one: list[float], other: list[float]) -> None:
    assume(varies(one) or varies(other))
    degrees = len(one) + len(other) - 2
    squares = sum((a - statistics.mean(one)) ** 2 for a in one) + sum((b - statistics.mean(other)) ** 2 for b in other)
    error = math.sqrt(squares / degrees * (1 / len(one) + 1 / len(other)))
    t = abs(statistics.mean(one) - statistics.mean(other)) / error

    assert xl.evaluate(f"=T.TEST({literal(one)},{literal(other)},2,2)-T.DIST.2T({t!r},{degrees})") == pytest.approx(
        0, abs=1e-9
    )


@given(samples)
def test_samples_of_one_variance_and_size_need_no_pooling(sample: list[float]) -> None:
    assume(varies(sample))
    moved = [number + 3 for number in sample]
    values = [xl.evaluate(f"=T.TEST({literal(sample)},{literal(moved)},2,{kind})") for kind in (2, 3)]

    assert values[0] == pytest.approx(values[1], rel=1e-9)


@given(samples, samples)
def test_two_tails_are_twice_one(one: list[float], other: list[float]) -> None:
    assume(varies(one) and varies(other))
    for kind in (2, 3):
        single, double = (xl.evaluate(f"=T.TEST({literal(one)},{literal(other)},{n},{kind})") for n in (1, 2))

        assert double == 2 * single


@given(samples, samples)
def test_the_order_of_samples_does_not_matter_to_the_test_of_variances(one: list[float], other: list[float]) -> None:
    assume(varies(one) and varies(other))

    there, back = xl.evaluate_many(
        [f"=F.TEST({literal(one)},{literal(other)})", f"=F.TEST({literal(other)},{literal(one)})"]
    ).to_list()

    assert there == pytest.approx(back, rel=1e-9)


def test_variances_of_samples_of_three_have_a_closed_form() -> None:
    # With two degrees of freedom on both sides, F is above x with probability 1/(1+x).
    assert xl.evaluate("=F.TEST({1,2,3},{2,4,9})") == pytest.approx(2 / (1 + 13), rel=1e-12)


def test_a_hopeless_ratio_of_variances_keeps_its_digits() -> None:
    assert xl.evaluate("=F.TEST({1,2,3},{1E9,2E9,3E9})") == pytest.approx(2 / (1 + 1e18), rel=1e-9)


@given(samples, numbers)
def test_z_and_its_mirror_add_up_to_one(sample: list[float], x: float) -> None:
    mirrored = [-number for number in sample]
    above = xl.evaluate(f"=Z.TEST({literal(sample)},{x},2)")
    below = xl.evaluate(f"=Z.TEST({literal(mirrored)},{-x},2)")

    assert above + below == pytest.approx(1)
    z = (statistics.mean(sample) - x) * math.sqrt(len(sample)) / 2
    assert above == pytest.approx(math.erfc(z / math.sqrt(2)) / 2, abs=1e-12)


def test_counts_in_three_cells_have_a_closed_form() -> None:
    # Chi-squared with two degrees of freedom is exponential.
    assert xl.evaluate("=CHISQ.TEST({10;20;30},{15;15;30})") == pytest.approx(math.exp(-(25 / 15 + 25 / 15) / 2))


@given(st.lists(st.integers(1, 9), min_size=2, max_size=6), st.integers(0, 6), st.integers(0, 6))
def test_prob_adds_up_what_lies_between_the_limits(weights: list[int], low: int, high: int) -> None:
    chances = [weight / sum(weights) for weight in weights]
    values = list(map(float, range(len(weights))))

    found = xl.evaluate(f"=PROB({literal(values)},{literal(chances)},{low},{high})")

    assert found == pytest.approx(sum(chances[low : high + 1]))


def test_limits_of_prob_may_be_arrays() -> None:
    assert xl.evaluate("=PROB({0,1,2},{0.5,0.25,0.25},{0;1},2)") == [[1.0], [0.5]]


@pytest.mark.parametrize(
    ("formula", "error"),
    [
        ("=T.TEST({1,2},{1,#N/A},1,2)", ExcelError.NA),
        ("=T.TEST({1,2},{2,3},1,1)", ExcelError.DIV0),
        ("=T.TEST({1},{2},1,3)", ExcelError.DIV0),
        ("=T.TEST({1,2},{1,3},1,4)", ExcelError.NUM),
        ("=F.TEST({1},{1,2})", ExcelError.DIV0),
        ("=Z.TEST({\"x\"},1)", ExcelError.NA),
        ("=Z.TEST({1,2},1,0)", ExcelError.NUM),
        ("=CHISQ.TEST({1,2},{-1,3})", ExcelError.NUM),
        ("=CHISQ.TEST({1},{1})", ExcelError.NA),
        ("=PROB({1,2},{0,1},1)", ExcelError.NUM),
        ("=PROB({1,2},{1},1)", ExcelError.NA),
    ],
)  # fmt: skip
def test_what_cannot_be_tested_is_an_error(formula: str, error: ExcelError) -> None:
    assert xl.evaluate(formula) == error


def test_rows_are_tested_each_by_itself() -> None:
    formulas = [f"=T.TEST({{1,2,{n}}},{{4,5,9}},2,{n % 3 + 1})" for n in range(3, 30)]

    assert xl.evaluate_many(formulas).to_list() == [xl.evaluate(formula) for formula in formulas]
