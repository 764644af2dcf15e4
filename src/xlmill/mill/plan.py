"""The plan for a workload, without running it."""

from __future__ import annotations

import os
from collections.abc import Mapping

from xlmill.engine.run import Run
from xlmill.execution.planner import Plan
from xlmill.mill.evaluate import serial_now
from xlmill.mill.many import work_on
from xlmill.mill.pipeline import Options, Pipeline
from xlmill.mill.run import expressions_of, formulas_over


def plan(
    workload: object,
    *,
    column: str | None = None,
    formulas: Mapping[str, str] | None = None,
    workers: int | None = None,
    chunk_size: int | None = None,
) -> Plan:
    """What the strategy "auto" would choose for a workload, the alternatives with their predicted cost, and why.

    `workload`: the path of a file, or expressions as `evaluate_many` takes them. `column` and `formulas` say what
    is to be done with a file, as for `xlmill run`. The first rows are computed, to learn what rows cost; a
    generator, or standard input, has lost them then.

    >>> plan(["=1+2"]).strategy
    'serial'
    """
    options = Options("auto", workers, chunk_size)
    settings = Run(now=serial_now(None, False))
    if not isinstance(workload, str | os.PathLike):
        work = work_on(workload, None, options, settings)
    elif formulas:
        work = formulas_over(workload, formulas, {}, options, settings)
    else:
        work = expressions_of(workload, column, options, settings)
    return Pipeline(work.job, options, work.rows).choose(work.chunks)
