from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from xlmill.lab.charts.winners import stretches
from xlmill.lab.findings import Point, Series

XS = (1.0, 10.0, 100.0, 1000.0)


def series(strategy: str, medians: list[float], spread: float = 0.0) -> Series:
    return Series(
        strategy,
        [Point(x, each, each * (1 - spread), each * (1 + spread)) for x, each in zip(XS, medians, strict=True)],
    )


medians = st.lists(st.floats(0.01, 100), min_size=4, max_size=4)


@given(st.lists(medians, min_size=2, max_size=4), st.booleans(), st.booleans())
def test_stretches_follow_each_other_without_gaps(
    found: list[list[float]], is_logarithmic: bool, least_is_best: bool
) -> None:
    curves = [series(f"strategy {number}", each, 0.05) for number, each in enumerate(found)]

    runs = stretches(curves, is_logarithmic=is_logarithmic, least_is_best=least_is_best)

    assert runs[0].low == XS[0]
    assert abs(runs[-1].high - XS[-1]) < 1e-6
    assert all(one.high == other.low and one.strategy != other.strategy for one, other in itertools.pairwise(runs))


def test_the_lead_changes_where_the_curves_cross() -> None:
    serial, pool = series("serial", [1, 10, 100, 1000]), series("pool", [50, 50, 50, 50])

    first, second = stretches([serial, pool], is_logarithmic=True, least_is_best=True)

    assert (first.strategy, second.strategy) == ("serial", "pool")
    assert 47 < first.high < 53


def test_most_leads_where_more_is_better() -> None:
    found = stretches(
        [series("serial", [1, 1, 1, 1]), series("pool", [2, 2, 2, 2])], is_logarithmic=True, least_is_best=False
    )

    assert [each.strategy for each in found] == ["pool"]


def test_the_simpler_leads_where_there_is_no_difference() -> None:
    serial, pool = series("serial", [1.05] * 4, 0.05), series("pool", [1.0] * 4, 0.05)

    assert [each.strategy for each in stretches([serial, pool], is_logarithmic=True, least_is_best=True)] == ["serial"]


def test_nothing_leads_where_it_is_alone() -> None:
    short = Series("pool", [Point(10.0, 0.1, 0.1, 0.1), Point(100.0, 0.1, 0.1, 0.1)])

    found = stretches([series("serial", [1, 1, 1, 1]), short], is_logarithmic=True, least_is_best=True)

    assert [each.strategy for each in found] == ["pool"]
    assert 9 < found[0].low < 11
    assert 95 < found[0].high < 110
