"""Information functions, one module a family."""

from xlmill.functions.information import kinds, places

__all__ = ["kinds", "places"]
