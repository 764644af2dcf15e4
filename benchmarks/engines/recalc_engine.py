"""recalc-engine, which takes workbooks only: its time includes reading the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from benchmarks.answers import answers_of
from benchmarks.engines.engine import Engine
from benchmarks.engines.xlsx import write_sheet
from benchmarks.workloads import Workload, read_expressions, read_rows, row_formula
from xlmill.values.error_value import ExcelError

_ERRORS = {str(error): error for error in ExcelError}


class RecalcEngine(Engine):
    """A workbook opened, recalculated and read cell by cell."""

    name = "recalc-engine"
    package = "recalc-engine"

    def prepare(self, workload: Workload, path: Path) -> Any:
        book = path.with_suffix(".xlsx")
        if workload.expressions:
            rows = [[text] for text in read_expressions(path)]
        else:
            cells = read_rows(path)
            columns = [cells.column(name).to_pylist() for name in "ABCD"]
            rows = [[*row, row_formula(workload.formula, i)] for i, row in enumerate(zip(*columns, strict=True), 1)]
        write_sheet(book, rows)
        return str(book), len(rows), len(rows[0]) - 1

    def calculate(self, prepared: Any) -> Any:
        import recalc

        path, count, column = prepared
        book = recalc.open(path)
        book.recalc()
        return [book.value("Sheet1", row, column) for row in range(count)]

    def answers(self, result: Any) -> pa.Table:
        return answers_of(_ERRORS.get(value.code, value) if hasattr(value, "code") else value for value in result)
