"""The values of leaves that depend on the run: names, columns, references, array constants."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from xlmill.engine.run import Run
from xlmill.engine.store import Store
from xlmill.syntax.forest import (
    REF_COLUMN1,
    REF_COLUMN2,
    REF_FLAGS,
    REF_ROW1,
    REF_ROW2,
    REF_SHEET_START,
    REF_SHEET_STOP,
    Forest,
    RefFlag,
)
from xlmill.syntax.reference import parse_sheet_prefix
from xlmill.syntax.structured import parse_structured
from xlmill.values.column import (
    REFERENCE,
    Arrays,
    Column,
    Index,
    SideBySide,
    arrays_column,
    as_cells,
    errors_column,
    rows_of,
    runs,
    stack,
)
from xlmill.values.error_value import ExcelError
from xlmill.values.reference_value import LAST_COLUMN, LAST_ROW, Area, Reference


def source_text(forest: Forest, node: int) -> str:
    """A node's own token as written."""
    return forest.buffer[forest.start[node] : forest.stop[node]].tobytes().decode("utf-8", "replace")


def distinct_name(forest: Forest, name: int) -> str:
    """A name's text as first written."""
    return forest.buffer[forest.name_start[name] : forest.name_stop[name]].tobytes().decode("utf-8", "replace")


def by_name(forest: Forest, nodes: Index, rows: Index, value_of: Callable[[str, Index], Column]) -> Column:
    """The values of NAME or STRUCTURED leaves, each distinct name looked up once for all its rows.

    `rows` are the rows of the chunk, one a node, or many for a single node.
    """
    names = forest.extra[nodes]
    if len(nodes) != len(rows) or bool((names == names[0]).all()):
        column = value_of(distinct_name(forest, int(names[0])), rows)
        return column.repeat(len(nodes)) if len(column) == 1 else column
    parts = []
    place = np.empty(len(nodes), np.int64)
    at = 0
    order = np.argsort(names, kind="stable")
    bounds = np.flatnonzero(np.diff(names[order])) + 1
    for group in np.split(order, bounds):
        column = value_of(distinct_name(forest, int(names[group[0]])), rows[group])
        if len(column) != len(group):
            column = column.repeat(len(group))
        parts.append(column)
        place[group] = at + np.arange(len(group))
        at += len(group)
    return stack(parts).take(place).settled()


def references(forest: Forest, nodes: Index, run: Run) -> Column:
    """The references that literal references such as $A$1:B3 spell."""
    objects = [reference_of(forest, int(node), run) for node in nodes]
    return references_column(objects)


def references_column(objects: list[Reference | None]) -> Column:
    """References as a column; None is #REF!."""
    count = len(objects)
    kinds = np.full(count, REFERENCE, np.uint8)
    column = Column(kinds, np.arange(count, dtype=np.float64), objects=objects, uniform=REFERENCE)
    broken = np.array([reference is None for reference in objects], np.bool_)
    if not broken.any():
        return column
    numbers = np.where(broken, float(ExcelError.REF.code), column.numbers)
    return Column(np.where(broken, np.uint8(4), kinds), numbers, objects=objects)


def reference_of(forest: Forest, node: int, run: Run) -> Reference | None:
    """One literal reference; None where it refers to nothing."""
    facts = forest.refs[forest.extra[node]]
    flags = RefFlag(int(facts[REF_FLAGS]))
    if flags & RefFlag.DELETED:
        return None
    prefix = ""
    if flags & RefFlag.SHEET:
        prefix = forest.buffer[facts[REF_SHEET_START] : facts[REF_SHEET_STOP]].tobytes().decode("utf-8", "replace")
    corners = (int(facts[REF_ROW1]), int(facts[REF_COLUMN1]), int(facts[REF_ROW2]), int(facts[REF_COLUMN2]))
    return place_reference(corners, flags, prefix, run)


def place_reference(corners: tuple[int, int, int, int], flags: RefFlag, prefix: str, run: Run) -> Reference | None:
    """The reference of given corners, with R1C1 offsets counted from the formula's cell."""
    row1, column1, row2, column2 = corners
    if flags & RefFlag.R1C1:
        here = run.formula_cell
        whole_rows, whole_columns = bool(flags & RefFlag.WHOLE_ROWS), bool(flags & RefFlag.WHOLE_COLUMNS)
        row1 = row1 if flags & RefFlag.ROW1_ABSOLUTE or whole_columns else _wrap(row1 + here.row1, LAST_ROW)
        row2 = row2 if flags & RefFlag.ROW2_ABSOLUTE or whole_columns else _wrap(row2 + here.row1, LAST_ROW)
        if not (flags & RefFlag.COLUMN1_ABSOLUTE or whole_rows):
            column1 = _wrap(column1 + here.column1, LAST_COLUMN)
        if not (flags & RefFlag.COLUMN2_ABSOLUTE or whole_rows):
            column2 = _wrap(column2 + here.column1, LAST_COLUMN)
    row1, row2 = sorted((row1, row2))
    column1, column2 = sorted((column1, column2))
    sheets: tuple[str, ...] = (run.formula_cell.sheet,)
    if prefix:
        workbook, first, last = parse_sheet_prefix(prefix)
        if last is not None:
            sheets = run.cells.sheet_span(first, last)
        elif workbook is None and run.cells.sheets and not run.cells.has_sheet(first):
            sheets = ()
        else:
            sheets = (first if workbook is None else f"[{workbook}]{first}",)
    areas = tuple(Area(sheet, row1, column1, row2, column2) for sheet in sheets)
    return Reference(areas) if areas else None


def _wrap(position: int, last: int) -> int:
    # A relative reference that runs off one edge of the sheet comes in at the other, as in Excel.
    return (position - 1) % last + 1


def positional(forest: Forest, nodes: Index, rows: Index, run: Run) -> Column:
    """In a formula over rows, A1 is the first column of this row, C1 the third, B1:D1 three of them."""
    across = positional_columns(forest, int(nodes[0]), rows, run)
    if across is None:
        return errors(ExcelError.REF, 1)
    return as_cells(across[0]) if len(across) == 1 else arrays_column(SideBySide(across).arrays())


def positional_columns(forest: Forest, node: int, rows: Index, run: Run) -> list[Column] | None:
    """The columns that a reference in a formula over rows takes in; None where there are none such."""
    reference = reference_of(forest, node, run)
    if reference is None:
        return None
    area = reference.areas[0]
    if area.row1 != 1 or area.row2 != 1 or area.column2 > len(run.positional_columns):
        return None
    return [rows_of(column, rows) for column in run.positional_columns[area.column1 - 1 : area.column2]]


def array_constants(forest: Forest, nodes: Index, store: Store) -> Column:
    """The values of array constants, whose elements are leaves."""
    argc = forest.argc[nodes].astype(np.int64)
    elements = store.values(forest.args[runs(forest.first[nodes].astype(np.int64), argc)])
    widths = forest.extra[nodes].astype(np.int64)
    return arrays_column(Arrays(np.cumsum(argc) - argc, argc // widths, widths, elements))


def array_constant(forest: Forest, node: int, store: Store) -> Column:
    """The value of one array constant over many rows: a column of one row."""
    first, argc, width = int(forest.first[node]), int(forest.argc[node]), int(forest.extra[node])
    elements = stack([store.values(forest.args[first + k : first + k + 1]) for k in range(argc)])
    shape = np.array([argc // width], np.int64), np.array([width], np.int64)
    return arrays_column(Arrays(np.zeros(1, np.int64), shape[0], shape[1], elements.settled()))


def row_column(text: str, run: Run) -> Column | None:
    """The column of the rows that `[@qty]` or `[qty]` names; None where a structured reference means a table."""
    reference = parse_structured(text)
    if reference.table is not None or reference.first_column is None:
        return None
    if reference.last_column != reference.first_column:
        return None
    return run.columns.get(reference.first_column.casefold())


def table_part(text: str, run: Run) -> Column:
    """The part of a table on a sheet that a structured reference means: a column of one row."""
    reference = parse_structured(text)
    here = run.formula_cell
    if reference.table is None:
        table = next((table for table in run.tables.values() if table.area.intersected(here)), None)
    else:
        table = run.tables.get(reference.table.casefold())
    return references_column([table.part(reference, here) if table is not None else None])


def errors(error: ExcelError, count: int) -> Column:
    """One error value, `count` times."""
    return errors_column(np.full(count, error.code))


def missing(count: int) -> Column:
    """#NAME?, which an unknown name gives."""
    return errors(ExcelError.NAME, count)
