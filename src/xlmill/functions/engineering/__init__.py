"""Engineering functions."""

from xlmill.functions.engineering import (
    bases,
    bits,
    complex_arithmetic,
    complex_functions,
    complex_parts,
    conversion,
    special_functions,
    steps,
)

__all__ = [
    "bases",
    "bits",
    "complex_arithmetic",
    "complex_functions",
    "complex_parts",
    "conversion",
    "special_functions",
    "steps",
]
