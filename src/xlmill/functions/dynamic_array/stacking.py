"""HSTACK and VSTACK: arrays side by side and one below the other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xlmill.functions.grids import NA, arrays_or_errors, layout, read_arrays, sizes_within
from xlmill.functions.parameter import Whole, WholeEach
from xlmill.functions.registry import function
from xlmill.functions.surroundings import Surroundings
from xlmill.values.column import ERROR, Arrays, Column, constant_column, stack


@function("HSTACK")
def hstack(array1: Whole, *arrays: WholeEach, surroundings: Surroundings) -> Column:
    """HSTACK(array1, ...): arrays side by side; the shorter ones are filled up with #N/A.

    Errors: #NUM! for an array that is too large.
    Source: Microsoft Support, "HSTACK function".

    =HSTACK({1;2},{3;4})  -> {1,3;2,4}
    =HSTACK({1;2},"a")  -> {1,"a";2,#N/A}
    """
    return _stacked([read_arrays(column, surroundings) for column in (array1, *arrays)], False, surroundings)


@function("VSTACK")
def vstack(array1: Whole, *arrays: WholeEach, surroundings: Surroundings) -> Column:
    """VSTACK(array1, ...): arrays one below the other; the narrower ones are filled up with #N/A.

    Errors: #NUM! for an array that is too large.
    Source: Microsoft Support, "VSTACK function".

    =VSTACK({1,2},{3,4})  -> {1,2;3,4}
    =VSTACK({1,2},"a")  -> {1,2;"a",#N/A}
    """
    return _stacked([read_arrays(column, surroundings) for column in (array1, *arrays)], True, surroundings)


def _stacked(parts: Sequence[Arrays], down: bool, surroundings: Surroundings) -> Column:
    heights, widths = np.array([part.rows for part in parts]), np.array([part.columns for part in parts])
    rows = heights.sum(axis=0) if down else heights.max(axis=0)
    columns = widths.max(axis=0) if down else widths.sum(axis=0)
    rows, columns, codes = sizes_within(rows, columns, np.zeros(len(rows)), surroundings)
    to = layout(rows, columns)
    # Where each cell comes from: cell 0 is #N/A, behind it stand the cells of the parts.
    source = np.zeros(len(to.owner), np.int64)
    cells = [constant_column(ERROR, NA, 1)]
    before = np.zeros(len(rows), np.int64)
    total = 1
    for part in parts:
        inside = layout(np.where(codes == 0, part.rows, 0), part.columns)
        row, column = inside.row, inside.column
        if down:
            row = row + before[inside.owner]
        else:
            column = column + before[inside.owner]
        source[to.starts[inside.owner] + row * columns[inside.owner] + column] = total + np.arange(len(row))
        taken = part.starts[inside.owner] + inside.row * part.columns[inside.owner] + inside.column
        cells.append(part.cells.take(taken))
        total += len(row)
        before = before + (part.rows if down else part.columns)
    return arrays_or_errors(to.filled(stack(cells).take(source)), codes)
