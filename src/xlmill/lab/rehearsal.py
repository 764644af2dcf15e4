"""The rehearsal of a way: how many rows it can do in the time allowed, what they give, and the memory they take."""

from __future__ import annotations

from dataclasses import dataclass

from xlmill.lab.bench_process import Bench
from xlmill.lab.digest import Digests
from xlmill.lab.extrapolation import expected_seconds

# How much larger each run is than the one before.
_GROWTH = 4

# A run of all rows may take so many times what is allowed: it is worth more than one from which to extrapolate.
_WORTH = 2

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


def rehearse(bench: Bench, first_rows: int, everything: int, allowed: float, patience: float) -> Rehearsal:
    """Run more and more rows, from `first_rows` to all of `everything`, while a run takes at most `allowed` seconds.

    Raises BenchError where a run fails or takes longer than `patience`.
    """
    found = _run(bench, min(everything, _power_of_two(first_rows)), patience)
    if found.seconds <= allowed * _COLD_RUNS:
        found = _run(bench, found.rows, patience)  # without what is loaded only once
    while found.rows < everything:
        pilot = None if found.pilot is None else (found.pilot.rows, found.pilot.seconds)
        if expected_seconds((found.rows, found.seconds), pilot, everything) <= allowed * _WORTH:
            rows = everything
        elif found.seconds * _GROWTH <= allowed:
            rows = min(everything, found.rows * _GROWTH)
        else:
            break
        larger = _run(bench, rows, patience, found)
        # It was not expected to take so long: perhaps something was compiled, or the machine was busy elsewhere.
        found = larger if larger.seconds <= allowed * _WORTH else _run(bench, rows, patience, found)
    while found.pilot is not None and found.seconds > allowed * (2 * _WORTH if found.rows == everything else 1):
        found = found.pilot
    return found


def _run(bench: Bench, rows: int, patience: float, pilot: Rehearsal | None = None) -> Rehearsal:
    report, memory = bench.run_watched(rows, patience)
    return Rehearsal(rows, report.timing.seconds, memory, report.digests, pilot)


def _power_of_two(least: int) -> int:
    """The power of two that is `least` or next above it: there are digests of so many rows."""
    return 1 << max(0, least - 1).bit_length()
