"""Rows that a worker reads, computes and writes by itself: only what they were comes back."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from xlmill.exceptions import InputError
from xlmill.execution.outcome import ChunkError
from xlmill.io.folder_output import part_name
from xlmill.io.span import Span, SpanFormat
from xlmill.io.table_format import TableFormat
from xlmill.mill.bundle import Bundle
from xlmill.mill.result_batch import problems_of, with_results
from xlmill.mill.workload import CHUNK_ROWS, Chunk, Job, Tally

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows of the input that become rows of the output: a part of it, or a piece of one that had to be cut.

    `rows` is where they are found in a file, or, where workers cannot find them, themselves. `part` numbers the part of
    the output, from 0.
    """

    rows: Span | Bundle
    part: int
    is_whole: bool = True

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def first_row(self) -> int:
        """The number of the first row in the whole input, from 0."""
        return self.rows.first_row

    def cut(self, rows: int) -> tuple[Piece, Piece]:
        """The first `rows` rows and the rest."""
        head, rest = self.rows.cut(rows)
        return Piece(head, self.part, False), Piece(rest, self.part, False)

    def chunks(self, read_format: TableFormat) -> Iterator[Chunk]:
        """The rows themselves. Raises InputError where they cannot be read."""
        if isinstance(self.rows, Bundle):
            yield from self.rows.chunks
            return
        assert isinstance(read_format, SpanFormat)
        first_row = self.first_row
        for batch in self.rows.batches(read_format, CHUNK_ROWS):
            yield Chunk(first_row, batch)
            first_row += batch.num_rows


@dataclass(frozen=True, slots=True)
class Written:
    """A piece that was written: the name of its file, what its results were, and the first few invalid rows.

    `problems` are their numbers, from 1, and what is wrong with them. `failed` counts rows whose worker failed.
    """

    name: str
    rows: int
    tally: Tally
    problems: tuple[tuple[int, str], ...] = ()
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Writing:
    """How pieces become files in `folder`.

    A whole part is written in the format of `parts`, a folder of parts, if that is what is asked for; all else as Arrow
    files, from which the output is put together. Numbers and texts of results stand apart, in columns of their own,
    if the output `is_typed`.
    """

    read_format: TableFormat
    arrow: TableFormat
    folder: Path
    is_typed: bool
    parts: str | None = None
    part_format: TableFormat | None = None

    def name_of(self, piece: Piece) -> str:
        """What the file of a piece is called: always the same, so that who writes it again replaces it."""
        if piece.is_whole and self.parts is not None:
            return part_name(piece.part, self.parts)
        return f"rows-{piece.first_row:015}-{len(piece)}.arrow"

    def write(self, piece: Piece, batches: Iterator[pa.RecordBatch]) -> str:
        """Write the file of a piece, whole or not at all; its name. Raises InputError where that cannot be."""
        name = self.name_of(piece)
        writer = self.part_format if piece.is_whole and self.part_format is not None else self.arrow
        writer.write(batches, os.fspath(self.folder / name))
        return name


class FileFailedError(ChunkError):
    """A file that a worker could not read or write: no row is to blame."""


@dataclass(frozen=True, slots=True)
class WritePiece:
    """The task of a worker: read a piece, do the job on it, write it."""

    job: Job
    writing: Writing

    def __call__(self, piece: Piece) -> Written:
        account = _Account()
        try:
            name = self.writing.write(piece, self._batches(piece, account))
        except InputError as error:
            raise FileFailedError(str(error)) from error
        return Written(name, len(piece), total_of(account.tallies), tuple(account.problems))

    def _batches(self, piece: Piece, account: _Account) -> Iterator[pa.RecordBatch]:
        for chunk in piece.chunks(self.writing.read_format):
            computed = self.job(chunk)
            account.tallies.append(computed.tally)
            account.problems += problems_of(chunk, computed, len(account.problems))
            yield with_results(chunk.batch, computed, self.writing.is_typed)


@dataclass(slots=True)
class _Account:
    tallies: list[Tally] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)


def total_of(tallies: list[Tally]) -> Tally:
    """The counts of all."""
    types, errors = Counter[str](), Counter[str]()
    failures = Counter[tuple[str, str]]()
    for tally in tallies:
        types.update(tally.types)
        errors.update(tally.errors)
        failures.update(tally.failures)
    templates = frozenset[int]().union(*(tally.templates for tally in tallies))
    waited = sum(tally.waited for tally in tallies)
    return Tally(sum(tally.rows for tally in tallies), types, errors, templates, failures, waited)


@dataclass(frozen=True, slots=True)
class Sight:
    """The task of finding the folder that is to be written, and the file of that size that is to be read, if any."""

    folder: Path
    file: Path | None
    size: int | None

    def __call__(self, piece: Piece) -> bool:
        try:
            return self.folder.is_dir() and (self.file is None or self.file.stat().st_size == self.size)
        except OSError:
            return False
