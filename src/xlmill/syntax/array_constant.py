"""Array constants: {1,2;"a",TRUE;-3,#N/A}."""

# ruff: noqa: SIM109 (membership in a tuple is not in the compiled subset)

from __future__ import annotations

from typing import Final

from xlmill.syntax.characters import (
    CLASS,
    CLOSE_BRACE,
    COMMA,
    DIGIT,
    END,
    HASH,
    MINUS_SIGN,
    PLUS_SIGN,
    POINT,
    QUOTE,
    SEMICOLON,
    STARTS_WORD,
)
from xlmill.syntax.forest import Bytes, Float64, Int16, Int32, Int64
from xlmill.syntax.function_table import ENTRY_FORM, FORM_ERROR, FORM_FALSE, FORM_TRUE, find_entry
from xlmill.syntax.lexer import hash_bytes, scan_number, scan_text, scan_word, skip_spaces
from xlmill.syntax.opcode import Opcode
from xlmill.syntax.problem import Problem
from xlmill.values.two_speed import two_speed

_NUMBER: Final = int(Opcode.NUMBER)
_TEXT: Final = int(Opcode.TEXT)
_BOOLEAN: Final = int(Opcode.BOOLEAN)
_ERROR: Final = int(Opcode.ERROR)

_NONE: Final = int(Problem.NONE)
_UNCLOSED_TEXT: Final = int(Problem.UNCLOSED_TEXT)
_UNKNOWN_ERROR_VALUE: Final = int(Problem.UNKNOWN_ERROR_VALUE)
_ARRAY_ELEMENT_EXPECTED: Final = int(Problem.ARRAY_ELEMENT_EXPECTED)
_ARRAY_SEPARATOR_EXPECTED: Final = int(Problem.ARRAY_SEPARATOR_EXPECTED)
_RAGGED_ARRAY: Final = int(Problem.RAGGED_ARRAY)


@two_speed
def scan_error_value(buffer: Bytes, i: int, stop: int, slots: Int32, entries: Int32, letters: Bytes) -> tuple[int, int]:
    """The end and the code of the error value that begins with the hash sign at `i`; the code is 0 if there is none."""
    end, _ = scan_word(buffer, i + 1, stop)
    # Behind the letters stand at most "/0!" (#DIV/0!), and often nothing (#N/A is #N and "/A").
    for j in range(end, min(end + 3, stop) + 1):
        entry = find_entry(buffer, i, j, hash_bytes(buffer, i, j), slots, entries, letters)
        if entry >= 0:
            return j, entries[entry + ENTRY_FORM] - FORM_ERROR
    return i, 0


@two_speed
def parse_array(
    buffer: Bytes,
    i: int,
    stop: int,
    slots: Int32,
    entries: Int32,
    letters: Bytes,
    op: Int16,
    number: Float64,
    token_start: Int64,
    token_stop: Int64,
    extra: Int32,
    nodes: int,
) -> tuple[int, int, int, int, int]:
    """Write the elements of the array constant whose brace is at `i` as nodes from `nodes` on.

    Gives the position behind it, how many nodes there are now, the columns, how many numbers await an exact
    reading (their `extra` is 1), and what is wrong (at the position).
    """
    columns = 0
    column = 0
    inexact = 0
    i += 1
    while True:
        i = skip_spaces(buffer, i, stop)
        c = buffer[i] if i < stop else END
        begin = i
        sign = 1.0
        if c == MINUS_SIGN or c == PLUS_SIGN:
            if c == MINUS_SIGN:
                sign = -1.0
            i += 1
            c = buffer[i] if i < stop else END
            if not (CLASS[c] & DIGIT or c == POINT):
                return begin, nodes, columns, inexact, _ARRAY_ELEMENT_EXPECTED
        token_start[nodes] = begin
        extra[nodes] = 0
        if CLASS[c] & DIGIT or c == POINT:
            end, value, exact = scan_number(buffer, i, stop)
            if end == i:
                return begin, nodes, columns, inexact, _ARRAY_ELEMENT_EXPECTED
            op[nodes] = _NUMBER
            number[nodes] = sign * value
            if not exact:
                extra[nodes] = 1
                inexact += 1
            i = end
            token_stop[nodes] = i
        elif c == QUOTE:
            end, doubled = scan_text(buffer, i + 1, stop)
            if end < 0:
                return begin, nodes, columns, inexact, _UNCLOSED_TEXT
            op[nodes] = _TEXT
            number[nodes] = 0.0
            token_start[nodes] = i + 1
            token_stop[nodes] = end
            if doubled:
                extra[nodes] = 1
            i = end + 1
        elif c == HASH:
            i, code = scan_error_value(buffer, i, stop, slots, entries, letters)
            if code == 0:
                return begin, nodes, columns, inexact, _UNKNOWN_ERROR_VALUE
            op[nodes] = _ERROR
            number[nodes] = code
            token_stop[nodes] = i
        elif CLASS[c] & STARTS_WORD:
            i, hashed = scan_word(buffer, i, stop)
            entry = find_entry(buffer, begin, i, hashed, slots, entries, letters)
            form = 0
            if entry >= 0:
                form = entries[entry + ENTRY_FORM]
            if form != FORM_TRUE and form != FORM_FALSE:
                return begin, nodes, columns, inexact, _ARRAY_ELEMENT_EXPECTED
            op[nodes] = _BOOLEAN
            number[nodes] = 1.0 if form == FORM_TRUE else 0.0
            token_stop[nodes] = i
        else:
            return begin, nodes, columns, inexact, _ARRAY_ELEMENT_EXPECTED
        nodes += 1
        column += 1
        i = skip_spaces(buffer, i, stop)
        c = buffer[i] if i < stop else END
        if c == SEMICOLON or c == CLOSE_BRACE:
            if columns == 0:
                columns = column
            if column != columns:
                return i, nodes, columns, inexact, _RAGGED_ARRAY
            if c == CLOSE_BRACE:
                return i + 1, nodes, columns, inexact, _NONE
            column = 0
        elif c == COMMA:
            if columns and column == columns:
                return i, nodes, columns, inexact, _RAGGED_ARRAY
        else:
            return i, nodes, columns, inexact, _ARRAY_SEPARATOR_EXPECTED
        i += 1
