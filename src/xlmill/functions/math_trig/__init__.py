"""Mathematical and trigonometric functions."""
