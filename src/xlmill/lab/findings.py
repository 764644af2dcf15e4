"""What a comparison finds beside its main table, as plain data: sweeps, a timeline, verdicts, faults, predictions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, TypeVar

SweepName: TypeAlias = Literal["count", "waiting", "cost", "memory", "workers", "dial", "chunk", "bytes"]
Judgement: TypeAlias = Literal["holds", "holds under conditions", "misleading", "does not hold"]
How: TypeAlias = Literal["newcomer", "xlmill"]


@dataclass(frozen=True, slots=True)
class Axis:
    """What is laid off on an axis, in which unit ("s", "bytes", "×", "" for a count), and on which scale."""

    label: str
    unit: str = ""
    scale: Literal["linear", "log"] = "linear"


@dataclass(frozen=True, slots=True)
class Point:
    """What was measured at `x`: the median of `samples`, bounded by `low` and `high` with 95 % confidence.

    `extrapolated` says that less was measured than the point shows; `samples` are then extrapolated too.
    """

    x: float
    median: float
    low: float
    high: float
    samples: list[float] = field(default_factory=list)
    extrapolated: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """The points of one strategy, in order of x."""

    strategy: str
    points: list[Point]


@dataclass(frozen=True, slots=True)
class Sweep:
    """One quantity against another, by strategy; `teaches` is a sentence that says what it showed in this run."""

    name: SweepName
    title: str
    x: Axis
    y: Axis
    series: list[Series]
    teaches: str


@dataclass(frozen=True, slots=True)
class Span:
    """A chunk of `rows` rows, computed from `start` to `end`, in seconds from the start of the run.

    `worker` numbers the place at which it was computed: where each chunk has a process of its own, a process takes the
    place of one that has ended. `chunk` counts from 0. Where chunks are very many, a span stands for several
    (`chunks`) that one worker computed one after another; `chunk` is then the first.
    """

    strategy: str
    worker: int
    start: float
    end: float
    chunk: int
    rows: int
    chunks: int = 1


@dataclass(frozen=True, slots=True)
class Figure:
    """A number by which a claim was judged; `low` and `high` bound it with 95 % confidence, None where it is exact."""

    label: str
    value: float
    unit: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What is claimed, and what this run says of it.

    `conditions`: where it holds only under some. `article`: the article's own figure, if it gave one. `experiment`:
    how it was measured, in a sentence. `text`: the verdict in one or two sentences, with figures.
    """

    number: int
    claim: str
    verdict: Judgement
    conditions: str | None
    article: str | None
    figures: list[Figure]
    experiment: str
    text: str


@dataclass(frozen=True, slots=True)
class ArticleTime:
    """Seconds of one strategy in one of the article's experiments; `article` is what the article gives.

    `how`: one expression at a time, as a newcomer writes it, or as xlmill does. `rows` were measured; where that is
    fewer than the experiment has, the seconds are `extrapolated`.
    """

    strategy: str
    how: How
    article: str | None
    median: float
    low: float
    high: float
    rows: int
    extrapolated: bool


@dataclass(frozen=True, slots=True)
class ArticleExperiment:
    """One of the article's experiments done again: so many expressions, of so many arguments (text for people)."""

    title: str
    rows: int
    arguments: str
    times: list[ArticleTime]
    text: str


@dataclass(frozen=True, slots=True)
class FaultRow:
    """What one strategy did when a worker was killed.

    `fault`: "a worker is killed once" or "a row kills every worker". Of `rows` rows `returned` came back right after
    `seconds`. `blamed`: whether the guilty row, and no other, was reported; None where no row is guilty. `hung`: it
    was not done long after an undisturbed run is, and was ended. `text` says it to people.
    """

    strategy: str
    fault: str
    rows: int
    returned: int
    seconds: float
    blamed: bool | None
    hung: bool
    text: str


@dataclass(frozen=True, slots=True)
class Predicted:
    """Seconds that the planner predicted for a strategy, and the median that was measured."""

    strategy: str
    predicted: float
    measured: float


@dataclass(frozen=True, slots=True)
class RegretCell:
    """A workload of the planner's grid: what was chosen, what was best, their ratio, seconds by strategy."""

    cell: str
    chosen: str
    best: str
    regret: float
    seconds: dict[str, float]


@dataclass(frozen=True, slots=True)
class Regret:
    """The planner's regret, chosen over best measured, over all `cells`, the worst first."""

    median: float
    percentile_95: float
    cells: list[RegretCell]


Found: TypeAlias = Mapping[str, Any]
T = TypeVar("T")


def _list(make: Callable[[Found], T], found: list[Found]) -> list[T]:
    return [make(each) for each in found]


def _sweep(found: Found) -> Sweep:
    series = [Series(each["strategy"], _list(lambda point: Point(**point), each["points"])) for each in found["series"]]
    return Sweep(**{**found, "x": Axis(**found["x"]), "y": Axis(**found["y"]), "series": series})


def _claim(found: Found) -> Claim:
    return Claim(**{**found, "figures": _list(lambda figure: Figure(**figure), found["figures"])})


def _article(found: Found) -> ArticleExperiment:
    return ArticleExperiment(**{**found, "times": _list(lambda time: ArticleTime(**time), found["times"])})


def _regret(found: Found) -> Regret:
    return Regret(**{**found, "cells": _list(lambda cell: RegretCell(**cell), found["cells"])})


# By their keys in a record: how each is made again from what JSON holds of it.
READERS: Mapping[str, Callable[[Any], Any]] = {
    "sweeps": lambda found: _list(_sweep, found),
    "timeline": lambda found: _list(lambda span: Span(**span), found),
    "claims": lambda found: _list(_claim, found),
    "article": lambda found: _list(_article, found),
    "faults": lambda found: _list(lambda row: FaultRow(**row), found),
    "predicted": lambda found: _list(lambda each: Predicted(**each), found),
    "regret": _regret,
}
