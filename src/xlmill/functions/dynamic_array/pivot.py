"""A summary by groups of rows and groups of columns: what is to be computed for it, and how it is laid out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from xlmill.functions.dynamic_array.group_tree import GroupTree, Lines
from xlmill.values.column import Column, Index

BY_COLUMN, BY_ROW, BY_ALL, BY_PARENT_COLUMN, BY_PARENT_ROW = range(5)


@dataclass(frozen=True, slots=True)
class Side:
    """What is asked of the rows of a summary, or of its columns.

    `tree` groups the data; `cells` has the number of the cell of each row of data in each field, `headings` that of
    each field's heading, if the data has headings. The `shown` outermost depths have totals.
    """

    tree: GroupTree
    cells: NDArray[np.int64]
    headings: Index | None
    order: Sequence[int]
    shown: int
    at_top: bool
    is_table: bool

    @property
    def depths(self) -> list[int]:
        """The depths of groups for which values are needed, be it to show them or to sort by them."""
        innermost = self.tree.depth
        shown = set(range(min(self.shown, innermost))) | {innermost}
        by_value = any(abs(number) > innermost for number in self.order)
        return sorted(shown | set(range(innermost + 1)) if by_value else shown)


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of data of each pair of a group of rows and a group of columns that has any, pair by pair."""

    pairs: Index
    starts: Index
    counts: Index
    data: Index

    @classmethod
    def of(cls, rows: Index, columns: Index, width: int) -> Table:
        """From the groups that each row of data is in."""
        codes = rows * width + columns
        data = np.argsort(codes, kind="stable")
        pairs, starts, counts = np.unique(codes[data], return_index=True, return_counts=True)
        return cls(pairs, starts, counts, data)

    def find(self, pairs: Index) -> Index:
        """Where each pair stands, -1 where it has no data."""
        at = np.minimum(np.searchsorted(self.pairs, pairs), len(self.pairs) - 1)
        return np.where(self.pairs[at] == pairs, at, -1)


@dataclass(frozen=True, slots=True)
class Pivot:
    """One summary. `values` has the numbers of the cells by row of data and value; `functions` those of functions.

    `first_result` has for each pair of depths where its results begin: by value, by function, by pair of groups.
    """

    rows: Side
    columns: Side
    values: NDArray[np.int64]
    value_headings: Index | None
    functions: Sequence[int]
    names: Sequence[str]
    is_down: bool
    shows_headings: bool
    relative_to: int
    tables: dict[tuple[int, int], Table] = field(default_factory=dict)
    first_result: dict[tuple[int, int], int] = field(default_factory=dict)

    def needed(self) -> list[tuple[int, int]]:
        """The pairs of depths to compute values for."""
        pairs = {(row, column) for row in self.rows.depths for column in self.columns.depths}
        if any(abs(number) > self.rows.tree.depth for number in self.rows.order):
            pairs |= {(row, 0) for row in self.rows.depths}
        if any(abs(number) > self.columns.tree.depth for number in self.columns.order):
            pairs |= {(0, column) for column in self.columns.depths}
        return sorted(pairs)

    def table(self, row_depth: int, column_depth: int) -> Table:
        """The data of each pair of groups at two depths."""
        key = row_depth, column_depth
        if key not in self.tables:
            rows, columns = self.rows.tree.group[row_depth], self.columns.tree.group[column_depth]
            self.tables[key] = Table.of(rows, columns, len(self.columns.tree.first[column_depth]))
        return self.tables[key]

    def relative(self, row_depth: int, column_depth: int) -> tuple[tuple[int, int], Index]:
        """What the pairs at two depths are parts of: its depths, and for each pair the place in the table there."""
        pairs = self.table(row_depth, column_depth).pairs
        rows, columns = np.divmod(pairs, len(self.columns.tree.first[column_depth]))
        row_above = column_above = 0
        if self.relative_to in (BY_ROW, BY_PARENT_COLUMN):
            row_above = row_depth
        if self.relative_to in (BY_COLUMN, BY_PARENT_ROW):
            column_above = column_depth
        if self.relative_to == BY_PARENT_COLUMN:
            column_above = max(column_depth - 1, 0)
        if self.relative_to == BY_PARENT_ROW:
            row_above = max(row_depth - 1, 0)
        width = len(self.columns.tree.first[column_above])
        above = self.rows.tree.ancestors(row_depth, rows, row_above) * width
        above = above + self.columns.tree.ancestors(column_depth, columns, column_above)
        return (row_above, column_above), self.table(row_above, column_above).find(above)

    def results_at(self, row_depth: int, column_depth: int, output: int) -> tuple[Table, int]:
        """The table of two depths, and where the results for an output (value by value, function by function) begin."""
        table = self.table(row_depth, column_depth)
        return table, self.first_result[row_depth, column_depth] + output * len(table.pairs)

    def laid_out(self, results: Column, pool: Pool) -> NDArray[np.int64]:
        """The summary as numbers of cells of the pool."""

        def of_rows(depth: int, output: int) -> Column:
            table, first = self.results_at(depth, 0, output)
            return results.take(first + np.arange(len(table.pairs)))

        def of_columns(depth: int, output: int) -> Column:
            table, first = self.results_at(0, depth, output)
            return results.take(first + np.arange(len(table.pairs)))

        rows, columns = self.rows, self.columns
        down = rows.tree.lines(rows.order, rows.shown, rows.at_top, rows.is_table, of_rows)
        across = columns.tree.lines(columns.order, columns.shown, columns.at_top, columns.is_table, of_columns)
        body = self._body(down, across, pool)
        left = _labels(rows, down, pool.row_fields, pool)
        if self.is_down:
            names = np.array([pool.text(name) for name in self.names])
            left = np.hstack((left.repeat(len(names), axis=0), np.tile(names, len(down))[:, None]))
        below = np.hstack((left, body))
        head = self._head(across, left.shape[1], body.shape[1], pool)
        return np.vstack((*head, below))

    def _body(self, down: Lines, across: Lines, pool: Pool) -> NDArray[np.int64]:
        values, functions = self.values.shape[1], len(self.functions)
        cells = np.full((len(down), len(across), values, functions), pool.text(""))
        for row_depth in np.unique(down.depths).tolist():
            for column_depth in np.unique(across.depths).tolist():
                r, c = np.flatnonzero(down.depths == row_depth), np.flatnonzero(across.depths == column_depth)
                width = len(self.columns.tree.first[column_depth])
                pairs = down.groups[r][:, None] * width + across.groups[c]
                table, first = self.results_at(row_depth, column_depth, 0)
                place = table.find(pairs)[:, :, None, None]
                output = np.arange(values * functions).reshape(values, functions) * len(table.pairs)
                cells[np.ix_(r, c)] = np.where(place < 0, pool.text(""), first + place + output)
        if self.is_down:
            cells = cells.transpose(0, 3, 1, 2)
            return cells.reshape(len(down) * functions, len(across) * values)
        return cells.reshape(len(down), len(across) * values * functions)

    def _head(self, across: Lines, left: int, width: int, pool: Pool) -> list[NDArray[np.int64]]:
        blank = np.full(left + width, pool.text(""))
        fields = self.columns.tree.depth
        lines = []
        if self.shows_headings and fields:
            line = blank.copy()
            headings = _headings(self.columns.headings, pool.column_fields, "Column Field", fields, pool)
            line[left : left + fields] = headings[:width]
            lines.append(line)
        if fields:
            labels = _labels(self.columns, across, pool.column_fields, pool).T.repeat(width // len(across), axis=1)
            lines.extend(np.concatenate((blank[:left], label)) for label in labels)
        each = 1 if self.is_down else len(self.functions)
        if self.shows_headings:
            line = blank.copy()
            groups = self.rows.tree.depth
            line[:groups] = _headings(self.rows.headings, pool.row_fields, "Row Field", groups, pool)
            values = _headings(self.value_headings, pool.values, "Value", self.values.shape[1], pool)
            line[left:] = np.tile(values.repeat(each), len(across))
            lines.append(line)
        if self.names and not self.is_down:
            names = np.array([pool.text(name) for name in self.names])
            lines.append(np.concatenate((blank[:left], np.tile(names, width // each))))
        return lines


@dataclass(frozen=True, slots=True)
class Pool:
    """The cells that summaries are laid out from: results, then those of arguments, then texts made here."""

    row_fields: int
    column_fields: int
    values: int
    first_text: int
    texts: dict[str, int] = field(default_factory=dict)

    def text(self, text: str) -> int:
        """The number of a text."""
        return self.first_text + self.texts.setdefault(text, len(self.texts))


def _labels(side: Side, lines: Lines, cells: int, pool: Pool) -> NDArray[np.int64]:
    """The labels of lines, one column a field."""
    depth = side.tree.depth
    labels = np.full((len(lines), depth), pool.text(""))
    for level in range(1, depth + 1):
        at = np.flatnonzero(lines.depths == level)
        for above in range(1, level + 1):
            # Spelled as in the first row of the group that it names, in every line alike.
            first = side.tree.first[above][side.tree.ancestors(level, lines.groups[at], above)]
            labels[at, above - 1] = cells + side.cells[first, above - 1]
    labels[lines.depths == 0, :1] = pool.text("Grand Total" if side.shown > 1 else "Total")
    return labels


def _headings(headings: Index | None, cells: int, made: str, count: int, pool: Pool) -> Index:
    """The data's own headings, or made ones."""
    if headings is not None:
        return cells + headings
    return np.array([pool.text(f"{made} {number}") for number in range(1, count + 1)], np.int64)
