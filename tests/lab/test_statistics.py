from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from xlmill.lab.statistics import bootstrap_medians, chance_to_be_least, is_different, spread

times = st.lists(st.floats(1e-6, 1e3), min_size=1, max_size=12)
seeds = st.integers(0, 2**32)


@given(times, seeds)
def test_a_spread_is_in_order(samples: list[float], seed: int) -> None:
    found = spread(samples, seed)

    assert found.minimum <= found.lower_quartile <= found.median <= found.upper_quartile <= found.maximum
    assert found.minimum <= found.low <= found.high <= found.maximum
    assert found.interquartile_range >= 0


@given(times, seeds)
def test_the_same_seed_gives_the_same_spread(samples: list[float], seed: int) -> None:
    assert spread(samples, seed) == spread(samples, seed)


@given(times, seeds)
def test_medians_of_the_bootstrap_lie_among_the_samples(samples: list[float], seed: int) -> None:
    medians = bootstrap_medians(samples, seed)

    assert medians.min() >= min(samples)
    assert medians.max() <= max(samples)


@given(times, seeds)
def test_what_was_measured_is_no_different_from_itself(samples: list[float], seed: int) -> None:
    assert not is_different(spread(samples, seed), spread(samples, seed + 1))


@given(times, times, seeds)
def test_to_be_different_goes_both_ways(one: list[float], other: list[float], seed: int) -> None:
    first, second = spread(one, seed), spread(other, seed)

    assert is_different(first, second) == is_different(second, first)


@given(times, times, seeds)
def test_samples_that_do_not_overlap_are_different(one: list[float], other: list[float], seed: int) -> None:
    later = [each + max(one) for each in other]
    assume(min(later) > max(one))

    assert is_different(spread(one, seed), spread(later, seed))
    assert chance_to_be_least(one, [later], seed) == 1
    assert chance_to_be_least(later, [one], seed) == 0


@given(times, times, seeds)
def test_chances_of_two_add_up_to_certainty(one: list[float], other: list[float], seed: int) -> None:
    chances = chance_to_be_least(one, [other], seed), chance_to_be_least(other, [one], seed)

    assert all(0 <= chance <= 1 for chance in chances)
    assert sum(chances) == pytest.approx(1, abs=0.1)  # each is drawn anew


@given(times, seeds)
def test_who_is_alone_is_surely_the_fastest(samples: list[float], seed: int) -> None:
    assert chance_to_be_least(samples, [], seed) == 1


def test_a_lone_outlier_makes_no_difference() -> None:
    assert not is_different(spread([1.0, 1.1, 1.2, 1.05, 9.0]), spread([1.02, 1.08, 1.15, 1.1, 1.0]))


def test_a_small_but_steady_advantage_is_a_difference() -> None:
    assert is_different(spread([1.00, 1.01, 1.02, 1.01, 1.00]), spread([1.05, 1.06, 1.05, 1.07, 1.06]))
