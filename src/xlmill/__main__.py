"""`python -m xlmill` is the command line."""

from xlmill.cli import main

main()
