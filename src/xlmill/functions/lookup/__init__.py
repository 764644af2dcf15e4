"""Lookup and reference functions."""
