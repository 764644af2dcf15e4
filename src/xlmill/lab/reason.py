"""Why a strategy is as fast as it is: what its workers could give at best, and where the rest goes."""

from __future__ import annotations

from collections.abc import Sequence

from xlmill.lab.figures import Figures
from xlmill.lab.quantities import seconds_text

# Below this share of its time, starting explains nothing.
_OF_WEIGHT = 0.05


def reason(rows: Sequence[Figures], advised: str) -> str:
    """A sentence on the strategy `advised`; on the best of the others where that is the baseline, the first of `rows`.

    Empty where nothing has several workers.
    """
    baseline = rows[0]
    chosen = next(row for row in rows if row.way.strategy == advised)
    if chosen is baseline:
        shared = [row for row in rows if row.way.workers > 1]
        if not shared:
            return ""
        chosen = min(shared, key=lambda row: row.seconds.median)
    workers, taken = chosen.way.workers, chosen.seconds.median
    if workers == 1:
        return ""
    best = baseline.seconds.median / workers
    head = (
        f"Shared out perfectly, the work of {baseline.way.strategy} would take {workers} workers {seconds_text(best)}"
    )
    text = f"{head}; {chosen.way.strategy} takes {seconds_text(taken)}"
    if taken <= best:
        return f"{text}: all that they can give."
    parts = []
    if chosen.start >= _OF_WEIGHT * taken:
        parts.append(f"{seconds_text(chosen.start)} of that is starting")
    if chosen.efficiency < 1 / workers:
        parts.append("handing out and waiting for each other cost more than sharing saves")
    return f"{text}: {', and '.join(parts)}." if parts else f"{text}."
