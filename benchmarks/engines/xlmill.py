"""xlmill itself: from memory to memory, and by its command line."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.answers import answers_of
from benchmarks.engines.engine import Engine, Oracle
from benchmarks.workloads import Workload, read_expressions, read_rows
from xlmill.version import __version__


class InMemory(Oracle):
    """`evaluate_many` over a list, and `compile().over()` over a table.

    The values end as Arrow columns, or with `as_python` as a list of Python values.
    """

    def __init__(self, name: str, strategy: str, workers: int, as_python: bool = False) -> None:
        self.name = name
        self.strategy = strategy
        self.workers = workers
        self.as_python = as_python

    def version(self) -> str | None:
        return __version__

    def prepare(self, workload: Workload, path: Path) -> Any:
        import xlmill

        if workload.expressions:
            return read_expressions(path)
        return xlmill.compile(workload.formula), read_rows(path)

    def calculate(self, prepared: Any) -> Any:
        import xlmill

        if isinstance(prepared, tuple):
            formula, table = prepared
            column = formula.over(table, strategy=self.strategy, workers=self.workers)
            return column.to_pylist() if self.as_python else column
        results = xlmill.evaluate_many(prepared, strategy=self.strategy, workers=self.workers)
        return results.to_list() if self.as_python else results

    def answers(self, result: Any) -> pa.Table:
        if isinstance(result, pa.ChunkedArray):
            values = result.to_pylist()
        elif isinstance(result, list):
            values = result
        else:
            return result.to_arrow()
        return answers_of(values)

    def evaluate(self, expressions: Sequence[str]) -> pa.Table:
        return self.answers(self.calculate(list(expressions)))


@dataclass(frozen=True, slots=True)
class _Files:
    source: Path
    target: Path


class CommandLine(Engine):
    """`xlmill run INPUT.txt -o OUTPUT.parquet`, start of the process and all."""

    def __init__(self, name: str) -> None:
        self.name = name

    def version(self) -> str | None:
        return __version__

    def can(self, workload: Workload) -> bool:
        return workload.expressions is not None

    def prepare(self, workload: Workload, path: Path) -> Any:
        return _Files(path, path.with_suffix(".results.parquet"))

    def calculate(self, prepared: Any) -> Any:
        command = [sys.executable, "-m", "xlmill", "run", str(prepared.source), "-o", str(prepared.target)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return prepared

    def answers(self, result: Any) -> pa.Table:
        return pq.read_table(result.target, columns=["type", "number", "text"])
