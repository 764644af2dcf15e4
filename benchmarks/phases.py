"""Where the time of xlmill on one core goes, by phase: python -m benchmarks.phases [WORKLOAD]...

Seconds are of the processor, which other work on the machine disturbs less than those of a clock on the wall. A phase's
seconds are its own: what it calls of other phases is theirs.
"""

from __future__ import annotations

import functools
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import xlmill
from benchmarks.workloads import MAIN, WORKLOADS, read_expressions, read_rows
from xlmill.engine import branching, chunk, evaluator, last_sum, settled_rows, steps, store
from xlmill.engine.program import program
from xlmill.io import parquet_file, text_lines
from xlmill.mill import formula, run, text_chunk, workload
from xlmill.mill.pipeline import Options

CALLS = 3
LEAST_SHARE = 0.005
FOLDER = Path(__file__).parent.parent / "out" / "bench"
_END = object()

# The functions whose time is a phase's, by where their callers find them.
_PHASES: tuple[tuple[str, Any, str], ...] = (
    ("texts to Arrow", text_chunk, "text_array"),
    ("read the file", text_lines.TextLines, "read"),
    ("parse", chunk, "parse"),
    ("settle", store.ScatteredStore, "settle"),
    ("order batches", steps, "batches"),
    ("branches", steps, "branching"),
    ("branches", branching.Branching, "active"),
    ("templates", chunk, "template_hashes"),
    ("store: set up", store.ScatteredStore, "__init__"),
    ("store: gather", store.ScatteredStore, "arguments"),
    ("store: gather", store.ScatteredStore, "values"),
    ("store: put", store.ScatteredStore, "put"),
    ("apply: prepare arguments", evaluator, "apply"),
    ("columns from Arrow", workload, "column_from_arrow"),
    ("columns from Arrow", formula, "column_from_arrow"),
    ("snap to zero", last_sum, "snapped"),
    ("blocks of rows", settled_rows.RowPlan, "evaluate"),
    ("results to Arrow", workload, "result_columns"),
    ("results to Arrow", formula, "natural_column"),
    ("count", workload, "tally"),
    ("write the file", parquet_file.ParquetFile, "write"),
)


class Stopwatch:
    """Seconds by phase; only the innermost phase's clock runs."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._phases = ["everything else"]
        self._since = time.process_time()

    def begin(self) -> None:
        """Start all clocks from 0."""
        self.seconds.clear()
        self._since = time.process_time()

    def end(self) -> dict[str, float]:
        """The seconds of each phase since `begin`."""
        self._tell()
        return dict(self.seconds)

    def turn(self, phase: str | None) -> None:
        """Begin a phase within the one that runs, or (None) go back to that."""
        self._tell()
        if phase is None:
            self._phases.pop()
        else:
            self._phases.append(phase)

    def _tell(self) -> None:
        now = time.process_time()
        self.seconds[self._phases[-1]] += now - self._since
        self._since = now

    def wrapped(self, phase: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function with its time told to the phase."""

        @functools.wraps(function)
        def timed(*args: Any, **kwargs: Any) -> Any:
            self.turn(phase)
            try:
                result = function(*args, **kwargs)
            finally:
                self.turn(None)
            return self._iterated(phase, result) if isinstance(result, Iterator) else result

        return timed

    def _iterated(self, phase: str, items: Iterator[Any]) -> Iterator[Any]:
        while True:
            self.turn(phase)
            try:
                item = next(items, _END)
            finally:
                self.turn(None)
            if item is _END:
                return
            yield item


def watch(stopwatch: Stopwatch) -> None:
    """Wrap every phase's functions, and every kernel."""
    for phase, home, name in _PHASES:
        setattr(home, name, stopwatch.wrapped(phase, getattr(home, name)))
    for code in program().names:
        entry = program().function(code)
        assert entry is not None
        object.__setattr__(entry, "kernel", stopwatch.wrapped("kernels", entry.kernel))


def jobs(name: str, folder: Path) -> dict[str, Callable[[], object]]:
    """The ways in which a workload is calculated on one core."""
    one = WORKLOADS[name]
    path = one.file(folder, one.rows)
    if not one.expressions:
        compiled, table = xlmill.compile(one.formula), read_rows(path)
        return {"in memory": lambda: compiled.over(table, strategy="serial")}
    texts = read_expressions(path)
    target = folder / "phases.parquet"
    return {
        "in memory": lambda: xlmill.evaluate_many(texts, strategy="serial"),
        "file to file": lambda: run.run(path, target, options=Options("serial")),
    }


def best(job: Callable[[], object], stopwatch: Stopwatch) -> dict[str, float]:
    """The phases of the fastest of some calls, after one that loads compiled code."""
    job()
    found: list[dict[str, float]] = []
    for _ in range(CALLS):
        stopwatch.begin()
        job()
        found.append(stopwatch.end())
    return min(found, key=lambda phases: sum(phases.values()))


def main() -> None:
    stopwatch = Stopwatch()
    watch(stopwatch)
    for name in sys.argv[1:] or MAIN:
        for way, job in jobs(name, FOLDER).items():
            phases = best(job, stopwatch)
            total = sum(phases.values())
            print(f"{name}, {WORKLOADS[name].rows:,} rows, {way}: {total:.3f} s, the best of {CALLS}")
            for phase, seconds in sorted(phases.items(), key=lambda one: -one[1]):
                if seconds >= LEAST_SHARE * total:
                    print(f"  {seconds:7.3f} s {seconds / total:6.1%}  {phase}")


if __name__ == "__main__":
    main()
