"""Excel's web functions, a module each."""
