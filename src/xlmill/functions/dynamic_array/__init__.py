"""Functions that make arrays, and take them apart."""
