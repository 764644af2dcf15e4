"""What N, T and CELL make of ranges and arrays."""

from __future__ import annotations

from collections.abc import Callable

from xlmill.functions.surroundings import Surroundings
from xlmill.values.column import ARRAY, REFERENCE, Arrays, Column, choose_rows
from xlmill.values.reference_value import Area, Reference


def first_cells_of_references(column: Column, surroundings: Surroundings) -> Column:
    """References replaced by what their first cell holds."""
    if not column.has(REFERENCE):
        return column
    assert column.objects is not None
    firsts = [_first_cell(one) if isinstance(one, Reference) else one for one in column.objects]
    return surroundings.read(
        Column(column.kinds, column.numbers, column.texts, column.arrays, firsts, column.uniform, column.from_cells)
    )


def _first_cell(reference: Reference) -> Reference:
    area = reference.areas[0]
    return Reference((Area(area.sheet, area.row1, area.column1, area.row1, area.column1),))


def by_element(column: Column, convert: Callable[[Column], Column]) -> Column:
    """A conversion applied to values, and to each cell of arrays."""
    if not column.has(ARRAY):
        return convert(column)
    assert column.arrays is not None
    arrays = column.arrays
    inside = Column(
        column.kinds,
        column.numbers,
        column.texts,
        Arrays(arrays.starts, arrays.rows, arrays.columns, convert(arrays.cells)),
        column.objects,
        column.uniform,
    )
    return choose_rows(column.is_kind(ARRAY), inside, convert(column)).settled()
