"""Whether xlmill's answers are those of an independent engine, except for differences that were reviewed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from benchmarks.answers import disagreements
from benchmarks.causes import Case, cases
from benchmarks.engines.engine import Oracle
from benchmarks.reviewed import difference_of

# More disagreements than these are not looked into one by one: they stand as unexplained.
MOST_CASES = 20_000


@dataclass(frozen=True, slots=True)
class Check:
    """The outcome of a comparison: rows compared, reviewed differences by name, and what nobody has explained."""

    engine: str
    rows: int
    reviewed: Counter[str] = field(default_factory=Counter)
    unexplained: list[Case] = field(default_factory=list)
    not_looked_into: int = 0

    @property
    def holds(self) -> bool:
        """Whether every answer is the same or differs for a reviewed reason."""
        return not self.unexplained and not self.not_looked_into

    def by_cause(self) -> dict[tuple[str, str, str], list[Case]]:
        """What is unexplained, by cause, the most frequent first."""
        groups: dict[tuple[str, str, str], list[Case]] = defaultdict(list)
        for case in self.unexplained:
            groups[case.cause].append(case)
        return dict(sorted(groups.items(), key=lambda group: -len(group[1])))

    def __str__(self) -> str:
        parts = []
        if self.reviewed:
            parts.append(f"{sum(self.reviewed.values()):,} differ for reviewed reasons")
        if not self.holds:
            parts.append(f"{len(self.unexplained) + self.not_looked_into:,} differ unexplained")
        return f"{self.rows:,} answers held against {self.engine}: {' and '.join(parts) or 'all the same'}"


def check(expressions: Sequence[str], ours: pa.Table, theirs: pa.Table, xlmill: Oracle, other: Oracle) -> Check:
    """Compare the answers of xlmill and of another engine to expressions, and explain where they differ."""
    count = min(len(ours), len(theirs))
    rows = disagreements(ours, theirs).tolist()
    looked_into = rows[:MOST_CASES]
    found = Check(other.name, count, not_looked_into=len(rows) - len(looked_into))
    for case in cases(looked_into, [expressions[row] for row in looked_into], xlmill, other):
        difference = difference_of(case)
        if difference is None:
            found.unexplained.append(case)
        else:
            found.reviewed[difference.name] += 1
    return found
