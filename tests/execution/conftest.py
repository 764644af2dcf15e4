from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

import xlmill.execution
from local_clusters import clusters, dask_cluster
from xlmill.execution import find_strategy, strategies

HELPERS = ("resource_tracker", "forkserver")
RAY = ("ray::", "raylet", "gcs_server", "/ray/")


def workers_alive() -> list[psutil.Process]:
    """Processes below this one, save the two that multiprocessing keeps for itself."""
    found = []
    apart = {child.pid for each in clusters for child in psutil.Process(each.pid).children(recursive=True)}
    apart |= {each.pid for each in clusters}
    for process in psutil.Process().children(recursive=True):
        if process.pid in apart:
            continue
        try:
            line = " ".join(process.cmdline())
            is_helper = any(name in line for name in HELPERS) and process.ppid() == os.getpid()
            is_helper = is_helper or any(name in line for name in RAY)
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


@pytest.fixture(scope="session")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cluster that runs already, named in the environment."""
    pytest.importorskip("distributed", reason="Dask is not installed")
    with (
        dask_cluster(tmp_path_factory.mktemp("dask"), modules=Path(__file__).parent) as address,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("DASK_SCHEDULER_ADDRESS", address)
        yield


@pytest.fixture(scope="session")
def ray() -> Iterator[None]:
    """A cluster that this process is connected to."""
    ray = pytest.importorskip("ray", reason="Ray is not installed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parent), *sys.path]))
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        ray.init(num_cpus=2, include_dashboard=False, configure_logging=False, log_to_driver=False)
        yield
        ray.shutdown()


STRATEGIES = [pytest.param(name, marks=[pytest.mark.slow] if name == "ray" else []) for name in sorted(strategies())]


@pytest.fixture(params=STRATEGIES)
def strategy_name(request: pytest.FixtureRequest) -> str:
    """Each strategy in turn; those of clusters find one that runs already."""
    if find_strategy(request.param).traits.package is not None:
        request.getfixturevalue(request.param)
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
