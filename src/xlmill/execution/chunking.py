"""Tasks cut into chunks of consecutive items."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

# A chunk this long makes the message about it a small matter, and leaves enough chunks to balance.
CHUNK_SECONDS = 0.1
# One quick chunk is no proof that all are quick.
MOST_GROWTH = 4
MOST_ITEMS = 100_000


@dataclass(frozen=True, slots=True)
class Items(Generic[T]):
    """A chunk of Python objects; `first` is the place of the first among all items, counted from 0."""

    first: int
    items: list[T]

    def __len__(self) -> int:
        return len(self.items)

    def __reduce__(self) -> tuple[type[Items[T]], tuple[int, list[T]]]:
        # What dataclasses do for frozen ones with slots takes twice as long.
        return Items, (self.first, self.items)

    def cut(self, rows: int) -> tuple[Items[T], Items[T]]:
        """The first `rows` items and the rest."""
        return Items(self.first, self.items[:rows]), Items(self.first + rows, self.items[rows:])


def cut(items: Iterable[T], size: int, first: int = 0) -> Iterator[Items[T]]:
    """Chunks of `size` items, the last perhaps smaller, each cut when it is asked for."""
    source = iter(items)
    while taken := list(itertools.islice(source, size)):
        yield Items(first, taken)
        first += len(taken)


class SelfSizing(Generic[T]):
    """Chunks of items whose size follows what items turn out to cost.

    The first have `size` items. As chunks come back, `learn` makes those yet to be cut last about `seconds`.
    Where `total` is known, chunks shrink towards the end, so that all workers end together.
    """

    def __init__(
        self,
        items: Iterable[T],
        workers: int,
        total: int | None = None,
        size: int = 1,
        first: int = 0,
        seconds: float = CHUNK_SECONDS,
    ) -> None:
        self._source = iter(items)
        self._workers = workers
        self._left = total
        self._size = size
        self._first = first
        self._seconds = seconds

    def __iter__(self) -> Iterator[Items[T]]:
        return self

    def __next__(self) -> Items[T]:
        size = self._size
        if self._left is not None:
            size = min(size, self._left // (2 * self._workers))
        taken = list(itertools.islice(self._source, max(1, size)))
        if not taken:
            raise StopIteration
        chunk = Items(self._first, taken)
        self._first += len(taken)
        if self._left is not None:
            self._left = max(0, self._left - len(taken))
        return chunk

    def learn(self, items: int, seconds: float) -> None:
        """Take note that a chunk of `items` took `seconds`."""
        fitting = math.floor(self._seconds * items / seconds) if seconds > 0 else MOST_ITEMS
        self._size = max(1, min(fitting, MOST_GROWTH * self._size, MOST_ITEMS))
