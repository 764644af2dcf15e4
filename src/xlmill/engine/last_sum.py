"""A formula's last addition or subtraction, which Excel treats apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from xlmill.engine.store import Store
from xlmill.syntax.forest import Forest
from xlmill.syntax.opcode import Opcode
from xlmill.values.column import NUMBER, Column
from xlmill.values.rounding import snap_to_zero


def snapped(column: Column, forest: Forest, store: Store, read: Callable[[Column], Column]) -> Column:
    """The roots' values, of which a last sum whose operands cancel to fifteen digits is exactly 0.

    `read` gives one value for each reference.
    """
    last = np.flatnonzero((forest.op[forest.root] == Opcode.ADD) | (forest.op[forest.root] == Opcode.SUBTRACT))
    if not len(last):
        return column
    roots = forest.root[last]
    left, right = (read(store.values(forest.args[forest.first[roots] + side])) for side in (0, 1))
    sums = column if len(forest.root) == 1 else column.take(last)
    if not (left.uniform == right.uniform == sums.uniform == NUMBER):
        numeric = (left.kinds == NUMBER) & (right.kinds == NUMBER) & (sums.kinds == NUMBER)
    else:
        numeric = np.ones(1, np.bool_)
    whole = np.where(numeric, snap_to_zero(left.numbers, right.numbers, sums.numbers), sums.numbers)
    if len(forest.root) == 1:
        return replace(column, numbers=whole)
    numbers = column.numbers.copy()
    numbers[last] = whole
    return replace(column, numbers=numbers)
