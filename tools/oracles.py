"""Compare xlmill with other engines on many expressions, and group the disagreements by cause.

    python -m tools.oracles [--rows 5000] [--engine NAME] [WORKLOAD]...

Prints for each workload and engine how many answers agree, how many differ for a reviewed reason (see
benchmarks/reviewed.py and docs/differences.md), and for each cause that nobody has explained one example.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterator

from benchmarks.causes import Case
from benchmarks.check import Check, check
from benchmarks.engines import ENGINES
from benchmarks.engines.engine import Oracle
from benchmarks.workloads import WORKLOADS, Workload

ORACLES = ("formualizer", "ironcalc")
ROWS = 5_000


def compare(workload: Workload, rows: int, names: tuple[str, ...] = ORACLES) -> Iterator[Check]:
    """Check the first `rows` expressions of a workload against each engine that is installed."""
    assert workload.expressions is not None
    xlmill = ENGINES["xlmill"]
    assert isinstance(xlmill, Oracle)
    expressions = list(itertools.islice(workload.expressions(rows), rows))
    ours = xlmill.evaluate(expressions)
    for name in names:
        other = ENGINES[name]
        if other.version() is not None and isinstance(other, Oracle):
            yield check(expressions, ours, other.evaluate(expressions), xlmill, other)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("workloads", nargs="*", metavar="WORKLOAD", help="default: all that hold expressions")
    options.add_argument("--rows", type=int, default=ROWS)
    options.add_argument("--engine", choices=ORACLES, help="default: both")
    given = options.parse_args()
    names = given.workloads or [name for name, workload in WORKLOADS.items() if workload.expressions]
    unexplained = 0
    for name in names:
        for outcome in compare(WORKLOADS[name], given.rows, (given.engine,) if given.engine else ORACLES):
            print(f"{name:16} {outcome}")
            for difference, count in outcome.reviewed.most_common():
                print(f"{'':16}   {count:6}  {difference}")
            for cause, found in outcome.by_cause().items():
                print(f"{'':16} ! {len(found):6}  {_cause(cause, found[0])}")
            unexplained += len(outcome.unexplained) + outcome.not_looked_into
    return 1 if unexplained else 0


def _cause(cause: tuple[str, str, str], example: Case) -> str:
    label, _, _ = cause
    core = example.core if len(example.core) < 160 else example.core[:157] + "..."
    return f"{label}: {core} is {example.ours} here, {example.theirs} there"


if __name__ == "__main__":
    raise SystemExit(main())
