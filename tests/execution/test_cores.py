"""Cores and memory that may be used."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from xlmill.exceptions import InputError
from xlmill.execution import resolve_workers, usable_cores
from xlmill.execution.cores import cpu_quota, memory_limit

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="control groups are of Linux")


def write(root: Path, files: dict[str, str]) -> tuple[Path, Path]:
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n")
    return root, root / "membership"


def test_affinity_is_respected() -> None:
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        assert usable_cores() == 1
    finally:
        os.sched_setaffinity(0, before)


def test_none_and_minus_one_mean_every_usable_core() -> None:
    assert resolve_workers(None) == resolve_workers(-1) == usable_cores()
    assert resolve_workers(7) == 7


@pytest.mark.parametrize("workers", [0, -2])
def test_other_numbers_below_one_are_refused(workers: int) -> None:
    with pytest.raises(InputError, match="workers"):
        resolve_workers(workers)


@pytest.mark.parametrize(
    ("files", "cores", "memory"),
    [
        ({"membership": "0::/", "cpu.max": "150000 100000", "memory.max": "1000000"}, 1.5, 1_000_000),
        ({"membership": "0::/", "cpu.max": "max 100000", "memory.max": "max"}, None, None),
        ({"membership": "0::/a/b", "a/cpu.max": "50000 100000", "a/b/cpu.max": "200000 100000"}, 0.5, None),
        ({"membership": "0::/a/b", "memory.max": "77", "a/b/memory.max": "99"}, None, 77),
        (
            {
                "membership": "5:cpu,cpuacct:/job\n4:memory:/job",
                "cpu,cpuacct/job/cpu.cfs_quota_us": "300000",
                "cpu,cpuacct/job/cpu.cfs_period_us": "100000",
                "memory/job/memory.limit_in_bytes": "5000",
            },
            3.0,
            5000,
        ),
        (
            {
                "membership": "5:cpu,cpuacct:/\n4:memory:/",
                "cpu/cpu.cfs_quota_us": "-1",
                "cpu/cpu.cfs_period_us": "100000",
                "memory/memory.limit_in_bytes": "9223372036854771712",
            },
            None,
            None,
        ),
        ({"membership": "0::/gone"}, None, None),
        ({}, None, None),
    ],
)
def test_quotas_of_both_versions_are_read(
    files: dict[str, str], cores: float | None, memory: int | None, tmp_path: Path
) -> None:
    root, membership = write(tmp_path, files)

    assert cpu_quota(root, membership) == cores
    assert memory_limit(root, membership) == memory
