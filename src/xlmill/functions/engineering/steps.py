"""Functions that are 0 or 1."""

from __future__ import annotations

import numpy as np

from xlmill.functions.parameter import Number, StrictNumber, optional
from xlmill.functions.registry import function


@function("DELTA", omitted_is_default=True)
def delta(number1: StrictNumber, number2: StrictNumber = optional(0.0)) -> Number:
    """DELTA(number1, [number2]): 1 where two numbers are equal, else 0.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Errors: #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "DELTA function".

    =DELTA(5,4)  -> 0
    =DELTA(0)  -> 1
    """
    return np.equal(number1, number2).astype(np.float64)


@function("GESTEP", omitted_is_default=True)
def gestep(number: StrictNumber, step: StrictNumber = optional(0.0)) -> Number:
    """GESTEP(number, [step]): 1 where a number is not below a threshold, else 0.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Errors: #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "GESTEP function".

    =GESTEP(5,4)  -> 1
    =GESTEP(-4,-5)  -> 1
    =GESTEP(-1)  -> 0
    """
    return np.greater_equal(number, step).astype(np.float64)
