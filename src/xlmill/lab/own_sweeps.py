"""A workload along the number of its tasks and of its workers: where one strategy overtakes another."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from xlmill.exceptions import UnequalResultsError
from xlmill.lab.bench_process import Bench
from xlmill.lab.digest import Digests, first_difference
from xlmill.lab.figures import makespans
from xlmill.lab.findings import Axis, Series, Sweep
from xlmill.lab.own_process import BenchError
from xlmill.lab.points import points, speedups
from xlmill.lab.quantities import bytes_text, factor_text, listed
from xlmill.lab.record import Record, WayRecord
from xlmill.lab.sampling import LEAST_REPEATS, REPEATS, Samples, Trial, interleave
from xlmill.lab.way import BASELINE

# So many numbers of tasks below all of them, from one to the next a factor of this power of two.
_COUNTS, _POWER = 3, 3

# Speedup on less than this part of the tasks would be that of another workload.
_LEAST_PART = 1 / 64

# What takes so many times as long as the baseline is not helped by other numbers of workers.
_HOPELESS = 10.0


@dataclass(slots=True)
class Contestant:
    """A way that was measured, with the bench on which it can be run again; `memory` is its peak in bytes by rows."""

    record: WayRecord
    bench: Bench
    digests: Digests
    memory: dict[int, int]
    lost: bool = False

    @property
    def strategy(self) -> str:
        """The name of its strategy."""
        return self.record.strategy

    def expected(self, rows: int, workers: int | None = None) -> float:
        """Seconds that so many rows should take, by what was measured; fewer workers take longer."""
        timings = [sample.timing for sample in self.record.samples]
        fixed = median(timing.start + timing.stop for timing in timings)
        each = (median(timing.seconds for timing in timings) - fixed) / self.record.rows
        return fixed + each * rows * max(1.0, self.record.workers / (workers or self.record.workers))

    def trial(self, x: int, rows: int, workers: int | None, patience: float) -> Trial:
        """Seconds of `rows` rows at a point of the series of its strategy; NaN once its bench is lost.

        Measuring raises UnequalResultsError where results are not those of the run before.
        """

        def measure() -> float:
            if self.lost:
                return math.nan
            try:
                report = self.bench.run(rows, patience, workers=workers)
            except BenchError:
                self.lost = True
                return math.nan
            if first_difference(self.digests, report.digests) is not None:
                raise UnequalResultsError(self.strategy, self.strategy)
            return report.timing.seconds

        return Trial(self.strategy, x, measure)


@dataclass(frozen=True, slots=True)
class _Priced:
    """A trial, and the seconds that it should take."""

    trial: Trial
    seconds: float


@dataclass(slots=True)
class OwnSweeps:
    """The sweeps of the workload of `record`, whose ways are the `contestants`, the baseline first.

    `tell` is told what is done now; a run that takes longer than `patience` seconds is ended, and its way left out.
    """

    record: Record
    contestants: Sequence[Contestant]
    patience: float
    tell: Callable[[str], None]

    def measure(self, seconds: float) -> list[Sweep]:
        """What can be measured in about so many seconds; what is too slow for that is left out."""
        if len(self.contestants) < 2:
            return []
        self.tell("by number of tasks")
        found = self._sampled(_affordable(self._by_count(), seconds / 2, self._runs), seconds / 2)
        sweeps = [self._count_sweep(found), self._memory_sweep()]
        self.tell("by number of workers")
        rows = self._rows_for_workers(seconds / 2)
        if rows is not None:
            found = self._sampled([each.trial for each in self._by_workers(rows)], seconds / 2)
            sweeps.append(self._workers_sweep(found, rows))
        return [sweep for sweep in sweeps if len({point.x for each in sweep.series for point in each.points}) > 1]

    @property
    def _runs(self) -> int:
        """How often each trial is run, for one round is dropped."""
        return 1 + min(self.record.repeat, LEAST_REPEATS)

    def _sampled(self, trials: Sequence[Trial], seconds: float) -> Samples:
        repeats = min(self.record.repeat, REPEATS)
        samples = interleave(trials, seconds, self.record.seed, repeats)
        lost = {each.strategy for each in self.contestants if each.lost}
        return {name: found for name, found in samples.items() if name not in lost}

    def _by_count(self) -> list[_Priced]:
        return [
            _Priced(each.trial(count, count, None, self.patience), each.expected(count))
            for each in self.contestants
            for count in counts(self.record.rows)
            if count < each.record.rows
        ]

    def _by_workers(self, rows: int) -> list[_Priced]:
        baseline = self.contestants[0].expected(rows)
        whole = [
            each
            for each in self.contestants
            if each.record.rows == self.record.rows and each.expected(rows) < _HOPELESS * baseline
        ]
        return [
            _Priced(each.trial(workers, rows, workers, self.patience), each.expected(rows, workers))
            for each in whole
            for workers in ([1] if each.strategy == BASELINE else worker_counts(each.record.workers))
            if each.strategy == BASELINE or each.record.workers > 1
        ]

    def _rows_for_workers(self, seconds: float) -> int | None:
        """As many rows as can be run by all numbers of workers in so many seconds; None where that is too few."""
        rows = self.record.rows
        while rows >= max(1.0, _LEAST_PART * self.record.rows):
            priced = self._by_workers(rows)
            if {each.trial.series for each in priced} <= {BASELINE} or priced[0].trial.series != BASELINE:
                return None
            if self._runs * sum(each.seconds for each in priced) <= seconds:
                return rows
            rows = 1 << ((rows - 1).bit_length() - 1) if rows > 1 else 0
        return None

    def _count_sweep(self, samples: Samples) -> Sweep:
        whole = self.record.rows
        drawn: Samples = {}
        series = []
        for each in self.contestants:
            way = each.record
            found = drawn[each.strategy] = dict(samples.get(each.strategy, {}))
            found[way.rows] = [sample.timing.seconds for sample in way.samples]
            found[whole] = makespans(self.record, way)
            series.append(Series(each.strategy, points(found, [whole] if way.rows < whole else [])))
        unit = self.record.unit
        return Sweep(
            "count",
            f"Crossover by number of {unit}",
            Axis(unit, "", "log"),
            Axis("time", "s", "log"),
            series,
            f"By its median, {_leading(drawn, unit)}.",
        )

    def _memory_sweep(self) -> Sweep:
        unit = self.record.unit
        found = {each.strategy: dict(sorted(each.memory.items())) for each in self.contestants}
        growth = {name: (memory[min(memory)], memory[max(memory)]) for name, memory in found.items()}
        steepest = max(growth, key=lambda name: growth[name][1] - growth[name][0])
        whole = [name for name, memory in found.items() if max(memory) == self.record.rows] or list(found)
        least = min(whole, key=lambda name: growth[name][1])
        few, many = min(found[steepest]), max(found[steepest])
        return Sweep(
            "memory",
            f"Memory by number of {unit}",
            Axis(unit, "", "log"),
            Axis(f"peak {self.record.memory_measure} of all processes", "bytes", "log"),
            [Series(name, points({x: [float(peak)] for x, peak in memory.items()})) for name, memory in found.items()],
            f"{steepest} grows most, from {bytes_text(growth[steepest][0])} for {few:,} to "
            f"{bytes_text(growth[steepest][1])} for {many:,} {unit}; {least} ends with the least, "
            f"{bytes_text(growth[least][1])}.",
        )

    def _workers_sweep(self, samples: Samples, rows: int) -> Sweep:
        [serial] = samples[BASELINE].values()
        found = {
            name: speedups(dict.fromkeys(by_workers, serial), by_workers)
            for name, by_workers in samples.items()
            if name != BASELINE
        }
        best = {name: max(each, key=lambda workers: median(each[workers])) for name, each in found.items()}
        told = [
            f"{name} {factor_text(median(found[name][workers]))} with {workers:g}" for name, workers in best.items()
        ]
        return Sweep(
            "workers",
            "Speedup by workers",
            Axis("workers", "", "log"),
            Axis(f"times as fast as serial, {rows:,} {self.record.unit}", "×"),
            [Series(name, points(each)) for name, each in found.items()],
            f"At most, times as fast as serial: {listed(told)}, on {self.record.machine['cores']} "
            f"core{'s' * (self.record.machine['cores'] > 1)}.",
        )


def counts(rows: int) -> list[int]:
    """Numbers of tasks below `rows` to measure: powers of two, for of so many there are digests."""
    highest = max(0, rows.bit_length() - 1 - _POWER)
    powers = range(highest, -1, -_POWER)[:_COUNTS]
    return [1 << power for power in reversed(powers)] if rows > 1 else []


def worker_counts(workers: int) -> list[int]:
    """Numbers of workers to measure where `workers` are usual: powers of two up to it, and twice as many."""
    return sorted({*(1 << power for power in range(workers.bit_length())), workers, 2 * workers})


def _affordable(priced: Sequence[_Priced], seconds: float, runs: int) -> list[Trial]:
    """The cheapest trials that can be run so often in so many seconds."""
    found, left = [], seconds / runs
    for each in sorted(priced, key=lambda one: one.seconds):
        left -= each.seconds
        if left < 0:
            break
        found.append(each.trial)
    return found


def _leading(samples: Samples, unit: str) -> str:
    """Which strategy has the least median at which numbers of tasks, in words."""
    leads: dict[str, list[str]] = {}
    for x in sorted({x for found in samples.values() for x in found}):
        there = [name for name in samples if x in samples[name]]
        if len(there) > 1:
            leads.setdefault(min(there, key=lambda name: median(samples[name][x])), []).append(f"{x:,g}")
    (first, led), *others = leads.items()
    return listed(
        [f"{first} is fastest for {listed(led)} {unit}", *(f"{name} for {listed(at)}" for name, at in others)]
    )
