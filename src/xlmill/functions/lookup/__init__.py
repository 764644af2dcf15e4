"""Lookup and reference functions."""

from xlmill.functions.lookup import addresses, formula_text, indexing, matching, references, tables

__all__ = ["addresses", "formula_text", "indexing", "matching", "references", "tables"]
