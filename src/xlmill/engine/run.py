"""A run: what its formulas may see, its clock and seed, and its budgets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from xlmill.engine.cells import Cells
from xlmill.engine.table import Table
from xlmill.functions.outside import Outside
from xlmill.values.column import Column
from xlmill.values.reference_value import Area, Reference


class Mode(Enum):
    """What a formula does with an array where one value is expected."""

    DYNAMIC = "dynamic"  # as in Excel 365: runs for each element and spills
    ARRAY = "array"  # a formula entered with Ctrl+Shift+Enter
    SCALAR = "scalar"  # as Excel stored formulas before: a reference gives the cell in the formula's row or column


@dataclass(frozen=True, slots=True)
class Limits:
    """Budgets that a hostile row meets before the machine does.

    `most_cells`: cells of one row's array. `most_calls_in_turn`: elements that REDUCE or SCAN step through.
    `most_steps`: nodes evaluated for one row inside LAMBDA bodies. `deepest_call`: nested calls of LAMBDAs, a little
    more than Excel allows. `chunk_cells`: array cells of a whole chunk, above which it is evaluated in halves.
    """

    most_cells: int = 4_000_000
    most_calls_in_turn: int = 50_000
    most_steps: int = 10_000_000
    deepest_call: int = 1_024
    chunk_cells: int = 40_000_000


_FIRST_CELL = Area("", 1, 1, 1, 1)


@dataclass(frozen=True, slots=True)
class Run:
    """What all expressions of a run share.

    `names` maps defined names (upper case) to values or to formulas beginning with "="; `columns` maps
    column names (case folded) to one value a row of the chunk; `positional_columns`, if given, are what A1,
    B1, ... mean in a formula over rows. `tables` and `spills` know the tables and spilled formulas of the
    sheets. `now` is a serial date. `first_row` is the number of the chunk's first expression in the run. `outside` is
    what waiting functions ask, and keeps the answers.
    """

    now: float = 0.0
    seed: int = 0
    date1904: bool = False
    mode: Mode = Mode.DYNAMIC
    formula_cell: Area = _FIRST_CELL
    cells: Cells = field(default_factory=lambda: Cells({}))
    names: Mapping[str, Any] = field(default_factory=dict)
    columns: Mapping[str, Column] = field(default_factory=dict)
    positional_columns: tuple[Column, ...] = ()
    tables: Mapping[str, Table] = field(default_factory=dict)
    spills: Mapping[Area, Area] = field(default_factory=dict)
    first_row: int = 0
    limits: Limits = field(default_factory=Limits)
    outside: Outside = field(default_factory=Outside)

    def spill_of(self, anchor: Reference) -> Reference | None:
        """The area that the formula in a cell spilled over."""
        area = self.spills.get(anchor.areas[0])
        return Reference((area,)) if area is not None else None
