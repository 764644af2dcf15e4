"""What an observer of a run is told, as plain values.

An observer is any callable that takes an `Event`. It is called in the thread that consumes the results, so it
must be quick and must not raise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from xlmill.execution.outcome import Fault


@dataclass(frozen=True, slots=True)
class Planned:
    """The strategy and workers chosen, and why."""

    strategy: str
    workers: int
    reason: str


@dataclass(frozen=True, slots=True)
class RowsDone:
    """Rows (items) finished so far; `total` is None where the input has no known length."""

    rows: int
    total: int | None


@dataclass(frozen=True, slots=True)
class WorkersBusy:
    """Workers that hold a chunk now, and workers alive."""

    busy: int
    alive: int


@dataclass(frozen=True, slots=True)
class WorkerLost:
    """A worker that died or was ended, why, and how many rows must run again or are lost."""

    worker: int
    fault: Fault
    rows: int


Event: TypeAlias = Planned | RowsDone | WorkersBusy | WorkerLost
Observer: TypeAlias = Callable[[Event], None]
