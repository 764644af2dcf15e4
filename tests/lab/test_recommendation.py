from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab_records import record, way

from xlmill.lab.figures import figures, warnings
from xlmill.lab.recommendation import recommend

STEADY = [1.0, 1.01, 1.0, 1.02, 0.99]
times = st.lists(st.floats(1e-3, 1e2), min_size=1, max_size=6)


def scaled(factor: float) -> list[float]:
    return [factor * each for each in STEADY]


def test_what_is_faster_is_recommended_with_its_gain() -> None:
    advice = recommend(record(way("serial", STEADY), way("threads", scaled(0.5)), way("pool", scaled(0.8))))

    assert (advice.strategy, advice.workers) == ("threads", 2)
    assert advice.gain == pytest.approx(2.0)
    assert advice.confidence == 1
    assert advice.sentence == ("For this work on this machine use threads with 2 workers: 2.0 times as fast as serial.")


def test_of_two_that_are_no_different_the_simpler_is_recommended() -> None:
    advice = recommend(record(way("serial", scaled(3)), way("threads", STEADY), way("pool", scaled(0.995))))

    assert advice.strategy == "threads"
    assert advice.sentence.endswith("3.0 times as fast as serial; no different: pool.")


def test_where_nothing_is_faster_serial_is_recommended() -> None:
    advice = recommend(record(way("serial", STEADY), way("pool", scaled(2))))

    assert advice.gain == 1
    assert advice.sentence == (
        "For this work on this machine use serial: nothing is faster; "
        "pool with 2 workers, the next, takes 2.0 times as long."
    )


@given(times, times, times)
def test_nothing_is_measurably_faster_than_what_is_recommended(
    one: list[float], two: list[float], three: list[float]
) -> None:
    made = record(way("serial", one), way("threads", two), way("pool", three))

    advice = recommend(made)

    rows = {row.way.strategy: row for row in figures(made)}
    assert all(row.seconds.high >= rows[advice.strategy].seconds.low for row in rows.values())
    assert 0 <= advice.confidence <= 1
    assert advice.gain == rows[advice.strategy].speedup


def test_fewer_rows_are_extrapolated_and_marked() -> None:
    made = record(way("serial", STEADY), way("mp-process", scaled(2), rows=100, pilot=(50, 1.5)))

    row = figures(made)[1]

    assert row.is_extrapolated
    assert row.seconds.median == pytest.approx(2 + (2 - 1.5) / 50 * 900)
    assert row.verdict == "slower"
    assert any("mp-process (100)" in warning for warning in warnings(made))


def test_figures_are_of_the_baseline() -> None:
    serial, threads = figures(record(way("serial", STEADY), way("threads", scaled(0.5))))

    assert (serial.speedup, serial.verdict) == (1, None)
    assert (threads.speedup, threads.efficiency) == (2, 1)
    assert threads.throughput == pytest.approx(2000)
    assert threads.verdict == "faster"


def test_a_busy_machine_is_told_of() -> None:
    assert "busy" in warnings(record(way("serial", STEADY), load=1.2))[0]
    assert warnings(record(way("serial", STEADY), load=0.9)) == []
    assert warnings(record(way("serial", STEADY), load=None)) == []


def test_few_repeats_are_told_of() -> None:
    made = record(way("serial", STEADY[:2]))
    assert "few" in warnings(made)[0]

    made.repeat = 5
    assert "Fewer than 5 repeats, for the budget of 60 s: all (2)" in warnings(made)[0]


def test_what_was_repeated_less_often_is_told_of() -> None:
    made = record(way("serial", STEADY), way("pool", scaled(5)[:3]))

    assert "pool (3)" in warnings(made)[0]


def test_a_strategy_that_failed_is_told_of_and_has_no_figures() -> None:
    failed = way("mp-pool", [])
    failed.failure = "not done within 10 s, and ended"
    made = record(way("serial", STEADY), failed)

    assert [row.way.strategy for row in figures(made)] == ["serial"]
    assert warnings(made) == ["mp-pool was not measured: not done within 10 s, and ended."]
