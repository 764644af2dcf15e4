"""Trees as text, for tests to read and compare."""

from __future__ import annotations

from formulas import FUNCTIONS
from xlmill.syntax.forest import Forest
from xlmill.syntax.opcode import FIRST_FUNCTION, Opcode
from xlmill.syntax.parser import parse_text
from xlmill.syntax.printer import print_number, reference_of


def outline(formula: str, *, r1c1: bool = False) -> str:
    """The tree of a formula as nested calls: ADD(1,NEGATE(2))."""
    forest = parse_text(formula, FUNCTIONS, r1c1=r1c1)
    return describe(forest, int(forest.root[0]))


def describe(forest: Forest, node: int) -> str:
    """A subtree as nested calls. Texts are as in the source; a LOCAL shows the node that it stands for."""
    code = int(forest.op[node])
    first = int(forest.first[node])
    given = [describe(forest, child) for child in forest.args[first : first + int(forest.argc[node])].tolist()]
    token = forest.buffer[forest.start[node] : forest.stop[node]].tobytes().decode()
    if code >= FIRST_FUNCTION:
        return f"{FUNCTIONS.names[code]}({','.join(given)})"
    match Opcode(code):
        case Opcode.NUMBER:
            return print_number(float(forest.number[node]))
        case Opcode.TEXT:
            return f'"{token}"'
        case Opcode.BOOLEAN:
            return "TRUE" if forest.number[node] else "FALSE"
        case Opcode.ERROR:
            return f"error {int(forest.number[node])}"
        case Opcode.OMITTED:
            return ""
        case Opcode.REFERENCE:
            return str(reference_of(forest, node))
        case Opcode.LOCAL:
            return f"{token}@{forest.extra[node]}"
        case Opcode.ARRAY:
            return f"ARRAY{forest.extra[node]}({','.join(given)})"
        case opcode if given:
            return f"{opcode.name}({','.join(given)})"
        case opcode:
            text = forest.buffer[forest.name_start[forest.extra[node]] : forest.name_stop[forest.extra[node]]]
            return f"{opcode.name.lower()} {text.tobytes().decode()}"
