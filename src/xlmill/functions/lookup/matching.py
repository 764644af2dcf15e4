"""MATCH and XMATCH: where a value stands in a list."""

from __future__ import annotations

import numpy as np

from xlmill.functions.grids import NA, VALUE, Codes, is_vector, whole_numbers
from xlmill.functions.lookup.exact import find_equal, find_match
from xlmill.functions.lookup.nearest import find_by_halves, find_nearest, last_not_above, last_not_below
from xlmill.functions.lookup.vectors import Vectors, all_cells, wanted_values
from xlmill.functions.parameter import Number, Range, Scalar, optional
from xlmill.functions.registry import function
from xlmill.values.column import EMPTY, TEXT, Arrays, Column, Index, choose_rows, errors_column, numbers_column

# Longer texts are not looked up. Source: Microsoft Support, "VLOOKUP function", for lookup values.
LONGEST_LOOKUP = 255


@function("MATCH")
def match(lookup_value: Scalar, lookup_array: Range, match_type: Number = optional(1)) -> Column:
    """MATCH(lookup_value, lookup_array, [match_type]): the place of a value in a row or column of cells, from 1.

    match_type 1: the last cell at or below the value, the cells ascending; 0: the first equal cell, in any
    order, text with the wildcards * ? ~; -1: the first equal cell or else the last above, the cells descending.
    Arrays: elementwise over lookup_value.
    Errors: #N/A where nothing matches, and for a lookup_array of several rows and columns.
    Source: Microsoft Support, "MATCH function".

    =MATCH("b",{"a","b","c"},0)  -> 2
    =MATCH(25,{10,20,30})  -> 2
    =MATCH(25,{30,20,10},-1)  -> 1
    =MATCH("x*",{"a","b"},0)  -> #N/A
    """
    wanted = wanted_values(lookup_value, empty_is_zero=True)
    modes = np.sign(np.trunc(match_type))
    vectors = all_cells(lookup_array)
    found = np.full(len(modes), -1, np.int64)
    for mode in set(modes.tolist()):
        rows = np.flatnonzero(modes == mode)
        part, sought = vectors.take(rows), wanted.take(rows)
        find = find_match if mode == 0 else last_not_above if mode > 0 else last_not_below
        found[rows] = find(part, sought)
    codes = np.where((found < 0) | ~is_vector(lookup_array.rows, lookup_array.columns), NA, 0.0)
    return places(found, np.where(too_long_to_find(wanted), VALUE, codes))


@function("XMATCH", omitted_is_default=True)
def xmatch(
    lookup_value: Scalar, lookup_array: Range, match_mode: Number = optional(0), search_mode: Number = optional(1)
) -> Column:
    """XMATCH(lookup_value, lookup_array, [match_mode], [search_mode]): the place of a value in a list, from 1.

    match_mode 0: equal; -1: equal or the next smaller; 1: equal or the next larger; 2: wildcards.
    search_mode 1: from the first; -1: from the last; 2: binary, ascending; -2: binary, descending.
    Arrays: elementwise over lookup_value.
    Errors: #N/A where nothing matches; #VALUE! for another mode, wildcards in a binary search, and a
    lookup_array of several rows and columns.
    Source: Microsoft Support, "XMATCH function".

    =XMATCH("c",{"a","b","c"})  -> 3
    =XMATCH(25,{30,10,20},-1)  -> 3
    =XMATCH(1,{1,2,1},0,-1)  -> 3
    =XMATCH("b?",{"ab","bc"},2)  -> 2
    """
    found, codes = search(lookup_value, lookup_array, match_mode, search_mode)
    return places(found, np.where((codes == 0) & (found < 0), NA, codes))


def search(value: Column, lists: Arrays, match_mode: Number, search_mode: Number) -> tuple[Index, Codes]:
    """Where XLOOKUP and XMATCH find each value (-1: nowhere), and the codes of arguments that do not go."""
    wanted = wanted_values(value, empty_is_zero=False)
    match_modes, search_modes = whole_numbers(match_mode), whole_numbers(search_mode)
    ways = np.abs(search_modes)
    possible = (match_modes >= -1) & (match_modes <= 2) & (ways >= 1) & (ways <= 2)
    possible &= (match_modes < 2) | (ways < 2)
    possible &= is_vector(lists.rows, lists.columns)
    vectors = all_cells(lists)
    found = np.full(len(match_modes), -1, np.int64)
    # Both modes in one number, a few distinct ones.
    modes = match_modes * 10 + search_modes
    for mode in set(modes[possible].tolist()):
        rows = np.flatnonzero((modes == mode) & possible)
        how, way = int(match_modes[rows[0]]), int(search_modes[rows[0]])
        found[rows] = _search(vectors.take(rows), wanted.take(rows), how, way)
    return found, np.where(possible, 0.0, VALUE)


def _search(vectors: Vectors, wanted: Column, how: int, way: int) -> Index:
    if abs(way) == 2:
        return _by_halves(vectors, wanted, how, descending=way < 0)
    if how == 2:
        return find_match(vectors, wanted, last=way < 0)
    if how == 0:
        return find_equal(vectors, wanted, last=way < 0)
    return find_nearest(vectors, wanted, larger=how > 0, last=way < 0)


def _by_halves(vectors: Vectors, wanted: Column, how: int, descending: bool) -> Index:
    found = find_by_halves(vectors, wanted, how, descending)
    # An empty value has no place in the order: it finds the first empty cell.
    rows = np.flatnonzero(wanted.is_kind(EMPTY))
    if len(rows):
        found[rows] = find_equal(vectors.take(rows), wanted.take(rows))
    return found


def too_long_to_find(wanted: Column) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which values are texts too long to be looked up."""
    return wanted.is_kind(TEXT) & (wanted.text_rows().lengths > LONGEST_LOOKUP)


def places(found: Index, codes: Codes) -> Column:
    """Places counted from 1, errors where there is a code."""
    numbers = numbers_column((found + 1).astype(np.float64))
    return choose_rows(codes != 0, errors_column(codes), numbers) if codes.any() else numbers
