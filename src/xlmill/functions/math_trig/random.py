"""Random numbers that a run can repeat: each is a hash of the seed, the expression's row and a count of draws.

Source: the mixing function is that of SplitMix64, Steele, Lea and Flood, "Fast splittable pseudorandom number
generators" (2014).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xlmill.functions.parameter import Logical, Number, StrictNumber, optional
from xlmill.functions.registry import function
from xlmill.functions.surroundings import Surroundings
from xlmill.values.column import Arrays, Column, Index, arrays_column, error_where, numbers_column
from xlmill.values.error_value import ExcelError
from xlmill.values.rounding import ceiling, floor

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_TO_UNIT = 2.0**-53


@function("RAND", is_volatile=True)
def rand(*, surroundings: Surroundings) -> Number:
    """RAND(): a random number from 0 up to but not including 1.

    Source: Microsoft Support, "RAND function".

    =AND(RAND()>=0,RAND()<1)  -> TRUE
    =RAND()=RAND()  -> FALSE
    """
    draws = surroundings.draws()
    return _uniform(surroundings, draws, np.zeros(len(draws), np.int64))


@function("RANDBETWEEN", is_volatile=True)
def randbetween(bottom: StrictNumber, top: StrictNumber, *, surroundings: Surroundings) -> Column:
    """RANDBETWEEN(bottom, top): a random whole number from bottom to top, both included.

    Arrays: elementwise, each element a number of its own.
    Errors: #NUM! where bottom is above top.
    Source: Microsoft Support, "RANDBETWEEN function".

    =RANDBETWEEN(7,7)  -> 7
    =ABS(RANDBETWEEN(-2,2))<=2  -> TRUE
    =RANDBETWEEN(2,1)  -> #NUM!
    """
    draws = surroundings.draws()
    number = _whole(_uniform(surroundings, draws, np.zeros(len(draws), np.int64)), ceiling(bottom), floor(top))
    return error_where(bottom > top, ExcelError.NUM, number)


@function("RANDARRAY", is_volatile=True, omitted_is_default=True)
def randarray(
    rows: Number = optional(1),
    columns: Number = optional(1),
    min: Number = optional(0),
    max: Number = optional(1),
    whole_number: Logical = optional(False),
    *,
    surroundings: Surroundings,
) -> Column:
    """RANDARRAY([rows], [columns], [min], [max], [whole_number]): an array of random numbers from min to max.

    Arrays: gives an array.
    Errors: #CALC! for no rows or columns; #VALUE! for a negative number of them, for min above max, and for whole
    numbers between limits that are not whole; #NUM! for more cells than the run allows.
    Source: Microsoft Support, "RANDARRAY function".

    =ROWS(RANDARRAY(2,3))  -> 2
    =RANDARRAY(1,2,5,5,TRUE)  -> {5,5}
    =RANDARRAY(0)  -> #CALC!
    """
    height, width = np.trunc(rows), np.trunc(columns)
    none = (height == 0) | (width == 0)
    wrong = (height < 0) | (width < 0) | (min > max) | whole_number & ((min != np.trunc(min)) | (max != np.trunc(max)))
    too_many = height * width > surroundings.most_cells
    fits = ~(none | wrong | too_many)
    heights, widths = (np.where(fits, size, 1).astype(np.int64) for size in (height, width))
    sizes = heights * widths
    starts = np.cumsum(sizes) - sizes
    owners = np.repeat(np.arange(len(sizes)), sizes)
    elements = np.arange(len(owners)) - starts[owners]
    uniform = _uniform(surroundings.subset(owners), surroundings.draws()[owners], elements)
    low, high = min[owners], max[owners]
    numbers = np.where(whole_number[owners], _whole(uniform, low, high), low + uniform * (high - low))
    result = arrays_column(Arrays(starts, heights, widths, numbers_column(numbers)))
    result = error_where(too_many, ExcelError.NUM, result)
    return error_where(wrong, ExcelError.VALUE, error_where(none & ~wrong, ExcelError.CALC, result))


def _whole(uniform: Number, bottom: Number, top: Number) -> Number:
    return bottom + np.floor(uniform * (top - bottom + 1))


def _uniform(surroundings: Surroundings, draws: Index, elements: Index) -> Number:
    """Numbers from 0 to below 1, one for each row of the run, draw of its expression and element of that draw."""
    state = _mixed(np.full(1, surroundings.seed & 0xFFFFFFFFFFFFFFFF, np.uint64))
    for part in (surroundings.rows, draws, elements):
        state = _mixed(state + part.astype(np.uint64) * _GOLDEN)
    return (state >> np.uint64(11)).astype(np.float64) * _TO_UNIT


def _mixed(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    state = state + _GOLDEN
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))
