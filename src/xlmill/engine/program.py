"""The numbers that stand for functions in a forest, and the table that the parser looks names up in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlmill.functions.registry import Function, numbered, registrations
from xlmill.syntax.function_table import FunctionTable
from xlmill.syntax.opcode import FIRST_FUNCTION, Opcode

# Operators are functions too, registered under their signs.
_OPERATORS = {
    Opcode.RANGE: ":",
    Opcode.INTERSECTION: " ",
    Opcode.UNION: ",",
    Opcode.SINGLE: "@",
    Opcode.NEGATE: "-x",
    Opcode.PLUS: "+x",
    Opcode.PERCENT: "%",
    Opcode.POWER: "^",
    Opcode.MULTIPLY: "*",
    Opcode.DIVIDE: "/",
    Opcode.ADD: "+",
    Opcode.SUBTRACT: "-",
    Opcode.CONCATENATE: "&",
    Opcode.EQUAL: "=",
    Opcode.NOT_EQUAL: "<>",
    Opcode.LESS: "<",
    Opcode.LESS_EQUAL: "<=",
    Opcode.GREATER: ">",
    Opcode.GREATER_EQUAL: ">=",
}


@dataclass(frozen=True, slots=True)
class Program:
    """What the parser and the evaluator must agree on: names to numbers, numbers to functions."""

    table: FunctionTable
    by_opcode: dict[int, Function]
    by_name: dict[str, Function]
    deferred: np.ndarray[tuple[int], np.dtype[np.bool_]]  # by opcode: evaluated only in rows that need it
    first_branch: np.ndarray[tuple[int], np.dtype[np.int32]]  # by opcode: its arguments from here are branches


_program: Program | None = None
_made_after = 0


def program() -> Program:
    """The functions as registered now; made anew when a function has been added or replaced."""
    global _program, _made_after
    count = registrations()
    if _program is None or _made_after != count:
        _program, _made_after = _build(list(numbered())), count
    return _program


def _build(entries: list[tuple[int, Function]]) -> Program:
    by_name = {entry.name: entry for _, entry in entries}
    by_opcode: dict[int, Function] = {int(op): by_name[sign] for op, sign in _OPERATORS.items()}
    spelled = []
    for number, entry in entries:
        if entry.name[0].isalpha():
            by_opcode[FIRST_FUNCTION + number] = entry
            spelled.append((entry.name, FIRST_FUNCTION + number, entry.fewest_arguments, entry.most_arguments))
    deferred = np.zeros(1 << 15, np.bool_)
    first_branch = np.full(1 << 15, 1 << 20, np.int32)
    deferred[Opcode.CALL] = True
    for opcode, entry in by_opcode.items():
        deferred[opcode] = entry.is_deferred
        if entry.branches is not None:
            first_branch[opcode] = entry.branches.first
    return Program(FunctionTable.build(spelled), by_opcode, by_name, deferred, first_branch)
