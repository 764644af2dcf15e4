"""IronCalc: expressions in the cells of a model in memory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from benchmarks.answers import answers_of
from benchmarks.engines.engine import Oracle
from benchmarks.workloads import Workload, read_expressions, read_rows, row_formula
from xlmill.values.error_value import ExcelError

_ERRORS = {str(error): error for error in ExcelError}


class Ironcalc(Oracle):
    """A model that is filled cell by cell, evaluated once, and read cell by cell: it has no calls in bulk."""

    name = "ironcalc"
    package = "ironcalc"

    def prepare(self, workload: Workload, path: Path) -> Any:
        if workload.expressions:
            return [], read_expressions(path)
        table = read_rows(path)
        rows = list(zip(*(table.column(name).to_pylist() for name in "ABCD"), strict=True))
        return rows, [row_formula(workload.formula, i) for i in range(1, len(rows) + 1)]

    def calculate(self, prepared: Any) -> Any:
        import ironcalc

        values, formulas = prepared
        model = ironcalc.create("benchmark", "en", "UTC")
        put_number, put_formula, value = (
            model.update_cell_with_number,
            model.update_cell_with_formula,
            model.get_cell_value,
        )
        for i, row in enumerate(values, 1):
            for j, number in enumerate(row, 1):
                put_number(0, i, j, number)
        column = 5 if values else 1
        for i, formula in enumerate(formulas, 1):
            put_formula(0, i, column, formula)
        model.evaluate()
        return [value(0, i, column) for i in range(1, len(formulas) + 1)]

    def answers(self, result: Any) -> pa.Table:
        # An error value comes as its text.
        return answers_of(_ERRORS.get(value, value) if isinstance(value, str) else value for value in result)

    def evaluate(self, expressions: Sequence[str]) -> pa.Table:
        return self.answers(self.calculate(([], list(expressions))))
