"""PROB: what a table of probabilities gives to an interval."""

from __future__ import annotations

import numpy as np

from xlmill.functions.parameter import Number, Range, optional
from xlmill.functions.registry import function
from xlmill.functions.statistical.pairs import paired_numbers
from xlmill.values.cell_runs import sums_by_owner
from xlmill.values.column import Column, error_where, with_errors
from xlmill.values.error_value import ExcelError

# How far from 1 probabilities may add up that were written down with some digits.
_NEAR_ONE = 1e-7


@function("PROB")
def prob(x_range: Range, prob_range: Range, lower_limit: Number, upper_limit: Number | None = optional(None)) -> Column:
    """PROB(x_range, prob_range, lower_limit, [upper_limit]): the probability of values from one limit up to another.

    Without upper_limit, that of lower_limit itself.
    Arrays: x_range and prob_range are taken as a whole, pairs without two numbers passed over; limits elementwise.
    Errors: #N/A where the sizes differ; #NUM! for a probability not above 0 or above 1, and where they do not add up
    to 1 within 0.0000001.
    Source: Microsoft Support, "PROB function".

    =PROB({0,1,2,3},{0.2,0.3,0.1,0.4},2)  -> 0.1
    =PROB({0,1,2,3},{0.2,0.3,0.1,0.4},1,3)  -> 0.8
    =PROB({0,1},{0.5,0.4},1)  -> #NUM!
    """
    values, chances, owners, codes = paired_numbers(x_range, prob_range)
    count = len(codes)
    upper = lower_limit if upper_limit is None else upper_limit
    inside = (values >= lower_limit[owners]) & (values <= upper[owners])
    impossible = np.bincount(owners[(chances <= 0) | (chances > 1)], minlength=count) > 0
    wrong = impossible | (np.abs(sums_by_owner(owners, chances, count) - 1) > _NEAR_ONE)
    result = sums_by_owner(owners[inside], chances[inside], count)
    return with_errors(codes, error_where(wrong, ExcelError.NUM, result))
