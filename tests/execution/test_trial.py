"""The first tasks, run and watched."""

from __future__ import annotations

import itertools
import sys
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmill.execution.probe import probe

needs_clocks = pytest.mark.skipif(sys.platform != "linux", reason="no thread can read the clock of another")


@given(st.lists(st.integers(), max_size=300), st.booleans(), st.integers(1, 8))
def test_what_was_run_and_the_rest_are_all(numbers: list[int], is_sized: bool, workers: int) -> None:
    probed = probe(lambda number: -number, iter(numbers), len(numbers) if is_sized else None, workers)

    assert probed.results + [-number for number in probed.rest] == [-number for number in numbers]


@needs_clocks
def test_tasks_that_wait_are_run_side_by_side() -> None:
    together = threading.Barrier(8)

    probed = probe(lambda number: (together.wait(60), number)[1], iter(range(8)), 8)

    assert probed.results == list(range(8))
    assert probed.workers == 8
    assert probed.story.endswith("by 8 threads, as soon as they were seen to wait")


@needs_clocks
def test_no_more_run_side_by_side_than_workers() -> None:
    alive: list[int] = []
    most: list[int] = []

    def wait(number: int) -> None:
        alive.append(number)
        time.sleep(0.01)
        most.append(len(alive))
        alive.remove(number)

    probe(wait, iter(range(12)), 12, workers=3)

    assert max(most) <= 3


def test_a_source_of_unknown_length_is_not_read_ahead() -> None:
    tasks = itertools.count()

    probed = probe(lambda _: time.sleep(0.005), tasks, None)

    assert next(tasks) == len(probed.results)


@needs_clocks
def test_an_interrupt_in_a_thread_reaches_the_caller() -> None:
    def interrupt_at_three(number: int) -> None:
        time.sleep(0.01)
        if number == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        probe(interrupt_at_three, iter(range(6)), 6)


@needs_clocks
def test_a_first_task_that_loads_something_does_not_stand_for_the_others() -> None:
    def slow_at_first(number: int) -> None:
        until = time.thread_time() + (0.01 if number == 0 else 0.0001)
        while time.thread_time() < until:
            pass

    assert probe(slow_at_first, iter(range(100_000)), 100_000).workload.seconds < 0.002


def test_tasks_side_by_side_see_the_callers_context() -> None:
    import contextvars

    setting = contextvars.ContextVar("setting", default="unset")
    setting.set("set")

    def wait_and_read(number: int) -> str:
        time.sleep(0.01)
        return setting.get()

    assert probe(wait_and_read, iter(range(5)), 5).results == ["set"] * 5
