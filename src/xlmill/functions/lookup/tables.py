"""VLOOKUP, HLOOKUP, LOOKUP and XLOOKUP: what stands beside a value in a table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xlmill.functions.grids import NA, REF, VALUE, Codes, extents, is_vector, read_arrays, whole_numbers
from xlmill.functions.lookup.exact import find_match
from xlmill.functions.lookup.matching import search, too_long_to_find
from xlmill.functions.lookup.nearest import last_not_above
from xlmill.functions.lookup.sections import section, with_errors
from xlmill.functions.lookup.vectors import Vectors, first_columns, first_rows, gather, wanted_values
from xlmill.functions.parameter import Branch, Logical, Number, Range, Scalar, Value, Whole, optional
from xlmill.functions.registry import Branches, function
from xlmill.functions.surroundings import Surroundings
from xlmill.values.coercion import to_numbers
from xlmill.values.column import ARRAY, REFERENCE, Column, Index, Mask, choose_rows


@function("VLOOKUP")
def vlookup(
    lookup_value: Scalar, table_array: Range, col_index_num: Value, range_lookup: Logical = optional(True)
) -> Column:
    """VLOOKUP(lookup_value, table_array, col_index_num, [range_lookup]): a cell of the row that begins with a value.

    range_lookup TRUE: the last row that begins at or below the value, the first column ascending; FALSE: the
    first that begins with it, text with the wildcards * ? ~.
    Arrays: elementwise over lookup_value and col_index_num.
    Errors: #N/A where no row fits; #VALUE! for col_index_num below 1; #REF! for one beyond the table, and
    for one that is no number.
    Source: Microsoft Support, "VLOOKUP function".

    =VLOOKUP("b",{"a",1;"b",2},2,FALSE)  -> 2
    =VLOOKUP(75,{0,"F";60,"D";70,"C"},2)  -> "C"
    =VLOOKUP("x",{"a",1;"b",2},2,FALSE)  -> #N/A
    =VLOOKUP("a",{"a",1;"b",2},3,FALSE)  -> #REF!
    """
    found, codes = _find(lookup_value, first_columns(table_array), range_lookup)
    column, codes = _place(col_index_num, table_array.columns, codes)
    at = np.where(codes == 0, table_array.starts + found * table_array.columns + column - 1, 0)
    return with_errors(codes, table_array.cells.take(at).settled())


@function("HLOOKUP")
def hlookup(
    lookup_value: Scalar, table_array: Range, row_index_num: Value, range_lookup: Logical = optional(True)
) -> Column:
    """HLOOKUP(lookup_value, table_array, row_index_num, [range_lookup]): a cell below a value in the first row.

    range_lookup TRUE: the last column that begins at or below the value, the first row ascending; FALSE: the
    first that begins with it, text with the wildcards * ? ~.
    Arrays: elementwise over lookup_value and row_index_num.
    Errors: #N/A where no column fits; #VALUE! for row_index_num below 1; #REF! for one beyond the table, and
    for one that is no number.
    Source: Microsoft Support, "HLOOKUP function".

    =HLOOKUP("b",{"a","b";1,2},2,FALSE)  -> 2
    =HLOOKUP(15,{10,20;"x","y"},2)  -> "x"
    =HLOOKUP(5,{10,20;"x","y"},2)  -> #N/A
    """
    found, codes = _find(lookup_value, first_rows(table_array), range_lookup)
    row, codes = _place(row_index_num, table_array.rows, codes)
    at = np.where(codes == 0, table_array.starts + (row - 1) * table_array.columns + found, 0)
    return with_errors(codes, table_array.cells.take(at).settled())


def _find(value: Column, vectors: Vectors, nearest: Logical) -> tuple[Index, Codes]:
    wanted = wanted_values(value, empty_is_zero=True)
    found = np.empty(len(wanted), np.int64)
    for near in (True, False):
        rows = np.flatnonzero(nearest == near)
        if len(rows):
            find = last_not_above if near else find_match
            found[rows] = find(vectors.take(rows), wanted.take(rows))
    return found, np.where(too_long_to_find(wanted), VALUE, np.where(found < 0, NA, 0.0))


def _place(index_num: Column, size: Index, codes: Codes) -> tuple[Index, Codes]:
    """The column or row that is asked for, and the codes of rows that ask for none; errors there are all #REF!."""
    numbers, refused = to_numbers(index_num)
    place = whole_numbers(numbers)
    codes = np.where(place < 1, VALUE, np.where(place > size, REF, codes))
    return place, codes if refused is None else np.where(refused != 0, REF, codes)


@function("LOOKUP")
def lookup(
    lookup_value: Scalar,
    lookup_vector: Range,
    result_vector: Whole | None = optional(None),
    *,
    surroundings: Surroundings,
) -> Column:
    """LOOKUP(lookup_value, lookup_vector, [result_vector]): what stands where a value is found, cells ascending.

    The last cell at or below the value decides. Without result_vector the result comes from lookup_vector
    itself: of an array wider than high, the first row is searched and the last gives the result; of others
    the first and last column.
    Arrays: elementwise over lookup_value.
    Errors: #N/A where all cells are above the value.
    Source: Microsoft Support, "LOOKUP function".

    =LOOKUP(4.5,{1,4,9},{"a","b","c"})  -> "b"
    =LOOKUP("c",{"a",1;"c",3})  -> 3
    =LOOKUP(0,{1,4,9})  -> #N/A
    """
    wanted = wanted_values(lookup_value, empty_is_zero=True)
    table = lookup_vector
    wide = table.columns > table.rows
    steps = np.where(wide, 1, table.columns)
    vectors = gather(table.cells, table.starts, steps, np.where(wide, table.columns, table.rows))
    found = last_not_above(vectors, wanted)
    codes = np.where(found < 0, NA, 0.0)
    if result_vector is None:
        last = np.where(wide, (table.rows - 1) * table.columns, table.columns - 1)
        at = np.where(codes == 0, table.starts + last + found * steps, 0)
        return with_errors(codes, table.cells.take(at).settled())
    rows, columns, wrong = extents(result_vector)
    codes = np.where(wrong != 0, wrong, np.where(is_vector(rows, columns), codes, NA))
    # A reference that is too short is read beyond its end.
    codes = np.where((codes == 0) & (found >= rows * columns) & ~result_vector.is_kind(REFERENCE), NA, codes)
    down = np.where(rows == columns, ~wide, columns == 1)
    place = np.where(codes == 0, found, 0)
    result = section(result_vector, np.where(down, place, 0), np.where(down, 0, place))
    return with_errors(codes, surroundings.read(result))


def _taken_by_xlookup(position: int, arguments: Sequence[Column]) -> Mask:
    count = max(len(argument) for argument in arguments)
    if position > 3:  # the modes are wanted in every row
        return np.ones(count, np.bool_)
    value, lists = (argument if len(argument) == count else argument.repeat(count) for argument in arguments[:2])
    # Only what is found for certain does without the branch: an equal cell counts in every mode.
    plain = np.flatnonzero((value.kinds < ARRAY) & lists.is_kind(ARRAY))
    taken = np.ones(count, np.bool_)
    if len(plain):
        assert lists.arrays is not None
        exact = np.zeros(len(plain)), np.ones(len(plain))
        found, _ = search(value.take(plain), lists.arrays.take(plain), *exact)
        taken[plain] = found < 0
    return taken


@function("XLOOKUP", omitted_is_default=True, branches=Branches(3, _taken_by_xlookup))
def xlookup(
    lookup_value: Scalar,
    lookup_array: Whole,
    return_array: Whole,
    if_not_found: Branch | None = optional(None),
    match_mode: Number = optional(0),
    search_mode: Number = optional(1),
    *,
    surroundings: Surroundings,
) -> Column:
    """XLOOKUP(lookup_value, lookup_array, return_array, [if_not_found], [match_mode], [search_mode]): what stands
    beside a value.

    match_mode 0: equal; -1: equal or the next smaller; 1: equal or the next larger; 2: wildcards.
    search_mode 1: from the first; -1: from the last; 2: binary, ascending; -2: binary, descending.
    A return_array that is a reference gives a reference; one of several columns (or rows) a whole row (or column).
    Arrays: elementwise over lookup_value.
    Errors: #N/A where nothing is found and if_not_found is not given; #VALUE! for another mode and where
    lookup_array and return_array differ in length.
    Source: Microsoft Support, "XLOOKUP function".

    =XLOOKUP("b",{"a","b"},{1,2})  -> 2
    =XLOOKUP("x",{"a","b"},{1,2},"none")  -> "none"
    =XLOOKUP(2,{1;2},{1,2;3,4})  -> {3,4}
    =XLOOKUP(25,{10,20,30},{"a","b","c"},,1)  -> "c"
    """
    height, width, codes = extents(lookup_array)
    rows, columns, wrong = extents(return_array)
    codes = np.where(codes != 0, codes, wrong)
    down = (width == 1) & (height == rows)
    across = (height == 1) & (width == columns) & ~down
    codes = np.where((codes == 0) & ~down & ~across, VALUE, codes)
    found, refused = search(lookup_value, read_arrays(lookup_array, surroundings), match_mode, search_mode)
    codes = np.where(codes != 0, codes, refused)
    missed = (codes == 0) & (found < 0)
    good = (codes == 0) & ~missed
    result = section(return_array, np.where(down & good, found, -1), np.where(across & good, found, -1))
    if if_not_found is not None:
        result = choose_rows(missed, if_not_found, result)
    else:
        codes = np.where(missed, NA, codes)
    return with_errors(codes, result)
