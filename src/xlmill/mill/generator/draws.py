"""Random numbers that depend on a seed, a stream and a row, and on nothing else."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.uint64]

_WORD = (1 << 64) - 1


def draw(seed: int, stream: int, rows: Rows, below: int) -> NDArray[np.int64]:
    """An integer from 0 to `below` - 1 for each row, the same on every platform and with every NumPy.

    `below` is small against 2**64, so that the remainder is as good as uniform.
    """
    key = np.uint64(_mixed_integer(seed ^ _mixed_integer(stream)))
    return (_mixed(rows + key) % np.uint64(below)).astype(np.int64)


def distinct(seed: int, rows: Rows, block: int) -> NDArray[np.int64]:
    """A number for each row, no two alike: the rows of each `block` of rows, in a scattered order.

    The first `block` rows get numbers below `block`, the next ones those below twice `block`, and so on.
    `block` has no prime factors but 2 and 5, and is at most 2**32.
    """
    # A multiplier without the factors 2 and 5 permutes the remainders; the products stay within 64 bits.
    multiplier, offset = np.uint64(2_654_435_769), np.uint64(_mixed_integer(seed) % block)
    modulus = np.uint64(block)
    remainders = rows % modulus
    return ((remainders * multiplier + offset) % modulus + (rows - remainders)).astype(np.int64)


def _mixed(values: Rows) -> Rows:
    """Steele, Lea and Flood's SplitMix64: every bit of a result depends on every bit of its argument."""
    values = values * np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _mixed_integer(value: int) -> int:
    return int(_mixed(np.array([(value + 1) & _WORD], np.uint64))[0])
