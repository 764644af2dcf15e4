"""Dask and Ray: what they lose comes back, and the one to blame is named."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import execution_tasks as tasks
import psutil
import pytest
from test_lifetime import BUSY, alive, run_script, seconds_until_gone

import drills
from local_clusters import dask_cluster
from xlmill.exceptions import InputError, MissingExtraError, WorkersFailedError
from xlmill.execution import Cause, Event, Outcome, Settings, WorkerLost, create, cut, imap, is_installed, map
from xlmill.execution import dask_cluster as dask_module

HERE = Path(__file__).parent

pytestmark = [
    pytest.mark.drill(18),
    pytest.mark.usefixtures("drill"),
    # Dask's own: a socket of the scheduler's web server, and what is logged about workers that are gone.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]

needs_dask = pytest.mark.skipif(not is_installed("dask"), reason="Dask is not installed")
needs_ray = pytest.mark.skipif(not is_installed("ray"), reason="Ray is not installed")

ENGINES = [pytest.param("dask", marks=needs_dask), pytest.param("ray", marks=[needs_ray, pytest.mark.slow])]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Dask with a cluster of its own for each test, Ray with one for all: it takes long to start."""
    monkeypatch.delenv("DASK_SCHEDULER_ADDRESS", raising=False)
    if request.param == "ray":
        request.getfixturevalue("ray")
    return str(request.param)


def run(
    name: str, task: Callable[[Any], Any], count: int = 40, size: int = 10, **settings: Any
) -> list[Outcome[Any, Any]]:
    with create(name, Settings(**{"workers": 2, **settings})) as strategy:
        return list(strategy.map(task, cut(range(count), size)))


def the_fault(outcomes: list[Outcome[Any, Any]], place: int, count: int = 40) -> Any:
    """The one fault there is, after checking that it covers `place` alone and all other rows are right."""
    blamed = [outcome.chunk.items for outcome in outcomes if outcome.fault]
    drills.current.inject()
    drills.current.expect(count, sum(len(outcome.chunk) for outcome in outcomes))
    drills.current.blame(1, int(blamed == [[place]]))
    assert [row for outcome in outcomes for row in outcome.chunk.items] == list(range(count))
    results = [value for outcome in outcomes if outcome.fault is None for value in outcome.value]
    assert results == [row * row for row in range(count) if row != place]
    [fault] = [outcome.fault for outcome in outcomes if outcome.fault]
    return fault


@pytest.mark.parametrize("place", [0, 17, 39])
def test_a_row_that_kills_its_worker_is_blamed_alone(engine: str, place: int) -> None:
    fault = the_fault(run(engine, tasks.At(tasks.kill_itself, place)), place)

    assert (fault.cause, fault.attempts) == (Cause.KILLED, 2)


def test_a_row_that_crashes_its_worker_is_blamed_alone(engine: str) -> None:
    assert the_fault(run(engine, tasks.At(tasks.read_null, 5), 8, 4), 5, 8).cause is Cause.KILLED


@needs_dask
def test_bystanders_in_the_same_process_are_not_blamed(tmp_path: Path) -> None:
    with dask_cluster(tmp_path, workers=1, threads=4, modules=HERE) as address:
        outcomes = run("dask", tasks.SlowlyAt(tasks.kill_itself, 6), 12, 1, address=address)

    the_fault(outcomes, 6, 12)


@needs_dask
def test_deaths_that_make_dask_give_up_are_survived(tmp_path: Path) -> None:
    # A cluster of others keeps Dask's own limit of three; more chunks than that kill, with bystanders behind them.
    with dask_cluster(tmp_path, workers=1, threads=2, modules=HERE) as address:
        outcomes = run("dask", tasks.At(tasks.kill_itself, 1, 3, 5), 8, 1, address=address)

    assert [outcome.chunk.items for outcome in outcomes if outcome.fault] == [[1], [3], [5]]


@needs_dask
def test_workers_killed_from_outside_cost_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DASK_SCHEDULER_ADDRESS", raising=False)
    with create("dask", Settings(workers=2)) as strategy:
        outcomes = strategy.map(tasks.square_slowly, cut(range(60), 1))
        rows = []
        for outcome in outcomes:
            rows += outcome.value
            if len(rows) in (5, 25):
                for worker in [child for child in psutil.Process().children() if "spawn_main" in str(child.cmdline())]:
                    worker.kill()

    assert rows == [row * row for row in range(60)]


def test_what_is_not_idempotent_is_never_tried_again(engine: str) -> None:
    outcomes = run(engine, tasks.At(tasks.kill_itself, 12), is_idempotent=False)

    faults = [(outcome.chunk.items, outcome.fault.attempts) for outcome in outcomes if outcome.fault]
    assert faults == [(list(range(10, 20)), 1)]


def test_a_task_that_always_kills_is_given_up(engine: str) -> None:
    with pytest.raises(WorkersFailedError, match="more than 1 rows cost their workers"):
        run(engine, tasks.At(tasks.kill_itself, *range(4)), 4, 1, quarantine_limit=1)


def test_losses_are_told(engine: str) -> None:
    events: list[Event] = []

    run(engine, tasks.At(tasks.kill_itself, 1), 2, 1, observer=events.append)

    assert [type(event) for event in events] == [WorkerLost, WorkerLost]


def test_a_result_that_cannot_be_pickled_is_a_fault_of_its_row(engine: str) -> None:
    assert the_fault(run(engine, tasks.LockAt(8)), 8).cause is Cause.UNPICKLABLE


def test_a_large_row_passes_whole_and_without_complaint(engine: str) -> None:
    block = bytes(range(256)) * 80_000

    assert map(len, [block, block], strategy=engine, chunk_size=1) == [len(block)] * 2


def test_a_lambda_travels_to_a_cluster(engine: str) -> None:
    offset = 3

    assert map(lambda number: number + offset, range(4), strategy=engine) == [3, 4, 5, 6]


@pytest.mark.parametrize("name", ["dask", "ray"])
def test_a_missing_library_is_told_with_the_line_that_installs_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda library: None)

    for attempt in (lambda: imap(abs, [1], strategy=name), lambda: create(name)):
        with pytest.raises(
            MissingExtraError, match=rf'strategy .{name}. needs an extra: pip install "xlmill\[{name}\]"'
        ):
            attempt()


@pytest.mark.parametrize("limit", [{"timeout": 1.0}, {"memory_limit": 1 << 30}])
def test_limits_that_a_cluster_cannot_hold_are_refused_before_it_starts(engine: str, limit: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=f"'{engine}' cannot hold a time or memory limit; use 'pool' or 'process'"):
        imap(abs, [1], strategy=engine, **limit)


def test_an_address_is_for_clusters() -> None:
    with pytest.raises(InputError, match=r"'dask' and 'ray', not 'pool'"):
        imap(abs, [1], strategy="pool", address="tcp://127.0.0.1:1")


@needs_dask
def test_an_address_where_nobody_answers_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_module, "CONNECT_SECONDS", 0.3)

    with pytest.raises(WorkersFailedError, match="no Dask scheduler answers at tcp"):
        create("dask", Settings(address="tcp://127.0.0.1:1")).start()


@needs_dask
def test_a_script_needs_no_guard_even_when_a_worker_dies(script_environment: dict[str, str], tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        """
import os
from xlmill.execution import Fault, map
print("once")
def die_at_two(number):
    if number == 2:
        os.abort()
    return number + offset
offset = 5
print([isinstance(each, Fault) or each for each in map(die_at_two, range(5), strategy="dask", errors="collect")])
"""
    )

    assert run_script(script, script_environment).stdout == "once\n[5, 6, True, 8, 9]\n"


def start_busy(environment: dict[str, str], name: str, deed: str) -> tuple[subprocess.Popen[str], list[int]]:
    parent = subprocess.Popen(
        [sys.executable, "-c", BUSY.format(method="spawn", name=name, deed=deed, call="main()")],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert parent.stdout is not None
    pids = [int(pid) for pid in parent.stdout.readline().split()]
    assert alive(pids) == pids
    return parent, pids


@needs_dask
@pytest.mark.parametrize("deed", ["sleep_for_ever", "spin_for_ever"])
def test_a_killed_parent_leaves_no_orphans(deed: str, script_environment: dict[str, str]) -> None:
    parent, pids = start_busy(script_environment, "dask", deed)

    parent.kill()
    parent.communicate()

    seconds_until_gone(pids)


@needs_dask
@pytest.mark.parametrize("deed", ["sleep_for_ever", "spin_for_ever"])
def test_ctrl_c_ends_a_cluster_within_two_seconds(deed: str, script_environment: dict[str, str]) -> None:
    parent, pids = start_busy(script_environment, "dask", deed)

    began = time.monotonic()
    os.killpg(parent.pid, signal.SIGINT)
    _, complaint = parent.communicate(timeout=20)

    assert complaint.rstrip().endswith("KeyboardInterrupt")
    assert time.monotonic() - began < 2
    seconds_until_gone(pids)
