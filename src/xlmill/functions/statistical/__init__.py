"""Statistical functions."""

from xlmill.functions.statistical import (
    averages,
    conditionals,
    counting,
    extremes,
    modes,
    normal,
    order,
    pairs,
    ranks,
    regression,
    spread,
)

__all__ = [
    "averages",
    "conditionals",
    "counting",
    "extremes",
    "modes",
    "normal",
    "order",
    "pairs",
    "ranks",
    "regression",
    "spread",
]
