"""Workers that stay ready between maps, and results as they come."""

from __future__ import annotations

import asyncio
import itertools
import os
import threading
import time
from typing import Any

import execution_tasks as tasks
import pytest
from test_lifetime import run_script

import xlmill as xl
from xlmill.exceptions import InputError
from xlmill.execution import Event, Planned, Workers, imap


def pid(_: int) -> int:
    return os.getpid()


@pytest.mark.parametrize("strategy", ["pool", "threads", "serial", "process", "asyncio"])
def test_workers_map_again_and_again(strategy: str) -> None:
    with Workers(strategy, workers=2) as workers:
        for _ in range(3):
            assert workers.map(tasks.successor, range(20)) == list(range(1, 21))


def test_processes_stay_for_the_next_map_and_are_gone_behind_the_block() -> None:
    with Workers("pool", workers=1) as workers:
        pids = {each for _ in range(3) for each in workers.map(pid, range(5))}

    assert len(pids) == 1


def test_another_number_of_workers_is_no_hindrance_to_another_function() -> None:
    with Workers() as workers:
        assert workers.map(double, range(4)) == [0, 2, 4, 6]
        assert workers.map(tasks.successor, range(4)) == [1, 2, 3, 4]


async def double(number: int) -> int:
    await asyncio.sleep(0)
    return 2 * number


def test_a_fault_or_an_early_end_leaves_the_workers_ready() -> None:
    with Workers("pool", workers=2) as workers:
        with pytest.raises(ZeroDivisionError):
            list(workers.imap(invert, [1, 0, 2]))
        endless = workers.imap(tasks.successor, itertools.count())
        assert next(endless) == 1
        endless.close()
        assert workers.map(tasks.successor, [1, 2]) == [2, 3]


def invert(number: int) -> float:
    return 1 / number


def test_processes_that_are_ready_are_not_reckoned_as_to_be_started() -> None:
    events: list[Event] = []
    with Workers(workers=2, progress=events.append) as workers:
        before = workers.costs()["pool"].start
        for _ in range(2):
            workers.map(tasks.spin_20_ms, range(40))
        names = {event.strategy for event in events if isinstance(event, Planned)}
        assert before > 0
        assert all(workers.costs()[name].start == 0 for name in names if name == "pool")


def late_if_first(number: int) -> int:
    time.sleep(0.6 if number == 0 else 0.001)
    return number


async def awaits_late_if_first(number: int) -> int:
    await asyncio.sleep(0.6 if number == 0 else 0.001)
    return number


@pytest.mark.parametrize(
    ("strategy", "function"),
    [
        ("pool", late_if_first),
        ("threads", late_if_first),
        ("process", late_if_first),
        ("asyncio", awaits_late_if_first),
    ],
)
def test_results_come_as_they_are_done_where_the_order_does_not_matter(strategy: str, function: Any) -> None:
    results = list(imap(function, range(12), strategy, workers=2, chunk_size=1, ordered=False))

    assert sorted(results) == list(range(12))
    assert results[0] != 0


@pytest.mark.parametrize("strategy", ["auto", "serial", "pool", "threads"])
def test_without_order_every_result_comes_once(strategy: str) -> None:
    assert sorted(imap(tasks.successor, range(5000), strategy, ordered=False)) == list(range(1, 5001))


def test_a_fault_that_comes_out_of_order_is_told_by_its_place() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        list(imap(invert, [1, 2, 0, 4], "pool", chunk_size=1, ordered=False))

    assert "task 2" in caught.value.__notes__[0]


@pytest.mark.parametrize("chunk_size", [0, -1])
def test_a_chunk_has_at_least_one_task(chunk_size: int) -> None:
    with pytest.raises(InputError, match="chunk_size"):
        imap(tasks.successor, [1], chunk_size=chunk_size)


def test_workers_may_be_used_from_another_thread() -> None:
    found: list[list[int]] = []
    with xl.Workers("pool", workers=2) as workers:
        thread = threading.Thread(target=lambda: found.append(workers.map(tasks.successor, range(3))))
        thread.start()
        thread.join()

    assert found == [[1, 2, 3]]


def test_workers_that_nobody_closed_end_with_the_script(script_environment: dict[str, str]) -> None:
    script = """
import xlmill as xl
workers = xl.Workers("pool", workers=2)
print(workers.map(lambda number: number + 1, [1, 2]))
"""
    assert run_script(script, script_environment).stdout == "[2, 3]\n"
