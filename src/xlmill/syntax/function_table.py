"""The functions that a parser knows, in arrays that it can search."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from xlmill.syntax.forest import Bytes, Int32
from xlmill.syntax.lexer import hash_bytes, same_bytes
from xlmill.syntax.opcode import FIRST_FUNCTION
from xlmill.values.error_value import ExcelError
from xlmill.values.two_speed import two_speed

# Columns of FunctionTable.entries.
ENTRY_START, ENTRY_STOP, ENTRY_OPCODE, ENTRY_LEAST, ENTRY_MOST, ENTRY_FORM = range(6)
ENTRY_WIDTH: Final = 6

# ENTRY_FORM: what a word of the language is, beyond a function.
FORM_NONE: Final = 0
FORM_TRUE: Final = 1
FORM_FALSE: Final = 2
FORM_LET: Final = 3
FORM_LAMBDA: Final = 4
FORM_SINGLE: Final = 5
FORM_SPILL: Final = 6
FORM_ERROR: Final = 16  # plus ExcelError.code

UNLIMITED: Final = 255

_FORMS: Final = {
    "TRUE": FORM_TRUE,
    "FALSE": FORM_FALSE,
    "LET": FORM_LET,
    "LAMBDA": FORM_LAMBDA,
    "SINGLE": FORM_SINGLE,
    "ANCHORARRAY": FORM_SPILL,
    **{str(error): FORM_ERROR + error.code for error in ExcelError},
}


@dataclass(frozen=True, slots=True, eq=False)
class FunctionTable:
    """Functions by name, with the words of the language (TRUE, LET, #N/A) that are looked up like them.

    `slots` is an open-addressing hash of entry numbers plus one; an entry is ENTRY_WIDTH numbers, and its name
    a slice of `letters`. `names` leads back from a function's opcode to its name; `words` are all that a call
    can begin with, other than a name.
    """

    slots: Int32
    entries: Int32
    letters: Bytes
    names: dict[int, str]
    words: frozenset[str]

    @classmethod
    def build(cls, functions: Iterable[tuple[str, int, int, int]]) -> FunctionTable:
        """A table of (name in upper case, opcode, least and most arguments; 255 is no limit)."""
        rows = {name: (opcode, least, most, FORM_NONE) for name, opcode, least, most in functions}
        names = {opcode: name for name, (opcode, _, _, _) in rows.items()}
        if names and min(names) < FIRST_FUNCTION:
            raise ValueError(f"opcodes of functions begin at {FIRST_FUNCTION}, not {min(names)}")
        for word, form in _FORMS.items():
            opcode, least, most, _ = rows.get(word, (0, 0, 0, FORM_NONE))
            rows[word] = (opcode, least, most, form)

        words = frozenset((*names.values(), "LET", "LAMBDA"))
        letters = "".join(rows).encode()
        size = 1 << (4 * len(rows)).bit_length()
        slots = np.zeros(size, np.int32)
        entries = np.zeros((len(rows), ENTRY_WIDTH), np.int32)
        start = 0
        for number, (name, facts) in enumerate(rows.items()):
            stop = start + len(name.encode())
            entries[number] = (start, stop, *facts)
            slot = hash_bytes.interpreted(np.frombuffer(letters, np.uint8), start, stop) & (size - 1)
            while slots[slot]:
                slot = (slot + 1) & (size - 1)
            slots[slot] = number + 1
            start = stop
        return cls(slots, entries.ravel(), np.frombuffer(letters, np.uint8), names, words)


@two_speed
def find_entry(buffer: Bytes, start: int, stop: int, hashed: int, slots: Int32, entries: Int32, letters: Bytes) -> int:
    """Where the entry of the word in buffer[start:stop] begins in `entries`, or -1."""
    mask = len(slots) - 1
    slot = hashed & mask
    while slots[slot]:
        entry: int = (slots[slot] - 1) * ENTRY_WIDTH
        if same_bytes(buffer, start, stop, letters, entries[entry + ENTRY_START], entries[entry + ENTRY_STOP]):
            return entry
        slot = (slot + 1) & mask
    return -1
