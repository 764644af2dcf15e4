"""Functions of C's mathematical library, for both speeds: the same library gives the same last bit.

Interpreted they are Python's `math`, which calls that library too, save that what has no finite result is an
infinity or NaN here, as in C, and not an exception.
"""

from __future__ import annotations

import ctypes
import math
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final


def exp(x: float) -> float:
    """e raised to the power x."""
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def log(x: float) -> float:
    """The natural logarithm; NaN below 0."""
    return math.log(x) if x > 0 else -math.inf if x == 0 else math.nan


def log10(x: float) -> float:
    """The logarithm to base 10; NaN below 0."""
    return math.log10(x) if x > 0 else -math.inf if x == 0 else math.nan


def sin(x: float) -> float:
    """The sine of a finite angle."""
    return math.sin(x)


def cos(x: float) -> float:
    """The cosine of a finite angle."""
    return math.cos(x)


def tan(x: float) -> float:
    """The tangent of a finite angle."""
    return math.tan(x)


def asin(x: float) -> float:
    """The angle with this sine; NaN outside -1 to 1."""
    return math.asin(x) if -1 <= x <= 1 else math.nan


def acos(x: float) -> float:
    """The angle with this cosine; NaN outside -1 to 1."""
    return math.acos(x) if -1 <= x <= 1 else math.nan


def atan(x: float) -> float:
    """The angle with this tangent."""
    return math.atan(x)


def sinh(x: float) -> float:
    """The hyperbolic sine, infinite where it is too large."""
    try:
        return math.sinh(x)
    except OverflowError:
        return math.copysign(math.inf, x)


def cosh(x: float) -> float:
    """The hyperbolic cosine, infinite where it is too large."""
    try:
        return math.cosh(x)
    except OverflowError:
        return math.inf


def tanh(x: float) -> float:
    """The hyperbolic tangent."""
    return math.tanh(x)


def sqrt(x: float) -> float:
    """The square root; NaN below 0."""
    return math.sqrt(x) if x >= 0 else math.nan


def power(x: float, y: float) -> float:
    """x raised to the power y; NaN where that is not real, infinite where it is too large."""
    try:
        return math.pow(x, y)
    except OverflowError:
        return -math.inf if x < 0 and y % 2 == 1 else math.inf
    except ValueError:  # a root of a negative number, or 0 to a negative power
        return math.inf if x == 0 else math.nan


def remainder(x: float, y: float) -> float:
    """What is left of x after whole multiples of y, exactly, with the sign of x."""
    return math.fmod(x, y)


def floor(x: float) -> float:
    """The next whole number below."""
    return float(math.floor(x)) if math.isfinite(x) else x


# By function: what LLVM calls, and with how many numbers. An intrinsic (llvm.) is an instruction, not a call.
FUNCTIONS: Final[Mapping[Callable[..., float], tuple[str, int]]] = {
    exp: ("exp", 1),
    log: ("log", 1),
    log10: ("log10", 1),
    sin: ("sin", 1),
    cos: ("cos", 1),
    tan: ("tan", 1),
    asin: ("asin", 1),
    acos: ("acos", 1),
    atan: ("atan", 1),
    sinh: ("sinh", 1),
    cosh: ("cosh", 1),
    tanh: ("tanh", 1),
    sqrt: ("llvm.sqrt.f64", 1),
    power: ("pow", 2),
    remainder: ("fmod", 2),
    floor: ("llvm.floor.f64", 1),
}

DECLARATIONS: Final = "".join(
    f"declare double @{name}({', '.join(['double'] * count)})\n" for name, count in FUNCTIONS.values()
)


def addresses() -> Mapping[str, int]:
    """Where the library's functions stand in this process."""
    # A look through what Python's own module is linked to finds the library that it calls.
    library: Any = ctypes.CDLL("ucrtbase" if sys.platform == "win32" else getattr(math, "__file__", None))
    return {
        name: ctypes.cast(getattr(library, name), ctypes.c_void_p).value or 0
        for name, _ in FUNCTIONS.values()
        if not name.startswith("llvm.")
    }
