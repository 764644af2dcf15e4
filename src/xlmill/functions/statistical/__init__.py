"""Statistical functions."""

from xlmill.functions.statistical import (
    averages,
    conditionals,
    continuous,
    counting,
    discrete,
    extremes,
    modes,
    normal,
    of_samples,
    order,
    pairs,
    permutations,
    ranks,
    regression,
    spread,
)

__all__ = [
    "averages",
    "conditionals",
    "continuous",
    "counting",
    "discrete",
    "extremes",
    "modes",
    "normal",
    "of_samples",
    "order",
    "pairs",
    "permutations",
    "ranks",
    "regression",
    "spread",
]
