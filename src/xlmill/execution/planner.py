"""The choice of a strategy for a workload, and the reason for it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from xlmill.exceptions import InputError
from xlmill.execution.cores import usable_cores
from xlmill.execution.cost_model import (
    SEEDS,
    Prediction,
    StrategyCost,
    Workload,
    best_chunk_size,
    predict,
)
from xlmill.execution.strategy import find_strategy

# A busy machine makes computing look like this much waiting.
NOTABLE_WAITING = 0.1

# A prediction is not so good that a smaller advantage should decide; then the simpler strategy is taken.
WORTHWHILE_SHARE = 0.9
WORTHWHILE_SECONDS = 0.002

# From the simplest to the most elaborate.
CANDIDATES = ("serial", "threads", "pool", "process")


@dataclass(frozen=True, slots=True)
class Plan:
    """The strategy, workers and chunk size chosen for a workload.

    `alternatives` are the best prediction for each strategy that could be chosen, the chosen one among them, soonest
    done first; `reason` is a sentence for people. `measured` are the seconds that the chosen one then took, for the
    same tasks and whatever the caller did with their results meanwhile.
    """

    strategy: str
    workers: int
    chunk_size: int | None
    reason: str
    alternatives: tuple[Prediction, ...] = ()
    measured: float | None = None

    @property
    def predicted(self) -> float | None:
        """The seconds that the chosen strategy was predicted to take; None where it was asked for by name."""
        return next((each.seconds for each in self.alternatives if each.strategy == self.strategy), None)

    def table(self) -> list[dict[str, str | int | float | None]]:
        """The alternatives as rows: strategy, workers, predicted and measured seconds, bytes of memory, chosen."""
        return [
            {
                "strategy": each.strategy,
                "workers": each.workers,
                "predicted_seconds": round(each.seconds, 4),
                "measured_seconds": round(self.measured, 4)
                if each.strategy == self.strategy and self.measured
                else None,
                "memory_bytes": round(each.memory),
                "chosen": each.strategy == self.strategy,
            }
            for each in self.alternatives
        ]

    def __str__(self) -> str:
        """The reason, and a table of the alternatives, for people."""
        head = ("strategy", "workers", "predicted", "measured", "")
        rows = [
            (
                each.strategy,
                str(each.workers),
                seconds_text(each.seconds),
                seconds_text(self.measured) if self.measured and each.strategy == self.strategy else "",
                "← chosen" if each.strategy == self.strategy else "",
            )
            for each in self.alternatives
        ]
        widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
        lines = [
            "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:4], widths[1:4]), row[4]]).rstrip()
            for row in (head, *rows)
        ]
        chosen = f"{self.strategy}, {'1 worker' if self.workers == 1 else f'{self.workers} workers'}: {self.reason}"
        return "\n".join([chosen, *lines]) if rows else chosen


def plan(
    workload: Workload,
    workers: int | None = None,
    chunk_size: int | None = None,
    candidates: Iterable[str] = CANDIDATES,
    costs: Mapping[str, StrategyCost] = SEEDS,
    cores: int | None = None,
) -> Plan:
    """The plan for `workload`; `workers` and `chunk_size`, where given, are kept."""
    cores = cores or usable_cores()
    best: dict[str, Prediction] = {}
    for name in candidates:
        for number in [workers] if workers else _worker_numbers(name, workload, cores):
            prediction = _predict(name, workload, number, chunk_size, costs[name], cores)
            if name not in best or prediction.seconds < best[name].seconds:
                best[name] = prediction
    if not best:
        raise InputError("there is no strategy to choose from")
    soonest = min(best.values(), key=lambda each: each.seconds)
    chosen = next(each for each in best.values() if _is_as_good(each, soonest))
    ranked = tuple(sorted(best.values(), key=lambda each: each.seconds))
    return Plan(chosen.strategy, chosen.workers, chosen.chunk_size, _reason(chosen, best, workload, cores), ranked)


def _predict(
    name: str, workload: Workload, workers: int, chunk_size: int | None, cost: StrategyCost, cores: int
) -> Prediction:
    traits = find_strategy(name).traits
    workers = 1 if name == "serial" else workers
    size = chunk_size or (best_chunk_size(workload, workers, traits.chunk_seconds) if traits.takes_chunks else 1)
    return predict(name, cost, traits, workload, workers, cores, size)


def _worker_numbers(name: str, workload: Workload, cores: int) -> list[int]:
    """As many as cores; and as many as keep the cores busy while the others wait."""
    most = find_strategy(name).traits.most_workers
    computing = max(1 - workload.waiting, 1 / most)
    for_waiting = min(most, math.ceil(cores / computing)) if workload.waiting > NOTABLE_WAITING else cores
    return sorted({min(number, max(1, workload.count)) for number in (cores, for_waiting)})


def _is_as_good(each: Prediction, soonest: Prediction) -> bool:
    return soonest.seconds >= each.seconds * WORTHWHILE_SHARE or each.seconds - soonest.seconds <= WORTHWHILE_SECONDS


def _reason(chosen: Prediction, best: Mapping[str, Prediction], workload: Workload, cores: int) -> str:
    head = f"{_how_many(workload)} of {seconds_text(workload.seconds / (workload.rows_each or 1))}"
    if workload.tasks is not None:
        head += f" are {seconds_text(workload.count * workload.seconds)} of work"
    if workload.waiting >= 0.5:
        head += f", {workload.waiting:.0%} of it waiting"
    others = [each for each in best.values() if each.strategy != chosen.strategy]
    if not others:
        return f"{head}; {chosen.strategy} is the only candidate"
    second = min(others, key=lambda each: each.seconds)
    if chosen.seconds <= second.seconds:
        verdict = f"{chosen.strategy} should take {seconds_text(chosen.seconds)}"
        verdict += f", {second.strategy} {seconds_text(second.seconds)}"
    else:
        verdict = f"{second.strategy} would hardly be sooner done than {chosen.strategy}"
        verdict += f" ({seconds_text(second.seconds)} and {seconds_text(chosen.seconds)})"
    hands = "1 worker" if chosen.workers == 1 else f"{chosen.workers} workers"
    return f"{head}; with {hands} on {cores} cores {verdict}"


def _how_many(workload: Workload) -> str:
    noun = "tasks" if workload.rows_each is None else "rows"
    if workload.tasks is None:
        return f"an unknown number of {noun}"
    if workload.rows_each is None:
        return f"{workload.tasks:,} {noun}"
    # Tasks are whole chunks, and often only reckoned from the size of a file.
    rows = workload.tasks * workload.rows_each
    return f"about {round(rows, 3 - len(str(rows))) if rows > 999 else rows:,} {noun}"


def seconds_text(seconds: float) -> str:
    """A time for people."""
    for limit, factor, unit in ((1e-3, 1e6, "µs"), (1.0, 1e3, "ms")):
        if seconds < limit:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds:,.3g} s" if seconds < 1000 else f"{seconds:,.0f} s"
