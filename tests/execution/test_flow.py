"""Chunks on their way: through a small window, to workers that end together, with few descriptors."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import execution_tasks as tasks
import pytest
from test_lifetime import run_script

import drills
from xlmill.execution import Items, SelfSizing, Settings, create, cut, imap

pytestmark = pytest.mark.usefixtures("drill")

MANY = 10_000_000


def wait_until(happened: Callable[[], bool]) -> None:
    """Return as soon as it has, or after 15 seconds."""
    deadline = time.monotonic() + 15
    while not happened() and time.monotonic() < deadline:
        time.sleep(0.005)


# In a process of its own, for what other tests have left in this one comes and goes.
STREAM = """
import itertools, psutil, execution_tasks as tasks
from xlmill.execution import imap
process, held, total = psutil.Process(), [], 0
for done, number in enumerate(imap(tasks.successor, itertools.repeat(1, {many}), "{strategy}", workers=2), 1):
    total += number
    if done % 500_000 == 0:
        held.append(process.memory_full_info().uss)
print(total // 2, max(held[4:]) - min(held[:4]))
"""


@pytest.mark.slow
@pytest.mark.drill(31)
@pytest.mark.parametrize("strategy", ["serial", "threads", "pool"])
def test_memory_stays_flat_over_ten_million_rows(strategy: str, script_environment: dict[str, str]) -> None:
    drills.current.inject()
    done = run_script(STREAM.format(many=MANY, strategy=strategy), script_environment)
    drills.current.recover()

    rows, grown = map(int, done.stdout.split())
    drills.current.expect(MANY, rows)
    assert rows == MANY
    assert grown < 30_000_000  # a list of the results alone would take 80 MB


@pytest.mark.drill(9)
def test_the_last_chunks_are_small_so_that_a_straggler_keeps_few_waiting() -> None:
    sizes = [len(chunk) for chunk in SelfSizing(range(2000), workers=2, total=2000, size=400)]

    assert sum(sizes) == 2000
    assert sizes[:3] == [400, 400, 300]
    assert sizes[-4:] == [1, 1, 1, 1]


@pytest.mark.drill(9)
def test_a_straggler_holds_up_only_what_stands_behind_it_in_the_order() -> None:
    drills.current.inject()

    results = list(imap(tasks.slow_at_the_end, range(1000), "pool", workers=2))

    drills.current.recover()
    drills.current.expect(1000, len(set(results)))
    assert results == list(range(1000))


IN_PARALLEL = ["threads", "pool", "process", "asyncio"]


@pytest.mark.drill(10)
@pytest.mark.parametrize("place", [0, 30])
@pytest.mark.parametrize("name", IN_PARALLEL)
def test_others_go_on_as_far_as_the_window_while_the_first_in_the_order_is_slow(
    name: str, place: int, tmp_path: Path
) -> None:
    window, count, read, beyond = 12, 60, 0, []

    def numbers() -> Iterator[Items[int]]:
        nonlocal read
        for read in range(1, count + 1):
            yield Items(read - 1, [read - 1])

    def open_the_gate() -> None:
        # All that the window admits, save the slow one.
        wanted = [tmp_path / f"done-{number}" for number in range(place + window) if number != place]
        wait_until(lambda: all(each.exists() for each in wanted))
        time.sleep(0.1)  # in which nobody should read more
        beyond.append(read)
        (tmp_path / "gate").touch()

    opener = threading.Thread(target=open_the_gate)
    opener.start()
    drills.current.inject()
    with create(name, Settings(workers=3, window=window)) as strategy:
        outcomes = list(strategy.map(tasks.WaitsAt(place, tmp_path), numbers()))
    drills.current.recover()
    opener.join()

    drills.current.expect(count, sum(len(outcome.value) for outcome in outcomes))
    assert [outcome.value for outcome in outcomes] == [[number * number] for number in range(count)]
    assert beyond == [place + window]


@pytest.mark.drill(10)
@pytest.mark.parametrize("place", [0, 30])
@pytest.mark.parametrize("name", IN_PARALLEL)
def test_results_as_they_are_done_do_not_wait_for_a_slow_one(name: str, place: int, tmp_path: Path) -> None:
    firsts = []

    drills.current.inject()
    with create(name, Settings(workers=2, is_ordered=False)) as strategy:
        for outcome in strategy.map(tasks.WaitsAt(place, tmp_path), cut(range(60), 1)):
            assert outcome.value == [outcome.chunk.first**2]
            firsts.append(outcome.chunk.first)
            if len(firsts) == 59:
                (tmp_path / "gate").touch()
    drills.current.recover()

    drills.current.expect(60, len(set(firsts)))
    assert firsts[-1] == place
    assert sorted(firsts) == list(range(60))


@pytest.mark.drill(10)
def test_what_may_run_only_once_is_left_behind_a_slow_chunk(tmp_path: Path) -> None:
    gate = threading.Timer(0.5, (tmp_path / "gate").touch)
    gate.start()
    drills.current.inject()
    with create("pool", Settings(workers=2, is_idempotent=False)) as pool:
        outcomes = list(pool.map(tasks.WaitsAt(30, tmp_path), cut(range(60), 1)))
    drills.current.recover()
    gate.join()

    assert [outcome.value for outcome in outcomes] == [[number * number] for number in range(60)]
    assert {len(done.read_text()) for done in tmp_path.glob("done-*")} == {1}


@pytest.mark.drill(32)
@pytest.mark.skipif(sys.platform == "win32", reason="a limit of POSIX")
def test_few_descriptors_suffice(script_environment: dict[str, str]) -> None:
    script = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
import execution_tasks as tasks
from xlmill.execution import Settings, create, cut
for _ in range(20):
    with create("pool", Settings(workers=4)) as pool:
        outcomes = list(pool.map(tasks.At(tasks.kill_itself, 7), cut(range(12), 3)))
print([outcome.chunk.items for outcome in outcomes if outcome.fault])
"""
    assert run_script(script, script_environment).stdout == "[[7]]\n"


@pytest.mark.drill(32)
@pytest.mark.skipif(sys.platform == "win32", reason="a limit of POSIX")
def test_descriptors_that_run_out_cost_workers_and_no_row(script_environment: dict[str, str]) -> None:
    script = """
import os, resource, warnings
warnings.simplefilter("ignore", RuntimeWarning)
import execution_tasks as tasks
from xlmill.execution import Settings, create, cut
with create("pool", Settings(workers=1)) as pool:
    list(pool.map(tasks.square, cut(range(3), 1)))
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
held = [os.dup(0) for _ in range(64 - len(os.listdir("/proc/self/fd")) - 6)]
with create("pool", Settings(workers=8)) as pool:
    print(sum(len(outcome.value) for outcome in pool.map(tasks.square, cut(range(40), 2))))
"""
    assert run_script(script, script_environment).stdout == "40\n"
