"""What a run did, counted."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xlmill.execution.planner import Plan
from xlmill.functions.outside import failures_in
from xlmill.mill.workload import Tally

# Above this the distinct templates are no longer told apart: memory must not grow with the input.
_MOST_TEMPLATES = 1_000_000


@dataclass(slots=True)
class Summary:
    """Counts of a run: rows, types of results, errors, distinct templates, time and memory.

    `failed` counts rows whose worker died or was over its limit; they are `invalid` rows of the output. `resumed`
    counts rows that an interrupted run had done. `failures` counts values that calls of waiting functions failed to
    give, by function and reason.
    `first_problems` are the first few invalid rows, by their numbers from 1, and what is wrong with them.
    """

    rows: int = 0
    types: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    resumed: int = 0
    failures: Counter[tuple[str, str]] = field(default_factory=Counter)
    first_problems: list[tuple[int, str]] = field(default_factory=list)
    plan: Plan | None = None
    seconds: float = 0.0
    _templates: set[int] = field(default_factory=set)

    def add(self, tally: Tally) -> None:
        """Count one chunk's results."""
        self.rows += tally.rows
        self.types.update(tally.types)
        self.errors.update(tally.errors)
        self.failures.update(tally.failures)
        if len(self._templates) < _MOST_TEMPLATES:
            self._templates |= tally.templates

    @property
    def invalid(self) -> int:
        """Rows that are no formulas, or whose worker failed."""
        return self.types["invalid"]

    @property
    def templates(self) -> int:
        """How many distinct templates there were; no more than a million are told apart."""
        return len(self._templates)

    @property
    def rate(self) -> float:
        """Rows computed a second."""
        return (self.rows - self.resumed) / self.seconds if self.seconds else 0.0

    def to_dict(self) -> dict[str, Any]:
        """The counts as plain data."""
        plan = self.plan
        return {
            "rows": self.rows,
            "types": dict(sorted(self.types.items())),
            "errors": dict(sorted(self.errors.items())),
            "invalid": self.invalid,
            "failed": self.failed,
            "resumed": self.resumed,
            "failures": [failure._asdict() for failure in failures_in(self.failures)],
            "problems": [{"row": row, "message": message} for row, message in self.first_problems],
            "templates": self.templates,
            "strategy": plan.strategy if plan else None,
            "workers": plan.workers if plan else None,
            "reason": plan.reason if plan else None,
            "plan": plan.table() if plan else [],
            "seconds": round(self.seconds, 3),
            "rows_per_second": round(self.rate),
            "peak_memory_bytes": peak_memory(),
        }

    def to_json(self) -> str:
        """The counts as JSON."""
        return json.dumps(self.to_dict())


def peak_memory() -> int:
    """The most bytes of memory that this process, or one of its finished workers, has held."""
    import resource  # there is none on Windows

    unit = 1 if sys.platform == "darwin" else 1024
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    workers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    # What a process is told of itself there begins with what its parent held when it started it.
    status = Path("/proc/self/status")
    if status.exists():
        fields = dict(line.partition(":")[::2] for line in status.read_text().splitlines())
        own = int(fields["VmHWM"].split()[0])
    return max(own, workers) * unit
