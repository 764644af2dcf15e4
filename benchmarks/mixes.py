"""How much of the rate of plain arithmetic is left where half of the expressions are of another kind."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import xlmill
from benchmarks.check import Check, check
from benchmarks.engines import ENGINES
from benchmarks.engines.engine import Oracle
from benchmarks.statistic import middle
from benchmarks.workloads import MIXES, PLAIN, WORKLOADS, read_expressions

_REFERENCE = "formualizer"
_CHECKED_ROWS = 20_000


def kept(folder: Path, repeats: int, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """The plain workload and the mixes: rows a second of the processor, and the share of the plain rate.

    The workloads take turns, and the median of `repeats` counts; answers are checked before a rate is given.
    """
    texts = {name: _texts(name, folder) for name in (PLAIN, *MIXES)}
    checks = {name: _checked(name, expressions, say) for name, expressions in texts.items()}
    rates: dict[str, list[float]] = {name: [] for name in texts}
    for name, expressions in texts.items():
        say(f"{name}: {repeats} calls of one core")
        xlmill.evaluate_many(expressions, strategy="serial")  # loads compiled code
    for _ in range(repeats):
        for name, expressions in texts.items():
            began = time.process_time()
            xlmill.evaluate_many(expressions, strategy="serial")
            rates[name].append(len(expressions) / (time.process_time() - began))
    return [
        {
            "workload": name,
            "rate": middle(rates[name]),
            "share": middle([a / b for a, b in zip(rates[name], rates[PLAIN], strict=True)]),
            "holds": checks[name].holds,
            "checked": str(checks[name]),
        }
        for name in texts
    ]


def _texts(name: str, folder: Path) -> list[str]:
    workload = WORKLOADS[name]
    return read_expressions(workload.file(folder, workload.rows))


def _checked(name: str, expressions: list[str], say: Callable[[str], None]) -> Check:
    say(f"{name}: hold answers against {_REFERENCE}")
    ours, other = ENGINES["xlmill"], ENGINES[_REFERENCE]
    assert isinstance(ours, Oracle) and isinstance(other, Oracle)
    sample = expressions[:_CHECKED_ROWS]
    return check(sample, ours.evaluate(sample), other.evaluate(sample), ours, other)
