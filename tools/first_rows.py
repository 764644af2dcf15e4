"""Print the first rows of a table file: python tools/first_rows.py FILE [ROWS]."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.table import Table

from xlmill.io import format_for


def main(path: str, rows: int = 12) -> None:
    batch = next(iter(format_for(path).read(path, rows)))
    table = Table(*batch.schema.names, title=f"The first rows of {path}", title_justify="left")
    for row in batch.slice(0, rows).to_pylist():
        table.add_row(*("" if cell is None else str(cell) for cell in row.values()))
    Console().print(table)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:3]))
