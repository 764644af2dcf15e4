"""The functions that a parser knows."""

from __future__ import annotations

import numpy as np
import pytest

from xlmill.syntax.function_table import ENTRY_OPCODE, FunctionTable, find_entry
from xlmill.syntax.lexer import hash_bytes
from xlmill.syntax.newer_functions import stored_name


def opcode_of(table: FunctionTable, word: str) -> int | None:
    data = np.frombuffer(word.encode(), np.uint8)
    hashed = hash_bytes.interpreted(data, 0, len(data))
    entry = find_entry.interpreted(data, 0, len(data), hashed, table.slots, table.entries, table.letters)
    return None if entry < 0 else int(table.entries[entry + ENTRY_OPCODE])


def test_every_function_is_found_in_any_case_and_no_other() -> None:
    names = [f"F{number}.X" for number in range(700)]

    table = FunctionTable.build((name, 64 + number, 0, 255) for number, name in enumerate(names))

    assert [opcode_of(table, name.lower()) for name in names] == list(range(64, 764))
    assert opcode_of(table, "F700.X") is None
    assert opcode_of(table, "F1.") is None


def test_a_function_numbered_as_a_form_of_the_language_is_refused() -> None:
    with pytest.raises(ValueError, match="begin at 64"):
        FunctionTable.build([("SUM", 17, 0, 255)])


@pytest.mark.parametrize(
    ("name", "stored"),
    [("SUM", "SUM"), ("XLOOKUP", "_xlfn.XLOOKUP"), ("SORT", "_xlfn._xlws.SORT"), ("WORKDAY.INTL", "WORKDAY.INTL")],
)
def test_newer_functions_are_stored_with_a_prefix(name: str, stored: str) -> None:
    assert stored_name(name) == stored
