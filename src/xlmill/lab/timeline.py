"""Who computed what when: the outcomes of a run as spans of time, each at its worker's place."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from xlmill.execution import Outcome
from xlmill.execution.outcome import C, R
from xlmill.lab.findings import Span

# More spans than that are narrower than anything that could be seen of them.
MOST_SPANS = 400


@dataclass(frozen=True, slots=True)
class _Life:
    """A worker from its first span to its last."""

    start: float
    end: float
    spans: list[Span]


def timeline_of(strategy: str, began: float, outcomes: Sequence[Outcome[C, R]], most: int = MOST_SPANS) -> list[Span]:
    """The spans of a run that `began` then on the monotonic clock, in order of their start; about `most` at most.

    Places are numbered from 0 in the order in which they are first taken.
    """
    spans = [
        Span(strategy, outcome.worker, outcome.began - began, outcome.ended - began, chunk, len(outcome.chunk))
        for chunk, outcome in enumerate(outcomes)
        if outcome.ended > outcome.began
    ]
    placed = _placed(_lives(spans))
    if len(spans) > most:
        placed = _joined(placed, -(-len(spans) // most))
    return sorted(placed, key=lambda span: (span.start, span.worker))


def _lives(spans: Iterable[Span]) -> list[_Life]:
    """The spans of each worker; where a worker does several at a time, as an event loop does, each for itself."""
    lives = []
    for _, group in groupby(sorted(spans, key=lambda span: (span.worker, span.start)), lambda span: span.worker):
        own = list(group)
        alone = [own] if all(one.end <= other.start for one, other in pairwise(own)) else [[span] for span in own]
        lives += [_Life(each[0].start, each[-1].end, each) for each in alone]
    return sorted(lives, key=lambda life: life.start)


def _placed(lives: Iterable[_Life]) -> list[Span]:
    """The spans with the number of a place that no other worker holds meanwhile."""
    held: list[tuple[float, int]] = []  # until when, and the place
    free: list[int] = []
    places = 0
    placed = []
    for life in lives:
        while held and held[0][0] <= life.start:
            heapq.heappush(free, heapq.heappop(held)[1])
        if free:
            place = heapq.heappop(free)
        else:
            place, places = places, places + 1
        heapq.heappush(held, (life.end, place))
        placed += [replace(span, worker=place) for span in life.spans]
    return placed


def _joined(spans: Iterable[Span], count: int) -> list[Span]:
    """At each place, `count` spans that follow each other as one."""
    joined = []
    for _, group in groupby(sorted(spans, key=lambda span: (span.worker, span.start)), lambda span: span.worker):
        own = list(group)
        for first in range(0, len(own), count):
            part = own[first : first + count]
            rows = sum(span.rows for span in part)
            joined.append(replace(part[0], end=part[-1].end, rows=rows, chunks=len(part)))
    return joined
