"""A function over many tasks."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from xlmill.exceptions import InputError, TaskFailedError, UnknownStrategyError
from xlmill.execution import Cause, Event, Fault, Planned, RowsDone, imap, map


def double(number: int) -> int:
    return 2 * number


def invert(number: int) -> float:
    return 1 / number


@pytest.mark.drill(17)
@pytest.mark.parametrize("chunk_size", [None, 1, 3, 1000])
def test_every_strategy_gives_the_same(strategy_name: str, chunk_size: int | None) -> None:
    results = map(double, range(10), strategy=strategy_name, workers=2, chunk_size=chunk_size)

    assert results == [double(number) for number in range(10)]


@pytest.mark.parametrize("count", [0, 1, 2, 500])
def test_auto_gives_the_same_for_few_and_many(count: int) -> None:
    assert map(double, range(count)) == [double(number) for number in range(count)]


def test_auto_runs_each_task_once() -> None:
    seen: list[int] = []

    map(seen.append, range(200))

    assert seen == list(range(200))


def test_auto_takes_threads_for_tasks_that_wait() -> None:
    assert planned(lambda _: time.sleep(0.02), 60).strategy == "threads"


def test_auto_stays_here_for_tiny_tasks() -> None:
    assert planned(double, 500).strategy == "serial"


def test_auto_takes_processes_for_python_that_computes() -> None:
    def spin(_: int) -> None:
        until = time.thread_time() + 0.02
        while time.thread_time() < until:
            pass

    events: list[Event] = []
    results = imap(spin, itertools.repeat(1), workers=4, progress=events.append)
    for _ in range(10):
        next(results)
    results.close()  # type: ignore[attr-defined]

    assert next(event for event in events if isinstance(event, Planned)).strategy in ("pool", "process")


def planned(function: Any, count: int) -> Planned:
    events: list[Event] = []
    map(function, range(count), progress=events.append)
    return next(event for event in events if isinstance(event, Planned))


def test_a_failing_task_is_raised_when_all_are_done(strategy_name: str) -> None:
    with pytest.raises(ExceptionGroup, match="2 of 5 tasks failed") as caught:
        map(invert, [1, 0, 2, 0, 4], strategy=strategy_name, workers=2)

    assert [type(error) for error in caught.value.exceptions] == [ZeroDivisionError, ZeroDivisionError]


def test_the_traceback_of_a_worker_is_told() -> None:
    with pytest.raises(ExceptionGroup) as caught:
        map(invert, [1, 0], strategy="pool")

    [note] = caught.value.exceptions[0].__notes__
    assert "task 1" in note
    assert "return 1 / number" in note


@pytest.mark.parametrize("strategy", ["auto", "serial", "threads", "pool", "process"])
def test_faults_may_be_collected_in_their_places(strategy: str) -> None:
    first, second, third = map(invert, [1, 0, 2], strategy=strategy, errors="collect")

    assert (first, third) == (1.0, 0.5)
    assert isinstance(second, Fault)
    assert second.cause is Cause.EXCEPTION


def test_imap_raises_at_the_place_of_the_task() -> None:
    results = imap(invert, [1, 0, 2], strategy="serial")

    assert next(results) == 1.0
    with pytest.raises(ZeroDivisionError):
        next(results)


def sleep_at_three(number: int) -> int:
    if number == 3:
        time.sleep(600)
    return number


@pytest.mark.parametrize("strategy", ["auto", "pool", "process"])
def test_an_endless_task_is_ended_by_the_time_limit(strategy: str) -> None:
    results = map(sleep_at_three, range(8), strategy=strategy, timeout=0.3, errors="collect")

    assert [result for result in results if not isinstance(result, Fault)] == [0, 1, 2, 4, 5, 6, 7]
    assert results[3].cause is Cause.TIMEOUT


def test_a_worker_that_failed_is_told_by_task_and_cause() -> None:
    with pytest.raises(TaskFailedError, match=r"task 3 failed \(timeout\)") as caught:
        list(imap(sleep_at_three, range(5), strategy="pool", timeout=0.2))

    assert (caught.value.task, caught.value.cause) == (3, "timeout")


def test_imap_reads_an_endless_source_a_little_ahead() -> None:
    read = 0

    def numbers() -> Iterator[int]:
        nonlocal read
        while True:
            yield read
            read += 1

    results = imap(double, numbers(), strategy="pool", workers=2, chunk_size=2)
    assert list(itertools.islice(results, 6)) == [0, 2, 4, 6, 8, 10]
    assert read <= 6 + 2 * 16 + 2
    results.close()  # type: ignore[attr-defined]


def test_rows_done_are_told_up_to_the_total() -> None:
    events: list[Event] = []

    map(double, range(50), strategy="pool", workers=2, progress=events.append)

    done = [event for event in events if isinstance(event, RowsDone)]
    assert done[-1] == RowsDone(50, 50)
    assert [event.rows for event in done] == sorted(event.rows for event in done)


@pytest.mark.drill(14)
def test_a_lambda_that_cannot_travel_is_refused_before_any_process_starts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr("xlmill.execution.launcher.Launcher.launch", fail)
    lock = threading.Lock()

    with pytest.raises(InputError, match=r"lambda> cannot be sent to worker processes: TypeError: .*lock"):
        imap(lambda _: lock, [1], strategy="pool")


def test_auto_keeps_here_what_cannot_travel() -> None:
    lock = threading.Lock()

    def spin_and_lock(_: int) -> object:
        until = time.thread_time() + 0.01
        while time.thread_time() < until:
            pass
        return lock

    assert planned(spin_and_lock, 20).strategy in ("serial", "threads")


@pytest.mark.parametrize(
    "wrong",
    [
        {"workers": 0},
        {"workers": -2},
        {"errors": "ignore"},
        {"strategy": "threads", "timeout": 1.0},
        {"timeout": -1.0},
    ],
)
def test_arguments_that_make_no_sense_are_refused_at_once(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        imap(double, [1], **wrong)


def test_an_unknown_strategy_is_refused_at_once() -> None:
    with pytest.raises(UnknownStrategyError):
        imap(double, [1], strategy="magic")
