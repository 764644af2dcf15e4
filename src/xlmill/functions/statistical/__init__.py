"""Statistical functions."""

from xlmill.functions.statistical import averages, conditionals, counting, extremes, modes, order, ranks, spread

__all__ = ["averages", "conditionals", "counting", "extremes", "modes", "order", "ranks", "spread"]
