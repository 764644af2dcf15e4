"""Lookup and reference functions."""

from xlmill.functions.lookup import addresses, indexing, matching, references, tables

__all__ = ["addresses", "indexing", "matching", "references", "tables"]
