"""Templates: what expressions have in common once their constants are lifted out."""

from __future__ import annotations

import zlib
from dataclasses import replace

import numpy as np

from xlmill.syntax.forest import Forest, RefFlag
from xlmill.syntax.function_table import FunctionTable
from xlmill.syntax.opcode import Opcode
from xlmill.syntax.printer import print_formula, reference_of
from xlmill.syntax.reference import Reference
from xlmill.values.column import Index
from xlmill.values.reference_value import Area
from xlmill.values.two_speed import two_speed

_CONSTANTS = {
    Opcode.NUMBER: "«number»",
    Opcode.TEXT: "«text»",
    Opcode.BOOLEAN: "«boolean»",
    Opcode.ERROR: "«error»",
}


def template_hashes(forest: Forest) -> Index:
    """A number for each row, -1 for one that is no formula: the same for rows of one template, and only for them.

    (The numbers are hashes of 62 bits: among a million templates, two fall together once in four million runs.)
    """
    hashes = np.full(len(forest.row_start), -1, np.int64)
    _hash_rows.run(len(forest.op), forest.op, forest.argc, forest.extra, forest.row, _facts(forest), hashes)
    hashes[forest.root < 0] = -1
    return hashes


def _facts(forest: Forest) -> Index:
    """By node what is part of its template beside its function: a name, or where a reference points to.

    Empty where no row has any.
    """
    if not len(forest.name_start) and not len(forest.refs):
        return np.zeros(0, np.int64)
    facts = np.zeros(len(forest.op), np.int64)
    named = np.flatnonzero((forest.op == Opcode.NAME) | (forest.op == Opcode.STRUCTURED))
    if len(named):
        hashes = [
            zlib.crc32(forest.buffer[start:stop].tobytes().upper())
            for start, stop in zip(forest.name_start.tolist(), forest.name_stop.tolist(), strict=True)
        ]
        facts[named] = np.array(hashes, np.int64)[forest.extra[named]]
    referring = np.flatnonzero(forest.op == Opcode.REFERENCE)
    if len(referring):
        places = forest.refs[forest.extra[referring], 2:]
        facts[referring] = (places * np.array([1, 1_048_583, 7_919, 104_729, 15_485_863])).sum(axis=1) % (1 << 32)
    return facts


def template_text(forest: Forest, row: int, functions: FunctionTable, here: Area) -> str:
    """The template of a row for people: constants by their kinds, references in R1C1, relative to the cell `here`."""
    op, start, stop = forest.op.copy(), forest.start.copy(), forest.stop.copy()
    pieces, at = [forest.buffer.tobytes()], len(forest.buffer)
    for node in np.flatnonzero(forest.row == row).tolist():
        opcode = int(op[node])
        if opcode == Opcode.REFERENCE:
            text = str(_relative(reference_of(forest, node), here))
        elif opcode in _CONSTANTS:
            text = _CONSTANTS[Opcode(opcode)]
        else:
            continue
        pieces.append(text.encode())
        op[node] = Opcode.DECLARED  # a leaf that is printed as it is spelled
        start[node], stop[node] = at, at + len(pieces[-1])
        at = int(stop[node])
    buffer = np.frombuffer(b"".join(pieces), np.uint8)
    return print_formula(replace(forest, buffer=buffer, op=op, start=start, stop=stop), row, functions)


def _relative(reference: Reference, here: Area) -> Reference:
    flags = reference.flags
    if flags & (RefFlag.R1C1 | RefFlag.DELETED):
        return reference
    row, column = here.row1, here.column1
    fixed_rows, fixed_columns = bool(flags & RefFlag.WHOLE_COLUMNS), bool(flags & RefFlag.WHOLE_ROWS)
    return replace(
        reference,
        row1=reference.row1 - (0 if flags & RefFlag.ROW1_ABSOLUTE or fixed_rows else row),
        column1=reference.column1 - (0 if flags & RefFlag.COLUMN1_ABSOLUTE or fixed_columns else column),
        row2=reference.row2 - (0 if flags & RefFlag.ROW2_ABSOLUTE or fixed_rows else row),
        column2=reference.column2 - (0 if flags & RefFlag.COLUMN2_ABSOLUTE or fixed_columns else column),
        flags=flags | RefFlag.R1C1,
    )


_ARRAY = int(Opcode.ARRAY)


@two_speed
def _hash_rows(op, argc, extra, rows, facts, hashes):  # type: ignore[no-untyped-def]
    """Two polynomials of 31 bits, whose high bits are folded into the low ones; no product leaves 63 bits."""
    has_facts = len(facts) > 0
    node = 0
    while node < len(op):
        row = rows[node]
        high = 1
        low = 7
        while node < len(op) and rows[node] == row:
            code = op[node] * 256 + argc[node]
            if op[node] == _ARRAY:
                code += extra[node] << 24
            if has_facts:
                code += facts[node] << 24
            code = (code ^ (code >> 31)) & 2147483647
            high = (high * 1048583 + code) & 2147483647
            high ^= high >> 15
            low = (low * 16777619 + code) & 2147483647
            low ^= low >> 13
            node += 1
        hashes[row] = (high << 31) | low
