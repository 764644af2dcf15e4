"""The cells that formulas may read, a few or a few million, on named sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from xlmill.values.column import EMPTY, Arrays, Index, constant_column, stack
from xlmill.values.python_value import column_from_python
from xlmill.values.reference_value import LAST_COLUMN, LAST_ROW, Area, Reference


class Cells:
    """Values by sheet, row and column; what is not there is empty.

    `sheets` gives the order of the sheets where it matters (3-D references, SHEET); `formulas` the formula
    text of cells, `hidden` the hidden rows of each sheet, for the functions that ask for them.
    """

    def __init__(
        self,
        values: Mapping[tuple[str, int, int], Any],
        sheets: Sequence[str] = (),
        formulas: Mapping[tuple[str, int, int], str] | None = None,
        hidden: Mapping[str, frozenset[int]] | None = None,
        filtered: Sequence[str] = (),
        known_sheets: bool = True,
    ) -> None:
        """`values` maps (sheet, row, column) to a Python value; sheet names compare without case.

        `filtered` names the sheets that have a filter on. `known_sheets=False` says that `sheets` need not be
        all there are, so that no reference is wrong for want of its sheet.
        """
        self._at: dict[tuple[str, int, int], int] = {}
        self._used: dict[str, tuple[int, int]] = {}
        names = {name.casefold(): name for name in sheets}
        contents: list[Any] = []
        for (sheet, row, column), value in values.items():
            key = sheet.casefold()
            names.setdefault(key, sheet)
            self._at[key, row, column] = len(contents)
            contents.append(value)
            last_row, last_column = self._used.get(key, (0, 0))
            self._used[key] = (max(last_row, row), max(last_column, column))
        self.sheets = tuple(names.values())
        self._known = frozenset(names) if known_sheets else None
        self._filtered = frozenset(sheet.casefold() for sheet in filtered)
        self._formulas = {(s.casefold(), r, c): text for (s, r, c), text in (formulas or {}).items()}
        self._hidden = {sheet.casefold(): rows for sheet, rows in (hidden or {}).items()}
        values_column = column_from_python(contents)
        self._values = stack([constant_column(EMPTY, 0.0, 1), values_column])  # cell 0 is the empty one
        self._areas: dict[Area, tuple[Index, int, int]] = {}

    def has_sheet(self, sheet: str) -> bool:
        """Whether there is a sheet of this name."""
        return self._known is None or sheet.casefold() in self._known

    def is_filtered(self, sheet: str) -> bool:
        """Whether a sheet has a filter on: its hidden rows were filtered out, not hidden by hand."""
        return sheet.casefold() in self._filtered

    def sheet_span(self, first: str, last: str) -> tuple[str, ...]:
        """The sheets from `first` to `last` in order; empty where one is not there."""
        folded = [name.casefold() for name in self.sheets]
        if first.casefold() not in folded or last.casefold() not in folded:
            return ()
        a, b = sorted((folded.index(first.casefold()), folded.index(last.casefold())))
        return self.sheets[a : b + 1]

    def formula(self, area: Area) -> str | None:
        """The formula in the first cell of an area."""
        return self._formulas.get((area.sheet.casefold(), area.row1, area.column1))

    def hidden_rows(self, area: Area) -> list[bool]:
        """For each row of an area whether it is hidden."""
        hidden = self._hidden.get(area.sheet.casefold(), frozenset())
        return [row in hidden for row in range(area.row1, self._clipped(area).row2 + 1)]

    def read(self, references: Sequence[Reference]) -> tuple[Arrays, list[bool]]:
        """What the references refer to, as arrays, and which of them are one single cell.

        Several areas of one reference come as one column of cells. The same area is read once.
        """
        indices: list[Index] = []
        placed: dict[Reference, tuple[int, int, int]] = {}
        at = 0
        shapes = []
        for reference in references:
            place = placed.get(reference)
            if place is None:
                if len(reference.areas) == 1:
                    index, rows, columns = self._indices(reference.areas[0])
                else:
                    index = np.concatenate([self._indices(area)[0] for area in reference.areas])
                    rows, columns = len(index), 1
                place = placed[reference] = (at, rows, columns)
                indices.append(index)
                at += len(index)
            shapes.append(place)
        table = np.array(shapes, np.int64).reshape(-1, 3)
        cells = self._values.take(np.concatenate(indices) if indices else np.zeros(0, np.int64)).settled()
        single = [len(r.areas) == 1 and r.areas[0].is_cell for r in references]
        return Arrays(table[:, 0], table[:, 1], table[:, 2], cells), single

    def _clipped(self, area: Area) -> Area:
        """Whole rows and columns end where the sheet's cells end: what lies beyond is empty."""
        last_row, last_column = self._used.get(area.sheet.casefold(), (0, 0))
        row2, column2 = area.row2, area.column2
        if area.row1 == 1 and row2 == LAST_ROW:
            row2 = max(last_row, 1)
        if area.column1 == 1 and column2 == LAST_COLUMN:
            column2 = max(last_column, 1)
        if (row2 - area.row1 + 1) * (column2 - area.column1 + 1) > 10_000_000:
            row2 = max(area.row1, min(row2, last_row))
            column2 = max(area.column1, min(column2, last_column))
        return Area(area.sheet, area.row1, area.column1, row2, column2)

    def _indices(self, area: Area) -> tuple[Index, int, int]:
        known = self._areas.get(area)
        if known is None:
            clipped = self._clipped(area)
            sheet = clipped.sheet.casefold()
            index = np.zeros(clipped.rows * clipped.columns, np.int64)
            if len(index) <= 4 * len(self._at) + 64:
                get = self._at.get
                across = range(clipped.column1, clipped.column2 + 1)
                index[:] = [
                    get((sheet, row, column), -1) + 1
                    for row in range(clipped.row1, clipped.row2 + 1)
                    for column in across
                ]
            else:
                for (name, row, column), place in self._at.items():
                    inside = clipped.row1 <= row <= clipped.row2 and clipped.column1 <= column <= clipped.column2
                    if name == sheet and inside:
                        index[(row - clipped.row1) * clipped.columns + column - clipped.column1] = place + 1
            known = self._areas[area] = (index, clipped.rows, clipped.columns)
        return known
