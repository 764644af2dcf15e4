"""Under which conditions a recommendation would be another."""

from __future__ import annotations

import math
from collections.abc import Sequence

from xlmill.lab.figures import Figures
from xlmill.lab.record import Record
from xlmill.lab.way import BASELINE, LOOP

# Strategies in this process: a task that crashes takes the program with it.
_WITHIN = (BASELINE, LOOP, "threads", "asyncio")


def conditions(record: Record, rows: Sequence[Figures], chosen: Figures, equals: Sequence[Figures]) -> list[str]:
    """What would change the choice of `chosen` among `rows`; `equals` are no different from it."""
    found = []
    baseline = rows[0]
    unit = record.unit
    if chosen is baseline:
        for other in rows[1:]:
            count = break_even(record.rows, baseline, other)
            if count is not None and count > record.rows:
                found.append(f"From about {_round(count):,} {unit} on, {other.way.strategy} should be faster.")
                break
    else:
        count = break_even(record.rows, baseline, chosen)
        if count is not None and 1 < count < record.rows:
            found.append(f"Below about {_round(count):,} {unit}, {baseline.way.strategy} should be as fast.")
    others = [row.way.strategy for row in equals if row is not chosen]
    if others:
        found.append(f"As fast here, and perhaps faster elsewhere: {', '.join(others)}.")
    if chosen.way.strategy in _WITHIN and any(row.way.strategy in ("pool", "process") for row in rows):
        found.append("Where a task may crash, hang or hoard memory, use pool or process: they lose that task alone.")
    cores = record.machine["cores"]
    found.append(f"Measured with {cores} core{'s' if cores > 1 else ''}; what more would do was not.")
    return found


def break_even(rows: int, baseline: Figures, other: Figures) -> int | None:
    """Rows at which the other, which takes time to start, is as soon done as the baseline; None if it never is."""
    fixed = other.start + other.stop
    each = baseline.seconds.median / rows - (other.seconds.median - fixed) / rows
    if other.is_extrapolated or each <= 0:
        return None
    return math.ceil(fixed / each)


def _round(count: int) -> int:
    """Two digits: it is no surer than that."""
    digits = max(0, len(str(count)) - 2)
    return round(count, -digits)
