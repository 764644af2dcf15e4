"""Implicit intersection: which cell of a reference a formula of the old kind means."""

from __future__ import annotations

import numpy as np

from xlmill.engine.program import Program
from xlmill.syntax.forest import Forest
from xlmill.values.column import ERROR, REFERENCE, Column, Mask
from xlmill.values.error_value import ExcelError
from xlmill.values.reference_value import Area, Reference

# Functions whose arguments are arrays by nature: inside them even a formula of the old kind runs for each
# element. Source: Office Open XML formulas store no mark for these; Excel never intersects there.
_ARRAY_FUNCTIONS = frozenset(
    """SUMPRODUCT MMULT MINVERSE MDETERM MUNIT FREQUENCY LINEST LOGEST TREND GROWTH LOOKUP TRANSPOSE MODE MODE.MULT
    MODE.SNGL SUMX2MY2 SUMX2PY2 SUMXMY2 CORREL COVAR COVARIANCE.P COVARIANCE.S PEARSON RSQ SLOPE INTERCEPT STEYX
    FORECAST FORECAST.LINEAR PROB CHITEST CHISQ.TEST TTEST T.TEST FTEST F.TEST IRR MIRR XIRR XNPV FVSCHEDULE
    SERIESSUM FILTER SORT SORTBY UNIQUE SEQUENCE XLOOKUP XMATCH MAP REDUCE SCAN BYROW BYCOL MAKEARRAY HSTACK VSTACK
    TOCOL TOROW WRAPROWS WRAPCOLS TAKE DROP CHOOSECOLS CHOOSEROWS EXPAND CONCAT TEXTJOIN TEXTSPLIT""".split()
)
# And functions of which only the first argument is.
_FIRST_IS_ARRAY = frozenset({"INDEX"})


def array_context(forest: Forest, program: Program) -> Mask:
    """Which nodes stand inside a function that takes arrays by nature."""
    takes_arrays = program.opcodes(_ARRAY_FUNCTIONS)
    takes_one = program.opcodes(_FIRST_IS_ARRAY)
    inside = np.zeros(len(forest.op), np.bool_)
    ops = forest.op.tolist()
    for node in range(len(ops) - 1, -1, -1):
        if inside[node] or ops[node] in takes_arrays:
            first = forest.first[node]
            inside[forest.args[first : first + forest.argc[node]]] = True
        elif ops[node] in takes_one:
            inside[forest.args[forest.first[node]]] = True
    return inside


def with_cell(column: Column, here: Area) -> Column:
    """References of several cells replaced by the cell in the formula's row or column, or #VALUE!."""
    if not column.has(REFERENCE):
        return column
    assert column.objects is not None
    kinds, numbers = column.kinds.copy(), column.numbers.copy()
    objects: list[Reference] = []
    for row in np.flatnonzero(column.is_kind(REFERENCE)).tolist():
        cell = _cell(column.objects[int(numbers[row])], here)
        if cell is None:
            kinds[row], numbers[row] = ERROR, ExcelError.VALUE.code
        else:
            numbers[row] = len(objects)
            objects.append(cell)
    return Column(kinds, numbers, column.texts, column.arrays, objects, from_cells=column.from_cells).settled()


def _cell(reference: Reference, here: Area) -> Reference | None:
    if len(reference.areas) != 1:
        return None
    area = reference.areas[0]
    if area.is_cell:
        return reference
    if area.row1 <= here.row1 <= area.row2 and area.column1 <= here.column1 <= area.column2:
        return Reference((Area(area.sheet, here.row1, here.column1, here.row1, here.column1),))
    if area.columns == 1 and area.row1 <= here.row1 <= area.row2:
        return Reference((Area(area.sheet, here.row1, area.column1, here.row1, area.column1),))
    if area.rows == 1 and area.column1 <= here.column1 <= area.column2:
        return Reference((Area(area.sheet, area.row1, here.column1, area.row1, here.column1),))
    return None
