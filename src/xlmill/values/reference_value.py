"""References as values: what A1:B3, OFFSET and INDEX give before anyone reads the cells."""

from __future__ import annotations

from dataclasses import dataclass

LAST_ROW = 1_048_576
LAST_COLUMN = 16_384


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells on one sheet; rows and columns count from 1, both ends included."""

    sheet: str
    row1: int
    column1: int
    row2: int
    column2: int

    @property
    def rows(self) -> int:
        """How many rows it spans."""
        return self.row2 - self.row1 + 1

    @property
    def columns(self) -> int:
        """How many columns it spans."""
        return self.column2 - self.column1 + 1

    @property
    def is_cell(self) -> bool:
        """Whether it is one cell."""
        return self.row1 == self.row2 and self.column1 == self.column2

    def moved(self, down: int, right: int, rows: int, columns: int) -> Area | None:
        """The area of the given size that begins `down` and `right` of this one's; None off the sheet."""
        row, column = self.row1 + down, self.column1 + right
        last_row, last_column = row + rows - 1, column + columns - 1
        if row < 1 or column < 1 or last_row > LAST_ROW or last_column > LAST_COLUMN or rows < 1 or columns < 1:
            return None
        return Area(self.sheet, row, column, last_row, last_column)

    def intersected(self, other: Area) -> Area | None:
        """The cells that both have."""
        row1, row2 = max(self.row1, other.row1), min(self.row2, other.row2)
        column1, column2 = max(self.column1, other.column1), min(self.column2, other.column2)
        if self.sheet.casefold() != other.sheet.casefold() or row1 > row2 or column1 > column2:
            return None
        return Area(self.sheet, row1, column1, row2, column2)


@dataclass(frozen=True, slots=True)
class Reference:
    """One or more areas: a union, or a 3-D reference, has several."""

    areas: tuple[Area, ...]
