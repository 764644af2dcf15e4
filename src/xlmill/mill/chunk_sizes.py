"""Chunks cut smaller where that helps: at the end of the input, and under a time limit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xlmill.execution.cores import resolve_workers
from xlmill.execution.strategy import CHUNKS_PER_WORKER
from xlmill.mill.workload import CHUNK_ROWS, Chunk

# Below so many rows a chunk costs more in batches and messages than it gains in balance.
LEAST_ROWS = 32_768

# Under a time limit the first chunks are so small, before it is known what rows cost.
FIRST_ROWS = 1_024
# A chunk is to take this share of the limit: one that is over it then holds a row that is out of the ordinary.
LIMIT_SHARE = 0.125
# Where many workers wait, more than there are cores, their chunks are smaller: all in flight are in memory.
ROWS_IN_FLIGHT = 2_097_152
# One quick chunk is no proof that all are quick.
MOST_GROWTH = 4


class ChunkSizes:
    """Cuts chunks as they are asked for; values do not depend on where.

    Where `total` rows are expected, none of `workers` gets more than its share of what is left, so that all end
    together (guided self-scheduling: Polychronopoulos and Kuck, 1987); of many workers each gets small ones. Where a
    chunk must not take longer than `limit` seconds, what `learn` is told decides how many rows it has.
    """

    def __init__(self, total: int | None, workers: int, limit: float | None) -> None:
        self._total = total if workers > 1 else None
        self._workers = workers
        self._limit = limit
        self._most = max(1, ROWS_IN_FLIGHT // (CHUNKS_PER_WORKER * workers))
        self._fitting = None if limit is None else FIRST_ROWS

    def cut(self, chunks: Iterable[Chunk]) -> Iterator[Chunk]:
        """The same rows in chunks of at most those sizes."""
        for chunk in chunks:
            rest = chunk
            while (size := self._size(rest)) < len(rest):
                head, rest = rest.cut(size)
                yield head
            yield rest

    def learn(self, rows: int, seconds: float) -> None:
        """Take note that a chunk of `rows` took `seconds`."""
        if self._limit is not None and self._fitting is not None and seconds > 0:
            fitting = rows * LIMIT_SHARE * self._limit / seconds
            self._fitting = max(1, int(min(fitting, MOST_GROWTH * self._fitting)))

    def _size(self, chunk: Chunk) -> int:
        size = min(len(chunk), self._most)
        if self._fitting is not None:
            size = min(size, self._fitting)
        left = 0 if self._total is None else self._total - chunk.first_row
        if left > 0:  # `total` may be a little wrong: behind it chunks are whole
            share = max(LEAST_ROWS, left // self._workers)
            if len(chunk) >= share + LEAST_ROWS:  # a smaller rest is not worth a chunk of its own
                size = min(size, share)
        return size


def usual_rows(whole: int, total: int | None, workers: int | None) -> int:
    """How many rows a chunk has for the most part: the whole ones, or each worker's share of `total`."""
    if total is None:
        return max(1, whole)
    share = total // resolve_workers(workers)
    return max(1, min(whole, max(LEAST_ROWS, share)))


def even_rows(total: int, workers: int | None, most: int = CHUNK_ROWS) -> int:
    """How many rows a chunk of `total` in memory has, so that all workers get as many chunks, of one size.

    `most`: how many it may have.
    """
    at_once = resolve_workers(workers)
    rounds = max(1, -(-total // (most * at_once)))
    return min(most, max(LEAST_ROWS, -(-total // (rounds * at_once))))
