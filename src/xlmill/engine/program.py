"""The numbers that stand for functions in a forest, and the table that the parser looks names up in."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

import numpy as np

from xlmill.engine.forms import Forms
from xlmill.functions.registry import Function, Signature, find, registrations, signatures
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


# The parser knows these itself.
_FORMS = ("LET", "LAMBDA")


@dataclass(frozen=True, slots=True)
class Program:
    """What the parser and the evaluator must agree on: names to numbers, numbers to functions."""

    table: FunctionTable
    names: dict[int, str]  # by opcode, operators by their signs
    deferred: np.ndarray[tuple[int], np.dtype[np.bool_]]  # by opcode: evaluated only in rows that need it
    first_branch: np.ndarray[tuple[int], np.dtype[np.int32]]  # by opcode: its arguments from here are branches
    forms: Forms  # what machine code evaluates node by node
    _found: dict[int, Function]

    def function(self, op: int) -> Function | None:
        """The function or operator that an opcode stands for; None where it is a leaf or a form."""
        found = self._found.get(op)
        if found is None and op in self.names:
            found = self._found[op] = find(self.names[op])
        return found

    def opcodes(self, names: Container[str]) -> frozenset[int]:
        """The opcodes of functions by their names."""
        return frozenset(op for op, name in self.names.items() if name in names)

    def find(self, name: str) -> Function | None:
        """The worksheet function of that name; None where there is none."""
        return find(name) if name in self.names.values() and name[0].isalpha() else None


_program: Program | None = None
_made_after = 0


def program() -> Program:
    """The functions as registered now; made anew when a user's function has been added or replaced."""
    global _program, _made_after
    count = registrations()
    if _program is None or _made_after != count:
        _program, _made_after = _build(signatures()), count
    return _program


def _build(entries: list[Signature]) -> Program:
    signs = {sign: int(op) for op, sign in _OPERATORS.items()}
    opcode = {entry.name: signs.get(entry.name, FIRST_FUNCTION + entry.number) for entry in entries}
    deferred = np.zeros(1 << 15, np.bool_)
    first_branch = np.full(1 << 15, 1 << 20, np.int32)
    deferred[Opcode.CALL] = True
    for entry in entries:
        deferred[opcode[entry.name]] = entry.is_deferred
        if entry.first_branch is not None:
            first_branch[opcode[entry.name]] = entry.first_branch
    spelled = [
        (entry.name, opcode[entry.name], entry.fewest_arguments, entry.most_arguments)
        for entry in entries
        if entry.name not in signs and entry.name not in _FORMS
    ]
    names = {op: name for name, op in opcode.items()}
    return Program(FunctionTable.build(spelled), names, deferred, first_branch, Forms.of(opcode), {})
