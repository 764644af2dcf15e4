"""What a function's parameters ask for: the annotations of kernels.

A kernel's signature is the function's signature in Excel. An annotation says how the engine prepares an
argument before the kernel sees it; a default, written `optional(value)`, says that it may be left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from xlmill.values.cell_runs import CellRuns, NumberRuns
from xlmill.values.column import Arrays, Column
from xlmill.values.text_column import Texts

# One value a row; an array in the argument makes the function run for each of its elements ("lifting").
# Rows with an error value are set aside before the kernel runs.
Number: TypeAlias = NDArray[np.float64]  # coerced to a number
StrictNumber: TypeAlias = NDArray[np.float64]  # the same, but TRUE, FALSE and areas of several cells are #VALUE!
Logical: TypeAlias = NDArray[np.bool_]  # coerced to truth
Text: TypeAlias = Texts  # coerced to text
Scalar: TypeAlias = Column  # any value but an error

# One value a row, lifted too, but the kernel looks at error values itself.
Value: TypeAlias = Column

# The value as it is, an array, reference or LAMBDA included; does not cause lifting, but follows it.
Branch: TypeAlias = Column

# Whole arrays: references read, a scalar as one cell.
Range: TypeAlias = Arrays  # with whatever cells it has, errors included
Numbers: TypeAlias = NumberRuns  # the numbers of one argument by SUM's rules; rows with an error set aside
AllNumbers: TypeAlias = NumberRuns  # the numbers of this and all further arguments
AllCells: TypeAlias = CellRuns  # the cells of this and all further arguments, errors included

# As it is; nothing is read, lifted or set aside.
Whole: TypeAlias = Column  # a reference stays a reference

# Repeated parameters, after a star.
NumberEach: TypeAlias = Number
TextEach: TypeAlias = Text
ValueEach: TypeAlias = Value
BranchEach: TypeAlias = Branch
RangeEach: TypeAlias = Range
WholeEach: TypeAlias = Whole
RangeAndCriterion: TypeAlias = Any  # range, criterion, range, criterion, ...
ValueAndBranch: TypeAlias = Any  # test, result, test, result, ...


class To(Enum):
    """How an argument is prepared."""

    NUMBER = auto()
    STRICT_NUMBER = auto()  # as the functions of the former Analysis ToolPak take numbers
    LOGICAL = auto()
    TEXT = auto()
    SCALAR = auto()
    VALUE = auto()
    BRANCH = auto()
    RANGE = auto()
    NUMBERS = auto()
    ALL_NUMBERS = auto()
    ALL_CELLS = auto()
    WHOLE = auto()

    @property
    def lifts(self) -> bool:
        """Whether an array in this argument makes the function run for each element."""
        return self in _LIFTING

    @property
    def gathers(self) -> bool:
        """Whether this and all further arguments go in together."""
        return self in (To.ALL_NUMBERS, To.ALL_CELLS)


_LIFTING = frozenset({To.NUMBER, To.STRICT_NUMBER, To.LOGICAL, To.TEXT, To.SCALAR, To.VALUE})

# Annotations by name; a repeated parameter may take several in turn.
ANNOTATIONS: dict[str, tuple[To, ...]] = {
    "Number": (To.NUMBER,),
    "StrictNumber": (To.STRICT_NUMBER,),
    "Logical": (To.LOGICAL,),
    "Text": (To.TEXT,),
    "Scalar": (To.SCALAR,),
    "Value": (To.VALUE,),
    "Branch": (To.BRANCH,),
    "Range": (To.RANGE,),
    "Numbers": (To.NUMBERS,),
    "AllNumbers": (To.ALL_NUMBERS,),
    "AllCells": (To.ALL_CELLS,),
    "Whole": (To.WHOLE,),
    "NumberEach": (To.NUMBER,),
    "TextEach": (To.TEXT,),
    "ValueEach": (To.VALUE,),
    "BranchEach": (To.BRANCH,),
    "RangeEach": (To.RANGE,),
    "WholeEach": (To.WHOLE,),
    "RangeAndCriterion": (To.WHOLE, To.VALUE),
    "ValueAndBranch": (To.VALUE, To.BRANCH),
}


@dataclass(frozen=True, slots=True)
class Optional:
    """A parameter that may be left out, and what it then is; None for a kernel that wants to know."""

    value: float | bool | str | None


def optional(value: float | bool | str | None) -> Any:
    """A parameter's default. Absent, the kernel sees this value in every row; `optional(None)`: it sees None."""
    return Optional(value)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an Excel function."""

    name: str
    to: To
    default: Optional | None = None
