"""The part of the planner's grid that is expressions."""

from __future__ import annotations

import functools
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlmill.execution import Event, Planned, Prediction
from xlmill.mill.generate import generate
from xlmill.mill.many import evaluate_many

if TYPE_CHECKING:
    import pyarrow as pa

COUNTS = (10, 1_000, 10_000, 100_000, 1_000_000)
MIXES = ("everyday", "diverse", "long")
# Rows a second on one core, as far as it decides which cells take too long.
ROUGH_RATE = {"everyday": 500_000, "diverse": 300_000, "long": 20_000}


@dataclass(frozen=True, slots=True)
class ExpressionCell:
    """`count` expressions of one of the mixes that `xlmill generate` knows, from memory to memory."""

    count: int
    mix: str

    def __str__(self) -> str:
        return f"{self.count:,} expressions, {self.mix}"

    def alternatives(self) -> Sequence[Prediction]:
        """Every strategy that `auto` may choose."""
        return [Prediction(name, 2, 1, 0.0, 0.0) for name in ("serial", "threads", "pool")]

    def measure(self, strategy: str, workers: int | None) -> tuple[float, Planned]:
        """Seconds by a strategy, and what was planned; raises AssertionError if its values are not those of serial."""
        texts, expected = _workload(self.count, self.mix)
        events: list[Planned] = []

        def observe(event: Event) -> None:
            if isinstance(event, Planned):
                events.append(event)

        began = time.perf_counter()
        results = evaluate_many(texts, strategy=strategy, workers=workers, progress=observe)
        took = time.perf_counter() - began
        if not results.to_arrow().equals(expected):
            raise AssertionError(f"{strategy} gave other values for {self}")
        return took, events[0]


def expression_grid(most_seconds: float) -> list[ExpressionCell]:
    """The cells that take at most about `most_seconds` on two cores."""
    return [
        ExpressionCell(count, mix) for count in COUNTS for mix in MIXES if count / ROUGH_RATE[mix] / 2 <= most_seconds
    ]


@functools.lru_cache(maxsize=1)
def _workload(count: int, mix: str) -> tuple[pa.ChunkedArray, pa.Table]:
    import pyarrow as pa

    texts = pa.Table.from_batches(generate(count, mix=mix)).column("expression")
    return texts, evaluate_many(texts, strategy="serial").to_arrow()
