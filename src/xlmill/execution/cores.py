"""How many cores and how much memory this process may use."""

from __future__ import annotations

import functools
import math
import os
import sys
import time
from pathlib import Path

from xlmill.exceptions import InputError

CGROUP = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")

_QUOTA_SECONDS = 10.0


def usable_cores() -> int:
    """Cores that this process may keep busy: its affinity, and the quota of its control group if smaller."""
    has_affinity = hasattr(os, "sched_getaffinity")
    cores = len(os.sched_getaffinity(0)) if has_affinity else os.cpu_count() or 1
    quota = _quota_of_late(int(time.monotonic() / _QUOTA_SECONDS))
    return max(1, cores if quota is None else min(cores, math.ceil(quota)))


@functools.lru_cache(maxsize=1)
def _quota_of_late(moment: int) -> float | None:
    """The quota, asked for once in a while: to read it takes longer than many a short task."""
    return cpu_quota()


def resolve_workers(workers: int | None, usual: int | None = None) -> int:
    """The number of workers meant: None and -1 mean `usual`, or else one for each usable core."""
    if workers is None or workers == -1:
        return usual or usable_cores()
    if workers < 1:
        raise InputError(f"workers is {workers}; give a number above zero, or -1 for one on each core")
    return workers


def cpu_quota(root: Path = CGROUP, membership: Path = MEMBERSHIP) -> float | None:
    """The cores' worth of time that the control group allows, or None where nothing limits it."""
    quotas = []
    for folder in _folders(root, membership, ""):
        quota, _, period = _read(folder / "cpu.max").partition(" ")
        if quota.isdigit() and period:
            quotas.append(int(quota) / int(period))
    for folder in _folders(root, membership, "cpu"):
        quota, period = _read(folder / "cpu.cfs_quota_us"), _read(folder / "cpu.cfs_period_us")
        if quota.isdigit() and period.isdigit():  # "-1" means no limit
            quotas.append(int(quota) / int(period))
    return min(quotas, default=None)


def memory_limit(root: Path = CGROUP, membership: Path = MEMBERSHIP) -> int | None:
    """The bytes of memory that the control group allows, or None where nothing limits it."""
    found = [_read(folder / "memory.max") for folder in _folders(root, membership, "")]
    found += [_read(folder / "memory.limit_in_bytes") for folder in _folders(root, membership, "memory")]
    limits = [int(text) for text in found if text.isdigit()]
    # Version 1 says "no limit" by a number close to 2**63.
    return min((limit for limit in limits if limit < 2**60), default=None)


def _folders(root: Path, membership: Path, controller: str) -> list[Path]:
    """The folders of this process's control group and its ancestors, up to the mount.

    A line of the membership file is `number:controllers:path`; version 2 has no controllers. Inside a
    container the path may be the host's, of which only the mount itself is seen: hence the ancestors.
    """
    if sys.platform != "linux":
        return []
    for line in _read(membership).splitlines():
        controllers, _, path = line.partition(":")[2].partition(":")
        if controller in controllers.split(","):
            mount = root / controllers if controller else root
            if controller and not mount.is_dir():
                mount = root / controller
            relative = Path(path.lstrip("/"))
            return [mount / relative, *(mount / parent for parent in relative.parents)]
    return []


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""  # a controller that is not there limits nothing
