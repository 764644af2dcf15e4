"""Async functions, and the loop that runs them."""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from xlmill.exceptions import InputError, WorkersFailedError
from xlmill.execution import Cause, Event, Fault, Items, Planned, Settings, create, cut, imap, is_async, map


async def double(number: int) -> int:
    await asyncio.sleep(0)
    return 2 * number


async def invert(number: int) -> float:
    await asyncio.sleep(0)
    return 1 / number


class Adder:
    def __init__(self, summand: int) -> None:
        self.summand = summand

    async def __call__(self, number: int) -> int:
        return number + self.summand


class Crowd:
    """An async function that waits until `size` of it are waiting."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.waiting = 0
        self.most = 0

    async def __call__(self, number: int) -> int:
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        for _ in range(200):
            if self.most >= self.size:
                break
            await asyncio.sleep(0.01)
        self.waiting -= 1
        return number


@pytest.mark.parametrize("strategy", ["auto", "asyncio"])
@pytest.mark.parametrize("chunk_size", [None, 1, 7])
def test_an_async_function_gives_what_it_returns(strategy: str, chunk_size: int | None) -> None:
    assert map(double, range(100), strategy=strategy, chunk_size=chunk_size) == [2 * number for number in range(100)]


@pytest.mark.parametrize("function", [Adder(2), functools.partial(double), lambda number: number])
def test_what_is_async_is_known_before_it_runs(function: Callable[[int], Any]) -> None:
    assert is_async(function) != (not isinstance(function, Adder | functools.partial))


def test_a_callable_object_may_be_async() -> None:
    assert map(Adder(2), [1, 2]) == [3, 4]


def test_many_wait_at_the_same_time() -> None:
    crowd = Crowd(100)

    map(crowd, range(100))

    assert crowd.most == 100


def test_no_more_wait_than_there_are_workers() -> None:
    crowd = Crowd(3)

    map(crowd, range(50), workers=3)

    assert crowd.most == 3


def test_the_plan_says_why_it_is_a_loop() -> None:
    events: list[Event] = []

    map(double, range(3), progress=events.append)

    assert Planned("asyncio", 256, "an async function runs on an event loop") in events


def test_it_works_inside_a_loop_that_runs_already() -> None:
    async def notebook() -> list[int]:
        return map(double, range(5))

    assert asyncio.run(notebook()) == [0, 2, 4, 6, 8]


def test_it_works_from_a_thread() -> None:
    found: list[list[int]] = []
    thread = threading.Thread(target=lambda: found.append(map(double, range(3))))
    thread.start()
    thread.join()

    assert found == [[0, 2, 4]]


def test_a_failing_item_is_a_fault_of_its_own() -> None:
    first, second, third = map(invert, [1, 0, 2], errors="collect", chunk_size=3)

    assert (first, third) == (1.0, 0.5)
    assert isinstance(second.exception, ZeroDivisionError)


def test_an_item_that_awaits_what_was_cancelled_is_a_fault_of_its_own() -> None:
    async def await_cancelled(number: int) -> int:
        if number == 1:
            future = asyncio.get_running_loop().create_future()
            future.cancel()
            await future
        return number

    results = map(await_cancelled, range(3), errors="collect", chunk_size=3)

    assert [results[0], results[2]] == [0, 2]
    assert "CancelledError" in str(results[1])


def test_an_item_over_the_time_limit_is_cancelled_alone() -> None:
    async def sleep_at_three(number: int) -> int:
        if number == 3:
            await asyncio.sleep(600)
        return number

    results = map(sleep_at_three, range(6), timeout=0.1, chunk_size=6, errors="collect")

    assert [result for result in results if not isinstance(result, Fault)] == [0, 1, 2, 4, 5]
    assert results[3].cause is Cause.TIMEOUT


def test_a_chunk_may_take_longer_than_one_of_its_items() -> None:
    async def sleep_a_little(number: int) -> int:
        await asyncio.sleep(0.1)
        return number

    assert map(sleep_a_little, range(4), timeout=0.25, chunk_size=4) == [0, 1, 2, 3]


def test_a_time_out_of_the_function_itself_is_its_own() -> None:
    async def give_up(number: int) -> None:
        raise TimeoutError("no answer")

    [fault] = map(give_up, [1], timeout=5, errors="collect")

    assert fault.cause is Cause.EXCEPTION


@pytest.mark.parametrize("name", ["serial", "threads", "pool", "process"])
def test_other_strategies_refuse_an_async_function_at_once(name: str) -> None:
    with pytest.raises(InputError, match=f"'{name}' cannot run an async function; use 'asyncio'"):
        imap(double, [1], strategy=name)


def test_a_memory_limit_is_refused_at_once() -> None:
    with pytest.raises(InputError, match="memory limit"):
        imap(double, [1], memory_limit=10**9)


def test_leaving_early_cancels_what_waits() -> None:
    cancelled: list[int] = []

    async def wait_unless_zero(number: int) -> int:
        try:
            if number:
                await asyncio.sleep(600)
        except asyncio.CancelledError:
            cancelled.append(number)
            raise
        return number

    results = imap(wait_unless_zero, range(5))
    next(results)
    results.close()  # type: ignore[attr-defined]

    assert sorted(cancelled) == [1, 2, 3, 4]


def test_a_task_that_refuses_to_be_cancelled_does_not_keep_the_caller() -> None:
    is_over = threading.Event()

    async def refuse(chunk: Items[int]) -> int:
        while not is_over.is_set() and chunk.first:
            try:
                await asyncio.sleep(0.05)
            except asyncio.CancelledError:
                continue
        return len(chunk)

    with create("asyncio", Settings(workers=2)) as loop:
        next(iter(loop.map(refuse, cut(range(2), 1))))
    is_over.set()


def test_a_task_that_stops_the_loop_is_told() -> None:
    async def stop_the_loop(number: int) -> None:
        for task in asyncio.all_tasks():
            if task is not asyncio.current_task():
                task.cancel()
        await asyncio.sleep(600)

    with pytest.raises(WorkersFailedError, match="ended by one of its tasks"):
        map(stop_the_loop, [1])


def test_ctrl_c_raised_by_a_task_reaches_the_caller() -> None:
    async def interrupt(number: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        map(interrupt, [1])


def test_ordinary_tasks_run_in_threads_side_by_side() -> None:
    together = threading.Barrier(4)

    def own_thread(number: int) -> int:
        together.wait(20)
        return threading.get_ident()

    threads = set(map(own_thread, range(4), strategy="asyncio"))

    assert threading.get_ident() not in threads
    assert len(threads) == 4


def test_tasks_see_the_callers_context() -> None:
    import contextvars

    setting = contextvars.ContextVar("setting", default="unset")
    setting.set("set")

    async def read(number: int) -> str:
        return setting.get()

    functions: list[Callable[[int], str | Awaitable[str]]] = [read, lambda number: setting.get()]
    for function, strategy in [(functions[0], "asyncio"), (functions[1], "threads"), (functions[1], "serial")]:
        assert map(function, range(3), strategy=strategy, workers=2) == ["set"] * 3
