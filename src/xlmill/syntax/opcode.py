"""What a node of a tree is: a leaf, an operator, a form of the language, or a function by number."""

from __future__ import annotations

from enum import IntEnum


class Opcode(IntEnum):
    """The operation of a node. Numbers from `FIRST_FUNCTION` up are functions, numbered by the registry."""

    # Leaves.
    NUMBER = 0  # number: its value
    TEXT = 1  # start, stop: its bytes, without the outer quotes; extra 1: has doubled quotes
    BOOLEAN = 2  # number: 1 or 0
    ERROR = 3  # number: ExcelError.code
    OMITTED = 4  # an argument left out: F(1,,2)
    REFERENCE = 5  # extra: index into refs
    STRUCTURED = 6  # extra: index into names, whose text is the whole of `Table1[[#This Row],[a]]`
    NAME = 7  # extra: index into names; a defined name, a column, or a function passed as a value
    LOCAL = 8  # extra: the node that a LET or LAMBDA bound to this name; stands for its value
    DECLARED = 9  # in LET: the name that the next argument is bound to; extra: index into names
    PARAMETER = 10  # in LAMBDA: a parameter; extra: index into names
    OPTIONAL_PARAMETER = 11  # [name] in LAMBDA

    # Forms.
    ARRAY = 16  # array constant; arguments: its elements row by row; extra: number of columns
    LET = 17  # arguments: DECLARED, value, DECLARED, value, ..., result
    LAMBDA = 18  # arguments: parameters, then the body
    CALL = 19  # arguments: what is called, then its arguments

    # Operators that make references.
    RANGE = 24  # a:b where one side is no plain cell
    INTERSECTION = 25  # a b
    UNION = 26  # (a,b)
    SPILL = 27  # a#
    SINGLE = 28  # @a

    # Operators on values.
    NEGATE = 32
    PLUS = 33
    PERCENT = 34
    POWER = 35
    MULTIPLY = 36
    DIVIDE = 37
    ADD = 38
    SUBTRACT = 39
    CONCATENATE = 40
    EQUAL = 41
    NOT_EQUAL = 42
    LESS = 43
    LESS_EQUAL = 44
    GREATER = 45
    GREATER_EQUAL = 46


FIRST_FUNCTION = 64
