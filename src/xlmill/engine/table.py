"""Tables: named areas with a header row, whose columns formulas name."""

from __future__ import annotations

from dataclasses import dataclass

from xlmill.syntax.structured import StructuredReference, TableRows
from xlmill.values.reference_value import Area, Reference


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the area with its header and totals rows, the columns' names in order."""

    name: str
    area: Area
    columns: tuple[str, ...]
    header_rows: int = 1
    totals_rows: int = 0

    def part(self, reference: StructuredReference, here: Area) -> Reference | None:
        """The cells that a structured reference means for a formula that stands `here`; None: there are none."""
        span = self._columns(reference)
        rows = self._rows(reference, here)
        if span is None or rows is None:
            return None
        left = self.area.column1
        return Reference((Area(self.area.sheet, rows[0], left + span[0], rows[1], left + span[1]),))

    def _columns(self, reference: StructuredReference) -> tuple[int, int] | None:
        if reference.first_column is None:
            return 0, len(self.columns) - 1
        folded = [name.casefold() for name in self.columns]
        last = reference.last_column if reference.last_column is not None else reference.first_column
        try:
            first_at, last_at = folded.index(reference.first_column.casefold()), folded.index(last.casefold())
        except ValueError:
            return None
        return min(first_at, last_at), max(first_at, last_at)

    def _rows(self, reference: StructuredReference, here: Area) -> tuple[int, int] | None:
        first_data = self.area.row1 + self.header_rows
        last_data = self.area.row2 - self.totals_rows
        wanted = reference.rows
        if TableRows.THIS_ROW in wanted:
            return (here.row1, here.row1) if first_data <= here.row1 <= last_data else None
        if TableRows.ALL in wanted:
            return self.area.row1, self.area.row2
        spans = []
        if TableRows.HEADERS in wanted and self.header_rows:
            spans.append((self.area.row1, first_data - 1))
        if TableRows.DATA in wanted or not wanted:
            spans.append((first_data, last_data))
        if TableRows.TOTALS in wanted and self.totals_rows:
            spans.append((last_data + 1, self.area.row2))
        if not spans:
            return None
        return min(span[0] for span in spans), max(span[1] for span in spans)
