"""Rows of a file that whoever needs them can find and read, without what stands before them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from xlmill.exceptions import InputError
from xlmill.io.table_format import Source, TableFormat

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Entry:
    """Where reading may begin, as the format counts, and how many rows stand from there to the next entry."""

    place: int
    rows: int


class SpanFormat(TableFormat):
    """A format whose files can be read from places within."""

    @abstractmethod
    def entries(self, source: Source) -> Iterator[Entry]:
        """The entries of a file, in order, having read as little of it as they need. Raises InputError as `read`."""

    @abstractmethod
    def read_from(self, source: Source, place: int, batch_rows: int) -> Iterator[pa.RecordBatch]:
        """The rows from an entry to the end of the file, in batches of about `batch_rows`, as `read` would give them.

        Raises InputError as `read`.
        """


@dataclass(frozen=True, slots=True)
class Span:
    """`rows` consecutive rows of the file at `path`: those that come `skip` rows behind the entry at `place`.

    `first_row` is the number of the first of them in the whole input, from 0.
    """

    path: str
    place: int
    skip: int
    rows: int
    first_row: int

    def __len__(self) -> int:
        return self.rows

    def cut(self, rows: int) -> tuple[Span, Span]:
        """The first `rows` rows and the rest."""
        rest = replace(self, skip=self.skip + rows, rows=self.rows - rows, first_row=self.first_row + rows)
        return replace(self, rows=rows), rest

    def batches(self, read_format: SpanFormat, batch_rows: int) -> Iterator[pa.RecordBatch]:
        """The rows themselves. Raises InputError where they cannot be read, or are no longer there."""
        skip, left = self.skip, self.rows
        for batch in read_format.read_from(self.path, self.place, batch_rows):
            skipped = min(skip, batch.num_rows)
            taken = batch.slice(skipped, left)
            skip -= skipped
            left -= taken.num_rows
            if taken.num_rows:
                yield taken
            if left == 0:
                return
        raise InputError(f"{self.path} has become shorter since it was looked at")


def spans(read_format: SpanFormat, path: Source, rows: int, first_row: int = 0) -> Iterator[Span]:
    """A file as spans of `rows` rows, the last perhaps shorter; a file without rows has none."""
    begun: Span | None = None
    for entry in read_format.entries(path):
        used = 0
        while used < entry.rows:
            if begun is None:
                begun = Span(str(path), entry.place, used, 0, first_row)
            taken = min(rows - begun.rows, entry.rows - used)
            begun = replace(begun, rows=begun.rows + taken)
            used += taken
            if begun.rows == rows:
                yield begun
                first_row += rows
                begun = None
    if begun is not None:
        yield begun
