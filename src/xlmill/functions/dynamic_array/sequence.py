"""SEQUENCE: numbers at equal steps."""

from __future__ import annotations

import numpy as np

from xlmill.functions.grids import CALC, VALUE, arrays_or_errors, layout, sizes_within, whole_numbers
from xlmill.functions.parameter import Number, optional
from xlmill.functions.registry import function
from xlmill.functions.surroundings import Surroundings
from xlmill.values.column import Column, numbers_column
from xlmill.values.reference_value import LAST_ROW


@function("SEQUENCE", omitted_is_default=True)
def sequence(
    rows: Number = optional(1),
    columns: Number = optional(1),
    start: Number = optional(1),
    step: Number = optional(1),
    *,
    surroundings: Surroundings,
) -> Column:
    """SEQUENCE(rows, [columns], [start], [step]): numbers at equal steps, row by row.

    Errors: #CALC! for no rows or columns; #VALUE! for a negative number of them, or more than 1,048,576;
    #NUM! for an array that is too large.
    Source: Microsoft Support, "SEQUENCE function".

    =SEQUENCE(3)  -> {1;2;3}
    =SEQUENCE(2,3,10,5)  -> {10,15,20;25,30,35}
    =SEQUENCE(0)  -> #CALC!
    =SEQUENCE(1E9)  -> #VALUE!
    """
    tall, wide = whole_numbers(rows), whole_numbers(columns)
    codes = np.where((tall == 0) | (wide == 0), CALC, 0.0)
    codes[(tall < 0) | (wide < 0) | (tall > LAST_ROW) | (wide > LAST_ROW)] = VALUE
    tall, wide, codes = sizes_within(tall, wide, codes, surroundings)
    to = layout(tall, wide)
    element = to.row * wide[to.owner] + to.column
    return arrays_or_errors(to.filled(numbers_column(start[to.owner] + element * step[to.owner])), codes)
