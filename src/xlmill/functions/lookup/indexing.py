"""INDEX and TRANSPOSE: a part of a reference or array, and its cells turned round."""

from __future__ import annotations

import numpy as np

from xlmill.functions.grids import REF, VALUE, Codes, extents, layout, picked, whole_numbers
from xlmill.functions.lookup.sections import section, with_errors
from xlmill.functions.parameter import Number, Range, Whole, optional
from xlmill.functions.registry import function
from xlmill.values.column import REFERENCE, Arrays, Column
from xlmill.values.reference_value import Reference

_NOT_GIVEN = float("nan")


@function("INDEX")
def index(
    array: Whole, row_num: Number, column_num: Number = optional(_NOT_GIVEN), area_num: Number = optional(1)
) -> Column:
    """INDEX(array, row_num, [column_num], [area_num]): the cell at a row and column, from 1; 0 takes all of them.

    A reference gives a reference. In a single row or column one number is enough; from an array of several
    rows and columns it then takes the whole row.
    Arrays: elementwise over row_num and column_num.
    Errors: #REF! for a place outside, and for a reference of several rows and columns without column_num;
    #VALUE! for a negative number.
    Source: Microsoft Support, "INDEX function".

    =INDEX({1,2;3,4},2,1)  -> 3
    =INDEX({1,2;3,4},0,2)  -> {2;4}
    =INDEX({5,6,7},3)  -> 7
    =INDEX({1,2;3,4},3,1)  -> #REF!
    """
    array, codes = _of_area(array, area_num)
    rows, columns, wrong = extents(array)
    codes = np.where(codes != 0, codes, wrong)
    alone = np.isnan(column_num)
    across = alone & (rows == 1)
    row = whole_numbers(np.where(across, 1, row_num))
    column = whole_numbers(np.where(across, row_num, np.where(alone, columns == 1, column_num)))
    negative = (row < 0) | (column < 0)
    outside = (row > rows) | (column > columns)
    outside |= alone & (rows > 1) & (columns > 1) & array.is_kind(REFERENCE)
    codes = np.where(codes != 0, codes, np.where(negative, VALUE, np.where(outside, REF, 0.0)))
    good = codes == 0
    return with_errors(codes, section(array, np.where(good, row, 0) - 1, np.where(good, column, 0) - 1))


def _of_area(array: Column, area_num: Number) -> tuple[Column, Codes]:
    """The areas that are meant, as references of one area each."""
    codes = np.zeros(len(array))
    number = whole_numbers(area_num)
    several = array.has(REFERENCE) and any(len(reference.areas) > 1 for reference in array.objects or ())
    if not several:
        codes[number != 1] = REF
        codes[number < 1] = VALUE
        return array, codes
    numbers = array.numbers.copy()
    areas: list[Reference] = []
    for row in np.flatnonzero(array.is_kind(REFERENCE)).tolist():
        assert array.objects is not None
        reference = array.objects[int(numbers[row])]
        at = int(number[row])
        if not 1 <= at <= len(reference.areas):
            codes[row] = REF if at > 0 else VALUE
            at = 1
        numbers[row] = len(areas)
        areas.append(Reference((reference.areas[at - 1],)))
    return Column(array.kinds, numbers, array.texts, array.arrays, areas, array.uniform), codes


@function("TRANSPOSE")
def transpose(array: Range) -> Arrays:
    """TRANSPOSE(array): rows as columns and columns as rows.

    Source: Microsoft Support, "TRANSPOSE function".

    =TRANSPOSE({1,2;3,4})  -> {1,3;2,4}
    =TRANSPOSE({1,2,3})  -> {1;2;3}
    """
    to = layout(array.columns, array.rows)
    return picked(array, to, to.column, to.row)
