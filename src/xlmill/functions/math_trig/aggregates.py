"""Sums and products of any numbers."""

from __future__ import annotations

import numpy as np

from xlmill.functions.parameter import AllNumbers, Number, Numbers
from xlmill.functions.registry import function
from xlmill.values.cell_runs import NumberRuns
from xlmill.values.column import Column, error_where
from xlmill.values.error_value import ExcelError


@function("SUM")
def sum_(number1: AllNumbers) -> Number:
    """SUM(number1, ...): the sum of numbers.

    Arrays: taken as a whole; text and booleans in references and arrays are passed over.
    Errors: #VALUE! for a direct argument that is text and no number.
    Source: Microsoft Support, "SUM function".

    =SUM(1,2,"3",TRUE)  -> 7
    =SUM({1,"x",2})  -> 3
    """
    return number1.sums()


@function("PERCENTOF")
def percentof(data_subset: Numbers, data_all: Numbers) -> Column:
    """PERCENTOF(data_subset, data_all): the sum of some numbers as a part of the sum of all.

    Arrays: taken as a whole; text and booleans in references and arrays are passed over.
    Errors: #DIV/0! where all add up to 0.
    Source: Microsoft Support, "PERCENTOF function".

    =PERCENTOF({1,2},{1,2,3,4})  -> 0.3
    =PERCENTOF({1},{1,-1})  -> #DIV/0!
    """
    whole = data_all.sums()
    return error_where(whole == 0, ExcelError.DIV0, data_subset.sums() / np.where(whole == 0, 1, whole))


@function("PRODUCT")
def product(number1: AllNumbers) -> Number:
    """PRODUCT(number1, ...): the product of numbers; 0 where there are none.

    Arrays: taken as a whole; text and booleans in references and arrays are passed over.
    Errors: #VALUE! for a direct argument that is text and no number.
    Source: Microsoft Support, "PRODUCT function".

    =PRODUCT(2,3,4)  -> 24
    =PRODUCT({2,"x",3})  -> 6
    """
    return number1.reduce(np.multiply, 0.0)


@function("SUMSQ")
def sumsq(number1: AllNumbers) -> Number:
    """SUMSQ(number1, ...): the sum of the squares of numbers.

    Arrays: taken as a whole; text and booleans in references and arrays are passed over.
    Errors: #VALUE! for a direct argument that is text and no number.
    Source: Microsoft Support, "SUMSQ function".

    =SUMSQ(3,4)  -> 25
    =SUMSQ({1,2;3,"x"})  -> 14
    """
    if number1.matrix is not None:
        return NumberRuns.from_matrix(np.square(number1.matrix)).sums()
    return NumberRuns(np.square(number1.values), number1.offsets).sums()
