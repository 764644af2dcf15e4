"""A run whose workers read the input and write the results: only what they were comes through here."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Generator, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from xlmill.exceptions import FormulaSyntaxError, InputError, XlmillError
from xlmill.execution.cores import resolve_workers
from xlmill.execution.outcome import Outcome
from xlmill.execution.planner import Plan
from xlmill.execution.progress import Planned, RowsDone
from xlmill.execution.strategy import Strategy, create, find_strategy
from xlmill.io.folder_output import asks_for_folder, put_in_place
from xlmill.io.span import Span
from xlmill.io.table_format import Source, TableFormat, format_for
from xlmill.mill.bundle import MOST_BYTES, Bundle
from xlmill.mill.equipment import equipped
from xlmill.mill.part_size import part_size, seconds_a_row
from xlmill.mill.piece import FileFailedError, Piece, Sight, WritePiece, Writing, Written, total_of
from xlmill.mill.pipeline import Options, Pipeline, Work
from xlmill.mill.result_batch import PROBLEMS_SHOWN, failed, problems_of, with_results
from xlmill.mill.staging import Part, Staging
from xlmill.mill.summary import Summary
from xlmill.mill.workload import CHUNK_ROWS, Chunk, Computed, TypeChangedError

if TYPE_CHECKING:
    import pyarrow as pa


class OutOfSightError(XlmillError):
    """Workers do not find the input, or the folder of the output, where this process does."""


def deliver_by_parts(
    work: Work, write_format: TableFormat, target: Source, options: Options, staging: Staging
) -> Summary:
    """Have workers write the parts that are not there yet, and make the output of all of them.

    Raises OutOfSightError, before anything is computed, where workers cannot read or write the files.
    """
    delivery = _ByParts(work, write_format, target, options, staging)
    parts = delivery.parts()
    try:
        if asks_for_folder(target):
            for _ in parts:
                pass
            put_in_place(staging.only_parts(), target)
        else:
            write_format.write(delivery.batches(parts), os.fspath(target))
    finally:
        parts.close()
    return delivery.summary


class _ByParts:
    """The parts of one output, and the summary that comes of them."""

    def __init__(
        self, work: Work, write_format: TableFormat, target: Source, options: Options, staging: Staging
    ) -> None:
        self.summary = Summary()
        self._work = work
        self._options = options
        self._staging = staging
        is_folder = asks_for_folder(target)
        self._writing = Writing(
            work.table.format if work.table is not None else write_format,
            format_for("arrow"),
            staging.folder,
            write_format.is_typed,
            os.fspath(target) if is_folder else None,
            write_format if is_folder else None,
        )

    def parts(self) -> Generator[Part, None, None]:
        """All parts in order: those that are there, and those that workers have written."""
        began = time.perf_counter()
        for part in self._staging.parts:
            self._count(part)
            self.summary.resumed += part.rows
            yield part
        first = list(itertools.islice(self._work.chunks, 2))  # as many as a plan looks at
        chosen = self._plan(first)
        planned = time.perf_counter()
        settings = self._options.settings(chosen.workers)
        settings.tell(Planned(chosen.strategy, chosen.workers, chosen.reason))
        size = self._staging.settle(self._options.chunk_size or self._part_size(first, chosen))
        pieces = self._pieces(size, itertools.chain(first, self._work.chunks))
        left = itertools.islice(pieces, len(self._staging.parts), None)
        traits = find_strategy(chosen.strategy).traits
        task = WritePiece(self._work.job if traits.shares_memory else equipped(self._work.job), self._writing)
        with create(chosen.strategy, settings) as strategy:
            if traits.may_be_remote:
                self._check_sight(strategy)
            for part in self._gathered(strategy, task, left):
                self._staging.append(part)
                self._count(part)
                yield part
        self.summary.seconds = time.perf_counter() - began
        self.summary.plan = replace(chosen, measured=time.perf_counter() - planned)

    def batches(self, parts: Iterable[Part]) -> Iterator[pa.RecordBatch]:
        """The rows of parts in Arrow files."""
        for part in parts:
            yield from self._rows_of(part.pieces)

    def _plan(self, first: list[Chunk]) -> Plan:
        name = self._options.strategy
        if name != "auto":
            usual = find_strategy(name).traits.usual_workers
            workers = 1 if name == "serial" else resolve_workers(self._options.workers, usual)
            return Plan(name, workers, None, "asked for")
        return Pipeline(self._work.job, self._options, self._work.rows).choose(first)

    def _part_size(self, first: list[Chunk], chosen: Plan) -> int:
        head = next((chunk for chunk in first if len(chunk)), None)
        if head is None:
            return CHUNK_ROWS
        least_seconds = find_strategy(chosen.strategy).traits.chunk_seconds
        row_bytes = head.batch.nbytes / len(head)
        row_seconds = seconds_a_row(self._work.job, head)
        return part_size(row_seconds, row_bytes, self._work.rows, chosen.workers, least_seconds)

    def _pieces(self, size: int, chunks: Iterator[Chunk]) -> Iterator[Piece]:
        """The whole parts: places in files where that can be, the rows themselves otherwise."""
        found = None if self._work.table is None else self._work.table.spans(size)
        rows: Iterable[Span | Bundle] = _bundles(chunks, size) if found is None else found
        number = -1
        for number, each in enumerate(rows):
            yield Piece(each, number)
        if number < 0:  # its columns alone
            yield Piece(Bundle(tuple(itertools.islice(chunks, 1))), 0)

    def _check_sight(self, strategy: Strategy) -> None:
        table, folder = self._work.table, self._staging.folder
        file = None if table is None or table.spans(1) is None else Path(table.files[0]).resolve()
        sight = Sight(folder, file, None if file is None else file.stat().st_size)
        for outcome in strategy.map(sight, [Piece(Span("", 0, 0, 1, 0), 0)]):
            if outcome.fault is not None or not outcome.value:
                missing = folder if file is None else f"{file} or {folder}"
                raise OutOfSightError(f"the workers of {strategy.name!r} do not find {missing}")

    def _gathered(self, strategy: Strategy, task: WritePiece, pieces: Iterator[Piece]) -> Iterator[Part]:
        """Parts as their last piece is there, in order."""
        handed: dict[int, Piece] = {}

        def handing() -> Iterator[Piece]:
            for piece in pieces:
                handed[piece.part] = piece
                yield piece

        gathered: list[Written] = []
        for outcome in strategy.map(task, handing()):
            gathered.append(self._written(outcome))
            piece = outcome.chunk
            whole = handed[piece.part]
            if sum(each.rows for each in gathered) == len(whole):
                del handed[piece.part]
                yield Part(tuple(gathered) if piece.is_whole else self._joined(whole, gathered))
                gathered = []

    def _written(self, outcome: Outcome[Piece, Written]) -> Written:
        """What a worker has written; or rows that cost their workers, written here as failed ones."""
        fault, piece = outcome.fault, outcome.chunk
        if fault is None:
            return outcome.value
        if isinstance(fault.exception, FileFailedError):
            raise InputError(str(fault.exception)) from None
        if isinstance(fault.exception, TypeChangedError | FormulaSyntaxError):
            raise fault.exception
        job = self._work.job
        problems: list[tuple[int, str]] = []
        computed: list[Computed] = []
        batches: list[pa.RecordBatch] = []
        for chunk in piece.chunks(self._writing.read_format):
            computed.append(failed(chunk, job, fault))
            problems += problems_of(chunk, computed[-1], len(problems))
            batches.append(with_results(chunk.batch, computed[-1], self._writing.is_typed))
        name = self._writing.write(piece, iter(batches))
        return Written(name, len(piece), total_of([each.tally for each in computed]), tuple(problems), len(piece))

    def _joined(self, whole: Piece, pieces: list[Written]) -> tuple[Written, ...]:
        """The pieces of a part; in a folder of parts, one file made of them."""
        if self._writing.parts is None:
            return tuple(pieces)
        name = self._writing.write(whole, self._rows_of(pieces))
        problems = [problem for piece in pieces for problem in piece.problems][:PROBLEMS_SHOWN]
        tally = total_of([piece.tally for piece in pieces])
        return (Written(name, len(whole), tally, tuple(problems), sum(piece.failed for piece in pieces)),)

    def _rows_of(self, pieces: Iterable[Written]) -> Iterator[pa.RecordBatch]:
        for piece in pieces:
            yield from self._writing.arrow.read(self._staging.folder / piece.name, CHUNK_ROWS)

    def _count(self, part: Part) -> None:
        known = self.summary.first_problems
        for piece in part.pieces:
            self.summary.add(piece.tally)
            self.summary.failed += piece.failed
            known += piece.problems[: PROBLEMS_SHOWN - len(known)]
        self._options.settings().tell(RowsDone(self.summary.rows, self._work.rows))


def _bundles(chunks: Iterator[Chunk], rows: int) -> Iterator[Bundle]:
    """Chunks put together to `rows` rows, fewer where that would be too large to send."""
    taken = Bundle(())
    for chunk in chunks:
        taken = Bundle((*taken.chunks, chunk))
        while len(taken) > rows:
            head, taken = taken.cut(rows)
            yield head
        if len(taken) == rows or sum(each.batch.nbytes for each in taken.chunks) >= MOST_BYTES:
            yield taken
            taken = Bundle(())
    if len(taken):
        yield taken
