"""Why many expressions take the time that they take."""

from __future__ import annotations

import os
from dataclasses import replace

from xlmill.engine.profile import Profile, profile
from xlmill.engine.run import Run
from xlmill.exceptions import InputError
from xlmill.io.arrow_column import column_from_arrow, texts_from_arrow
from xlmill.mill.evaluate import serial_now
from xlmill.mill.many import work_on
from xlmill.mill.pipeline import Options
from xlmill.mill.run import expressions_of
from xlmill.mill.workload import ExpressionJob
from xlmill.values.column import as_cells


def explain(workload: object, *, column: str | None = None, columns: object = None) -> Profile:
    """Where the time of a workload's first chunk goes: functions with their batches, small ones, and loops over rows.

    `workload`: the path of a file, or expressions as `evaluate_many` takes them. `column` names the file's column of
    expressions, `columns` is a frame whose columns expressions in memory may use. The chunk is evaluated several
    times, in this process.

    >>> told = explain(['=REGEXTEST("a1","[0-9]")'] * 200)
    >>> [(share.function, share.python_lines > 0) for share in told.shares]
    [('REGEXTEST', True)]
    """
    settings = Run(now=serial_now(None, False))
    if isinstance(workload, str | os.PathLike):
        work = expressions_of(workload, column, Options(), settings)
    else:
        work = work_on(workload, columns, Options(), settings)
    chunk = next(iter(work.chunks), None)
    if chunk is None:
        raise InputError("there are no expressions to explain")
    job = work.job
    assert isinstance(job, ExpressionJob)
    named = {name.casefold(): as_cells(column_from_arrow(chunk.batch.column(name))) for name in job.variables}
    return profile(texts_from_arrow(chunk.batch.column(job.column)), replace(job.settings, columns=named))
