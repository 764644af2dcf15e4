"""A comparison: what was measured, and what follows from it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlmill.exceptions import InputError
from xlmill.lab.figures import Figures, figures, warnings
from xlmill.lab.recommendation import Recommendation, recommend
from xlmill.lab.record import Record, read_record
from xlmill.lab.trace import trace

if TYPE_CHECKING:
    from xlmill.lab.charts.chart import Chart


@dataclass(frozen=True)
class Comparison:
    """A workload measured by several strategies. Everything it tells comes from `record`, the raw samples."""

    record: Record

    @cached_property
    def figures(self) -> list[Figures]:
        """The figures of each strategy that could be measured, the baseline first."""
        return figures(self.record)

    @cached_property
    def recommendation(self) -> Recommendation:
        """Which strategy to use: the simplest than which none is measurably faster."""
        return recommend(self.record)

    @cached_property
    def pictures(self) -> dict[str, Chart]:
        """The pictures of the report by their names, such as `pictures["time"].save("time.svg")`."""
        from xlmill.lab.pictures import pictures

        return {picture.name: picture for picture in pictures(self.record, self.figures)}

    @property
    def warnings(self) -> list[str]:
        """What to know before believing the figures."""
        return warnings(self.record)

    @property
    def table(self) -> list[dict[str, Any]]:
        """One row of plain values a strategy, as a data frame takes them; times in seconds, memory in bytes."""
        return [_row(row) for row in self.figures]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the comparison to `path`: a report for people (.html), or the raw samples (.json).

        Raises InputError for another suffix, and where `path` cannot be written.
        """
        suffix = Path(path).suffix.lower()
        if suffix == ".html":
            self.save_page(path)
        elif suffix == ".json":
            self.save_samples(path)
        else:
            raise InputError(f"{path}: give it a name that ends in .html or .json")

    def save_page(self, path: str | os.PathLike[str]) -> None:
        """Write the report, one HTML file that needs no network."""
        _write(path, self._page())

    def save_samples(self, path: str | os.PathLike[str]) -> None:
        """Write the raw samples as JSON, which `replay` reads."""
        _write(path, self.record.to_json())

    def save_trace(self, path: str | os.PathLike[str]) -> None:
        """Write who computed what when as a trace, which Perfetto and chrome://tracing open."""
        _write(path, trace(self.record))

    def _page(self) -> str:
        from xlmill.lab.page import page

        return page(self.record, self.figures, self.recommendation, self.warnings, list(self.pictures.values()))

    def _repr_html_(self) -> str:
        from xlmill.lab.page import fragment

        return fragment(self.record, self.figures, self.recommendation, self.warnings, list(self.pictures.values()))


def _write(path: str | os.PathLike[str], text: str) -> None:
    try:
        Path(path).write_text(text, "utf-8")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error


def replay(file: str | os.PathLike[str]) -> Comparison:
    """The comparison whose raw samples were saved in `file`. Raises InputError where there are none."""
    return Comparison(read_record(Path(file)))


def _row(row: Figures) -> dict[str, Any]:
    way = row.way
    return {
        "strategy": way.strategy,
        "workers": way.workers,
        "seconds": row.seconds.median,
        "minimum": row.seconds.minimum,
        "interquartile_range": row.seconds.interquartile_range,
        "is_extrapolated": row.is_extrapolated,
        "rows_measured": way.rows,
        "start": row.start,
        "run": row.run,
        "collect": row.collect,
        "stop": row.stop,
        "first_result": row.first_result,
        "processor": row.processor,
        "peak_memory": way.peak_memory,
        "parent_peak": row.parent_peak,
        "in_memory": row.in_memory,
        "throughput": row.throughput,
        "speedup": row.speedup,
        "efficiency": row.efficiency,
        "verdict": row.verdict,
    }
