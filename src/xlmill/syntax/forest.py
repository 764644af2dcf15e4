"""The trees of a chunk of expressions, together in arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntFlag

import numpy as np
from numpy.typing import NDArray

Int16 = NDArray[np.int16]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]
Bytes = NDArray[np.uint8]


class RefFlag(IntFlag):
    """What a row of `Forest.refs` says beyond its numbers."""

    ROW1_ABSOLUTE = 1
    COLUMN1_ABSOLUTE = 2
    ROW2_ABSOLUTE = 4
    COLUMN2_ABSOLUTE = 8
    WHOLE_COLUMNS = 16  # A:C; rows are 1 to 1048576
    WHOLE_ROWS = 32  # 1:3; columns are 1 to 16384
    IS_AREA = 64  # written with a colon
    R1C1 = 128  # written in R1C1; a row or column that is not absolute is an offset from the formula's cell
    SHEET = 256  # has a sheet prefix: sheet_start, sheet_stop
    DELETED = 512  # Sheet1!#REF!


# Columns of Forest.refs.
REF_SHEET_START, REF_SHEET_STOP, REF_ROW1, REF_COLUMN1, REF_ROW2, REF_COLUMN2, REF_FLAGS = range(7)


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees parsed from `buffer`, a node an entry, in postfix order: arguments stand before their node.

    A whole subtree is therefore one run of consecutive nodes that ends in its root. `row_start` and
    `row_stop` bound each expression in the buffer, in bytes. A row that is no formula has `root` -1, its
    `problem` (a syntax.problem.Problem) and `problem_at`, the byte where it was found.
    """

    buffer: Bytes  # UTF-8
    row_start: Int64
    row_stop: Int64
    root: Int32  # by row: its last node, or -1
    problem: Int16  # by row: 0 where it parsed
    problem_at: Int64  # by row: a position in buffer
    problem_detail: Int32  # by row: for a wrong number of arguments, 256 * the least + the most it takes; else 0

    op: Int16  # by node: an Opcode, or a function's number
    argc: Int32  # by node: how many arguments
    first: Int32  # by node: where its arguments begin in args
    args: Int32  # argument nodes
    height: Int32  # by node: 0 for a leaf, else one more than its highest argument; LOCAL: as what it stands for
    depth: Int16  # by node: how many LAMBDA bodies it stands in; parameters stand inside
    row: Int32  # by node: its expression
    number: Float64  # by node: see Opcode
    start: Int64  # by node: where its own token begins in buffer (an operator's sign, a function's name)
    stop: Int64
    extra: Int32  # by node: see Opcode

    refs: Int64  # by reference: seven columns, REF_*
    name_start: Int64  # by distinct name (ASCII case folded): where it first stands in buffer
    name_stop: Int64

    def copied(self) -> Forest:
        """The same trees, for an evaluation that computes in their arrays."""
        return replace(self, number=self.number.copy(), start=self.start.copy(), stop=self.stop.copy())
