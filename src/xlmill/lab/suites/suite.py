"""What suites have in common: how much they may do, and how they tell how far they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xlmill.lab.claims.inquiry import Inquiry
from xlmill.lab.measurement import Observer, Stage
from xlmill.lab.record import Record

_STEPS = 1000


@dataclass(frozen=True, slots=True)
class Effort:
    """How much a suite may do: `budget` in seconds for all of it; the rest as `xlmill.compare` takes it."""

    workers: int | None
    repeat: int
    budget: float
    seed: int
    observer: Observer | None

    def part(self, number: int, of: int, title: str) -> Observer:
        """An observer for one of the suite's parts."""

        def tell(stage: Stage) -> None:
            if self.observer is not None:
                done = number * _STEPS + _STEPS * stage.done // max(1, stage.total)
                self.observer(Stage(f"{title}: {stage.text}", done, of * _STEPS))

        return tell


@dataclass(frozen=True, slots=True)
class Suite:
    """A suite by its name; `seconds` are its budget where nobody gives one."""

    name: str
    seconds: float
    run: Callable[[Effort], Record]


def inquire(inquiries: Sequence[Inquiry], seconds: float, record: Record, tell: Callable[[int, str], None]) -> None:
    """Do all experiments in about so many seconds, and put what they say into `record`."""
    scale = min(1.0, seconds / sum(inquiry.seconds for inquiry in inquiries))
    for number, inquiry in enumerate(inquiries):
        tell(number, inquiry.title)
        samples = inquiry.measure(scale * inquiry.seconds)
        record.claims += [rule(samples) for rule in inquiry.rules]
        record.sweeps += [sweep(samples) for sweep in inquiry.sweeps]
    record.claims.sort(key=lambda claim: claim.number)
