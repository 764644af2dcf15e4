"""Several chunks sent as one, where a message about a chunk costs much and a chunk must take its time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from xlmill.execution.outcome import Outcome
from xlmill.mill.workload import Chunk, Computed, Job

# One quick bundle is no proof that all are quick.
MOST_GROWTH = 4
# A message passes through the memory of client, scheduler and worker.
MOST_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Bundle:
    """Consecutive chunks, computed one after the other: a longer chunk would be a wider one, in more memory."""

    chunks: tuple[Chunk, ...]

    @property
    def first_row(self) -> int:
        """The number of the first row in the whole input, from 0."""
        return self.chunks[0].first_row

    def __len__(self) -> int:
        return sum(len(chunk) for chunk in self.chunks)

    def cut(self, rows: int) -> tuple[Bundle, Bundle]:
        """The first `rows` rows and the rest."""
        head: list[Chunk] = []
        for place, chunk in enumerate(self.chunks):
            if rows < len(chunk):
                first, rest = chunk.cut(rows)
                parts = (first,) if rows else ()
                return Bundle((*head, *parts)), Bundle((rest, *self.chunks[place + 1 :]))
            head.append(chunk)
            rows -= len(chunk)
        return self, Bundle(())


@dataclass(frozen=True, slots=True)
class EachChunk:
    """A job for each chunk of a bundle."""

    job: Job

    def __call__(self, bundle: Bundle) -> list[Computed]:
        return [self.job(chunk) for chunk in bundle.chunks]


def chunk_by_chunk(outcome: Outcome[Bundle, list[Computed]]) -> Iterator[Outcome[Chunk, Computed]]:
    """The outcomes of a bundle's chunks."""
    results = [None] * len(outcome.chunk.chunks) if outcome.fault is not None else outcome.value
    for chunk, computed in zip(outcome.chunk.chunks, results, strict=True):
        yield Outcome(chunk, computed, outcome.fault, outcome.worker, outcome.began, outcome.ended)


class Bundles:
    """Bundles made as they are asked for, of so many chunks that each takes about `seconds`.

    The first have one chunk. Where `total` rows are expected, each of `workers` is to get two more bundles of what is
    left, so that all end together.
    """

    def __init__(self, chunks: Iterable[Chunk], total: int | None, workers: int, seconds: float) -> None:
        self._chunks = iter(chunks)
        self._total = total
        self._workers = workers
        self._seconds = seconds
        self._rows = 1

    def __iter__(self) -> Iterator[Bundle]:
        for first in self._chunks:
            most = self._rows
            if self._total is not None:
                most = min(most, (self._total - first.first_row) // (2 * self._workers))
            taken = [first]
            rows, size = len(first), first.batch.nbytes
            while rows < most and size < MOST_BYTES and (chunk := next(self._chunks, None)) is not None:
                taken.append(chunk)
                rows += len(chunk)
                size += chunk.batch.nbytes
            yield Bundle(tuple(taken))

    def learn(self, rows: int, seconds: float) -> None:
        """Take note that a bundle of `rows` took `seconds`."""
        if seconds > 0:
            self._rows = max(1, min(int(rows * self._seconds / seconds), MOST_GROWTH * rows))
