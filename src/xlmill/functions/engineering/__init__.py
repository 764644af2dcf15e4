"""Engineering functions."""
