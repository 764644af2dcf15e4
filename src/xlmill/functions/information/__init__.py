"""Information functions, one module a family."""
