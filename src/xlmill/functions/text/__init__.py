"""Text functions, one module a family."""

from xlmill.functions.text import (
    case,
    characters,
    conversion,
    joining,
    number_text,
    regular_expressions,
    searching,
    slicing,
    splitting,
)

__all__ = [
    "case",
    "characters",
    "conversion",
    "joining",
    "number_text",
    "regular_expressions",
    "searching",
    "slicing",
    "splitting",
]
