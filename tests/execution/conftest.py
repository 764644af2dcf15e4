from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

import xlmill.execution
from xlmill.execution import strategies

HELPERS = ("resource_tracker", "forkserver")


def workers_alive() -> list[psutil.Process]:
    """Processes below this one, save the two that multiprocessing keeps for itself."""
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            line = " ".join(process.cmdline())
            is_helper = any(name in line for name in HELPERS) and process.ppid() == os.getpid()
            if process.status() != psutil.STATUS_ZOMBIE and not is_helper:
                found.append(process)
        except psutil.NoSuchProcess:
            continue
    return found


@pytest.fixture(autouse=True)
def no_process_is_left() -> Iterator[None]:
    yield
    deadline = time.monotonic() + 2
    while (left := workers_alive()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert left == []


@pytest.fixture(params=sorted(strategies()))
def strategy_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["pool", "process"])
def isolating(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def script_environment() -> dict[str, str]:
    """For Python started as a user would: it finds the package and the tasks, warnings are errors."""
    source = Path(xlmill.execution.__file__).parents[2]
    paths = [str(source), str(Path(__file__).parent), *(path for path in sys.path if "site-packages" in path)]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
