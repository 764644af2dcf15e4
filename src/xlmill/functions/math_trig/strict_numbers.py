"""Numbers as functions of the former Analysis ToolPak take them from cells: text is read, TRUE and FALSE refused."""

from __future__ import annotations

import numpy as np

from xlmill.values.cell_runs import CellRuns, NumberRuns
from xlmill.values.coercion import Codes, to_numbers
from xlmill.values.column import BOOLEAN, EMPTY, NUMBER, OMITTED
from xlmill.values.error_value import ExcelError


def strict_numbers(cells: CellRuns) -> tuple[NumberRuns, Codes]:
    """The numbers of each row, and the error code of rows with something else, or with nothing.

    An empty cell in an area counts as 0; one that is an argument by itself is passed over.
    """
    column = cells.cells
    if column.uniform == NUMBER:
        return NumberRuns(column.numbers, cells.offsets), np.zeros(len(cells.offsets) - 1)
    owners = cells.owners
    values, refused = to_numbers(column)
    wrong = np.zeros(len(column)) if refused is None else refused
    wrong = np.where(column.is_kind(BOOLEAN), ExcelError.VALUE.code, wrong)
    wrong = np.where(column.is_kind(OMITTED), ExcelError.NA.code, wrong)
    codes = np.zeros(len(cells.offsets) - 1)
    bad = np.flatnonzero(wrong)[::-1]
    codes[owners[bad]] = wrong[bad]
    keep = ~column.is_kind(EMPTY)
    if column.from_cells is not None:
        keep |= ~column.from_cells
    else:
        keep |= ~cells.direct
    counts = np.bincount(owners[keep], minlength=len(codes))
    codes = np.where((codes == 0) & (counts == 0), ExcelError.VALUE.code, codes)
    return NumberRuns(values[keep], np.concatenate([[0], np.cumsum(counts)])), codes
