"""What drills measure of themselves, and the table that is made of it.

A test of an injected fault is marked with the number of its drill, `@pytest.mark.drill(1)`, and may use the fixture
`drill` to say what it injected and what became of it. `make drills` shows the table.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

# What is injected, by the number of the drill.
FAULTS = {
    1: "a worker is killed while it computes",
    2: "a worker dies within a message",
    3: "crash, abort, exit; what cannot be pickled; exceptions",
    4: "memory runs away",
    5: "workers that will not start, or all die",
    6: "the parent is killed",
    7: "Ctrl-C once and twice, SIGTERM",
    8: "a row that never ends: sleeping, spinning, stopped",
    9: "a straggler among the last chunks",
    10: "a slow task at the head of the line",
    11: "the disk is full, at every write",
    12: "the run is killed, and resumed",
    13: "the input changed before it is resumed",
    14: "functions of scripts, lambdas, what cannot travel",
    15: "threads beside the start of workers",
    16: "the clock or the zone is changed",
    17: "another strategy, other workers, other chunks",
    18: "workers of a cluster are killed",
    31: "ten million rows through a small window",
    32: "few file descriptors; what stays open; other settings of the interpreter",
}


@dataclass
class Drill:
    """The figures of one test: faults injected, rows, rows without their result, items blamed, seconds to recover."""

    injected: int = 0
    rows: int = 0
    lost: int = 0
    blamed: int = 0
    guilty: int = 0
    seconds: float | None = None
    _began: float | None = field(default=None, repr=False)

    def inject(self, count: int = 1) -> None:
        """Take note of faults; from the first since all was as it should be, the time to recover counts."""
        self.injected += count
        self._began = self._began or time.monotonic()

    def recover(self) -> None:
        """All is as it should be again."""
        if self._began is not None:
            self.seconds = max(self.seconds or 0.0, time.monotonic() - self._began)
            self._began = None

    def expect(self, rows: int, right: int) -> None:
        """So many rows should have had their results, or be blamed; so many were."""
        self.rows += rows
        self.lost += rows - right

    def blame(self, guilty: int, blamed: int) -> None:
        """So many items were to blame; so many of them, and no others, were."""
        self.guilty += guilty
        self.blamed += blamed


# Of the test that runs now.
current = Drill()


@dataclass
class Line:
    """A line of the table: a drill and the figures of its tests."""

    number: int
    tests: int = 0
    failed: int = 0
    figures: list[dict[str, Any]] = field(default_factory=list)

    def cells(self) -> list[str]:
        """What the table shows."""
        total = {
            key: sum(each[key] for each in self.figures) for key in ("injected", "rows", "lost", "blamed", "guilty")
        }
        seconds = [each["seconds"] for each in self.figures if each["seconds"] is not None]
        return [
            str(self.number),
            FAULTS[self.number],
            f"{self.tests - self.failed} of {self.tests}",
            f"{total['injected']:,}" if total["injected"] else "–",
            f"{total['lost']:,} of {total['rows']:,}" if total["rows"] else "–",
            f"{total['blamed']} of {total['guilty']}" if total["guilty"] else "–",
            f"{max(seconds):.2f}" if seconds else "–",
        ]


HEADINGS = ["drill", "fault", "tests passed", "faults injected", "rows lost", "blamed rightly", "longest, s"]


def lines(reports: Iterable[Any]) -> list[Line]:
    """The lines of the table, from the reports of tests."""
    found: dict[int, Line] = {}
    for report in reports:
        told = dict(report.user_properties)
        for number in told.get("drills", ()):
            line = found.setdefault(number, Line(number))
            line.tests += 1
            line.failed += report.failed
            if "figures" in told and not report.failed:
                line.figures.append(told["figures"])
    return [found[number] for number in sorted(found)]


def properties(numbers: tuple[int, ...], drill: Drill | None) -> list[tuple[str, object]]:
    """What a report is to tell of a test."""
    told: list[tuple[str, object]] = [("drills", numbers)]
    if drill is not None and drill.injected:
        told.append(("figures", {key: value for key, value in asdict(drill).items() if not key.startswith("_")}))
    return told


def as_text(table: list[Line]) -> str:
    """The table for a terminal."""
    rows = [HEADINGS, *(line.cells() for line in table)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    aligned = []
    for row in rows:
        cells = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
        cells[1] = row[1].ljust(widths[1])
        aligned.append("  ".join(cells))
    return "\n".join(aligned)


def as_markdown(table: list[Line], told: str) -> str:
    """The table as a page; `told` says where and when it was measured."""
    rule = ["---:", "---", *["---:"] * (len(HEADINGS) - 2)]
    rows = [HEADINGS, rule, *(line.cells() for line in table)]
    body = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return (
        "# Drills\n\nFaults injected on purpose, and what became of the rows. Written by `make drills`, from what its\n"
        f"tests measure of themselves. {told}\n\n{body}\n\n"
        "*Rows lost* have neither their result nor a fault that names them. *Blamed rightly*: rows that were to blame\n"
        "and were blamed alone. *Longest* is the longest time that a test took from its first fault to its last\n"
        "result, or until every process had ended.\n"
    )
