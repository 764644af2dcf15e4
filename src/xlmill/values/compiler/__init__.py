"""From plain functions over arrays to machine code, by way of LLVM."""
