"""formualizer: expressions in the cells of a workbook in memory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from benchmarks.answers import answers_of
from benchmarks.engines.engine import Oracle
from benchmarks.workloads import Workload, read_expressions, read_rows, row_formula
from xlmill.values.error_value import ExcelError

_ERRORS = {
    "Div": ExcelError.DIV0,
    "Na": ExcelError.NA,
    "Name": ExcelError.NAME,
    "Null": ExcelError.NULL,
    "Num": ExcelError.NUM,
    "Ref": ExcelError.REF,
    "Value": ExcelError.VALUE,
    "Spill": ExcelError.SPILL,
    "Calc": ExcelError.CALC,
}


class Formualizer(Oracle):
    """A workbook in its mode for one calculation, without a log of changes, filled and read in bulk."""

    name = "formualizer"
    package = "formualizer"

    def prepare(self, workload: Workload, path: Path) -> Any:
        if workload.expressions:
            return [], [[text] for text in read_expressions(path)]
        table = read_rows(path)
        rows = [list(row) for row in zip(*(table.column(name).to_pylist() for name in "ABCD"), strict=True)]
        return rows, [[row_formula(workload.formula, i)] for i in range(1, len(rows) + 1)]

    def calculate(self, prepared: Any) -> Any:
        import formualizer

        values, formulas = prepared
        settings = formualizer.WorkbookConfig(enable_changelog=False, mode=formualizer.WorkbookMode.Ephemeral)
        book = formualizer.Workbook(config=settings)
        name = book.sheet_names[0]
        sheet = book.sheet(name)
        column = 1
        if values:
            sheet.set_values_batch(1, 1, len(values), 4, values)
            column = 5
        sheet.set_formulas_batch(1, column, len(formulas), 1, formulas)
        book.evaluate_all()
        return sheet.get_values(formualizer.RangeAddress(name, 1, column, len(formulas), column))

    def answers(self, result: Any) -> pa.Table:
        return answers_of(_value(row[0]) for row in result)

    def evaluate(self, expressions: Sequence[str]) -> pa.Table:
        return self.answers(self.calculate(([], [[text] for text in expressions])))


def _value(value: Any) -> Any:
    if isinstance(value, dict) and value.get("kind") in _ERRORS:
        return _ERRORS[value["kind"]]
    return value
