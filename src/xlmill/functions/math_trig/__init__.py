"""Mathematical and trigonometric functions."""

from xlmill.functions.math_trig import (
    aggregates,
    angles,
    combinatorics,
    conditional_sums,
    divisibility,
    matrices,
    numerals,
    powers,
    products,
    random,
    rounding,
    subtotals,
    trigonometry,
)

__all__ = [
    "aggregates",
    "angles",
    "combinatorics",
    "conditional_sums",
    "divisibility",
    "matrices",
    "numerals",
    "powers",
    "products",
    "random",
    "rounding",
    "subtotals",
    "trigonometry",
]
