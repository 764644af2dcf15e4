"""The measuring: a rehearsal of each way alone, then repeats of all in random order."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from xlmill.exceptions import InputError, UnequalResultsError
from xlmill.lab.bench_process import Bench
from xlmill.lab.budget import LEAST_ROUNDS, Budget
from xlmill.lab.digest import Digests, first_difference
from xlmill.lab.figures import figures
from xlmill.lab.findings import Predicted
from xlmill.lab.machine import machine
from xlmill.lab.own_process import BenchError
from xlmill.lab.own_sweeps import Contestant, OwnSweeps, counts
from xlmill.lab.record import Record, Sample, WayRecord
from xlmill.lab.rehearsal import rehearse
from xlmill.lab.tree import MEMORY_MEASURE
from xlmill.lab.way import Way
from xlmill.lab.work import Work

# Compiling takes half a minute, on a busy machine minutes.
_COMPILE_SECONDS = 600.0


# Of the budget, where there are sweeps.
_SWEEPS_SHARE = 0.4

# Of a run whose time does not count, so that the peak of a short one is seen.
_WATCHING_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Stage:
    """How far a comparison has come: what it does now, and steps done of all."""

    text: str
    done: int
    total: int


Observer: TypeAlias = Callable[[Stage], None]


@dataclass(slots=True)
class _Course:
    """A way on its way through the measuring: so many `rounds`, in each of which it takes about `seconds`.

    `memory` is its peak in bytes by rows.
    """

    way: Way
    record: WayRecord
    digests: Digests = field(default_factory=dict)
    memory: dict[int, int] = field(default_factory=dict)
    seconds: float = 0.0
    rounds: int = 0

    def fail(self, error: BenchError) -> None:
        self.record.failure = str(error)
        self.record.samples.clear()


class Measurement:
    """One workload measured by several ways, the baseline first, within a budget of seconds for all of it.

    `with_sweeps`: also along the number of its tasks and of the workers, for a part of the budget.
    """

    def __init__(
        self,
        work: Work,
        ways: Sequence[Way],
        repeat: int,
        budget: float,
        seed: int,
        observer: Observer | None = None,
        with_sweeps: bool = False,
    ) -> None:
        import cloudpickle

        if repeat < 1 or budget <= 0:
            raise InputError(f"repeat is {repeat} and budget is {budget} seconds; give numbers above zero")
        self._work = work
        self._packed = cloudpickle.dumps(work)
        self._observer = observer
        self._courses = [_Course(way, WayRecord(way.strategy, way.workers, way.start_method, None)) for way in ways]
        subject = work.subject
        made = datetime.now().astimezone().isoformat(timespec="seconds")
        records = [course.record for course in self._courses]
        self._record = Record(
            subject.name,
            subject.rows,
            subject.unit,
            machine(),
            MEMORY_MEASURE,
            repeat,
            budget,
            seed,
            made,
            ways=records,
            given=subject.given,
            has_columns=subject.has_columns,
        )
        self._with_sweeps = with_sweeps
        self._for_sweeps = _SWEEPS_SHARE * budget if with_sweeps else 0.0
        self._budget = self._new_budget()
        self._most_workers = max(way.workers for way in ways)
        self._predicted: dict[str, float] = {}

    def record(self) -> Record:
        """Measure; what was found. Raises UnequalResultsError, and InputError where even the baseline fails."""
        began = time.monotonic()
        for place, course in enumerate(self._courses):
            self._tell(f"rehearsing {course.way.strategy}", place)
            self._rehearse(course, len(self._courses) - place)
            if course is self._baseline and course.record.failure is not None:
                raise _no_baseline(course.way, course.record.failure)
            self._refuse_other_results(course)
        with contextlib.ExitStack() as open_benches:
            benches = {
                course.way: open_benches.enter_context(Bench(course.way, self._packed))
                for course in self._taking_part(0)
            }
            self._repeat(benches)
            if self._with_sweeps:
                self._sweep(benches)
        self._record.predicted = [
            Predicted(row.way.strategy, self._predicted[row.way.strategy], row.seconds.median)
            for row in figures(self._record)
            if row.way.strategy in self._predicted
        ]
        self._record.seconds = time.monotonic() - began
        return self._record

    @property
    def _baseline(self) -> _Course:
        return self._courses[0]

    def _compile(self, bench: Bench) -> None:
        """Have code compiled and put into the cache on disk, once for this machine; then the budget begins to count."""
        if self._work.rows_to_compile:
            bench.run(min(self._work.rows_to_compile, self._work.subject.rows), _COMPILE_SECONDS)
        self._budget = self._new_budget()

    def _new_budget(self) -> Budget:
        return Budget(self._record.budget - self._for_sweeps, self._record.repeat, len(self._courses))

    def _rehearse(self, course: _Course, ways_left: int) -> None:
        """Settle how many rows are measured, and how often; note their digests and memory.

        The way is alone meanwhile: of pages that other benches map too it would be charged only a part.
        """
        began = time.monotonic()
        everything = self._work.subject.rows
        try:
            with Bench(course.way, self._packed) as bench:
                bench.wait_until_ready()
                opening = time.monotonic() - began
                if course is self._baseline:
                    self._compile(bench)
                first_rows = self._work.first_rows(course.way)
                if self._with_sweeps:
                    course.memory = self._memory_of_few(bench, first_rows)
                allowed = self._budget.allowance(ways_left)
                found = rehearse(bench, first_rows, everything, allowed, self._budget.patience)
                if course is self._baseline:
                    self._predicted = bench.predict(self._most_workers, self._budget.patience)
        except BenchError as error:
            course.fail(error)
            return
        course.digests, course.seconds = found.digests, found.seconds
        course.memory |= found.memory_by_rows
        course.rounds = self._budget.promise(ways_left, found.seconds, opening)
        record = course.record
        record.rows, record.peak_memory = found.rows, found.memory
        record.chunk_rows = self._work.chunk_rows(course.way, found.rows)
        if found.rows < everything and found.pilot is not None:
            record.pilot = (found.pilot.rows, found.pilot.seconds)

    def _repeat(self, benches: Mapping[Way, Bench]) -> None:
        self._tell("warming up", len(self._courses))
        for course in self._taking_part(0):
            self._warm_up(course, benches[course.way])
        order = random.Random(self._record.seed)
        for number in range(self._record.repeat):
            courses = self._taking_part(number)
            if number >= LEAST_ROUNDS and self._budget.left < sum(course.seconds for course in courses):
                return
            order.shuffle(courses)
            for place, course in enumerate(courses):
                step = len(self._courses) * (number + 1) + place
                self._tell(f"round {number + 1} of {self._record.repeat}: {course.way.strategy}", step)
                self._measure(course, benches[course.way], number, place)
            self._record.rounds = number + 1

    def _sweep(self, benches: Mapping[Way, Bench]) -> None:
        """Measure along the number of tasks and of workers in what time is left for it, and half of that at least."""
        contestants = [
            Contestant(course.record, benches[course.way], course.digests, course.memory)
            for course in self._courses
            if course.record.samples
        ]
        step = len(self._courses) * (1 + self._record.repeat)
        sweeps = OwnSweeps(self._record, contestants, self._budget.patience, lambda text: self._tell(text, step))
        left = self._budget.left + self._for_sweeps
        self._record.sweeps = sweeps.measure(max(left, self._for_sweeps / 2))

    def _memory_of_few(self, bench: Bench, most: int) -> dict[int, int]:
        """The memory that fewer rows than `most` take: run first, for what is held once may be kept."""
        few = [rows for rows in counts(self._work.subject.rows) if rows < most]
        return {rows: bench.run_watched(rows, self._budget.patience, _WATCHING_SHARE)[1] for rows in few}

    def _taking_part(self, number: int) -> list[_Course]:
        """The ways to be measured in a round."""
        return [course for course in self._courses if course.record.failure is None and course.rounds > number]

    def _warm_up(self, course: _Course, bench: Bench) -> None:
        """Run once what nobody counts: it loads and compiles. Where a run is long, fewer rows must do for that."""
        rows = course.record.rows if course.record.pilot is None else course.record.pilot[0]
        try:
            bench.wait_until_ready()
            bench.run(rows, self._budget.patience)
        except BenchError as error:
            course.fail(error)

    def _measure(self, course: _Course, bench: Bench, number: int, place: int) -> None:
        try:
            is_first = not course.record.samples
            report = bench.run(course.record.rows, self._budget.patience, with_timeline=is_first)
        except BenchError as error:
            course.fail(error)
            return
        if first_difference(course.digests, report.digests) is not None:
            raise UnequalResultsError(course.way.strategy, course.way.strategy)
        self._record.timeline += report.timeline
        course.record.samples.append(Sample(number, place, report.timing, report.processor, report.parent_peak))

    def _refuse_other_results(self, course: _Course) -> None:
        """Raise UnequalResultsError where a way gives other results than the baseline."""
        found = first_difference(self._baseline.digests, course.digests)
        if found is None:
            return
        expected, given = (self._shown(each.way, *found) for each in (self._baseline, course))
        pairs = enumerate(zip(expected, given, strict=True), found[0])
        # It may differ from run to run, and so not this time.
        row, pair = next(((row, pair) for row, pair in pairs if pair[0] != pair[1]), (None, ("", "")))
        raise UnequalResultsError(course.way.strategy, self._baseline.way.strategy, row, *pair)

    def _shown(self, way: Way, first: int, last: int) -> list[str]:
        with Bench(way, self._packed) as bench:
            bench.wait_until_ready()
            return bench.show(first, last, self._budget.patience)

    def _tell(self, text: str, done: int) -> None:
        if self._observer is not None:
            self._observer(Stage(text, done, len(self._courses) * (1 + self._record.repeat) + self._with_sweeps))


def _no_baseline(way: Way, problem: str) -> InputError:
    return InputError(f"{way.strategy} cannot run this, so there is nothing to compare with: {problem}")
