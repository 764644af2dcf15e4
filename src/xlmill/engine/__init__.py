"""Chunks of trees, evaluated batch by batch."""
