"""Columns of text as slices of a shared buffer of UTF-8 bytes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlmill.values.two_speed import two_speed

Bytes = NDArray[np.uint8]
Index = NDArray[np.int64]

# Excel's limit for the text of one cell, in UTF-16 units.
LONGEST_TEXT = 32_767


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts of a column: text i is `buffer[starts[i] : starts[i] + lengths[i]]`.

    Slices may overlap and share bytes, so LEFT, MID or TRIM copy nothing. `buffer` is read-only, UTF-8
    (a surrogate half that a function cut off is kept in the generalised form, three bytes).
    """

    buffer: Bytes
    starts: Index
    lengths: Index

    @classmethod
    def from_strings(cls, strings: Sequence[str]) -> Texts:
        """The texts of a sequence of Python strings."""
        joined = "".join(strings)
        data = joined.encode("utf-8", "surrogatepass")
        if len(data) == len(joined):
            lengths = np.fromiter(map(len, strings), np.int64, len(strings))
        else:
            lengths = np.fromiter((len(s.encode("utf-8", "surrogatepass")) for s in strings), np.int64, len(strings))
        return cls.packed(np.frombuffer(data, np.uint8), lengths)

    @classmethod
    def packed(cls, buffer: Bytes, lengths: Index) -> Texts:
        """Texts that stand one behind the other in `buffer`, from its beginning."""
        lengths = lengths.astype(np.int64, copy=False)
        return cls(read_only(buffer), np.cumsum(lengths) - lengths, lengths)

    def __len__(self) -> int:
        return len(self.starts)

    def take(self, rows: NDArray[np.intp] | Index | NDArray[np.bool_]) -> Texts:
        """The texts of some rows."""
        return Texts(self.buffer, self.starts[rows], self.lengths[rows])

    def sliced(self, starts: Index, lengths: Index) -> Texts:
        """Other slices of the same buffer."""
        return Texts(self.buffer, starts, lengths)

    def repeat(self, count: int) -> Texts:
        """One text as a column of `count` rows."""
        return Texts(self.buffer, np.repeat(self.starts, count), np.repeat(self.lengths, count))

    def string(self, row: int) -> str:
        """One text as a Python string."""
        begin = int(self.starts[row])
        return self.buffer[begin : begin + int(self.lengths[row])].tobytes().decode("utf-8", "surrogatepass")

    def to_strings(self) -> list[str]:
        """All texts as Python strings."""
        count = len(self.starts)
        if count == 0:
            return []
        low = int(self.starts.min())
        high = int((self.starts + self.lengths).max())
        if high - low > 4 * int(self.lengths.sum()) + 64:
            packed = self.compact()
            return packed.to_strings()
        data = self.buffer[low:high].tobytes()
        begins = (self.starts - low).tolist()
        ends = (self.starts - low + self.lengths).tolist()
        if data.isascii():
            text = data.decode("ascii")
            return [text[a:b] for a, b in zip(begins, ends, strict=True)]
        return [data[a:b].decode("utf-8", "surrogatepass") for a, b in zip(begins, ends, strict=True)]

    def compact(self) -> Texts:
        """The same texts, one behind the other in a buffer of their own."""
        total = int(self.lengths.sum())
        target = np.empty(total, np.uint8)
        starts = np.cumsum(self.lengths) - self.lengths
        copy_slices.run(total + len(self), self.buffer, self.starts, self.lengths, target, starts)
        return Texts(read_only(target), starts, self.lengths)

    def is_ascii(self) -> bool:
        """Whether every byte is ASCII (in a small buffer, also between the texts): bytes are characters then."""
        total = int(self.lengths.sum())
        if len(self.buffer) > 4096 and len(self.buffer) > 8 * total:  # a few slices of a large buffer
            return bool(_are_ascii.run(total + len(self), self.buffer, self.starts, self.lengths))
        return int(self.buffer.max(initial=0)) < 128


def concatenate(parts: Iterable[Texts]) -> Texts:
    """Columns of text, one below the other."""
    parts = list(parts)
    if len(parts) == 1:
        return parts[0]
    filled = [part for part in parts if part.lengths.any()] or parts[:1]
    buffer = filled[0].buffer
    if all(part.buffer is buffer for part in filled):
        return Texts(
            buffer,
            np.concatenate([part.starts if part.buffer is buffer else np.zeros_like(part.starts) for part in parts]),
            np.concatenate([part.lengths for part in parts]),
        )
    packed = [part if len(part.buffer) <= 2 * int(part.lengths.sum()) + 64 else part.compact() for part in parts]
    shifts = np.cumsum([0] + [len(part.buffer) for part in packed])
    return Texts(
        read_only(np.concatenate([part.buffer for part in packed])),
        np.concatenate([part.starts + shift for part, shift in zip(packed, shifts, strict=False)]),
        np.concatenate([part.lengths for part in packed]),
    )


def read_only(array: Bytes) -> Bytes:
    """A view of `array` that cannot be written: compiled functions see one kind of buffer only."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view


@two_speed
def copy_slices(source, starts, lengths, target, target_starts):  # type: ignore[no-untyped-def]
    """Copy slices of one buffer to given places of another."""
    for i in range(len(starts)):
        begin = starts[i]
        to = target_starts[i]
        for k in range(lengths[i]):
            target[to + k] = source[begin + k]


@two_speed
def _are_ascii(source, starts, lengths):  # type: ignore[no-untyped-def]
    for i in range(len(starts)):
        for k in range(starts[i], starts[i] + lengths[i]):
            if source[k] >= 128:
                return False
    return True
