"""Functions that make arrays, and take them apart."""

from xlmill.functions.dynamic_array import filtering, ordering, reshaping, sequence, slicing, stacking

__all__ = ["filtering", "ordering", "reshaping", "sequence", "slicing", "stacking"]
