"""The error function and Bessel functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np

from xlmill.functions.parameter import Number, StrictNumber, optional
from xlmill.functions.registry import function
from xlmill.values.column import Numbers


@function("ERF", omitted_is_default=True)
def erf(lower_limit: StrictNumber, upper_limit: StrictNumber = optional(None)) -> Number:
    """ERF(lower_limit, [upper_limit]): the error function, from 0 or between two limits.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Errors: #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "ERF function".

    =ROUND(ERF(0.745),8)  -> 0.70792892
    =ROUND(ERF(1,2),8)  -> 0.15262147
    """
    special = _special("erf")
    return special(lower_limit) if upper_limit is None else special(upper_limit) - special(lower_limit)


@function("ERF.PRECISE")
def erf_precise(x: StrictNumber) -> Number:
    """ERF.PRECISE(x): the error function from 0.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Errors: #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "ERF.PRECISE function".

    =ROUND(ERF.PRECISE(1),8)  -> 0.84270079
    =ERF.PRECISE(0)  -> 0
    """
    return _special("erf")(x)


@function("ERFC")
def erfc(x: StrictNumber) -> Number:
    """ERFC(x): 1 less the error function.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Errors: #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "ERFC function".

    =ROUND(ERFC(1),8)  -> 0.15729921
    =ERFC(0)  -> 1
    """
    return _special("erfc")(x)


@function("ERFC.PRECISE")
def erfc_precise(x: StrictNumber) -> Number:
    """ERFC.PRECISE(x): 1 less the error function.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Errors: #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "ERFC.PRECISE function".

    =ROUND(ERFC.PRECISE(1),8)  -> 0.15729921
    =ERFC.PRECISE(-100)  -> 2
    """
    return _special("erfc")(x)


@function("BESSELI")
def besseli(x: StrictNumber, n: StrictNumber) -> Number:
    """BESSELI(x, n): the modified Bessel function of the first kind, of whole order n.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Errors: #NUM! for a negative order; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "BESSELI function".
    Differs: exact to about 15 digits, where Excel's approximations have 5 to 9.

    =ROUND(BESSELI(1.5,1),6)  -> 0.981666
    =BESSELI(1.5,-1)  -> #NUM!
    """
    order = np.trunc(n)
    return np.where(order < 0, np.nan, _special("iv")(order, x))


@function("BESSELJ")
def besselj(x: StrictNumber, n: StrictNumber) -> Number:
    """BESSELJ(x, n): the Bessel function of the first kind, of whole order n.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Errors: #NUM! for a negative order; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "BESSELJ function".
    Differs: exact to about 15 digits, where Excel's approximations have 5 to 9.

    =ROUND(BESSELJ(1.9,2),6)  -> 0.329926
    =BESSELJ(1.9,-2)  -> #NUM!
    """
    order = np.trunc(n)
    return np.where(order < 0, np.nan, _special("jv")(order, x))


@function("BESSELK")
def besselk(x: StrictNumber, n: StrictNumber) -> Number:
    """BESSELK(x, n): the modified Bessel function of the second kind, of whole order n.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Errors: #NUM! for a negative order or a number that is not positive; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "BESSELK function".
    Differs: exact to about 15 digits, where Excel's approximations have 5 to 9.

    =ROUND(BESSELK(1.5,1),6)  -> 0.277388
    =BESSELK(0,1)  -> #NUM!
    """
    order = np.trunc(n)
    return np.where((order < 0) | (x <= 0), np.nan, _special("kv")(order, x))


@function("BESSELY")
def bessely(x: StrictNumber, n: StrictNumber) -> Number:
    """BESSELY(x, n): the Bessel function of the second kind, of whole order n.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Errors: #NUM! for a negative order or a number that is not positive; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "BESSELY function".
    Differs: exact to about 15 digits, where Excel's approximations have 5 to 9.

    =ROUND(BESSELY(2.5,1),6)  -> 0.145918
    =BESSELY(-1,1)  -> #NUM!
    """
    order = np.trunc(n)
    return np.where((order < 0) | (x <= 0), np.nan, _special("yv")(order, x))


def _special(name: str) -> Callable[..., Numbers]:
    """A function of SciPy, which is loaded only when first needed."""
    import scipy.special

    return cast(Callable[..., Numbers], getattr(scipy.special, name))
