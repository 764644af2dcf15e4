"""Which functions machine code evaluates node by node, and how each uses its arguments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xlmill.values import number_functions as numeric
from xlmill.values.number_functions import FUNCTIONS

# The kind of a node that has no value yet.
UNSETTLED: Final = 255


class Form(IntEnum):
    """How a function uses its arguments; 0 for those that only the batches evaluate."""

    ELEMENTWISE = 1  # number_functions.FUNCTIONS
    COMPARISON = 2  # the same, of two numbers, or of two texts; truth values compare otherwise
    STRICT = 3  # the same, of numbers only: truth values are refused
    DATED = 4  # the same, of one number and the date system
    TOTAL = 5  # SUM and others that read all arguments from left to right
    TEST = 6  # AND, OR, XOR
    COUNT = 7
    IF = 8
    IFERROR = 9
    IFNA = 10
    IFS = 11
    CHOOSE = 12
    PLUS = 13
    KIND = 14  # ISNUMBER and others that ask what an argument is
    DATE = 15
    # From here on: of texts.
    JOIN = 16
    CUT = 17  # LEFT, RIGHT, MID
    LEN = 18
    FIND = 19
    EXACT = 20
    REPT = 21
    LETTERS = 22  # UPPER, LOWER
    TRIM = 23
    SUBSTITUTE = 24
    CODE = 25


class Total(IntEnum):
    """Which function of the form TOTAL."""

    SUM = 0
    PRODUCT = 1
    AVERAGE = 2
    MIN = 3
    MAX = 4
    SUMSQ = 5
    MEDIAN = 6


class Connective(IntEnum):
    """Which function of the form TEST."""

    AND = 0
    OR = 1
    XOR = 2


class Asked(IntEnum):
    """Which function of the form KIND."""

    ISNUMBER = 0
    ISTEXT = 1
    ISNONTEXT = 2
    ISLOGICAL = 3
    ISERROR = 4
    ISERR = 5
    ISNA = 6


class Cut(IntEnum):
    """Which function of the form CUT."""

    LEFT = 0
    RIGHT = 1
    MID = 2


class Letters(IntEnum):
    """Which function of the form LETTERS."""

    UPPER = 0
    LOWER = 1


FORMS: Final[Mapping[str, tuple[Form, int]]] = {
    **{
        name: (Form.ELEMENTWISE, FUNCTIONS.index(function))
        for name, function in (
            *(("+", numeric.add), ("-", numeric.subtract), ("*", numeric.multiply), ("/", numeric.divide)),
            *(("^", numeric.power), ("POWER", numeric.power), ("-x", numeric.negate), ("%", numeric.percent)),
            *(("ABS", numeric.absolute), ("SIGN", numeric.sign), ("SQRT", numeric.square_root), ("PI", numeric.pi)),
            *(("EXP", numeric.exp), ("LN", numeric.ln), ("LOG10", numeric.log10), ("NOT", numeric.not_)),
            *(("SIN", numeric.sin), ("COS", numeric.cos), ("TAN", numeric.tan), ("MOD", numeric.mod)),
            *(("ROUND", numeric.round_half_away), ("ROUNDUP", numeric.round_up), ("ROUNDDOWN", numeric.round_down)),
            *(("TRUNC", numeric.round_down), ("INT", numeric.whole_below), ("N", numeric.itself)),
            *(("ASIN", numeric.asin), ("ACOS", numeric.acos), ("ATAN", numeric.atan), ("LOG", numeric.log)),
            *(("SINH", numeric.sinh), ("COSH", numeric.cosh), ("TANH", numeric.tanh), ("TRUE", numeric.true)),
            *(("DEGREES", numeric.degrees), ("RADIANS", numeric.radians), ("FALSE", numeric.false)),
            *(("FLOOR", numeric.floor), ("FLOOR.MATH", numeric.floor_math), ("FLOOR.PRECISE", numeric.floor_math)),
            *(("CEILING", numeric.ceiling), ("CEILING.MATH", numeric.ceiling_math)),
            ("CEILING.PRECISE", numeric.ceiling_math),
        )
    },
    **{
        name: (Form.COMPARISON, FUNCTIONS.index(function))
        for name, function in (
            *(("=", numeric.equal), ("<>", numeric.not_equal), ("<", numeric.less)),
            *(("<=", numeric.less_equal), (">", numeric.greater), (">=", numeric.greater_equal)),
        )
    },
    "QUOTIENT": (Form.STRICT, FUNCTIONS.index(numeric.quotient)),
    "MROUND": (Form.STRICT, FUNCTIONS.index(numeric.round_to_multiple)),
    "YEAR": (Form.DATED, FUNCTIONS.index(numeric.year)),
    "MONTH": (Form.DATED, FUNCTIONS.index(numeric.month)),
    "DAY": (Form.DATED, FUNCTIONS.index(numeric.day)),
    **{total.name: (Form.TOTAL, total) for total in Total},
    **{connective.name: (Form.TEST, connective) for connective in Connective},
    "COUNT": (Form.COUNT, 0),
    "IF": (Form.IF, 0),
    "IFERROR": (Form.IFERROR, 0),
    "IFNA": (Form.IFNA, 0),
    "IFS": (Form.IFS, 0),
    "CHOOSE": (Form.CHOOSE, 0),
    "+x": (Form.PLUS, 0),
    **{asked.name: (Form.KIND, asked) for asked in Asked},
    "DATE": (Form.DATE, 0),
    "&": (Form.JOIN, 0),
    "CONCATENATE": (Form.JOIN, 0),
    "CONCAT": (Form.JOIN, 0),
    **{cut.name: (Form.CUT, cut) for cut in Cut},
    "LEN": (Form.LEN, 0),
    "FIND": (Form.FIND, 0),
    "EXACT": (Form.EXACT, 0),
    "REPT": (Form.REPT, 0),
    **{letters.name: (Form.LETTERS, letters) for letters in Letters},
    "TRIM": (Form.TRIM, 0),
    "SUBSTITUTE": (Form.SUBSTITUTE, 0),
    "CODE": (Form.CODE, 0),
}

# What the second number is where it is not given, if not 0.
_DEFAULTS: Final[Mapping[str, float]] = {
    "LOG": 10.0,
    **dict.fromkeys(("FLOOR.MATH", "FLOOR.PRECISE", "CEILING.MATH", "CEILING.PRECISE"), 1.0),
}


@dataclass(frozen=True, slots=True)
class Forms:
    """By opcode: how machine code evaluates it, if at all, and which function of that form it is."""

    form: NDArray[np.uint8]
    function: NDArray[np.uint8]
    default: NDArray[np.float64]  # the second number where it is not given

    @classmethod
    def of(cls, opcodes: Mapping[str, int]) -> Forms:
        """For functions by their names, or operators by their signs."""
        form = np.zeros(1 << 15, np.uint8)
        function = np.zeros(1 << 15, np.uint8)
        default = np.zeros(1 << 15)
        for name, (kind, number) in FORMS.items():
            if name in opcodes:
                form[opcodes[name]] = kind
                function[opcodes[name]] = number
                default[opcodes[name]] = _DEFAULTS.get(name, 0.0)
        return cls(form, function, default)
