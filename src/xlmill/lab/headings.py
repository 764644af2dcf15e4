"""The table of a comparison as text: its columns, and what stands in their cells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from xlmill.lab.figures import Figures
from xlmill.lab.quantities import bytes_text, factor_text, rate_text, seconds_text


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of the table: its head, what it means, and the text of a cell."""

    name: str
    meaning: str
    cell: Callable[[Figures], str]


def headings(memory_measure: str) -> list[Heading]:
    """The columns by which to judge strategies, the most telling first."""
    return [
        _STRATEGY,
        Heading("workers", "workers at once", lambda row: f"{row.way.workers}"),
        Heading("time", "makespan, from first start to last end; the median", _time),
        Heading("× serial", "serial's time over this one", lambda row: _about(row, factor_text(row.speedup))),
        Heading(
            "verdict", "against serial, by the 95 % bootstrap intervals of the medians", lambda row: row.verdict or "–"
        ),
        Heading("IQR", "how far the middle half of the times is spread", _spread),
        Heading("least", "the shortest time", lambda row: _about(row, seconds_text(row.seconds.minimum))),
        Heading("CPU", "processor time of all processes", _processor),
        Heading("memory", f"peak {memory_measure} of all processes", lambda row: _memory(row.way.peak_memory)),
        Heading("rows/s", "throughput", lambda row: _about(row, rate_text(row.throughput))),
        Heading("efficiency", "× serial, over workers", lambda row: _about(row, f"{row.efficiency:.0%}")),
    ]


def part_headings() -> list[Heading]:
    """The columns that tell where time and memory go, of the rows that were measured."""
    return [
        _STRATEGY,
        Heading("start", "until the workers are ready", lambda row: seconds_text(row.start)),
        Heading("first result", "until the first result is there, from the very beginning", _first_result),
        Heading(
            "run", "until the last result is there, from when the workers were ready", lambda row: seconds_text(row.run)
        ),
        Heading("collect", "results put together", lambda row: seconds_text(row.collect)),
        Heading("stop", "until no worker is left", lambda row: seconds_text(row.stop)),
        Heading("rows", "rows measured", lambda row: f"{row.way.rows:,}"),
        Heading("in memory", "most rows handed out and not yet answered", lambda row: f"{row.in_memory:,}"),
        Heading("parent", "peak resident memory of the parent process", lambda row: _memory(row.parent_peak)),
    ]


_STRATEGY = Heading("strategy", "a way of giving tasks to workers", lambda row: row.way.strategy)


def _about(row: Figures, text: str) -> str:
    return f"≈ {text}" if row.is_extrapolated else text


def _time(row: Figures) -> str:
    return _about(row, seconds_text(row.seconds.median))


def _spread(row: Figures) -> str:
    return _about(row, seconds_text(row.seconds.interquartile_range))


def _first_result(row: Figures) -> str:
    return seconds_text(row.first_result)


def _processor(row: Figures) -> str:
    return "–" if row.processor is None else _about(row, seconds_text(row.processor))


def _memory(count: int | None) -> str:
    return "–" if count is None else bytes_text(count)
