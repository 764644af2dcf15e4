"""Which way to use, as data and in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlmill.lab.advice_code import code
from xlmill.lab.conditions import conditions
from xlmill.lab.figures import Figures, figures, makespans
from xlmill.lab.quantities import factor_text
from xlmill.lab.record import Record
from xlmill.lab.statistics import chance_to_be_least, is_different


@dataclass(frozen=True, slots=True)
class Recommendation:
    """Which strategy to use for this work on this machine, with how many workers and rows a chunk.

    `gain` is how many times as fast as the baseline it is. `confidence`, from 0 to 1, is the chance that it would be
    the fastest if all were measured again. `conditions` are those under which it would be another, in sentences.
    `code` are lines of Python that apply it. `sentence` says it to people.
    """

    strategy: str
    workers: int
    chunk_rows: int | None
    gain: float
    confidence: float
    sentence: str
    conditions: tuple[str, ...]
    code: str

    @property
    def settings(self) -> dict[str, str | int]:
        """The keyword arguments by which `xlmill.map` and `xlmill.evaluate_many` do it."""
        return {"strategy": self.strategy} | ({"workers": self.workers} if self.workers > 1 else {})


def recommend(record: Record) -> Recommendation:
    """The simplest way than which none is measurably faster."""
    rows = figures(record)
    equals = [row for row in rows if not any(_is_faster(other, row) for other in rows)]
    chosen = equals[0]  # ways stand in order, the simplest first
    others = [makespans(record, row.way) for row in rows if row is not chosen]
    return Recommendation(
        chosen.way.strategy,
        chosen.way.workers,
        chosen.way.chunk_rows,
        chosen.speedup,
        chance_to_be_least(makespans(record, chosen.way), others, record.seed),
        _sentence(chosen, rows, equals),
        tuple(conditions(record, rows, chosen, equals)),
        code(record, chosen.way),
    )


def _is_faster(one: Figures, other: Figures) -> bool:
    return is_different(one.seconds, other.seconds) and one.seconds.median < other.seconds.median


def _sentence(chosen: Figures, rows: Sequence[Figures], equals: Sequence[Figures]) -> str:
    baseline = rows[0]
    head = f"For this work on this machine use {_named(chosen)}"
    also = [row.way.strategy for row in equals if row is not chosen]
    if len(rows) == 1:
        return f"{head}: nothing else was measured."
    if chosen is not baseline:
        gain = f"{head}: {factor_text(chosen.speedup)} times as fast as {baseline.way.strategy}"
        return f"{gain}; no different: {', '.join(also)}." if also else f"{gain}."
    if also:
        return f"{head}: it is the simplest, and no different from {', '.join(also)}."
    second = min((row for row in rows if row is not chosen), key=lambda row: row.seconds.median)
    times = factor_text(1 / second.speedup)
    return f"{head}: nothing is faster; {_named(second)}, the next, takes {times} times as long."


def _named(row: Figures) -> str:
    workers = row.way.workers
    return row.way.strategy if workers == 1 else f"{row.way.strategy} with {workers} workers"
