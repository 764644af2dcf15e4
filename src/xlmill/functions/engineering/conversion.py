"""Units of measure."""

from __future__ import annotations

import numpy as np

from xlmill.functions.engineering.units import find_unit
from xlmill.functions.parameter import StrictNumber, Text
from xlmill.functions.registry import function
from xlmill.values.column import Column, error_where
from xlmill.values.error_value import ExcelError


@function("CONVERT")
def convert(number: StrictNumber, from_unit: Text, to_unit: Text) -> Column:
    """CONVERT(number, from_unit, to_unit): a measure in another unit.

    Units are case-sensitive. Metric ones take prefixes such as "k", bits and bytes also such as "ki".

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Errors: #N/A for an unknown unit, or units of different quantities; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "CONVERT function".

    =CONVERT(1,"lbm","kg")  -> 0.45359237
    =CONVERT(68,"F","C")  -> 20
    =ROUND(CONVERT(CONVERT(100,"ft","m"),"ft","m"),8)  -> 9.290304
    =CONVERT(2.5,"ft","sec")  -> #N/A
    """
    pairs = list(zip(from_unit.to_strings(), to_unit.to_strings(), strict=True))
    lines = {pair: _line(*pair) for pair in set(pairs)}
    scale, shift, divisor = np.array([lines[pair] for pair in pairs]).T
    return error_where(np.isnan(scale), ExcelError.NA, (number * scale + shift) / divisor)


def _line(from_unit: str, to_unit: str) -> tuple[float, float, float]:
    """What to multiply by, then to add, then to divide by; NaN where there is no way."""
    source, target = find_unit(from_unit), find_unit(to_unit)
    if source is None or target is None or source.quantity != target.quantity:
        return np.nan, np.nan, np.nan
    return source.factor, source.zero - target.zero, target.factor
