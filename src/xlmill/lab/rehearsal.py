"""The rehearsal of a way: how many rows it can do in the time allowed, what they give, and the memory they take."""

from __future__ import annotations

from dataclasses import dataclass

from xlmill.lab.bench_process import Bench
from xlmill.lab.budget import Allowance
from xlmill.lab.digest import Digests
from xlmill.lab.extrapolation import expected_seconds

# How much larger each run is than the one before; the last, where that would take too long.
_GROWTH, _LAST_GROWTH = 4, 2

# The first run may take so many times what is allowed and yet be repeated: it also loads what the others find there.
_COLD_RUNS = 8


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a run of `rows` rows took: seconds, and bytes of memory at most. `pilot` is a run of fewer rows, if any."""

    rows: int
    seconds: float
    memory: int
    digests: Digests
    pilot: Rehearsal | None = None

    def expected_seconds(self, rows: int) -> float:
        """What `rows` rows would take."""
        pilot = None if self.pilot is None else (self.pilot.rows, self.pilot.seconds)
        return expected_seconds((self.rows, self.seconds), pilot, rows)

    @property
    def memory_by_rows(self) -> dict[int, int]:
        """The memory of this run and of those before it."""
        return {**({} if self.pilot is None else self.pilot.memory_by_rows), self.rows: self.memory}

    def within(self, allowed: Allowance, everything: int) -> Rehearsal:
        """This run, or the largest before it that took about as long as is allowed, and has a pilot."""
        limit = 2 * (allowed.whole if self.rows == everything else allowed.part)
        if self.seconds <= limit or self.pilot is None or self.pilot.pilot is None:
            return self
        return self.pilot.within(allowed, everything)


def rehearse(bench: Bench, first_rows: int, everything: int, allowed: Allowance, patience: float) -> Rehearsal:
    """Run more and more rows, from `first_rows` to all of `everything`, as far as a run is allowed to take so long.

    Raises BenchError where a run fails or takes longer than `patience`.
    """
    found = _run(bench, min(everything, _power_of_two(first_rows)), patience)
    if found.seconds <= allowed.whole * _COLD_RUNS:
        found = _run(bench, found.rows, patience)  # without what is loaded only once
    while found.rows < everything:
        pilot: Rehearsal | None = found
        if found.expected_seconds(everything) <= allowed.whole:
            rows, limit = everything, allowed.whole
        elif found.seconds > allowed.part:
            break
        elif found.pilot is None or found.expected_seconds(found.rows * _GROWTH) <= allowed.part:
            rows, limit = min(everything, found.rows * _GROWTH), allowed.part
        elif found.expected_seconds(found.rows * _LAST_GROWTH) <= allowed.part:
            rows, limit = min(everything, found.rows * _LAST_GROWTH), allowed.part
            pilot = found.pilot  # the farther apart two runs are, the surer is the line through them
        else:
            break
        larger = _run(bench, rows, patience, pilot)
        # It was not expected to take so long: perhaps something was compiled, or the machine was busy elsewhere.
        found = larger if larger.seconds <= limit else _run(bench, rows, patience, pilot)
    return found.within(allowed, everything)


def _run(bench: Bench, rows: int, patience: float, pilot: Rehearsal | None = None) -> Rehearsal:
    report, memory = bench.run_watched(rows, patience)
    return Rehearsal(rows, report.timing.seconds, memory, report.digests, pilot)


def _power_of_two(least: int) -> int:
    """The power of two that is `least` or next above it: there are digests of so many rows."""
    return 1 << max(0, least - 1).bit_length()
