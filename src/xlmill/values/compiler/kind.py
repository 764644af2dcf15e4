"""What a value in a compiled function can be, and how LLVM holds it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np


class Scalar(Enum):
    """A kind of number, by its LLVM type."""

    INT = "i64"
    FLOAT = "double"
    BOOL = "i1"


@dataclass(frozen=True, slots=True, eq=False)
class ArrayKind:
    """A one-dimensional array: the LLVM type of an element in memory, and the kind of its value.

    Each kind is there once, so that the kinds of a call's arguments are told apart by identity, which is quick.
    """

    stored: str
    element: Scalar
    is_signed: bool
    is_strided: bool  # its elements do not stand side by side


Kind = Scalar | ArrayKind

# No uint64: its numbers do not all fit 63 bits, which is what both speeds count in.
_STORED: Final = {
    np.dtype(np.bool_): ("i8", Scalar.INT, False),
    np.dtype(np.uint8): ("i8", Scalar.INT, False),
    np.dtype(np.uint16): ("i16", Scalar.INT, False),
    np.dtype(np.uint32): ("i32", Scalar.INT, False),
    np.dtype(np.int8): ("i8", Scalar.INT, True),
    np.dtype(np.int16): ("i16", Scalar.INT, True),
    np.dtype(np.int32): ("i32", Scalar.INT, True),
    np.dtype(np.int64): ("i64", Scalar.INT, True),
    np.dtype(np.float64): ("double", Scalar.FLOAT, True),
}
_ARRAYS: Final = {
    (dtype, is_strided): ArrayKind(*facts, is_strided)
    for dtype, facts in _STORED.items()
    for is_strided in (False, True)
}

# In this order: a bool is an int too.
_SCALARS: Final = (
    ((bool, np.bool_), Scalar.BOOL),
    ((int, np.integer), Scalar.INT),
    ((float, np.floating), Scalar.FLOAT),
)


def kind_of(value: object) -> Kind:
    """The kind of an argument; raises TypeError where compiled functions take none such."""
    if isinstance(value, np.ndarray):
        kind = _ARRAYS.get((value.dtype, not value.flags.c_contiguous))
        if kind is not None and value.ndim == 1:
            return kind
        raise TypeError(f"no array of {value.ndim} dimensions and type {value.dtype} in a compiled function")
    for types, scalar in _SCALARS:
        if isinstance(value, types):
            return scalar
    raise TypeError(f"no {type(value).__name__} in a compiled function")
