"""Values as a terminal shows them."""

from __future__ import annotations

from typing import Any

# Integers up to here are exact in a float64.
_EXACT_INTEGER = 2.0**53


def value_text(value: Any) -> str:
    """A Python value as Excel spells it; the cells of an array are parted by tabs and line ends."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) <= _EXACT_INTEGER else repr(value)
    if isinstance(value, list):
        return "\n".join("\t".join(value_text(cell) for cell in row) for row in value)
    return str(value)
