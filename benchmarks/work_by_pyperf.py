"""The workloads of `benchmarks.agreement` as pyperf measures them: python -m benchmarks.work_by_pyperf --work NAME."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import pyperf

from benchmarks.agreement import EXPRESSIONS, TASKS, collatz_steps, expressions_file


def main() -> None:
    runner = pyperf.Runner(program_args=("-m", "benchmarks.work_by_pyperf"), add_cmdline_args=_handed_on)
    runner.argparser.add_argument("--work", choices=sorted(_WORKS), required=True)
    given = runner.parse_args()
    runner.bench_func(given.work, _WORKS[given.work]())


def _handed_on(command: list[str], given: argparse.Namespace) -> None:
    command += ["--work", given.work]


def _function() -> Callable[[], Any]:
    return lambda: [collatz_steps(task) for task in TASKS]


def _expressions() -> Callable[[], Any]:
    import pyarrow as pa

    import xlmill as xl

    lines = expressions_file().read_text("utf-8").splitlines()
    assert len(lines) == EXPRESSIONS
    texts = pa.array(lines, pa.large_string())
    return lambda: xl.evaluate_many(texts, strategy="serial").to_arrow()


_WORKS = {"function": _function, "expressions": _expressions}


if __name__ == "__main__":
    main()
