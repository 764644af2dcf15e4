"""A child process, watched: what it printed, how long it took, and the memory of its tree."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent
_WATCH_SECONDS = 0.05


class ChildFailedError(Exception):
    """A measured process ended badly, or took longer than it was given."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What a child printed, its wall-clock seconds, and the most bytes that its tree held at once, shared ones once."""

    output: str
    seconds: float
    tree_bytes: int


def run(arguments: Sequence[str], environment: Mapping[str, str] | None = None, limit: float = 300.0) -> Ended:
    """Run Python with these arguments to its end; `limit` in seconds. Raises ChildFailedError."""
    with tempfile.TemporaryFile("w+") as errors:
        began = time.perf_counter()
        child = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        watch = _Watch(child.pid)
        watch.start()
        try:
            output, _ = child.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
            raise ChildFailedError(f"not done in {limit:.0f} s") from None
        finally:
            seconds = time.perf_counter() - began
            watch.over.set()
            watch.join()
        if child.returncode:
            errors.seek(0)
            last = errors.read().strip().splitlines()[-1:] or [f"exit status {child.returncode}"]
            raise ChildFailedError(last[0])
    return Ended(output, seconds, watch.most)


class _Watch(threading.Thread):
    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.over = threading.Event()
        self.most = 0

    def run(self) -> None:
        with contextlib.suppress(psutil.NoSuchProcess):
            root = psutil.Process(self.pid)
            while not self.over.wait(_WATCH_SECONDS):
                self.most = max(self.most, sum(map(_bytes, [root, *root.children(recursive=True)])))


def _bytes(process: psutil.Process) -> int:
    try:
        memory = process.memory_full_info()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0
    return int(getattr(memory, "pss", 0) or memory.uss)
