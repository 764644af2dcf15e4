"""The machine as far as it bears on measurements."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
from pathlib import Path
from typing import Any

import psutil

from xlmill.execution import usable_cores
from xlmill.execution.threads import gil_is_enabled
from xlmill.version import __version__

# Above this load for each usable core, other programs take part in what is measured.
MOST_LOAD = 0.5

_LIBRARIES = ("numpy", "llvmlite", "pyarrow")
_GOVERNOR = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
_PROCESSORS = Path("/proc/cpuinfo")


def machine() -> dict[str, Any]:
    """What this machine, its interpreter and libraries are, and how busy it is now."""
    return {
        "cores": usable_cores(),
        "processor": _processor(),
        "memory": psutil.virtual_memory().total,
        "load": _load(),
        "governor": _governor(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "gil": gil_is_enabled(),
        "blas_threads": os.environ.get("OPENBLAS_NUM_THREADS") or os.environ.get("OMP_NUM_THREADS"),
        "versions": {"xlmill": __version__, **{name: importlib.metadata.version(name) for name in _LIBRARIES}},
    }


def _load() -> float | None:
    """Processes that wanted a core in the last minute, on average; None where the system does not say."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def _governor() -> str | None:
    try:
        return _GOVERNOR.read_text().strip()
    except OSError:
        return None  # virtual machines have none


def _processor() -> str:
    if sys.platform == "linux":
        for line in _PROCESSORS.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()
