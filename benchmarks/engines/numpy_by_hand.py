"""The row formula written in NumPy by hand: what a programmer would write who knows the formula beforehand.

Once by one who knows the data too, amounts with two decimals, and so where a half is none; and once for any data.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
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


class NumpyForAnyData(NumpyByHand):
    """The same with ROUND for any data: halves are told by fifteen digits, in decimal arithmetic if need be."""

    name = "NumPy by hand, any data"

    def calculate(self, prepared: Any) -> Any:
        a, b, c, d = prepared
        product = a * c
        cents = np.abs(product) * 100
        whole = np.floor(cents)
        rest = cents - whole
        rounded = np.copysign(whole + (rest >= 0.5), product) / 100
        for row in np.flatnonzero(np.abs(rest - 0.5) <= cents * 6e-15).tolist():
            digits = _FIFTEEN.create_decimal(float(product[row]))
            rounded[row] = float(digits.quantize(_CENT, ROUND_HALF_UP))
        return np.where(a > b, rounded, (b + c + d) / 3)


_FIFTEEN = Context(prec=15, rounding=ROUND_HALF_UP)
_CENT = Decimal("0.01")
