"""What every strategy must hold, whichever it is."""

from __future__ import annotations

import gc
import itertools
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from execution_tasks import leave_at_seven, own_pid, raise_at_seven, refuse_all, square, square_slowly, wait_a_little
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xlmill.exceptions import InputError, UnknownStrategyError
from xlmill.execution import Cause, Items, Settings, Strategy, create, cut, find_strategy, strategies
from xlmill.execution.outcome import ChunkError

TWO = Settings(workers=2)


def numbers_of(outcomes: Any) -> list[int]:
    return [number for outcome in outcomes for number in outcome.value]


@pytest.fixture
def running(strategy_name: str) -> Iterator[Strategy]:
    with create(strategy_name, TWO) as strategy:
        yield strategy


def test_results_are_those_of_a_plain_loop(running: Strategy) -> None:
    outcomes = running.map(square, cut(range(20), 7))

    assert numbers_of(outcomes) == [number * number for number in range(20)]


def test_results_come_in_the_order_of_the_input(running: Strategy) -> None:
    outcomes = list(running.map(square_slowly, cut(range(12), 1)))

    assert [outcome.chunk.first for outcome in outcomes] == list(range(12))


def test_no_chunks_give_no_outcomes(running: Strategy) -> None:
    assert list(running.map(square, iter([]))) == []


def test_a_strategy_maps_again_and_again(running: Strategy) -> None:
    for _ in range(3):
        assert numbers_of(running.map(square, cut(range(5), 2))) == [0, 1, 4, 9, 16]


def test_a_strategy_that_was_stopped_starts_again(strategy_name: str) -> None:
    strategy = create(strategy_name, TWO)
    for _ in range(2):
        with strategy:
            assert numbers_of(strategy.map(square, cut([3], 1))) == [9]


def test_stopping_twice_or_before_starting_does_no_harm(strategy_name: str) -> None:
    strategy = create(strategy_name, TWO)
    strategy.stop()
    strategy.start()
    strategy.stop()
    strategy.stop()


def test_a_task_that_raises_is_a_fault_of_its_row_alone(running: Strategy) -> None:
    outcomes = list(running.map(raise_at_seven, cut(range(12), 3)))

    [guilty] = [outcome for outcome in outcomes if outcome.fault]
    # A newcomer's strategies take a chunk as it is.
    assert guilty.chunk.items == ([6, 7, 8] if running.name.startswith("mp-") else [7])
    assert guilty.fault is not None
    assert guilty.fault.cause is Cause.EXCEPTION
    assert isinstance(guilty.fault.exception, ValueError)
    assert "raise_at_seven" in guilty.fault.message
    assert [row for outcome in outcomes for row in outcome.chunk.items] == list(range(12))


def test_what_concerns_all_rows_is_not_looked_for_in_parts(running: Strategy) -> None:
    [outcome] = running.map(refuse_all, cut(range(12), 12))

    assert isinstance(outcome.fault and outcome.fault.exception, ChunkError)


def test_sys_exit_in_a_task_does_not_end_the_run(running: Strategy) -> None:
    outcomes = list(running.map(leave_at_seven, cut(range(9), 1)))

    assert [outcome.chunk.first for outcome in outcomes if outcome.fault] == [7]
    assert "SystemExit" in str(outcomes[7].fault)


def test_chunks_are_read_lazily_within_the_window(strategy_name: str) -> None:
    if not find_strategy(strategy_name).traits.is_bounded:
        pytest.skip("reads all its input, as it is known to")
    read = 0

    def endless() -> Iterator[Items[int]]:
        nonlocal read
        for read in itertools.count(1):
            yield Items(read, [read])

    with create(strategy_name, Settings(workers=2, window=5)) as strategy:
        outcomes = strategy.map(square, endless())
        for yielded in range(20):
            next(outcomes)
            assert read <= yielded + 1 + 5
        outcomes.close()


def test_a_map_that_was_left_early_does_not_disturb_the_next(strategy_name: str) -> None:
    if not find_strategy(strategy_name).traits.is_bounded:
        pytest.skip("has no early end")
    with create(strategy_name, TWO) as strategy:
        outcomes = strategy.map(wait_a_little, cut(range(1000), 1))
        next(outcomes)
        outcomes.close()

        if strategy_name != "mp-process":  # a newcomer's loop does not tidy up
            assert numbers_of(strategy.map(square, cut([2, 3], 1))) == [4, 9]


def test_an_error_of_the_source_reaches_the_caller(running: Strategy) -> None:
    def broken() -> Iterator[Items[int]]:
        yield Items(0, [1])
        raise OSError("the file ends here")

    with pytest.raises(OSError, match="ends here"):
        list(running.map(square, broken()))


def test_outcomes_tell_when_and_by_whom(running: Strategy) -> None:
    outcomes = list(running.map(wait_a_little, cut(range(4), 1)))

    assert all(outcome.ended - outcome.began >= 0.009 for outcome in outcomes)


def test_processes_are_others_than_this_one(running: Strategy) -> None:
    pids = {outcome.value for outcome in running.map(own_pid, cut(range(4), 1))}

    assert (os.getpid() in pids) == running.traits.shares_memory


@pytest.mark.parametrize("name", ["serial", "threads", "pool"])
def test_chunks_may_be_cut_in_any_way(name: str) -> None:
    with create(name, TWO) as strategy:

        @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
        @given(st.lists(st.lists(st.integers(), max_size=5), max_size=20))
        def holds(lists: list[list[int]]) -> None:
            chunks = [Items(0, numbers) for numbers in lists]
            expected = [number * number for numbers in lists for number in numbers]
            assert numbers_of(strategy.map(square, chunks)) == expected

        holds()


def test_an_unknown_strategy_is_answered_by_the_known_ones() -> None:
    with pytest.raises(UnknownStrategyError, match=r"'pol'.*pool.*serial"):
        create("pol")


@pytest.mark.parametrize("wrong", [{"workers": 0}, {"window": -1}, {"task_timeout": 0}, {"start_method": "clone"}])
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        Settings(**wrong)


def test_every_strategy_says_when_it_is_good_and_when_bad() -> None:
    for each in strategies().values():
        assert each.__doc__ is not None
        assert "Bad when:" in each.__doc__
        assert "Good when:" in each.__doc__


@pytest.mark.drill(32)
@pytest.mark.skipif(sys.platform != "linux", reason="counts open files by /proc")
def test_nothing_stays_open_after_many_runs(strategy_name: str) -> None:
    def run() -> None:
        with create(strategy_name, TWO) as strategy:
            list(strategy.map(square, cut(range(4), 1)))
        gc.collect()

    run()
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        run()
    assert len(list(Path("/proc/self/fd").iterdir())) <= before
