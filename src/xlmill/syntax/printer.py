"""From trees back to formulas, as Excel writes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from xlmill.syntax.forest import REF_FLAGS, REF_SHEET_START, REF_SHEET_STOP, Forest, RefFlag
from xlmill.syntax.function_table import FunctionTable
from xlmill.syntax.newer_functions import stored_name
from xlmill.syntax.opcode import FIRST_FUNCTION, Opcode
from xlmill.syntax.precedence import PRECEDENCES
from xlmill.syntax.reference import Reference, column_number, parse_reference, print_reference
from xlmill.values.error_value import ExcelError

_ATOM: Final = 100
# Excel shows 0.0000995128057609398, and 7.38307948117895E-06.
_LONGEST_POSITIONAL: Final = 21
_SIGNS: Final = {
    Opcode.RANGE: ":",
    Opcode.INTERSECTION: " ",
    Opcode.UNION: ",",
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
_PREFIXES: Final = {Opcode.NEGATE: "-", Opcode.PLUS: "+", Opcode.SINGLE: "@"}
_POSTFIXES: Final = {Opcode.PERCENT: "%", Opcode.SPILL: "#"}
_WORDS: Final = (Opcode.NAME, Opcode.LOCAL)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A printed subtree: its text, how tightly that binds, and the operand that it begins and ends with."""

    text: str
    opcode: int
    precedence: int = _ATOM
    last: _Piece | None = None  # where a range ends

    @property
    def end(self) -> _Piece:
        return self.last or self

    def within(self, precedence: int) -> str:
        """The text as an operand of an operator that binds as tightly as this."""
        return self.text if self.precedence >= precedence else f"({self.text})"


def print_formula(forest: Forest, row: int, functions: FunctionTable, *, stored: bool = False) -> str:
    """The formula of a row, in its canonical form.

    With `stored`, as a workbook file has it: newer functions, LET's names and parameters with their prefixes.
    """
    return "=" + print_node(forest, int(forest.root[row]), functions, stored=stored)


def print_node(forest: Forest, node: int, functions: FunctionTable, *, stored: bool = False) -> str:
    """The expression of the subtree that ends in `node`."""
    first = node
    while forest.argc[first]:
        first = int(forest.args[forest.first[first]])
    # Arguments stand before their node, so that one walk sees them first, and no tree is too deep.
    pending: list[_Piece] = []
    for at in range(first, node + 1):
        count = int(forest.argc[at])
        given = pending[len(pending) - count :]
        del pending[len(pending) - count :]
        pending.append(_print(forest, at, given, functions, stored))
    return pending[0].within(1)


def _print(forest: Forest, node: int, given: list[_Piece], functions: FunctionTable, stored: bool) -> _Piece:
    code = int(forest.op[node])
    if code >= FIRST_FUNCTION:
        name = functions.names[code]
        return _call(stored_name(name) if stored else name, code, given)
    opcode = Opcode(code)
    if opcode in _SIGNS:
        return _binary(opcode, *given)
    if opcode in _PREFIXES or opcode in _POSTFIXES:
        return _unary(opcode, given[0], stored)
    match opcode:
        case Opcode.ARRAY:
            width = int(forest.extra[node])
            rows = [given[i : i + width] for i in range(0, len(given), width)]
            return _Piece("{" + ";".join(",".join(piece.text for piece in row) for row in rows) + "}", code)
        case Opcode.LET | Opcode.LAMBDA:
            return _call(stored_name(opcode.name) if stored else opcode.name, code, given)
        case Opcode.CALL:
            callee = given[0]
            is_plain = callee.opcode in (Opcode.CALL, Opcode.LAMBDA, Opcode.LET, Opcode.LOCAL) or (
                callee.opcode >= FIRST_FUNCTION
                or (callee.opcode == Opcode.NAME and callee.text.upper() not in functions.words)
            )
            return _call(callee.text if is_plain else f"({callee.text})", code, given[1:])
        case _:
            return _leaf(forest, node, opcode, functions, stored)


def _leaf(forest: Forest, node: int, opcode: Opcode, functions: FunctionTable, stored: bool) -> _Piece:
    number = float(forest.number[node])
    token = forest.buffer[forest.start[node] : forest.stop[node]].tobytes().decode()
    match opcode:
        case Opcode.NUMBER:
            return _Piece(print_number(number), opcode)
        case Opcode.TEXT:
            return _Piece(f'"{token}"', opcode)
        case Opcode.BOOLEAN:
            return _Piece("TRUE" if number else "FALSE", opcode)
        case Opcode.ERROR:
            return _Piece(str(ExcelError.from_code(int(number))), opcode)
        case Opcode.REFERENCE:
            return _Piece(print_reference(reference_of(forest, node)), opcode)
        case Opcode.NAME if token.upper() in functions.words or parse_reference(token) is not None:
            # LOG10 as a value is no cell.
            return _Piece("_xleta." + token if stored or parse_reference(token) is not None else token, opcode)
        case Opcode.OPTIONAL_PARAMETER:
            return _Piece(f"_xlop.{token}" if stored else f"[{token}]", opcode)
        case Opcode.DECLARED | Opcode.PARAMETER | Opcode.LOCAL if stored:
            return _Piece(f"_xlpm.{token}", opcode)
        case _:
            return _Piece(token, opcode)


def reference_of(forest: Forest, node: int) -> Reference:
    """The reference that a REFERENCE node stands for."""
    facts = forest.refs[forest.extra[node]].tolist()
    flags = RefFlag(facts[REF_FLAGS])
    sheet = None
    if flags & RefFlag.SHEET:
        sheet = forest.buffer[facts[REF_SHEET_START] : facts[REF_SHEET_STOP]].tobytes().decode()
    _, _, row1, column1, row2, column2, _ = facts
    return Reference(sheet, row1, column1, row2, column2, flags)


def print_number(number: float) -> str:
    """The shortest literal that reads as this number, with an exponent where Excel's formula bar has one."""
    if 1e-20 < abs(number) < 1e21 or number == 0:
        text = np.format_float_positional(number, trim="-")
        if len(text.lstrip("-")) <= _LONGEST_POSITIONAL:
            return text
    return repr(number).upper()


def _call(name: str, code: int, given: list[_Piece]) -> _Piece:
    return _Piece(f"{name}({','.join(piece.within(1) for piece in given)})", code)


def _unary(opcode: Opcode, operand: _Piece, stored: bool) -> _Piece:
    if stored and opcode is Opcode.SINGLE:
        return _call("_xlfn.SINGLE", opcode, [operand])
    if stored and opcode is Opcode.SPILL:
        return _call("_xlfn.ANCHORARRAY", opcode, [operand])
    precedence = PRECEDENCES[opcode]
    text = operand.within(precedence)
    if opcode in _PREFIXES:
        return _Piece(_PREFIXES[opcode] + text, opcode, precedence)
    if opcode is Opcode.SPILL and operand.opcode == Opcode.REFERENCE and ":" in _behind_sheet(operand.text):
        text = f"({text})"
    return _Piece(text + _POSTFIXES[opcode], opcode, precedence)


def _binary(opcode: Opcode, left: _Piece, right: _Piece) -> _Piece:
    precedence = PRECEDENCES[opcode]
    left_text, right_text = left.within(precedence), right.within(precedence + 1)
    if opcode is Opcode.UNION:
        # Its commas need parentheses everywhere but in another union.
        if left.opcode == Opcode.UNION:
            left_text = left.text
        return _Piece(f"{left_text},{right_text}", opcode, 0)
    if opcode is Opcode.INTERSECTION and right_text.startswith("(") and left_text == left.text:
        if left.end.opcode in (*_WORDS, Opcode.REFERENCE):
            left_text = f"({left_text})"  # a word before a parenthesis is called
    elif opcode is Opcode.RANGE:
        if right_text == right.text and _would_merge(left.end, right):
            right_text = f"({right_text})"
        last = right if right_text == right.text else None
        return _Piece(f"{left_text}:{right_text}", opcode, precedence, last)
    return _Piece(left_text + _SIGNS[opcode] + right_text, opcode, precedence)


def _would_merge(left: _Piece, right: _Piece) -> bool:
    """Whether a:b would not read as two operands: as one area, as columns, or as a sheet's name before b."""
    if right.opcode == Opcode.REFERENCE and "!" not in right.text:
        return left.opcode == Opcode.REFERENCE and ":" not in _behind_sheet(left.text)
    if right.opcode in _WORDS and _is_column(right.text):
        return left.opcode in _WORDS and _is_column(left.text)
    return "!" in right.text and not right.text.startswith("'") and left.opcode in _WORDS


def _behind_sheet(text: str) -> str:
    return text.rpartition("!")[2]


def _is_column(text: str) -> bool:
    try:
        return column_number(text) > 0
    except ValueError:
        return False
