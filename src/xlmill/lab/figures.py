"""What the samples of a record say: one row of figures for each way, and the warnings that go with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from xlmill.lab.extrapolation import expected_seconds
from xlmill.lab.machine import MOST_LOAD
from xlmill.lab.record import Record, Sample, WayRecord
from xlmill.lab.statistics import Spread, is_different, spread

# With fewer repeats the spread says little.
ENOUGH_REPEATS = 5


@dataclass(frozen=True, slots=True)
class Figures:
    """One way in figures, medians over its samples where nothing else is said.

    `seconds` is the makespan, extrapolated to all rows where `is_extrapolated`, and so are `processor` and
    `throughput` (rows a second); the other figures are then those of the rows that were measured. `speedup` is the
    baseline's makespan over this one, `efficiency` speedup over workers. `verdict` says how it compares with the
    baseline: "faster", "slower" or "no difference"; None for the baseline itself.
    """

    way: WayRecord
    is_extrapolated: bool
    seconds: Spread
    start: float
    run: float
    collect: float
    stop: float
    first_result: float
    processor: float | None
    in_memory: int
    parent_peak: int | None
    throughput: float
    speedup: float
    efficiency: float
    verdict: str | None


def figures(record: Record) -> list[Figures]:
    """The figures of all ways that could be measured, the baseline first."""
    measured = [way for way in record.ways if way.samples]
    if not measured:
        return []
    baseline = spread(makespans(record, measured[0]), record.seed)
    return [_figures(record, way, baseline, is_baseline=way is measured[0]) for way in measured]


def makespans(record: Record, way: WayRecord) -> list[float]:
    """The seconds of each sample of a way, extrapolated to all rows where fewer were measured."""
    return [
        expected_seconds(
            (way.rows, sample.timing.seconds), way.pilot, record.rows, sample.timing.start + sample.timing.stop
        )
        if way.rows < record.rows
        else sample.timing.seconds
        for sample in way.samples
    ]


def failures(record: Record) -> list[str]:
    """Why some ways could not be measured, a sentence each."""
    return [f"{way.strategy} was not measured: {way.failure}." for way in record.ways if way.failure is not None]


def warnings(record: Record) -> list[str]:
    """What a reader must know before believing the figures."""
    found = []
    load, cores = record.machine["load"], record.machine["cores"]
    if load is not None and load > MOST_LOAD * cores:
        found.append(
            f"The machine was busy before it began: load {load:g} on {cores} cores. "
            "Other programs took part in these times; compare on a quiet machine."
        )
    if record.repeat < ENOUGH_REPEATS:
        found.append(f"{record.repeat} repeats are few: small differences may be chance.")
    measured = [way for way in record.ways if way.samples]
    seldom = [f"{way.strategy} ({len(way.samples)})" for way in measured if len(way.samples) < record.repeat]
    if record.rounds < record.repeat:
        seldom = [f"all ({record.rounds})"]
    if seldom:
        found.append(
            f"Fewer than {record.repeat} repeats, for the budget of {record.budget:g} s: {', '.join(seldom)}. "
            "A larger one gives surer figures."
        )
    found += failures(record)
    fewer = [f"{way.strategy} ({way.rows:,})" for way in measured if way.rows < record.rows]
    if fewer:
        found.append(
            f"Too slow for the budget, and so measured on fewer than {record.rows:,} {record.unit}, with time, CPU and "
            f"rate extrapolated (≈): {', '.join(fewer)}."
        )
    return found


def _figures(record: Record, way: WayRecord, baseline: Spread, is_baseline: bool) -> Figures:
    seconds = spread(makespans(record, way), record.seed)
    speedup = baseline.median / seconds.median
    processors = [sample.processor for sample in way.samples if sample.processor is not None]
    peaks = [sample.parent_peak for sample in way.samples if sample.parent_peak is not None]
    return Figures(
        way=way,
        is_extrapolated=way.rows < record.rows,
        seconds=seconds,
        start=_median_of(way.samples, "start"),
        run=_median_of(way.samples, "run"),
        collect=_median_of(way.samples, "collect"),
        stop=_median_of(way.samples, "stop"),
        first_result=_median_of(way.samples, "first_result"),
        processor=median(processors) * record.rows / way.rows if processors else None,
        in_memory=max(sample.timing.in_memory for sample in way.samples),
        parent_peak=max(peaks, default=None),
        throughput=record.rows / seconds.median,
        speedup=speedup,
        efficiency=speedup / way.workers,
        verdict=None if is_baseline else _verdict(seconds, baseline),
    )


def _median_of(samples: Sequence[Sample], part: str) -> float:
    return float(median(getattr(sample.timing, part) for sample in samples))


def _verdict(seconds: Spread, baseline: Spread) -> str:
    if not is_different(seconds, baseline):
        return "no difference"
    return "faster" if seconds.median < baseline.median else "slower"
