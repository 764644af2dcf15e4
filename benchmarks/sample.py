"""One measurement, in a process of its own: an engine calculates a workload's file, and tells how it went.

    python -m benchmarks.sample ENGINE WORKLOAD FILE ANSWERS [--calls N]

Prints one line of JSON: seconds of each call, and the digest of the answers, which go to ANSWERS.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa

from benchmarks.answers import digest
from benchmarks.engines import ENGINES
from benchmarks.workloads import WORKLOADS


@dataclass(frozen=True, slots=True)
class Sample:
    """Seconds of each call in one process, and the digest of the answers."""

    seconds: tuple[float, ...]
    digest: str


def take(engine_name: str, workload_name: str, path: Path, answers: Path, calls: int) -> Sample:
    """Measure here and now; the answers of the last call go to `answers`."""
    engine = ENGINES[engine_name]
    prepared = engine.prepare(WORKLOADS[workload_name], path)
    seconds = []
    result = None
    for _ in range(calls):
        result = None  # so that one call's result is not in the way of the next
        began = time.perf_counter()
        result = engine.calculate(prepared)
        seconds.append(time.perf_counter() - began)
    table = engine.answers(result)
    with pa.OSFile(str(answers), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    return Sample(tuple(seconds), digest(table))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("engine", choices=list(ENGINES))
    options.add_argument("workload", choices=list(WORKLOADS))
    options.add_argument("file", type=Path)
    options.add_argument("answers", type=Path)
    options.add_argument("--calls", type=int, default=1)
    given = options.parse_args()
    print(json.dumps(asdict(take(given.engine, given.workload, given.file, given.answers, given.calls))))


if __name__ == "__main__":
    main()
