"""Claim 14: what becomes of a run of which a worker is killed."""

from __future__ import annotations

from collections.abc import Sequence

from xlmill.lab.faults import ALWAYS, ONCE, ROWS
from xlmill.lab.findings import Claim, FaultRow, Judgement
from xlmill.lab.points import exact


def rule(rows: Sequence[FaultRow]) -> Claim:
    """It holds if the Pool hangs and a Process each loses the guilty row alone; under conditions, if only one is so."""
    pool = _of(rows, "mp-pool", ALWAYS)
    process = _of(rows, "mp-process", ALWAYS)
    isolates = process.returned == ROWS - 1 and bool(process.blamed)
    verdict: Judgement
    conditions = None
    if pool.hung and isolates:
        verdict = "holds"
    elif pool.hung or isolates:
        verdict = "holds under conditions"
        conditions = "only that the Pool hangs" if pool.hung else "only that a Process for each task isolates"
    else:
        verdict = "does not hold"
    ours = _of(rows, "pool", ONCE)
    return Claim(
        14,
        "What the article leaves out: a Pool hangs when a worker is killed, a Process for each task isolates.",
        verdict,
        conditions,
        None,
        [exact(f"{row.strategy}, {row.fault}: rows back", row.returned) for row in rows],
        f"{ROWS} tasks, one of which kills its worker by SIGKILL: once, or each time.",
        f"Pool.map: {pool.text}. A Process for each task: {process.text}. xlmill's pool, of which a worker is "
        f"killed once: {ours.text}.",
    )


def _of(rows: Sequence[FaultRow], strategy: str, fault: str) -> FaultRow:
    return next(row for row in rows if row.strategy == strategy and row.fault == fault)
