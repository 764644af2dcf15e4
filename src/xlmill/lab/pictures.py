"""The pictures of a record, in the order in which they are shown."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count

from xlmill.lab.charts.chart import Chart
from xlmill.lab.charts.curves import Curves
from xlmill.lab.charts.pairs import Pair, Pairs
from xlmill.lab.charts.palette import Look, looks
from xlmill.lab.charts.timeline import Timeline
from xlmill.lab.figures import Figures
from xlmill.lab.findings import ArticleExperiment, Axis, Sweep
from xlmill.lab.quantities import factor_text, quantity_text, seconds_text
from xlmill.lab.record import Record
from xlmill.lab.regret_picture import regret_by_choice
from xlmill.lab.repeats import steadiness, time_by_strategy

_CURVES_NOTE = (
    "Markers are medians, the band around a line holds them with 95% confidence; hollow and dotted: extrapolated."
)
_RIBBON_NOTE = (
    "The ribbon names the simplest strategy that is no different from the best; between markers that is interpolated."
)


def pictures(record: Record, rows: Sequence[Figures]) -> list[Chart]:
    """All pictures for which `record` has figures; `rows` are the figures of its strategies."""
    known = looks(_names(record))
    source = _source(record)
    found: dict[str, Chart] = {}
    for picture in _pictures(record, rows, known):
        name = _free(picture.name, found)
        found[name] = replace(picture, name=name, source=source)
    return list(found.values())


def _free(name: str, taken: Container[str]) -> str:
    """`name`, or where that is taken `name-2` and so on: a quantity may be varied in more than one experiment."""
    numbered = (name if number == 1 else f"{name}-{number}" for number in count(1))
    return next(each for each in numbered if each not in taken)


def _source(record: Record) -> str:
    """Where the figures come from: a picture that is passed on takes it along."""
    facts = record.machine
    cores = f"{facts['cores']} cores" + (f" of {facts['processor']}" if facts["processor"] else "")
    day = datetime.fromisoformat(record.made).strftime("%Y-%m-%d")
    what = record.workload if record.suite is None else f"suite {record.suite}"
    return f"xlmill {facts['versions']['xlmill']} · {what} · {cores} · {facts['python']} · {day}"


def _names(record: Record) -> list[str]:
    """All that has a look of its own, each once."""
    names = [way.strategy for way in record.ways]
    names += [series.strategy for sweep in record.sweeps for series in sweep.series]
    names += [span.strategy for span in record.timeline]
    names += [time.strategy for experiment in record.article for time in experiment.times]
    names += [each.strategy for each in record.predicted]
    names += [cell.chosen for cell in record.regret.cells] if record.regret is not None else []
    return list(dict.fromkeys(names))


def _pictures(record: Record, rows: Sequence[Figures], known: Mapping[str, Look]) -> Iterator[Chart]:
    if rows:
        yield time_by_strategy(record, rows, known)
        if any(len(row.way.samples) > 1 for row in rows):
            yield steadiness(record, rows, known)
    if record.article:
        yield _article(record, known)
    for sweep in record.sweeps:
        yield _sweep(sweep, known)
    if record.timeline:
        yield _timeline(record, known)
    if record.predicted:
        yield _predicted(record, known)
    if record.regret is not None and record.regret.cells:
        yield regret_by_choice(record.regret, known)


def _sweep(sweep: Sweep, known: Mapping[str, Look]) -> Curves:
    xs = [point.x for series in sweep.series for point in series.points]
    if sweep.name in ("waiting", "dial") and not sweep.x.unit and max(xs) <= 1:
        sweep = replace(sweep, x=Axis(sweep.x.label, "share", sweep.x.scale))
    several = len(sweep.series) > 1 and min(xs) < max(xs)
    leads = {"s": "fastest", "×": "fastest", "bytes": "least"}.get(sweep.y.unit)
    chart = Curves(
        name=sweep.name,
        title=sweep.title,
        found=sweep.teaches,
        note=_CURVES_NOTE,
        looks=_of(known, [series.strategy for series in sweep.series]),
        sweep=sweep,
        best=leads if several else None,
        least_is_best=sweep.y.unit != "×",
        is_ideal=sweep.name == "workers" and sweep.y.unit == "×",
    )
    if not chart.best or not chart.stretches:
        return replace(chart, best=None)
    return replace(chart, note=f"{_CURVES_NOTE} {_RIBBON_NOTE} {_leaders(chart)}")


def _leaders(chart: Curves) -> str:
    """Who leads from where to where, in words."""
    runs = chart.stretches
    if len(runs) == 1:
        return f"Here that is {runs[0].strategy} throughout."
    ends = [f"{run.strategy} up to about {quantity_text(_round(run.high), chart.sweep.x.unit)}" for run in runs[:-1]]
    return f"Here: {', '.join(ends)}, then {runs[-1].strategy}."


def _round(value: float) -> float:
    """Two digits are all that an interpolation is good for."""
    return float(f"{value:.2g}")


def _timeline(record: Record, known: Mapping[str, Look]) -> Timeline:
    order = [way.strategy for way in record.ways]
    spans = sorted(
        record.timeline, key=lambda span: order.index(span.strategy) if span.strategy in order else len(order)
    )
    return Timeline(
        name="timeline",
        title="Who computed what, when",
        teaches="A worker that waits while another computes is time lost: at the start, for the last chunk, or for a "
        "lock such as the GIL.",
        note="A block is a chunk on its worker; two shades tell neighbours apart. Busy: the share of the strategy's "
        "time in which the worker computed.",
        looks=_of(known, [span.strategy for span in spans]),
        spans=spans,
    )


def _predicted(record: Record, known: Mapping[str, Look]) -> Pairs:
    pairs = [
        Pair(each.strategy, each.predicted, each.measured, _predicted_text(each.predicted, each.measured))
        for each in record.predicted
    ]
    worst = max(record.predicted, key=lambda each: max(each.measured / each.predicted, each.predicted / each.measured))
    return Pairs(
        name="predicted",
        title="Predicted and measured",
        found=f"Farthest off: {worst.strategy}, predicted {seconds_text(worst.predicted)}, measured "
        f"{seconds_text(worst.measured)}.",
        teaches="The planner chooses by what it predicts, so its predictions must stand in the order of what is "
        "measured; being right to the digit matters less.",
        note="The bar is predicted, the marker measured.",
        looks=_of(known, [pair.strategy for pair in pairs]),
        pairs=pairs,
        names=("predicted", "measured"),
    )


def _predicted_text(predicted: float, measured: float) -> str:
    return f"{seconds_text(predicted)} → {seconds_text(measured)}, {factor_text(measured / predicted)} ×"


def _article(record: Record, known: Mapping[str, Look]) -> Pairs:
    pairs = [
        Pair(
            time.strategy,
            _seconds(time.article),
            time.median,
            f"{'≈ ' if time.extrapolated else ''}{seconds_text(time.median)}",
            time.article,
            experiment.title,
            time.extrapolated,
        )
        for experiment in record.article
        for time in experiment.times
    ]
    return Pairs(
        name="article",
        title="The article's experiments, done again",
        found=_best_of_both(record.article[0]),
        teaches="loop, mp-pool and mp-process compute one expression at a time, as a newcomer writes it; the others "
        "are xlmill's way, whole columns at once.",
        note="The bar is the article's time, the marker ours; hollow: extrapolated from fewer expressions.",
        looks=_of(known, [pair.strategy for pair in pairs]),
        pairs=pairs,
        names=("the article", "measured here"),
    )


def _best_of_both(experiment: ArticleExperiment) -> str:
    """The newcomer's best beside xlmill's."""
    parts = []
    for how, whose in (("newcomer", "one at a time the best is"), ("xlmill", "by columns")):
        times = [time for time in experiment.times if time.how == how]
        if times:
            best = min(times, key=lambda time: time.median)
            parts.append(f"{whose} {best.strategy} with {'≈ ' if best.extrapolated else ''}{seconds_text(best.median)}")
    return f"{experiment.title}: {', '.join(parts)}."


def _seconds(text: str | None) -> float | None:
    """The seconds of the article's text, where it gives a time."""
    found = re.match(r"([\d.]+) s\b", text or "")
    return float(found[1]) if found else None


def _of(known: Mapping[str, Look], names: Sequence[str]) -> dict[str, Look]:
    return {name: known[name] for name in dict.fromkeys(names)}
