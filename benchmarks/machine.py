"""The machine that measured, what is installed on it, and how busy it was."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

import psutil

_CPU = Path("/proc/cpuinfo")


def facts() -> dict[str, str]:
    """What a reader of a figure wants to know of the machine; names no person and no place."""
    model = platform.processor() or platform.machine()
    if _CPU.exists():
        model = next(
            (line.split(":", 1)[1].strip() for line in _CPU.read_text().splitlines() if line.startswith("model name")),
            model,
        )
    return {
        "processor": f"{model}, {len(os.sched_getaffinity(0))} cores",
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "llvmlite", "pyarrow")},
    }


def load() -> float:
    """Processes that wanted to run, on average over the last minute."""
    return os.getloadavg()[0]
