"""What every engine answers to."""

from __future__ import annotations

import importlib.metadata
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from benchmarks.workloads import Workload


class Engine(ABC):
    """An engine: `prepare` reads and lays out the input, `calculate` is timed, `answers` reads its result.

    `calculate` begins with what a caller in Python has (a list of texts, a table, a file where the engine takes
    only files) and ends with all values where that caller can use them.
    """

    name: str
    package: str = ""
    tells_booleans: bool = True  # or gives 1 and 0 for them

    def version(self) -> str | None:
        """The version that is installed; None where the engine is not."""
        try:
            return importlib.metadata.version(self.package)
        except importlib.metadata.PackageNotFoundError:
            return None

    def can(self, workload: Workload) -> bool:
        """Whether the engine has a way to do this kind of workload."""
        return True

    @abstractmethod
    def prepare(self, workload: Workload, path: Path) -> Any:
        """What `calculate` takes, from a workload's file; not timed."""

    @abstractmethod
    def calculate(self, prepared: Any) -> Any:
        """Do all the work; timed."""

    @abstractmethod
    def answers(self, result: Any) -> pa.Table:
        """The answers in what `calculate` gave; not timed."""


class Oracle(Engine):
    """An engine that takes expressions from memory, and so can be asked at any time what it makes of them."""

    @abstractmethod
    def evaluate(self, expressions: Sequence[str]) -> pa.Table:
        """The answers to expressions that all parse."""
