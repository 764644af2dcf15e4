"""Processes in a world of scripts, interrupts and killed parents."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

import drills

pytestmark = [
    pytest.mark.drill,
    pytest.mark.usefixtures("drill"),
    pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX"),
]

START_METHODS = ["forkserver", "spawn", "fork"]

# Prints the worker processes, then computes for ever.
BUSY = """
import sys, threading, psutil, execution_tasks as tasks
from xlmill.execution import Settings, create, cut
def main():
    settings = Settings(workers=2, start_method={method!r})
    with create({name!r}, settings) as strategy:
        results = strategy.map(tasks.At(tasks.{deed}, 2, 3), cut(range(4), 1))
        next(results)
        workers = [child.pid for child in psutil.Process().children(recursive=True)]
        print(*workers, flush=True)
        list(results)
{call}
"""


def start_busy(
    environment: dict[str, str],
    method: str = "forkserver",
    name: str = "pool",
    deed: str = "sleep_for_ever",
    call: str = "main()",
) -> tuple[subprocess.Popen[str], list[int]]:
    """A parent in a session of its own, and the processes below it."""
    script = BUSY.format(method=method, name=name, deed=deed, call=call)
    parent = subprocess.Popen(
        [sys.executable, "-c", script],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert parent.stdout is not None
    return parent, [int(pid) for pid in parent.stdout.readline().split()]


def alive(pids: list[int]) -> list[int]:
    found = []
    for pid in pids:
        try:
            if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                found.append(pid)
        except psutil.NoSuchProcess:
            continue
    return found


def seconds_until_gone(pids: list[int]) -> float:
    began = time.monotonic()
    while alive(pids):
        assert time.monotonic() - began < 2, "orphans are left"
        time.sleep(0.02)
    drills.current.recover()
    return time.monotonic() - began


@pytest.mark.drill(6)
@pytest.mark.parametrize("method", START_METHODS)
@pytest.mark.parametrize("deed", ["sleep_for_ever", "spin_for_ever"])
def test_a_killed_parent_leaves_no_orphans(method: str, deed: str, script_environment: dict[str, str]) -> None:
    parent, pids = start_busy(script_environment, method, deed=deed)
    assert len(pids) >= 2

    drills.current.inject()
    parent.kill()
    parent.communicate()

    seconds_until_gone(pids)


@pytest.mark.drill(6)
def test_a_killed_parent_leaves_no_orphans_of_a_thread_either(script_environment: dict[str, str]) -> None:
    call = "threading.Thread(target=main).start()"
    parent, pids = start_busy(script_environment, "spawn", call=call)

    drills.current.inject()
    parent.kill()
    parent.communicate()

    seconds_until_gone(pids)


def test_workers_outlive_the_thread_that_started_them(script_environment: dict[str, str]) -> None:
    script = """
import threading, time, execution_tasks as tasks
from xlmill.execution import Settings, create, cut
pool = create("pool", Settings(workers=2, start_method="spawn"))
thread = threading.Thread(target=pool.start)
thread.start(); thread.join(); time.sleep(0.2)
pids = [worker.process.pid for worker in pool._crew.workers]
seen = {outcome.value for outcome in pool.map(tasks.own_pid, cut(range(6), 1))}
pool.stop()
print(seen <= set(pids))
"""
    assert run_script(script, script_environment).stdout == "True\n"


@pytest.mark.drill(7)
@pytest.mark.parametrize("name", ["pool", "process", "threads", "asyncio", "serial"])
def test_ctrl_c_ends_everything_within_two_seconds(name: str, script_environment: dict[str, str]) -> None:
    parent, pids = start_busy(script_environment, name=name)

    began = time.monotonic()
    drills.current.inject()
    os.killpg(parent.pid, signal.SIGINT)
    _, complaint = parent.communicate(timeout=10)

    assert time.monotonic() - began < 2
    assert complaint.count("Traceback") == 1, complaint  # the parent's own, and none of a worker
    assert complaint.rstrip().endswith("KeyboardInterrupt")
    seconds_until_gone(pids)


@pytest.mark.drill(7)
@pytest.mark.parametrize("method", START_METHODS)
def test_ctrl_c_at_any_moment_leaves_nothing(method: str, script_environment: dict[str, str]) -> None:
    for seed in range(4):
        script = BUSY.format(method=method, name="pool", deed="spin_for_ever", call="main()")
        parent = subprocess.Popen(
            [sys.executable, "-c", "import time; print(flush=True)" + script],
            env=script_environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert parent.stdout is not None
        parent.stdout.readline()
        time.sleep(random.Random(seed).uniform(0.05, 0.4))
        pids = [child.pid for child in psutil.Process(parent.pid).children(recursive=True)]

        drills.current.inject()
        os.killpg(parent.pid, signal.SIGINT)
        parent.communicate(timeout=2)

        seconds_until_gone(pids)


@pytest.mark.drill(7)
@pytest.mark.parametrize("name", ["pool", "process"])
def test_a_terminated_parent_leaves_no_orphans(name: str, script_environment: dict[str, str]) -> None:
    parent, pids = start_busy(script_environment, name=name, deed="spin_for_ever")

    drills.current.inject()
    parent.terminate()
    parent.communicate(timeout=2)

    seconds_until_gone(pids)


def test_a_pool_that_nobody_stopped_does_not_keep_the_interpreter(script_environment: dict[str, str]) -> None:
    script = """
import execution_tasks as tasks
from xlmill.execution import Settings, create, cut
pool = create("pool", Settings(workers=2))
pool.start()
print(len(list(pool.map(tasks.square, cut(range(4), 1)))))
"""
    assert run_script(script, script_environment).stdout == "4\n"


def run_script(
    script: str | Path, environment: dict[str, str], *options: str, from_stdin: bool = False
) -> subprocess.CompletedProcess[str]:
    what = ["-"] if from_stdin else [str(script)] if isinstance(script, Path) else ["-c", script]
    done = subprocess.run(
        [sys.executable, *options, *what],
        input=str(script) if from_stdin else None,
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
    return done


# Is ended by SIGTERM when it has begun to ask for a process.
ASKS_BY_HALVES = """
import os, signal
from multiprocessing import forkserver
from xlmill.execution import map
def end(*_): raise SystemExit("ended")
signal.signal(signal.SIGTERM, end)
send = forkserver.reduction.sendfds
def end_and_send(*arguments):
    os.kill(os.getpid(), signal.SIGTERM)
    send(*arguments)
forkserver.ensure_running()
forkserver.reduction.sendfds = end_and_send
try:
    map(lambda x: x + 1, [1], strategy="pool", workers=1, start_method="forkserver")
except SystemExit as error:
    forkserver.reduction.sendfds = send
    print(error, map(lambda x: x + 1, [1], strategy="pool", workers=1, start_method="forkserver"))
"""


@pytest.mark.drill(7)
def test_a_process_that_was_asked_for_by_halves_says_nothing(script_environment: dict[str, str]) -> None:
    done = run_script(ASKS_BY_HALVES, script_environment)

    assert (done.stdout, done.stderr) == ("ended [2]\n", "")


# A script as people write it: no guard, a lambda, a class and a function of its own, a print that must come once.
UNGUARDED = """
from xlmill.execution import map
print("once")
class Point:
    def __init__(self, x): self.x = x
def shift(point): return Point(point.x + offset)
offset = 5
for method in ("forkserver", "spawn"):
    for strategy in ("pool", "process"):
        moved = map(shift, [Point(1), Point(2)], strategy=strategy, workers=2, start_method=method)
        print([isinstance(point, Point) and point.x for point in moved])
print(map(lambda x: x + 1, [1], strategy="pool"))
"""
UNGUARDED_SAYS = "once\n" + "[6, 7]\n" * 4 + "[2]\n"


@pytest.mark.drill(14)
def test_a_script_needs_no_guard(script_environment: dict[str, str], tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(UNGUARDED)

    assert run_script(script, script_environment).stdout == UNGUARDED_SAYS


@pytest.mark.drill(14)
def test_a_script_may_come_by_stdin(script_environment: dict[str, str]) -> None:
    assert run_script(UNGUARDED, script_environment, from_stdin=True).stdout == UNGUARDED_SAYS


@pytest.mark.drill(14)
def test_a_function_of_a_module_made_by_exec_travels(script_environment: dict[str, str]) -> None:
    script = """
import sys, types
module = types.ModuleType("made_up")
sys.modules["made_up"] = module
exec("def triple(x):\\n    return 3 * x", module.__dict__)
from xlmill.execution import map
print(map(module.triple, [1, 2], strategy="pool"))
"""
    assert run_script(script, script_environment).stdout == "[3, 6]\n"


@pytest.mark.drill(15)
def test_a_pool_works_beside_a_spinning_thread(script_environment: dict[str, str]) -> None:
    script = """
import threading
from xlmill.execution import map
spinning = True
def spin():
    while spinning: pass
thread = threading.Thread(target=spin); thread.start()
print(map(lambda x: x + 1, range(3), strategy="pool"), map(lambda x: x + 1, range(3), strategy="process"))
spinning = False
"""
    done = run_script(script, script_environment, "-W", "error::DeprecationWarning")

    assert done.stdout == "[1, 2, 3] [1, 2, 3]\n"
    assert done.stderr == ""


@pytest.mark.drill(15)
def test_fork_is_refused_beside_threads_and_works_without(script_environment: dict[str, str]) -> None:
    script = """
import threading, time
from xlmill.execution import map
from xlmill.exceptions import InputError
print(map(lambda x: x + 1, range(3), strategy="pool", start_method="fork"))
threading.Thread(target=time.sleep, args=(1,), daemon=True).start()
try:
    map(lambda x: x + 1, range(3), strategy="pool", start_method="fork")
except InputError as error:
    print(error)
"""
    first, second = run_script(script, script_environment).stdout.splitlines()

    assert first == "[1, 2, 3]"
    assert second.startswith("the start method 'fork' copies locks that other threads hold")


@pytest.mark.drill(1)
@pytest.mark.parametrize("method", ["forkserver", "spawn"])
def test_deaths_are_survived_with_every_start_method(method: str, script_environment: dict[str, str]) -> None:
    import execution_tasks as tasks
    from test_faults import run, the_fault

    fault = the_fault(run(tasks.At(tasks.kill_itself, 6), count=12, start_method=method), 6, 12)

    assert fault.signal == signal.SIGKILL


@pytest.mark.drill(5)
def test_a_process_that_may_have_no_children_computes_itself(script_environment: dict[str, str]) -> None:
    script = """
import multiprocessing, warnings
from xlmill.execution import map
def inner(queue):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        queue.put((map(abs, [-1, 2], strategy="pool"), str(caught[0].message)))
context = multiprocessing.get_context("fork")
queue = context.Queue()
process = context.Process(target=inner, args=(queue,), daemon=True)
process.start()
print(queue.get(timeout=10))
process.join()
"""
    said = run_script(script, script_environment).stdout

    assert said.startswith("([1, 2], 'this process is a daemon of multiprocessing")


@pytest.mark.drill(7)
def test_ctrl_c_cancels_async_functions(script_environment: dict[str, str]) -> None:
    script = """
import asyncio, os, signal, threading
from xlmill.execution import map
async def wait(number):
    try:
        await asyncio.sleep(600)
    except asyncio.CancelledError:
        print("cancelled", flush=True)
        raise
threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    map(wait, range(3))
except KeyboardInterrupt:
    print("interrupted")
"""
    assert run_script(script, script_environment).stdout == "cancelled\n" * 3 + "interrupted\n"
