"""Excel's functions: the registry, and a module for each of Excel's categories."""
