from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmill.lab.bench import Report
from xlmill.lab.budget import LEAST_ROUNDS, Allowance, Budget
from xlmill.lab.rehearsal import rehearse
from xlmill.lab.timed_run import Timing

EVERYTHING = 20_000


class FakeBench:
    """A bench on which `rows` rows take `cost(rows)` seconds, and no time passes."""

    def __init__(self, cost: Callable[[int], float]) -> None:
        self.cost = cost
        self.runs: list[int] = []

    def run_watched(self, rows: int, seconds: float) -> tuple[Report, int]:
        self.runs.append(rows)
        return Report(Timing(0.0, self.cost(rows), 0.0, 0.0, 0.0, rows), None, None, {rows: "same"}), 1_000 * rows


@given(st.floats(0, 5), st.floats(1e-7, 1), st.integers(1, 64), st.floats(0.01, 10))
def test_a_rehearsal_stays_near_what_is_allowed(start: float, each: float, first: int, seconds: float) -> None:
    bench = FakeBench(lambda rows: start + each * rows)
    allowed = Allowance(2 * seconds, seconds)

    found = rehearse(bench, first, EVERYTHING, allowed, 1e9)  # type: ignore[arg-type]

    limit = 2 * (allowed.whole if found.rows == EVERYTHING else allowed.part)
    assert found.seconds <= limit or found.pilot is None or found.pilot.pilot is None
    assert found.rows == EVERYTHING or found.rows & (found.rows - 1) == 0
    assert found.memory == 1_000 * found.rows
    assert found.expected_seconds(EVERYTHING) == pytest.approx(start + each * EVERYTHING, rel=1e-6) or not found.pilot


@given(st.floats(1e-6, 1e-3), st.floats(0, 0.05))
def test_what_can_be_done_whole_is_done_whole(each: float, start: float) -> None:
    bench = FakeBench(lambda rows: start + each * rows)
    whole = start + each * EVERYTHING

    found = rehearse(bench, 16, EVERYTHING, Allowance(whole * 1.01, whole), 1e9)  # type: ignore[arg-type]

    assert found.rows == EVERYTHING


def test_a_cost_of_starting_is_told_from_that_of_rows() -> None:
    bench = FakeBench(lambda rows: 0.3 + 1e-3 * rows)

    found = rehearse(bench, 16, EVERYTHING, Allowance(1.0, 0.5), 1e9)  # type: ignore[arg-type]

    assert found.rows < EVERYTHING
    assert found.expected_seconds(EVERYTHING) == pytest.approx(20.3)


@given(st.integers(1, 10), st.integers(1, 8), st.floats(0.1, 1000), st.floats(0, 100), st.floats(0, 5))
def test_every_way_gets_rounds_and_time(repeat: int, ways: int, seconds: float, run: float, opening: float) -> None:
    budget = Budget(seconds, repeat, ways)

    for left in range(ways, 0, -1):
        allowed = budget.allowance(left)
        rounds = budget.promise(left, run, opening)

        assert allowed.whole >= allowed.part > 0
        assert min(LEAST_ROUNDS, repeat) <= rounds <= repeat


@given(st.floats(1e-3, 0.1), st.floats(0, 0.1), st.floats(30, 600), st.integers(2, 7))
def test_what_is_slow_is_measured_for_a_quarter_of_a_second_at_least(
    each: float, start: float, seconds: float, ways: int
) -> None:
    bench = FakeBench(lambda rows: start + each * rows)

    found = rehearse(bench, 4, 1 << 30, Budget(seconds, 5, ways).allowance(ways), 1e9)  # type: ignore[arg-type]

    assert found.seconds >= 0.25


def test_slow_ways_get_fewer_rounds() -> None:
    budget = Budget(60.0, 5, 2)

    assert budget.promise(2, 0.1, 0.5) == 5
    assert budget.promise(1, 15.0, 0.5) == LEAST_ROUNDS
