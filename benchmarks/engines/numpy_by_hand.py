"""The row formula written in NumPy by hand: what a programmer would write who knows the formula beforehand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.answers import SCHEMA
from benchmarks.engines.engine import Engine
from benchmarks.workloads import ROW_FORMULA, Workload, read_rows


class NumpyByHand(Engine):
    """IF(A1>B1,ROUND(A1*C1,2),SUM(B1:D1)/3) over columns; halves of a cent go away from zero."""

    name = "NumPy by hand"
    package = "numpy"

    def can(self, workload: Workload) -> bool:
        return workload.formula == ROW_FORMULA

    def prepare(self, workload: Workload, path: Path) -> Any:
        table = read_rows(path)
        return [table.column(name).to_numpy() for name in "ABCD"]

    def calculate(self, prepared: Any) -> Any:
        a, b, c, d = prepared
        cents = a * c * 100
        # A product of two-decimal amounts is wrong by far less than 1e-6 cents, and a half is a half from there on.
        rounded = np.floor(cents + 0.5 + 1e-6) / 100
        return np.where(a > b, rounded, (b + c + d) / 3)

    def answers(self, result: Any) -> pa.Table:
        count = len(result)
        return pa.table([pa.repeat("number", count), pa.array(result), pa.nulls(count, pa.string())], schema=SCHEMA)
