"""`run` killed at random moments, and resumed: not a row is lost, and not a byte differs."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path

import psutil
import pytest

import drills
from xlmill.io import formats
from xlmill.mill.frame_file import FrameFile
from xlmill.mill.journal import journal_path
from xlmill.mill.pipeline import Options
from xlmill.mill.run import run
from xlmill.mill.summary import Summary

pytestmark = [
    pytest.mark.drill,
    pytest.mark.usefixtures("drill"),
    pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX"),
]

ROWS = 40_000
CHUNK = 400
STRATEGIES = ["serial", "threads", "pool", "process"]
SUFFIXES = [format_class.suffixes[0] for format_class in formats().values()]
KINDS = ["=ROUND({0}/7,2)", '="row "&{0}', "=1/({0}-{0})", "=SUM({0},", "=RAND()", "=NOW()-{0}", "=SEQUENCE(1,3,{0})"]
CLOCK = "2026-01-31T12:00"


@pytest.fixture(scope="module")
def workload(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("workload") / "workload.txt"
    path.write_text("".join(KINDS[row % len(KINDS)].format(row) + "\n" for row in range(ROWS)))
    return path


@pytest.fixture(scope="module")
def undisturbed(workload: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What runs give that nobody disturbs, by suffix."""
    folder = tmp_path_factory.mktemp("undisturbed")
    for suffix in SUFFIXES:
        goes_on(workload, folder / f"out{suffix}")
    return {suffix: (folder / f"out{suffix}").read_bytes() for suffix in SUFFIXES}


def goes_on(workload: Path, target: Path, **options: object) -> Summary:
    given = Options(**{"strategy": "serial", **options})
    done = run(workload, target, options=given, clock=datetime.fromisoformat(CLOCK), resume=True)
    if drills.current.injected:
        drills.current.recover()
        drills.current.expect(ROWS, done.rows)
    return done


def begin(workload: Path, target: Path, environment: dict[str, str], strategy: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "xlmill", "run", str(workload), "-o", target.name, "--resume", "--clock", CLOCK]
    return subprocess.Popen(
        [*command, "--strategy", strategy, "--workers", "2", "--chunk-size", str(CHUNK)],
        env=environment,
        cwd=target.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def await_journal(process: subprocess.Popen[str], target: Path, size: int) -> None:
    """Wait until the journal has `size` bytes, or the run is over."""
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if journal_path(target).stat().st_size >= size:
                return
        except FileNotFoundError:
            pass
        time.sleep(0.001)


def kill_at_random(process: subprocess.Popen[str], target: Path, chance: random.Random) -> list[psutil.Process]:
    """Kill a run -9 when its journal has some size, or a moment later; returns the processes that it had."""
    await_journal(process, target, chance.randrange(1, 1_000_000))
    time.sleep(chance.random() / 50)
    family = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    drills.current.inject()
    process.kill()
    process.communicate()
    return family


@pytest.mark.drill(12)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_run_killed_twice_and_resumed_gives_the_same_bytes(
    suffix: str, workload: Path, undisturbed: dict[str, bytes], tmp_path: Path, environment: dict[str, str]
) -> None:
    chance = random.Random(f"kill {suffix}")
    target = tmp_path / f"out{suffix}"
    for strategy in chance.sample(STRATEGIES, 2):
        kill_at_random(begin(workload, target, environment, strategy), target, chance)

    done = goes_on(workload, target)

    assert target.read_bytes() == undisturbed[suffix]
    assert done.rows == ROWS
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


@pytest.mark.drill(12)
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_killed_run_computes_again_only_what_was_in_flight(
    strategy: str, workload: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    target = tmp_path / "out.csv"
    process = begin(workload, target, environment, strategy)
    await_journal(process, target, 300_000)
    family = psutil.Process(process.pid).children(recursive=True)

    drills.current.inject()
    process.kill()
    process.communicate()

    with closing(FrameFile(journal_path(target), create=False)) as journal:
        kept = journal.rows()
    assert kept > 0
    assert goes_on(workload, target).resumed == kept
    assert not psutil.wait_procs(family, timeout=5)[1]


@pytest.mark.drill(7)
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_an_interrupted_run_says_how_to_go_on_and_does(
    strategy: str,
    number: signal.Signals,
    status: int,
    workload: Path,
    undisturbed: dict[str, bytes],
    tmp_path: Path,
    environment: dict[str, str],
) -> None:
    target = tmp_path / "out.csv"
    process = begin(workload, target, environment, strategy)
    await_journal(process, target, 200_000)

    drills.current.inject()
    os.killpg(process.pid, number)
    _, err = process.communicate(timeout=30)
    drills.current.recover()

    assert process.returncode == status
    assert "rows are done and kept: the same run with --resume goes on from there" in err
    assert err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == [".out.csv.journal"]
    assert goes_on(workload, target).resumed > 0
    assert target.read_bytes() == undisturbed[".csv"]


@pytest.mark.drill(11)
@pytest.mark.skipif(sys.platform != "linux", reason="needs RLIMIT_FSIZE as Linux has it")
def test_a_run_that_found_the_disk_full_is_resumed(
    workload: Path, undisturbed: dict[str, bytes], tmp_path: Path, environment: dict[str, str]
) -> None:
    import resource

    def allow_little() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (700_000, 700_000))

    target = tmp_path / "out.csv"
    command = [sys.executable, "-m", "xlmill", "run", str(workload), "-o", "out.csv", "--strategy", "serial"]
    done = subprocess.run(
        [*command, "--chunk-size", str(CHUNK), "--clock", CLOCK],
        env={**environment, "NUMBA_CACHE_DIR": "/dev/null"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=allow_little,
    )

    assert done.returncode == 2
    assert "rows are done and kept" in done.stderr
    assert goes_on(workload, target).resumed > 0
    assert target.read_bytes() == undisturbed[".csv"]


def test_a_run_that_begins_anew_says_so_in_one_line(
    workload: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    target = tmp_path / "out.csv"
    kill_at_random(begin(workload, target, environment, "serial"), target, random.Random(0))
    command = [sys.executable, "-m", "xlmill", "run", str(workload), "-o", "out.csv", "--clock", CLOCK]

    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0
    assert "rows of an unfinished run into out.csv are kept: --resume goes on" in done.stderr.splitlines()[0]
    assert ".py" not in done.stderr


@pytest.mark.drill(12)
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(int(os.environ.get("XLMILL_KILLS", "60"))))
def test_runs_killed_at_any_moment_lose_no_row(
    seed: int, workload: Path, undisturbed: dict[str, bytes], tmp_path: Path, environment: dict[str, str]
) -> None:
    chance = random.Random(seed)
    suffix = chance.choice(SUFFIXES)
    source, target = tmp_path / "in.txt", tmp_path / f"out{suffix}"
    shutil.copy2(workload, source)
    for _ in range(chance.randint(1, 3)):
        kill_at_random(begin(source, target, environment, chance.choice(STRATEGIES)), target, chance)

    goes_on(source, target, strategy=chance.choice(STRATEGIES), chunk_size=chance.choice([None, 1_000, 7_777]))

    assert target.read_bytes() == undisturbed[suffix]
    assert {path.name for path in tmp_path.iterdir()} == {"in.txt", target.name}
