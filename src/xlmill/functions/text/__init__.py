"""Text functions, one module a family."""

from xlmill.functions.text import (
    baht,
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
    "baht",
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
