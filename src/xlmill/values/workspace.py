"""Memory in which one chunk after another is computed.

A chunk of a few megabytes of text makes trees and values of ten times that. Given back to the system after each chunk
and asked for again, that memory costs as much as a third of the computing: the system zeroes every page.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


class Workspace:
    """Arrays by their purpose; the next array for the same purpose takes the same memory."""

    def __init__(self) -> None:
        self._blocks: dict[str, NDArray[np.uint8]] = {}

    def array(self, purpose: str, length: int, dtype: DTypeLike) -> NDArray[Any]:
        """An array in which anything may stand; one given before for this purpose is overwritten with it."""
        size = length * np.dtype(dtype).itemsize
        block = self._blocks.get(purpose)
        if block is None or len(block) < size:
            # A little more than was asked for: the next chunk may be a little longer.
            block = self._blocks[purpose] = np.empty(size + size // 8, np.uint8)
        return block[:size].view(dtype)

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(len(block) for block in self._blocks.values())

    def lengthened(self, purpose: str, array: NDArray[Any], length: int) -> NDArray[Any]:
        """A longer array for the same purpose that begins with what stands in `array`."""
        self._blocks.pop(purpose, None)
        longer = self.array(purpose, length, array.dtype)
        longer[: len(array)] = array
        return longer


# What is kept for the next run is at most this, in all.
_KEPT_BYTES = 128 << 20

_idle: deque[Workspace] = deque()


@contextmanager
def workspace() -> Iterator[Workspace]:
    """A workspace that nobody else uses meanwhile. Nothing in it may be used afterwards."""
    try:
        one = _idle.pop()
    except IndexError:
        one = Workspace()
    try:
        yield one
    finally:
        # Threads may keep a little more, if they look at the same moment.
        if one.size + sum(other.size for other in tuple(_idle)) <= _KEPT_BYTES:
            _idle.append(one)
