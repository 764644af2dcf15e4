from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmill.lab.charts.scale import Logarithmic, apart, round_step, scale

values = st.lists(st.floats(1e-9, 1e12), min_size=1, max_size=6)
places = st.lists(st.floats(-50, 500), min_size=1, max_size=12).map(sorted)


@given(values, st.sampled_from([None, True, False]), st.booleans())
def test_every_value_has_its_place_within_the_axis_in_order(
    found: list[float], is_logarithmic: bool | None, is_tight: bool
) -> None:
    along = scale(found, 10.0, 300.0, is_logarithmic, is_tight=is_tight)

    put = [along.place(value) for value in sorted(found)]
    assert all(10.0 - 1e-6 <= place <= 300.0 + 1e-6 for place in put)
    assert put == sorted(put)


@given(values, st.sampled_from([None, True, False]), st.integers(3, 9))
def test_ticks_are_a_few_ascending_values_within_the_axis(
    found: list[float], is_logarithmic: bool | None, most: int
) -> None:
    along = scale(found, 0.0, 100.0, is_logarithmic)

    ticks = along.ticks(most)

    assert 2 <= len(ticks) <= max(most, 3) + 3
    assert all(one < other for one, other in itertools.pairwise(ticks))
    assert all(-1e-6 <= along.place(tick) <= 100.0 + 1e-6 for tick in ticks)


def test_an_axis_of_times_begins_at_nothing_unless_they_are_far_apart() -> None:
    assert scale([1.0, 20.0], 0, 100).place(0) == 0
    assert isinstance(scale([1.0, 30.0], 0, 100), Logarithmic)


@pytest.mark.parametrize(("rough", "step"), [(1.0, 1.0), (1.1, 2.0), (3.0, 5.0), (0.07, 0.1), (6.0, 10.0)])
def test_steps_are_round(rough: float, step: float) -> None:
    assert round_step(rough) == pytest.approx(step)


@given(places, st.floats(1, 30))
def test_labels_keep_apart_and_in_order_where_there_is_room(wanted: list[float], least: float) -> None:
    put = apart(wanted, least, 0.0, 400.0)

    if least * (len(wanted) - 1) <= 400.0:
        assert all(other - one >= least - 1e-6 for one, other in itertools.pairwise(put))
        assert all(-1e-6 <= place <= 400.0 + 1e-6 for place in put)


@given(places)
def test_labels_that_are_apart_stay_where_they_are(wanted: list[float]) -> None:
    within = [place for place in dict.fromkeys(wanted) if 0 <= place <= 400]

    assert apart(within, 0.0, 0.0, 400.0) == within
