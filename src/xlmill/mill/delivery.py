"""Results on their way to the target: computed now or taken from a journal, counted, written."""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Iterable, Iterator
from typing import TYPE_CHECKING

from xlmill.exceptions import FormulaSyntaxError, InputError
from xlmill.execution.outcome import Outcome
from xlmill.execution.planner import Plan
from xlmill.execution.progress import RowsDone
from xlmill.io.table_format import Source, TableFormat
from xlmill.mill.journaling import Journaling
from xlmill.mill.pipeline import Options, Pipeline, Work
from xlmill.mill.record import Record
from xlmill.mill.result_batch import failed, problems_of, with_results
from xlmill.mill.summary import Summary
from xlmill.mill.workload import Chunk, Computed, TypeChangedError

if TYPE_CHECKING:
    import pyarrow as pa


def deliver(work: Work, write_format: TableFormat, target: Source, options: Options, journaling: Journaling) -> Summary:
    """Do the work that the journal does not hold, and write all results, in order, as they come."""
    delivery = _Delivery(work, write_format.is_typed, options, journaling)
    batches = delivery.batches()
    try:
        write_format.write(batches, os.fspath(target))
    finally:
        batches.close()
    return delivery.summary


class _Delivery:
    """The batches of one output, and the summary that comes of them."""

    def __init__(self, work: Work, is_typed: bool, options: Options, journaling: Journaling) -> None:
        self.summary = Summary()
        self._work = work
        self._is_typed = is_typed
        self._journaling = journaling
        self._settings = options.settings()
        self._pipeline = Pipeline(work.job, options, work.rows)

    def batches(self) -> Generator[pa.RecordBatch, None, None]:
        """Everything to be written: the input's columns and the results'."""
        began = time.perf_counter()
        rows = _Rows(self._work.chunks)
        for record in self._journaling.records():
            self._count(record)
            self.summary.resumed += record.rows
            for chunk, computed in _spread(record, rows):
                yield self._written(chunk, computed)
        outcomes = self._outcomes(rows)
        try:
            for outcome in outcomes:
                record = self._record(outcome)
                self._journaling.append(record)
                self._count(record)
                yield self._written(outcome.chunk, record.computed)
        finally:
            outcomes.close()
        self.summary.seconds = time.perf_counter() - began

    def _outcomes(self, rows: _Rows) -> Generator[Outcome[Chunk, Computed], None, None]:
        """Compute what is left, if anything is."""
        if self.summary.resumed and rows.are_used_up():
            self.summary.plan = Plan("serial", 1, None, "all rows were done before")
            return
        yield from self._pipeline.results(rows.rest())
        self.summary.plan = self._pipeline.plan

    def _record(self, outcome: Outcome[Chunk, Computed]) -> Record:
        fault, chunk = outcome.fault, outcome.chunk
        if fault is None:
            return Record(len(chunk), 0, outcome.value)
        if isinstance(fault.exception, TypeChangedError | FormulaSyntaxError):
            raise fault.exception
        return Record(len(chunk), len(chunk), failed(chunk, self._work.job, fault))

    def _count(self, record: Record) -> None:
        self.summary.add(record.computed.tally)
        self.summary.failed += record.failed
        self._settings.tell(RowsDone(self.summary.rows, self._work.rows))

    def _written(self, chunk: Chunk, computed: Computed) -> pa.RecordBatch:
        problems = self.summary.first_problems
        problems += problems_of(chunk, computed, len(problems))
        return with_results(chunk.batch, computed, self._is_typed)


class _Rows:
    """Chunks from which rows are taken by their number."""

    def __init__(self, chunks: Iterable[Chunk]) -> None:
        self._chunks = iter(chunks)
        self._left: Chunk | None = None

    def take(self, count: int) -> Iterator[Chunk]:
        """The next `count` rows, as they lie in chunks, or as many as there are."""
        while count and (chunk := self._next()) is not None:
            if len(chunk) > count:
                chunk, self._left = chunk.cut(count)
            count -= len(chunk)
            yield chunk

    def are_used_up(self) -> bool:
        """Whether no row is left."""
        self._left = self._next()
        return self._left is None

    def rest(self) -> Iterator[Chunk]:
        """All rows that are left."""
        while (chunk := self._next()) is not None:
            yield chunk

    def _next(self) -> Chunk | None:
        chunk, self._left = self._left, None
        return next(self._chunks, None) if chunk is None else chunk


def _spread(record: Record, rows: _Rows) -> Iterator[tuple[Chunk, Computed]]:
    """A record's results beside the rows of the input that they belong to."""
    done = 0
    for chunk in rows.take(record.rows):
        columns = {name: column.slice(done, len(chunk)) for name, column in record.computed.columns.items()}
        done += len(chunk)
        yield chunk, Computed(columns, record.computed.tally)
    if done < record.rows:
        raise InputError("the input has fewer rows than the unfinished run had done. Without --resume it begins anew")
