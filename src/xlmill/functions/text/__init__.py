"""Text functions, one module a family."""
