"""Statistical functions."""

from xlmill.functions.statistical import averages, conditionals, counting, extremes

__all__ = ["averages", "conditionals", "counting", "extremes"]
