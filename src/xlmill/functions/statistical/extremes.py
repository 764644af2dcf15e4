"""The smallest and the largest value."""

from __future__ import annotations

import numpy as np

from xlmill.functions.parameter import AllCells, AllNumbers, Number
from xlmill.functions.registry import function
from xlmill.functions.statistical.samples import numbers_and_text
from xlmill.values.column import Column, numbers_column, with_errors


@function("MIN")
def min_(number1: AllNumbers) -> Number:
    """MIN(number1, ...): the smallest number; 0 where there are none.

    Arrays: taken as a whole; text and booleans in references and arrays are passed over.
    Errors: #VALUE! for a direct argument that is text and no number.
    Source: Microsoft Support, "MIN function".

    =MIN(3,-1,2)  -> -1
    =MIN({"x"})  -> 0
    """
    return number1.reduce(np.minimum, 0.0)


@function("MAX")
def max_(number1: AllNumbers) -> Number:
    """MAX(number1, ...): the largest number; 0 where there are none.

    Arrays: taken as a whole; text and booleans in references and arrays are passed over.
    Errors: #VALUE! for a direct argument that is text and no number.
    Source: Microsoft Support, "MAX function".

    =MAX(3,-1,2)  -> 3
    =MAX({-5,TRUE})  -> -5
    """
    return number1.reduce(np.maximum, 0.0)


@function("MINA")
def mina(value1: AllCells) -> Column:
    """MINA(value1, ...): the smallest value; text counts as 0, TRUE as 1; 0 where there are none.

    Arrays: taken as a whole; empty cells are passed over.
    Errors: #VALUE! for a direct argument that is text and no number.
    Source: Microsoft Support, "MINA function".

    =MINA({2,TRUE})  -> 1
    =MINA({2,"x"})  -> 0
    """
    numbers, codes = numbers_and_text(value1)
    return with_errors(codes, numbers_column(numbers.reduce(np.minimum, 0.0)))


@function("MAXA")
def maxa(value1: AllCells) -> Column:
    """MAXA(value1, ...): the largest value; text counts as 0, TRUE as 1; 0 where there are none.

    Arrays: taken as a whole; empty cells are passed over.
    Errors: #VALUE! for a direct argument that is text and no number.
    Source: Microsoft Support, "MAXA function".

    =MAXA({-2,"x"})  -> 0
    =MAXA({-2,TRUE})  -> 1
    """
    numbers, codes = numbers_and_text(value1)
    return with_errors(codes, numbers_column(numbers.reduce(np.maximum, 0.0)))
