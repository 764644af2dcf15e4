"""`run` in a hostile world: full disks, killed workers, interrupts."""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

import drills

from .conftest import Arguments

pytestmark = [
    pytest.mark.drill,
    pytest.mark.usefixtures("drill"),
    pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX"),
]

ROWS = 60_000
STRATEGIES = ["serial", "threads", "pool", "process"]
RESUMABLE = "[0-9,]+ rows are done and kept: the same run with --resume goes on from there"


@pytest.fixture(scope="module")
def workload(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("workload") / "workload.txt"
    path.write_text("".join(f"=ROUND({row}/7,2)+SUM({row},1,2,3)\n" for row in range(ROWS)))
    return path


def start(workload: Path, folder: Path, environment: dict[str, str], strategy: str) -> subprocess.Popen[str]:
    """A run of many small chunks, in a session of its own, that has begun to write."""
    command = [sys.executable, "-m", "xlmill", "run", str(workload), "-o", "out.csv"]
    process = subprocess.Popen(
        [*command, "--strategy", strategy, "--workers", "2", "--chunk-size", "100"],
        env=environment,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not any(path.stat().st_size > 2_000 for path in folder.glob(".out.csv.*.part")):
        assert process.poll() is None and time.monotonic() < deadline, process.communicate()
        time.sleep(0.01)
    return process


def below(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def is_alive(process: psutil.Process) -> bool:
    try:
        # What has ended may wait for a while to be noticed by init.
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def none_is_alive(processes: list[psutil.Process]) -> bool:
    deadline = time.monotonic() + 5
    while (left := any(is_alive(process) for process in processes)) and time.monotonic() < deadline:
        time.sleep(0.01)
    drills.current.recover()
    return not left


@pytest.mark.drill(7)
@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize(
    ("number", "status", "told"),
    [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "ended by SIGTERM")],
)
def test_a_run_that_is_ended_leaves_no_process_and_no_output_but_a_journal(
    strategy: str,
    number: signal.Signals,
    status: int,
    told: str,
    workload: Path,
    tmp_path: Path,
    environment: dict[str, str],
) -> None:
    process = start(workload, tmp_path, environment, strategy)
    workers = below(process)

    drills.current.inject()
    if number is signal.SIGINT:
        os.killpg(process.pid, number)  # a terminal sends it to the whole group
    else:
        process.send_signal(number)
    out, err = process.communicate(timeout=30)

    assert (process.returncode, out) == (status, "")
    assert re.fullmatch(f"xlmill: {told}; {RESUMABLE}\n", err), err
    assert none_is_alive(workers)
    assert [path.name for path in tmp_path.iterdir()] == [".out.csv.journal"]


@pytest.mark.drill(7)
@pytest.mark.parametrize("strategy", ["serial", "pool"])
def test_ctrl_c_twice_is_as_good_as_once(
    strategy: str, workload: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    process = start(workload, tmp_path, environment, strategy)
    workers = below(process)

    drills.current.inject()
    os.killpg(process.pid, signal.SIGINT)
    time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=30)

    assert abs(process.returncode) in (130, signal.SIGINT)
    assert re.fullmatch(f"xlmill: interrupted; {RESUMABLE}\n", err), err
    assert none_is_alive(workers)
    assert [path.name for path in tmp_path.iterdir()] == [".out.csv.journal"]


@pytest.mark.drill(7)
def test_an_earlier_output_survives_a_run_that_is_ended(
    workload: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    (tmp_path / "out.csv").write_text("earlier\n")

    process = start(workload, tmp_path, environment, "serial")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)

    assert (tmp_path / "out.csv").read_text() == "earlier\n"


@pytest.mark.drill(1)
def test_a_killed_worker_loses_nothing(
    workload: Path, tmp_path: Path, environment: dict[str, str], xlmill_here: Arguments
) -> None:
    process = start(workload, tmp_path, environment, "pool")
    workers = [child for child in below(process) if child.ppid() != process.pid]
    drills.current.inject()
    workers[0].kill()

    _, err = process.communicate(timeout=60)

    xlmill_here("run", workload, "-o", tmp_path / "undisturbed.csv", "--strategy", "serial")
    assert process.returncode == 0, err
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "undisturbed.csv").read_bytes()
    assert "invalid" not in err
    drills.current.expect(ROWS, (tmp_path / "out.csv").read_text().count("\n") - 1)


@pytest.mark.drill(11)
def test_a_disk_that_is_full_leaves_no_output(workload: Path, tmp_path: Path, environment: dict[str, str]) -> None:
    def allow_little() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    done = subprocess.run(
        [sys.executable, "-m", "xlmill", "run", str(workload), "-o", "out.csv", "--strategy", "serial"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=allow_little,
    )

    assert done.returncode == 2
    assert done.stderr == "xlmill: cannot write out.csv: the file would exceed the largest size allowed\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.drill(11)
@pytest.mark.skipif(sys.platform != "linux", reason="needs /dev/full")
def test_a_device_that_is_full_is_told(workload: Path, environment: dict[str, str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "xlmill", "run", str(workload), "-o", "-"],
            env=environment,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert (done.returncode, done.stderr) == (2, "xlmill: cannot write standard output: the disk is full\n")
