"""Workers that die, hang, hoard or lie: the rows they held come back, and the one to blame is named."""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import signal
import threading
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import execution_tasks as tasks
import pytest

import drills
from xlmill.exceptions import InputError, WorkersFailedError
from xlmill.execution import Cause, Event, Items, Outcome, Settings, WorkerLost, WorkersBusy, create, cut
from xlmill.execution.each_item import EachItem
from xlmill.execution.launcher import Launcher, SpawnError

pytestmark = [pytest.mark.drill, pytest.mark.usefixtures("drill")]


def run(
    task: Callable[[Any], Any], count: int = 40, size: int = 10, name: str = "pool", **settings: Any
) -> list[Outcome[Any, Any]]:
    drill, told = drills.current, settings.pop("observer", None)

    def observe(event: Event) -> None:
        if isinstance(event, WorkerLost):
            drill.inject()
        if told is not None:
            told(event)

    with create(name, Settings(**{"workers": 2, "observer": observe, **settings})) as strategy:
        outcomes = list(strategy.map(task, cut(range(count), size)))
    drill.recover()
    return outcomes


def results_of(outcomes: list[Outcome[Any, Any]], *guilty: int, count: int = 40) -> dict[int, Any]:
    """The results by row, after checking that no row is lost and that those `guilty` are blamed, each alone."""
    rows = [row for outcome in outcomes for row in outcome.chunk.items]
    results: dict[int, Any] = {}
    for outcome in outcomes:
        if outcome.fault is None:
            results |= zip(outcome.chunk.items, outcome.value, strict=True)
    blamed = [outcome.chunk.items for outcome in outcomes if outcome.fault]
    drills.current.injected = drills.current.injected or len(guilty)
    drills.current.expect(count, len({*results, *itertools.chain(*blamed)} & set(range(count))))
    drills.current.blame(len(guilty), sum([row] in blamed for row in guilty))
    assert rows == list(range(count))
    assert blamed == [[row] for row in guilty]
    assert results == {row: row * row for row in range(count) if row not in guilty}
    return results


def the_fault(outcomes: list[Outcome[Any, Any]], place: int, count: int = 40) -> Any:
    """The one fault there is, after checking that it covers `place` alone and all other rows are right."""
    results_of(outcomes, place, count=count)
    [fault] = [outcome.fault for outcome in outcomes if outcome.fault]
    return fault


@pytest.mark.drill(1)
@pytest.mark.parametrize("workers", [1, 2, 4])
@pytest.mark.parametrize("place", [0, 1, 17, 39])
def test_a_row_that_kills_its_worker_is_blamed_alone(workers: int, place: int) -> None:
    fault = the_fault(run(tasks.At(tasks.kill_itself, place), workers=workers), place)

    assert (fault.cause, fault.signal, fault.attempts) == (Cause.KILLED, signal.SIGKILL, 2)


@pytest.mark.drill(1)
@pytest.mark.parametrize("place", range(6))
def test_every_place_in_a_small_run_may_be_deadly(place: int) -> None:
    the_fault(run(tasks.At(tasks.kill_itself, place), count=6, size=3), place, 6)


@pytest.mark.drill(3)
@pytest.mark.parametrize(
    ("deed", "cause", "detail"),
    [
        (tasks.read_null, Cause.KILLED, "SIGSEGV"),
        (tasks.abort, Cause.KILLED, "SIGABRT"),
        (tasks.exit_at_once, Cause.EXIT, "exit code 3"),
    ],
)
def test_a_crash_is_told_by_its_kind(isolating: str, deed: Callable[[], None], cause: Cause, detail: str) -> None:
    fault = the_fault(run(tasks.At(deed, 23), name=isolating, size=20), 23)

    assert fault.cause is cause
    assert detail in fault.message


@pytest.mark.drill(1)
def test_several_deadly_rows_are_each_found() -> None:
    results_of(run(tasks.At(tasks.kill_itself, 3, 4, 30)), 3, 4, 30)


@pytest.mark.drill(2)
@pytest.mark.parametrize("count", [0, 1, 5, 20, 21, 22, 50])
def test_half_a_message_is_a_death(count: int) -> None:
    fault = the_fault(run(tasks.HalfMessageAt(count, 11), size=1), 11)

    assert fault.cause is Cause.EXIT


@pytest.mark.drill(2)
@pytest.mark.parametrize("count", [0, 1, 20, 21, 50, 1000, 300_000])
def test_who_dies_while_it_receives_costs_no_row_and_blames_none(count: int) -> None:
    texts = [str(number) * 400_000 for number in range(8)]  # more than a socket holds

    drills.current.inject()
    with create("pool", Settings(workers=2)) as pool:
        outcomes = list(pool.map(tasks.HalfReadAfter(count, 2), cut(texts, 1)))
    drills.current.recover()

    drills.current.expect(len(texts), len(outcomes))
    assert [outcome.value for outcome in outcomes] == [[len(text)] for text in texts]


@pytest.mark.drill(3)
def test_a_result_that_cannot_be_pickled_is_a_fault_of_its_row() -> None:
    outcomes = run(tasks.LockAt(8))

    fault = the_fault(outcomes, 8)
    assert fault.cause is Cause.UNPICKLABLE
    assert "lock" in fault.message


@pytest.mark.drill(3)
def test_a_row_that_cannot_be_pickled_is_a_fault_of_its_own() -> None:
    rows: list[Any] = [1, threading.Lock(), 3, 4]
    with create("pool", Settings(workers=2)) as pool:
        outcomes = list(pool.map(len, [Items(0, rows)]))

    assert [outcome.fault and outcome.fault.cause for outcome in outcomes] == [None, Cause.UNPICKLABLE, None, None]


@pytest.mark.drill(3)
def test_an_exception_that_cannot_be_unpickled_is_told_by_its_text() -> None:
    outcomes = run(tasks.At(tasks.raise_bad_error, 5), size=1)

    fault = the_fault(outcomes, 5)
    assert fault.cause is Cause.EXCEPTION
    assert fault.exception is None
    assert "BadError: one" in fault.message


@pytest.mark.drill(4)
def test_an_allocation_over_the_memory_limit_fails_alone() -> None:
    fault = the_fault(run(tasks.At(tasks.hoard, 12), memory_limit=150_000_000), 12)

    assert fault.cause is Cause.MEMORY


@pytest.mark.drill(4)
def test_a_worker_that_grows_over_the_memory_limit_is_ended() -> None:
    fault = the_fault(run(tasks.At(tasks.hoard_beyond_rlimit, 2), count=4, size=2, memory_limit=150_000_000), 2, 4)

    assert fault.cause is Cause.MEMORY
    assert "150,000,000" in fault.message


@pytest.mark.drill(4)
def test_a_memory_limit_that_an_empty_worker_is_over_is_refused_with_the_least_that_will_do(isolating: str) -> None:
    with pytest.raises(InputError, match="before its first row a worker takes") as refused:
        run(tasks.square, name=isolating, memory_limit=20_000_000)

    least = int(str(refused.value).split()[-2]) * 1_000_000
    results_of(run(tasks.square, name=isolating, memory_limit=least))


@pytest.mark.drill(4)
@pytest.mark.parametrize("name", ["serial", "threads"])
def test_memory_that_does_not_suffice_splits_the_chunk_everywhere(name: str) -> None:
    fault = the_fault(run(tasks.At(tasks.raise_memory_error, 12), name=name), 12)

    assert fault.cause is Cause.MEMORY


@pytest.mark.drill(8)
@pytest.mark.parametrize("deed", [tasks.sleep_for_ever, tasks.spin_for_ever])
def test_an_endless_row_is_ended_and_its_neighbours_are_fine(isolating: str, deed: Callable[[], None]) -> None:
    fault = the_fault(run(tasks.At(deed, 14), name=isolating, size=4, task_timeout=0.3), 14)

    assert (fault.cause, fault.attempts) == (Cause.TIMEOUT, 1)


@pytest.mark.drill(8)
def test_a_worker_that_was_stopped_is_not_held_against_its_row_at_once(isolating: str) -> None:
    fault = the_fault(run(tasks.At(tasks.stop_for_ever, 14), name=isolating, size=4, task_timeout=0.3), 14)

    assert (fault.cause, fault.signal, fault.attempts) == (Cause.KILLED, signal.SIGSTOP, 2)


@pytest.mark.drill(8)
@pytest.mark.parametrize(("deed", "losses"), [(tasks.sleep_for_ever, 1), (tasks.kill_itself, 2)])
def test_a_task_that_goes_item_by_item_is_blamed_for_its_item_at_once(
    isolating: str, deed: Callable[[], None], losses: int
) -> None:
    events: list[Event] = []
    task = EachItem(tasks.SquareOr(deed, 700), travels=True)

    outcomes = run(task, count=1000, size=500, name=isolating, task_timeout=0.4, observer=events.append)

    the_fault(outcomes, 700, 1000)
    assert len(lost(events)) == losses


def test_a_long_chunk_of_items_is_not_ended_while_it_gets_on() -> None:
    outcomes = run(EachItem(tasks.square_in_200_ms, travels=True), count=6, size=6, workers=1, task_timeout=0.6)

    assert [outcome.value for outcome in outcomes] == [[0, 1, 4, 9, 16, 25]]


@pytest.mark.drill(8)
@pytest.mark.parametrize(("deed", "losses"), [(tasks.sleep_for_ever, 3), (tasks.kill_itself, 4)])
def test_two_rounds_find_one_row_among_a_thousand(deed: Callable[[], None], losses: int) -> None:
    events: list[Event] = []

    outcomes = run(tasks.At(deed, 700), count=1000, size=1000, task_timeout=0.4, observer=events.append)

    the_fault(outcomes, 700, 1000)
    assert len(lost(events)) == losses


@pytest.mark.drill(8)
def test_a_slow_row_has_its_whole_time_though_its_part_had_less() -> None:
    outcomes = run(tasks.At(tasks.sleep_one_second, 70, 700), count=1000, size=1000, task_timeout=1.6)

    assert all(outcome.fault is None for outcome in outcomes)


def lost(events: list[Event]) -> list[WorkerLost]:
    return [event for event in events if isinstance(event, WorkerLost)]


def test_time_that_the_caller_takes_is_not_charged_to_the_task() -> None:
    with create("pool", Settings(workers=1, task_timeout=0.2)) as pool:
        for outcome in pool.map(tasks.square, cut(range(4), 1)):
            assert outcome.fault is None
            time.sleep(0.4)


@pytest.mark.drill(16)
def test_limits_do_not_depend_on_the_time_of_day(monkeypatch: pytest.MonkeyPatch) -> None:
    jumps = itertools.cycle([0.0, 4e9, -4e9])
    monkeypatch.setattr(time, "time", lambda: next(jumps))

    outcomes = run(tasks.square, task_timeout=5)

    assert all(outcome.fault is None for outcome in outcomes)


def test_what_is_not_idempotent_is_never_tried_again() -> None:
    outcomes = run(tasks.At(tasks.kill_itself, 12), is_idempotent=False, size=10)

    faults = [(outcome.chunk.items, outcome.fault.attempts) for outcome in outcomes if outcome.fault]
    assert faults == [(list(range(10, 20)), 1)]


def test_a_task_that_always_kills_is_given_up() -> None:
    with pytest.raises(WorkersFailedError, match=r"more than 2 rows cost their workers; the last: .*SIGKILL"):
        run(tasks.At(tasks.kill_itself, *range(40)), quarantine_limit=2)


@pytest.mark.drill(5)
def test_an_initializer_that_fails_is_told_before_any_work() -> None:
    with pytest.raises(WorkersFailedError, match="BadError"):
        run(tasks.square, initializer=tasks.raise_bad_error)


@pytest.mark.drill(5)
def test_workers_that_die_while_starting_are_not_started_for_ever() -> None:
    with pytest.raises(WorkersFailedError, match=r"died while starting.*exit code 3"):
        run(tasks.square, initializer=tasks.exit_at_once)


def test_an_initializer_runs_before_the_first_chunk(isolating: str) -> None:
    outcomes = run(read_mark, name=isolating, initializer=leave_mark)

    assert {outcome.value for outcome in outcomes} == {"left by the initializer"}


def leave_mark() -> None:
    tasks.mark = "left by the initializer"  # type: ignore[attr-defined]


def read_mark(chunk: object) -> Any:
    return tasks.mark  # type: ignore[attr-defined]


@pytest.mark.drill(5)
@pytest.mark.parametrize("failing", [{1}, {2}, {1, 2, 3}, {3, 5}])
def test_a_start_that_fails_is_tried_again(isolating: str, failing: set[int], monkeypatch: pytest.MonkeyPatch) -> None:
    _fail_to_launch(monkeypatch, failing)

    the_fault(run(tasks.At(tasks.kill_itself, 5), name=isolating), 5)


@pytest.mark.drill(5)
def test_without_any_worker_the_work_is_done_here(isolating: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _fail_to_launch(monkeypatch, set(range(100)))

    with pytest.warns(RuntimeWarning, match=r"no more processes.*without workers"):
        outcomes = run(tasks.square, name=isolating)

    assert [number for outcome in outcomes for number in outcome.value] == [n * n for n in range(40)]


@pytest.mark.drill(5)
def test_fewer_workers_than_wanted_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    _fail_to_launch(monkeypatch, set(range(2, 100)))

    with pytest.warns(RuntimeWarning, match="going on with 1 worker"):
        outcomes = run(tasks.square, workers=3)

    assert len(outcomes) == 4


@pytest.mark.drill(5)
def test_a_deadly_row_is_never_computed_here(monkeypatch: pytest.MonkeyPatch) -> None:
    _fail_to_launch(monkeypatch, set(range(2, 100)))

    with pytest.warns(RuntimeWarning, match="without workers"):
        outcomes = run(tasks.At(tasks.kill_itself, 5), workers=1, size=1)

    assert the_fault(outcomes, 5).cause is Cause.KILLED


def _fail_to_launch(monkeypatch: pytest.MonkeyPatch, failing: set[int]) -> None:
    launch = Launcher.launch
    calls = itertools.count(1)

    def launch_or_fail(self: Launcher, number: int) -> Any:
        if next(calls) in failing:
            raise SpawnError("no more processes")
        return launch(self, number)

    monkeypatch.setattr(Launcher, "launch", launch_or_fail)


@pytest.mark.drill(1)
def test_losses_and_busy_workers_are_told() -> None:
    events: list[Event] = []

    run(tasks.At(tasks.kill_itself, 5), observer=events.append)

    assert {event.busy for event in events if isinstance(event, WorkersBusy)} >= {0, 1}
    assert all(event.fault.signal == signal.SIGKILL for event in events if isinstance(event, WorkerLost))
    assert sum(isinstance(event, WorkerLost) for event in events) >= 2


def test_one_pool_serves_one_map_at_a_time() -> None:
    with create("pool", Settings(workers=1)) as pool:
        first = pool.map(tasks.square, cut(range(4), 1))
        next(first)
        with pytest.raises(RuntimeError, match="busy with another map"):
            next(pool.map(tasks.square, cut(range(4), 1)))
        first.close()


@pytest.mark.drill(5)
def test_a_pool_whose_workers_were_all_killed_goes_on() -> None:
    with create("pool", Settings(workers=2)) as pool:
        for _ in range(3):
            for outcome in list(pool.map(tasks.own_pid, cut(range(8), 1))):
                _kill(outcome.value)
        outcomes = list(pool.map(tasks.square, cut(range(8), 1)))
    assert all(outcome.fault is None for outcome in outcomes)


@pytest.mark.drill(1)
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_workers_killed_at_random_cost_no_row(seed: int) -> None:
    chance = random.Random(seed)
    is_over = threading.Event()

    with create("pool", Settings(workers=3, quarantine_limit=10_000)) as pool:

        def kill_some() -> None:
            while not is_over.wait(chance.uniform(0.005, 0.1)):
                alive = list(pool._crew.workers)  # type: ignore[attr-defined]
                if alive:
                    with contextlib.suppress(ValueError):  # already reaped
                        _signal(chance.choice(alive).process.pid, chance.choice([signal.SIGKILL, signal.SIGSEGV]))

        killer = threading.Thread(target=kill_some)
        killer.start()
        try:
            until = time.monotonic() + 8
            chunks = itertools.takewhile(lambda _: time.monotonic() < until, cut(itertools.count(), 50))
            rows = 0
            for outcome in pool.map(tasks.square_in_five_ms, chunks):
                assert outcome.chunk.items == list(range(rows, rows + len(outcome.chunk)))
                if outcome.fault is None:
                    assert outcome.value == [row * row for row in outcome.chunk.items]
                else:
                    assert (outcome.fault.cause, outcome.fault.attempts) == (Cause.KILLED, 2)
                rows += len(outcome.chunk)
        finally:
            is_over.set()
            killer.join()
    assert rows > 1000


def _kill(pid: int) -> None:
    _signal(pid, signal.SIGKILL)


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def test_large_rows_and_results_pass_whole() -> None:
    block = bytes(range(256)) * 40_000
    with create("pool", Settings(workers=2)) as pool:
        outcomes = list(pool.map(give_back, cut([block, bytearray(block), block], 1)))

    assert [outcome.value for outcome in outcomes] == [[block], [bytearray(block)], [block]]


def give_back(chunk: Items[Any]) -> list[Any]:
    return chunk.items


def make_100_kb(chunk: Items[int]) -> list[bytes]:
    return [bytes(100_000) for _ in chunk.items]


@pytest.mark.drill(31)
@pytest.mark.parametrize("name", ["threads", "pool"])
def test_memory_stays_flat_while_results_stream(name: str) -> None:
    with create(name, Settings(workers=2)) as strategy:
        tracemalloc.start()
        try:
            for _ in strategy.map(make_100_kb, cut(range(2000), 1)):
                pass
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak < 10_000_000  # of 200 MB that passed


@pytest.mark.drill(14)
def test_a_function_that_cannot_travel_is_refused_by_name() -> None:
    lock = threading.Lock()

    def use_lock(chunk: object) -> object:
        return lock

    with (
        create("process", Settings(workers=2)) as strategy,
        pytest.raises(InputError, match=r"test_faults.*use_lock cannot be sent to worker processes"),
    ):
        strategy.map(use_lock, cut(range(3), 1))
