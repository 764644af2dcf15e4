"""What a process and all below it take: memory and processor time."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

# Writing 5 lets the kernel forget the most that a process has held.
_FORGET_PEAK = Path("/proc/self/clear_refs")
_STATUS = Path("/proc/self/status")

MEMORY_MEASURE = "PSS" if sys.platform == "linux" else "USS"


def tree_memory(root: psutil.Process) -> int:
    """Bytes that `root` and all processes below it hold now.

    On Linux the proportional set size, which counts a page that n processes share as 1/n for each; elsewhere the
    unique set size, which leaves shared pages out. The sum of resident sizes would count them again and again.
    """
    return sum(_memory(process) for process in _tree(root))


@contextmanager
def processor_time() -> Iterator[list[float]]:
    """A list that has, after the block, the processor seconds that this process and all below it took in the block.

    Processes that have ended count if their end was waited for. On Windows, where nothing tells the time of processes
    that have ended, the list stays empty.
    """
    spent: list[float] = []
    below, own = _processor_seconds_below(), time.process_time()
    yield spent
    own = time.process_time() - own
    if sys.platform != "win32":
        spent.append(own + _processor_seconds_below() - below)


def forget_peak() -> None:
    """Let `peak_bytes` count from now on, where the system can do that."""
    if sys.platform == "linux" and os.access(_FORGET_PEAK, os.W_OK):
        _FORGET_PEAK.write_text("5")


def peak_bytes() -> int | None:
    """The most memory that this process has been resident in; None where only the whole life's peak is known."""
    if sys.platform != "linux":
        return None
    for line in _STATUS.read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return None


def _tree(root: psutil.Process) -> list[psutil.Process]:
    try:
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _memory(process: psutil.Process) -> int:
    try:
        full = process.memory_full_info()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0  # it has just ended
    return int(full.pss if sys.platform == "linux" else full.uss)


def _processor_seconds_below() -> float:
    ended = sum(os.times()[2:4])
    return ended + sum(_processor_seconds(process) for process in psutil.Process().children(recursive=True))


def _processor_seconds(process: psutil.Process) -> float:
    try:
        return float(sum(process.cpu_times()[:4]))  # user and system, and both of children that were waited for
    except psutil.NoSuchProcess:
        return 0.0  # its parent has waited for it, and counts it
