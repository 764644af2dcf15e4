"""The repeats of a comparison as pictures: how long each strategy took, and how steadily."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from xlmill.lab.charts.palette import Look
from xlmill.lab.charts.scale import Linear, Scale
from xlmill.lab.charts.strips import Strip, Strips
from xlmill.lab.figures import Figures, makespans
from xlmill.lab.quantities import factor_text, seconds_text, tick_text
from xlmill.lab.record import Record

# A scale for how far repeats stray is never finer, or noise of a thousandth would look like news; in percent.
_LEAST_DEVIATION = 2.0


def time_by_strategy(record: Record, rows: Sequence[Figures], known: Mapping[str, Look]) -> Strips:
    """Every repeat's time, and the medians beside serial's."""
    baseline = rows[0]
    fastest, *others = sorted(rows, key=lambda row: row.seconds.median)
    found = f"{fastest.way.strategy} has the least median: {seconds_text(fastest.seconds.median)}."
    if others:
        found = f"{found[:-1]}; next is {others[0].way.strategy} with {seconds_text(others[0].seconds.median)}."
    note = "A dot is one run, the upright stroke the median; the median lies within the shade with 95% confidence."
    if any(row.is_extrapolated for row in rows):
        note += " ≈ and hollow: extrapolated from fewer rows."
    return Strips(
        name="time",
        title="Time by strategy",
        found=found,
        teaches="Two strategies differ only where their shades do not overlap; a single time would not tell.",
        note=note,
        looks={row.way.strategy: known[row.way.strategy] for row in rows},
        strips=[_time_strip(record, row) for row in rows],
        head=["strategy", "median", "95% from", "to", "least", "most", "× serial", "runs"],
        tick=tick_text,
        reference=(baseline.seconds.median, baseline.way.strategy) if len(rows) > 1 else None,
    )


def steadiness(record: Record, rows: Sequence[Figures], known: Mapping[str, Look]) -> Strips:
    """How far each repeat strayed from its strategy's median."""
    strips = [_deviation_strip(record, row) for row in rows]
    most = max(_LEAST_DEVIATION, *(abs(sample) for strip in strips for sample in strip.samples))
    widest = max(strips, key=lambda strip: max(strip.samples) - min(strip.samples))
    return Strips(
        name="steadiness",
        title="How steady the repeats were",
        found=f"The widest spread is that of {widest.strategy}: from {min(widest.samples):+.1f}% to "
        f"{max(widest.samples):+.1f}% of its median.",
        teaches="What strays is the machine, or the strategy's own luck with it. A difference between strategies that "
        "is smaller than this spread is noise.",
        note="Each run against the median of its strategy; rounds are interleaved, so that a busy moment hits all.",
        looks={row.way.strategy: known[row.way.strategy] for row in rows},
        strips=strips,
        head=["strategy", "least", "most", *(f"round {number + 1}" for number in range(record.rounds))],
        tick=lambda value: "median" if abs(value) < 1e-9 else f"{value:+g}%",
        axis=partial(_symmetrical, most),
    )


def _symmetrical(most: float, start: float, end: float) -> Scale:
    return Linear(-most * 1.05, most * 1.05, start, end)


def _label(row: Figures) -> str:
    return row.way.strategy if row.way.workers == 1 else f"{row.way.strategy}, {row.way.workers} workers"


def _time_strip(record: Record, row: Figures) -> Strip:
    samples = makespans(record, row.way)
    about = "≈ " if row.is_extrapolated else ""
    figure = f"{about}{seconds_text(row.seconds.median)}"
    figure += "" if row.verdict is None else f" · {factor_text(row.speedup)} ×"
    tips = [
        f"{_label(row)}\nround {sample.round + 1}, as number {sample.place + 1}: {about}{seconds_text(seconds)}"
        f"\nmedian {about}{seconds_text(row.seconds.median)}"
        for sample, seconds in zip(row.way.samples, samples, strict=True)
    ]
    spread = row.seconds
    times = [spread.median, spread.low, spread.high, spread.minimum, spread.maximum]
    cells = [_label(row), *(f"{about}{seconds_text(each)}" for each in times)]
    cells += [f"{about}{factor_text(row.speedup)}", f"{len(samples)}"]
    return Strip(
        row.way.strategy, _label(row), figure, samples, tips, spread.median, spread.low, spread.high,
        row.is_extrapolated, cells,
    )  # fmt: skip


def _deviation_strip(record: Record, row: Figures) -> Strip:
    median = row.seconds.median
    seconds = makespans(record, row.way)
    samples = [100 * (each / median - 1) for each in seconds]
    tips = [
        f"{_label(row)}\nround {sample.round + 1}: {deviation:+.1f}%, {seconds_text(each)}"
        for sample, deviation, each in zip(row.way.samples, samples, seconds, strict=True)
    ]
    by_round = {sample.round: f"{each:+.1f}%" for sample, each in zip(row.way.samples, samples, strict=True)}
    cells = [_label(row), f"{min(samples):+.1f}%", f"{max(samples):+.1f}%"]
    cells += [by_round.get(number, "–") for number in range(record.rounds)]
    low, high = (100 * (each / median - 1) for each in (row.seconds.low, row.seconds.high))
    figure = f"± {max(-min(samples), max(samples)):.1f}%"
    return Strip(row.way.strategy, _label(row), figure, samples, tips, 0.0, low, high, row.is_extrapolated, cells)
