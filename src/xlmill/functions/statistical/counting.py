"""Counting numbers, values and blanks."""

from __future__ import annotations

import numpy as np

from xlmill.functions.conditional import read_ranges
from xlmill.functions.parameter import AllCells, Number, Whole
from xlmill.functions.registry import function
from xlmill.functions.surroundings import Surroundings
from xlmill.values.coercion import to_numbers
from xlmill.values.column import BOOLEAN, EMPTY, NUMBER, OMITTED, TEXT, Column, Mask, numbers_column, with_errors
from xlmill.values.distinct_rows import distinct_rows


@function("COUNT")
def count(value1: AllCells, *, surroundings: Surroundings) -> Number:
    """COUNT(value1, ...): how many values are numbers.

    Arrays: taken as a whole; in references and arrays only numbers count, of direct arguments also truth values and
    text that reads as a number. Error values are passed over.
    Source: Microsoft Support, "COUNT function".

    =COUNT(1,"2",TRUE,"x")  -> 3
    =COUNT({1,"2",TRUE,#N/A})  -> 1
    """
    cells = value1.cells
    if cells.uniform == NUMBER:
        return np.diff(value1.offsets).astype(np.float64)
    counted = cells.is_kind(NUMBER) | value1.direct & (cells.is_kind(BOOLEAN) | cells.is_kind(OMITTED))
    given_text = np.flatnonzero(value1.direct & cells.is_kind(TEXT))
    if len(given_text):
        refused = to_numbers(cells.take(given_text), surroundings.date1904)[1]
        counted[given_text] = True if refused is None else refused == 0
    return _counts(counted, value1)


@function("COUNTA")
def counta(value1: AllCells) -> Number:
    """COUNTA(value1, ...): how many values are not empty.

    Arrays: taken as a whole; error values and empty text count.
    Source: Microsoft Support, "COUNTA function".

    =COUNTA(1,"",#N/A)  -> 3
    =COUNTA({1,"x";TRUE,2})  -> 4
    """
    return _counts(~value1.cells.is_kind(EMPTY), value1)


def _counts(counted: Mask, cells: AllCells) -> Number:
    return np.bincount(cells.owners[counted], minlength=len(cells.offsets) - 1).astype(np.float64)


@function("COUNTBLANK")
def countblank(range: Whole, *, surroundings: Surroundings) -> Column:
    """COUNTBLANK(range): how many cells are empty or hold an empty text.

    Arrays: taken as a whole.
    Source: Microsoft Support, "COUNTBLANK function".

    =COUNTBLANK(A1:B3)  -> 6
    =COUNTBLANK({1,"";"",2})  -> 2
    """
    ranges = read_ranges(range, surroundings)
    arrays = ranges.arrays
    asked, inverse = distinct_rows([arrays.starts, arrays.rows, arrays.columns])
    cells, owners = arrays.take(asked).flat()
    blank = cells.is_kind(EMPTY) | cells.is_kind(OMITTED)
    if cells.texts is not None:
        blank |= cells.is_kind(TEXT) & (cells.texts.lengths == 0)
    counts = np.bincount(owners[blank], minlength=len(asked))[inverse] + ranges.beyond()
    return with_errors(ranges.codes, numbers_column(counts.astype(np.float64)))
