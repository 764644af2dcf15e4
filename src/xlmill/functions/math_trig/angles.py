"""Pi, degrees and radians."""

from __future__ import annotations

import numpy as np

from xlmill.functions.parameter import Number
from xlmill.functions.registry import function
from xlmill.values import number_functions
from xlmill.values.column import Column
from xlmill.values.number_functions import over_columns


@function("PI")
def pi() -> Number:
    """PI(): the ratio of a circle's circumference to its diameter.

    Source: Microsoft Support, "PI function".

    =ROUND(PI(),5)  -> 3.14159
    =COS(PI())  -> -1
    """
    return np.full(1, np.pi)


@function("DEGREES")
def degrees(angle: Number) -> Column:
    """DEGREES(angle): an angle given in radians, in degrees.

    Arrays: elementwise.
    Units: radians in, degrees out.
    Source: Microsoft Support, "DEGREES function".

    =DEGREES(PI())  -> 180
    =DEGREES(0)  -> 0
    """
    return over_columns(number_functions.degrees, angle)


@function("RADIANS")
def radians(angle: Number) -> Column:
    """RADIANS(angle): an angle given in degrees, in radians.

    Arrays: elementwise.
    Units: degrees in, radians out.
    Source: Microsoft Support, "RADIANS function".

    =RADIANS(180)  -> PI()
    =RADIANS(0)  -> 0
    """
    return over_columns(number_functions.radians, angle)
