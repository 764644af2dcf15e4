"""Records as a comparison leaves them, made without measuring."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlmill.lab.record import Record, Sample, WayRecord
from xlmill.lab.timed_run import Timing

MACHINE: dict[str, Any] = {
    "cores": 2,
    "processor": "a processor",
    "memory": 8 << 30,
    "load": 0.1,
    "governor": None,
    "system": "Linux 6 x86_64",
    "python": "CPython 3.11.7",
    "gil": True,
    "blas_threads": None,
    "versions": {"xlmill": "0.1.0", "numpy": "2.0"},
}


def way(strategy: str, seconds: Sequence[float], rows: int = 1000, pilot: tuple[int, float] | None = None) -> WayRecord:
    """A way whose runs took `seconds`, a tenth of each for starting."""
    samples = [
        Sample(round_, 0, Timing(each / 10, each * 0.9, 0.0, 0.0, each / 2, 10), each, 50_000_000)
        for round_, each in enumerate(seconds)
    ]
    workers = 1 if strategy == "serial" else 2
    method = None if strategy in ("serial", "threads") else "forkserver"
    return WayRecord(strategy, workers, method, 100, rows, pilot, 90_000_000, None, samples)


def record(*ways: WayRecord, workload: str = "work.txt", **machine: Any) -> Record:
    """A record of 1,000 expressions."""
    rounds = max(len(each.samples) for each in ways)
    return Record(
        workload,
        1000,
        "expressions",
        {**MACHINE, **machine},
        "PSS",
        rounds,
        60.0,
        0,
        "2026-11-22T12:00:00+00:00",
        rounds,
        12.5,
        list(ways),
    )
