"""Tasks cut into chunks of consecutive items."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Items(Generic[T]):
    """A chunk of Python objects; `first` is the place of the first among all items, counted from 0."""

    first: int
    items: list[T]

    def __len__(self) -> int:
        return len(self.items)

    def split(self) -> tuple[Items[T], Items[T]]:
        """The first half and the rest."""
        half = len(self.items) // 2
        return Items(self.first, self.items[:half]), Items(self.first + half, self.items[half:])


def cut(items: Iterable[T], size: int, first: int = 0) -> Iterator[Items[T]]:
    """Chunks of `size` items, the last perhaps smaller, each cut when it is asked for."""
    source = iter(items)
    while taken := list(itertools.islice(source, size)):
        yield Items(first, taken)
        first += len(taken)


def cut_guided(items: Iterable[T], total: int, size: int, workers: int, first: int = 0) -> Iterator[Items[T]]:
    """Chunks of `size` items that shrink towards the end of `total`, so that all workers end together."""
    source, left = iter(items), total
    while taken := list(itertools.islice(source, max(1, min(size, left // (2 * workers))))):
        yield Items(first, taken)
        first += len(taken)
        left = max(0, left - len(taken))
