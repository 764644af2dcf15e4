"""Functions about references, and functions that make them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from xlmill.functions.grids import REF, VALUE, Codes, Layout, arrays_or_errors, extents, layout, whole_numbers
from xlmill.functions.lookup.sections import references_or_errors, with_errors
from xlmill.functions.parameter import Logical, Number, Text, Whole, optional
from xlmill.functions.registry import function
from xlmill.functions.surroundings import Surroundings
from xlmill.values.column import (
    ERROR,
    REFERENCE,
    Column,
    Index,
    constant_column,
    numbers_column,
    stack,
)
from xlmill.values.error_value import ExcelError
from xlmill.values.reference_value import Area, Reference


@function("ROW")
def row(reference: Whole | None = optional(None), *, surroundings: Surroundings) -> Column:
    """ROW([reference]): the row number of a reference, or of the formula's own cell.

    Arrays: a reference of several rows gives all their numbers, one below the other.
    Errors: #VALUE! for what is no reference.
    Source: Microsoft Support, "ROW function".

    =ROW(B7)  -> 7
    =ROW(A2:A4)  -> {2;3;4}
    """
    if reference is None:
        return numbers_column(np.full(len(surroundings.rows), float(surroundings.formula_cell.row1)))
    return _numbered(reference, lambda area: (area.row1, area.rows, 1), lambda to: to.row)


@function("COLUMN")
def column(reference: Whole | None = optional(None), *, surroundings: Surroundings) -> Column:
    """COLUMN([reference]): the column number of a reference, or of the formula's own cell.

    Arrays: a reference of several columns gives all their numbers, side by side.
    Errors: #VALUE! for what is no reference.
    Source: Microsoft Support, "COLUMN function".

    =COLUMN(D1)  -> 4
    =COLUMN(B1:D1)  -> {2,3,4}
    """
    if reference is None:
        return numbers_column(np.full(len(surroundings.rows), float(surroundings.formula_cell.column1)))
    return _numbered(reference, lambda area: (area.column1, 1, area.columns), lambda to: to.column)


def _numbered(
    reference: Column, facts: Callable[[Area], tuple[int, int, int]], offset: Callable[[Layout], Index]
) -> Column:
    """The numbers of the rows, or columns, that references span; of several areas only the first counts."""
    codes = codes_of_others(reference)
    first, heights, widths = (np.zeros(len(reference), np.int64) for _ in range(3))
    for at, given in references_by_row(reference):
        first[at], heights[at], widths[at] = facts(given.areas[0])
    if bool((heights * widths <= 1).all()):
        return with_errors(codes, numbers_column(first.astype(np.float64)))
    to = layout(heights, widths)
    cells = numbers_column((first[to.owner] + offset(to)).astype(np.float64))
    return arrays_or_errors(to.filled(cells), codes)


def references_by_row(values: Column) -> list[tuple[int, Reference]]:
    """The rows that hold a reference, each with its reference."""
    rows = np.flatnonzero(values.is_kind(REFERENCE))
    objects = values.objects or ()
    return [(at, objects[int(number)]) for at, number in zip(rows.tolist(), values.numbers[rows], strict=True)]


def codes_of_others(values: Column) -> Codes:
    """#VALUE! for what is no reference; an error value is itself."""
    return np.where(values.is_kind(REFERENCE), 0.0, np.where(values.is_kind(ERROR), values.numbers, VALUE))


@function("ROWS")
def rows(array: Whole) -> Column:
    """ROWS(array): how many rows a reference or array has.

    Errors: #REF! for a reference of several areas.
    Source: Microsoft Support, "ROWS function".

    =ROWS(B2:C9)  -> 8
    =ROWS({1,2;3,4;5,6})  -> 3
    """
    height, _, codes = extents(array)
    return with_errors(codes, numbers_column(height.astype(np.float64)))


@function("COLUMNS")
def columns(array: Whole) -> Column:
    """COLUMNS(array): how many columns a reference or array has.

    Errors: #REF! for a reference of several areas.
    Source: Microsoft Support, "COLUMNS function".

    =COLUMNS(B2:C9)  -> 2
    =COLUMNS({1,2;3,4;5,6})  -> 2
    """
    _, width, codes = extents(array)
    return with_errors(codes, numbers_column(width.astype(np.float64)))


@function("AREAS")
def areas(reference: Whole) -> Column:
    """AREAS(reference): how many areas a reference has.

    Errors: #VALUE! for what is no reference.
    Source: Microsoft Support, "AREAS function".

    =AREAS(A1:B2)  -> 1
    =AREAS((A1:B2,D4,F5))  -> 3
    """
    counts = np.zeros(len(reference))
    for at, given in references_by_row(reference):
        counts[at] = len(given.areas)
    return with_errors(codes_of_others(reference), numbers_column(counts))


@function("OFFSET", is_volatile=True)
def offset(
    reference: Whole,
    rows: Number,
    cols: Number,
    height: Number | None = optional(None),
    width: Number | None = optional(None),
) -> Column:
    """OFFSET(reference, rows, cols, [height], [width]): a reference moved down and right, of another size if given.

    A negative height or width reaches up or left.
    Arrays: elementwise over the numbers.
    Errors: #REF! off the sheet and for height or width 0; #VALUE! for what is no reference.
    Source: Microsoft Support, "OFFSET function".

    =ROW(OFFSET(B2,3,0))  -> 5
    =COLUMNS(OFFSET(B2,0,0,1,4))  -> 4
    =OFFSET(A1,-1,0)  -> #REF!
    """
    objects: list[Reference | None] = [None] * len(reference)
    down, right = whole_numbers(rows).tolist(), whole_numbers(cols).tolist()
    heights = None if height is None else whole_numbers(height).tolist()
    widths = None if width is None else whole_numbers(width).tolist()
    codes = codes_of_others(reference)
    for at, given in references_by_row(reference):
        area = given.areas[0]
        moved = None
        if len(given.areas) == 1:
            tall = area.rows if heights is None else heights[at]
            wide = area.columns if widths is None else widths[at]
            up, left = min(tall + 1, 0), min(wide + 1, 0)
            moved = area.moved(down[at] + up, right[at] + left, abs(tall), abs(wide))
        codes[at] = REF if len(given.areas) == 1 else VALUE
        objects[at] = None if moved is None else Reference((moved,))
    return references_or_errors(objects, codes)


@function("INDIRECT", is_volatile=True)
def indirect(ref_text: Text, a1: Logical = optional(True), *, surroundings: Surroundings) -> Column:
    """INDIRECT(ref_text, [a1]): the reference that a text spells: an address (A1 style, or R1C1 if a1 is FALSE),
    a name, or a part of a table.

    Arrays: elementwise over ref_text.
    Errors: #REF! for a text that spells no reference.
    Source: Microsoft Support, "INDIRECT function".

    =ROW(INDIRECT("B"&3))  -> 3
    =COLUMN(INDIRECT("R2C5",FALSE))  -> 5
    =INDIRECT("no reference")  -> #REF!
    """
    spelled: dict[tuple[str, bool], int] = {}
    which = [spelled.setdefault(key, len(spelled)) for key in zip(ref_text.to_strings(), a1.tolist(), strict=True)]
    found = [_spelled(text.strip(), style, surroundings) for text, style in spelled]
    return stack(found).take(np.array(which, np.int64)).settled()


def _spelled(text: str, a1: bool, surroundings: Surroundings) -> Column:
    if not text:
        return constant_column(ERROR, float(ExcelError.REF.code), 1)
    return surroundings.parse_reference(text, not a1)
