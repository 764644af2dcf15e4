"""Memory at the peak as the rows grow: what stays whatever the rows are, and what each row adds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from benchmarks.engines import ENGINES
from benchmarks.process import run
from benchmarks.workloads import WORKLOADS

# Two sizes tell the two apart. A file goes through in chunks, a bounded number at a time, so that the smaller size must
# already have as many in flight as there will ever be.
_IN_MEMORY = (0.25, 1)
_IN_CHUNKS = (1, 2)
COMMAND = "xlmill run"
WAYS = {"w1": ("xlmill", "xlmill, 2 workers", COMMAND), "w2": ("xlmill",), "w3": ("xlmill", COMMAND)}


def growth(folder: Path, say: Callable[[str], None]) -> list[dict[str, str | float]]:
    """For each way of calculating: peak memory of the process tree, bytes a row it adds, bytes a row of the input.

    The texts of the input, as Python holds them, are counted with the rest.
    """
    found: list[dict[str, str | float]] = []
    for name, engines in WAYS.items():
        workload = WORKLOADS[name]
        for engine in engines:
            sizes = [int(workload.rows * part) for part in (_IN_CHUNKS if engine == COMMAND else _IN_MEMORY)]
            assert ENGINES[engine].can(workload)
            say(f"memory of {engine} on {name}")
            peaks = []
            for rows in sizes:
                path = workload.file(folder, rows)
                peaks.append(run(_command(engine, name, path, folder)).tree_bytes)
            row: dict[str, str | float] = {
                "workload": name,
                "way": engine,
                "rows": sizes[1],
                "peak_bytes": peaks[1],
                "bytes_a_row": (peaks[1] - peaks[0]) / (sizes[1] - sizes[0]),
                "input_bytes_a_row": workload.file(folder, sizes[1]).stat().st_size / sizes[1],
            }
            found.append(row)
    return found


def _command(engine: str, name: str, path: Path, folder: Path) -> list[str]:
    if engine == COMMAND:
        return ["-m", "xlmill", "run", str(path), "-o", str(folder / "memory.parquet")]
    return ["-m", "benchmarks.sample", engine, name, str(path), str(folder / "memory.answers")]
