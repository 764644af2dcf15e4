"""Many expressions from memory to memory."""

from __future__ import annotations

import datetime
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from xlmill.engine.run import Run
from xlmill.exceptions import InputError
from xlmill.execution.outcome import Outcome
from xlmill.execution.planner import Plan
from xlmill.execution.progress import Observer
from xlmill.functions.allowed_hosts import allowed_hosts
from xlmill.functions.outside import Failure, Outside, failures_in
from xlmill.io.arrow_table import column_of, is_frame, table_of
from xlmill.io.batches import rebatch
from xlmill.mill.chunk_sizes import even_rows
from xlmill.mill.evaluate import serial_now
from xlmill.mill.pipeline import Options, Pipeline, Work
from xlmill.mill.result_batch import failed
from xlmill.mill.text_chunk import NoTextError, text_array, text_chunks
from xlmill.mill.workload import CHUNK_ROWS, Chunk, Computed, ExpressionJob, Job
from xlmill.values.error_value import ExcelError

if TYPE_CHECKING:
    import pyarrow as pa

_COLUMN = "expression"


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds that a run took, and rows a second."""

    seconds: float
    rows_per_second: float


@dataclass(frozen=True, slots=True)
class Results:
    """The values of many expressions, in their order.

    `plan` says which strategy ran and why, `timing` how long it took. Iterating gives Python values.
    """

    table: pa.Table
    plan: Plan
    timing: Timing
    failed_calls: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def __iter__(self) -> Iterator[Any]:
        for batch in self.table.to_batches(CHUNK_ROWS):
            yield from _python_values(batch)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)

    def to_list(self) -> list[Any]:
        """The values as Python values: float, str, bool, ExcelError, nested lists, None for an empty expression.

        An expression that is no formula is an `InvalidExpression`, which says what is wrong with it.
        """
        return list(self)

    def to_arrow(self) -> pa.Table:
        """The values as an Arrow table of the columns `type`, `number` and `text`."""
        return self.table

    @property
    def errors(self) -> list[tuple[int, ExcelError | InvalidExpression]]:
        """The rows whose value is an error, or that are no formulas, with their numbers from 0."""
        types = self.table.column("type").to_numpy()
        rows = np.flatnonzero((types == "error") | (types == "invalid"))
        texts = self.table.column("text").take(rows).to_pylist()
        return [
            (row, ExcelError(text) if types[row] == "error" else InvalidExpression(text))
            for row, text in zip(rows.tolist(), texts, strict=True)
        ]

    @property
    def failures(self) -> list[Failure]:
        """Why calls of WEBSERVICE and of waiting functions of your own gave no answer, and how many values each."""
        return failures_in(self.failed_calls)


@dataclass(frozen=True, slots=True)
class InvalidExpression:
    """What stands in the place of a value where a text is no formula."""

    problem: str

    def __str__(self) -> str:
        return self.problem


def evaluate_many(
    expressions: object,
    *,
    columns: object = None,
    names: Mapping[str, Any] | None = None,
    strategy: str = "auto",
    workers: int | None = None,
    chunk_size: int | None = None,
    timeout: float | None = None,
    memory_limit: int | None = None,
    progress: Observer | None = None,
    clock: datetime.datetime | None = None,
    seed: int = 0,
    address: str | None = None,
    allow_hosts: Iterable[str] = (),
) -> Results:
    """Evaluate many expressions, each in its own row.

    `expressions`: a list, a generator, an Arrow array or a Series of text. `columns`: a frame with as many rows,
    whose columns are names that the expressions may use. `names`: defined names for all rows. The other
    arguments are those of `xlmill run`: a strategy or "auto", workers, rows a chunk, seconds for one
    expression, bytes for one worker, an observer of progress, the clock of NOW and the seed of RAND, the address of
    the cluster that "dask" or "ray" is to use. `allow_hosts`: the hosts that WEBSERVICE may ask, as for `evaluate`.

    >>> evaluate_many(["=1+2", '="a"&"b"', "=1/0", "=1+"]).to_list()[:3]
    [3.0, 'ab', ExcelError('#DIV/0!')]
    """
    options = Options(strategy, workers, chunk_size, timeout, memory_limit, progress=progress, address=address)
    settings = Run(
        now=serial_now(clock, False),
        seed=seed,
        names={name.upper(): value for name, value in (names or {}).items()},
        outside=Outside(allowed_hosts(allow_hosts), seed),
    )
    work = work_on(expressions, columns, options, settings)
    pipeline = Pipeline(work.job, options, work.rows)
    failed_calls: Counter[tuple[str, str]] = Counter()
    batches = []
    for outcome in pipeline.results(work.chunks):
        if outcome.fault is not None and isinstance(outcome.fault.exception, NoTextError):
            raise outcome.fault.exception
        batches.append(_batch(outcome, work.job))
        if outcome.fault is None:
            failed_calls.update(outcome.value.tally.failures)
    table = _table(batches)
    assert pipeline.plan is not None
    seconds = pipeline.seconds
    timing = Timing(seconds, len(table) / seconds if seconds else 0.0)
    return Results(table, pipeline.plan, timing, failed_calls)


def work_on(expressions: object, columns: object, options: Options, settings: Run) -> Work:
    """The work of evaluating expressions as `evaluate_many` takes them."""
    chunks, rows, variables = _chunks_of(expressions, columns, options)
    return Work(ExpressionJob(_COLUMN, variables, settings, count_templates=False), chunks, rows)


def _chunks_of(
    expressions: object, columns: object, options: Options
) -> tuple[Iterator[Chunk], int | None, tuple[str, ...]]:
    import pyarrow as pa

    if columns is None and not is_frame(expressions):
        if isinstance(expressions, str) or not isinstance(expressions, Iterable):
            raise InputError(f"expressions must be a list of texts, not {type(expressions).__name__}")
        rows = len(expressions) if isinstance(expressions, list | tuple) else None
        chunk_rows = options.chunk_size or (CHUNK_ROWS if rows is None else even_rows(rows, options.workers))
        return text_chunks(expressions, _COLUMN, chunk_rows), rows, ()
    if is_frame(expressions):
        texts = column_of(expressions)
    elif isinstance(expressions, list | tuple):
        texts = text_array(expressions)
    else:
        raise InputError("columns needs the expressions as a list, an Arrow array or a Series, not as a generator")
    frame = pa.table({}) if columns is None else table_of(columns)
    if columns is not None and frame.num_rows != len(texts):
        raise InputError(f"columns has {frame.num_rows:,} rows for {len(texts):,} expressions")
    variables = tuple(name for name in frame.schema.names if name != _COLUMN)
    table = pa.table({**{name: frame.column(name) for name in variables}, _COLUMN: texts})
    chunk_rows = options.chunk_size or even_rows(table.num_rows, options.workers)
    return _numbered(rebatch(table.to_batches(), chunk_rows)), table.num_rows, variables


def _numbered(batches: Iterable[pa.RecordBatch]) -> Iterator[Chunk]:
    at = 0
    for batch in batches:
        yield Chunk(at, batch)
        at += batch.num_rows


def _batch(outcome: Outcome[Chunk, Computed], job: Job) -> pa.RecordBatch:
    import pyarrow as pa

    computed = outcome.value if outcome.fault is None else failed(outcome.chunk, job, outcome.fault)
    return pa.RecordBatch.from_arrays(list(computed.columns.values()), names=list(computed.columns))


def _table(batches: list[pa.RecordBatch]) -> pa.Table:
    import pyarrow as pa

    if batches:
        return pa.Table.from_batches(batches)
    empty = {"type": pa.string(), "number": pa.float64(), "text": pa.string()}
    return pa.schema(list(empty.items())).empty_table()


def _python_values(batch: pa.RecordBatch) -> list[Any]:
    types, numbers, texts = (batch.column(name).to_pylist() for name in ("type", "number", "text"))
    values: list[Any] = numbers
    for row, kind in enumerate(types):
        if kind == "number":
            continue
        text = texts[row]
        if kind == "text":
            values[row] = text
        elif kind == "boolean":
            values[row] = values[row] != 0
        elif kind == "error":
            values[row] = ExcelError(text)
        elif kind == "array":
            values[row] = _revive(json.loads(text))
        elif kind == "invalid":
            values[row] = InvalidExpression(text)
    return values


def _revive(value: Any) -> Any:
    if isinstance(value, list):
        return [_revive(one) for one in value]
    if isinstance(value, dict):
        return ExcelError(value["error"])
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
