"""The main job: a file of expressions, or formulas over the rows of a file, to a file of results."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlmill.engine.run import Run
from xlmill.exceptions import FormulaSyntaxError, InputError
from xlmill.execution.outcome import Outcome
from xlmill.execution.progress import RowsDone
from xlmill.io.arrow_column import natural_type
from xlmill.io.batches import as_text
from xlmill.io.expression_column import expression_column
from xlmill.io.table_format import STANDARD_STREAM, FormatSettings, TableFormat, format_for
from xlmill.io.value_column import value_column
from xlmill.mill.calculated import ordered
from xlmill.mill.evaluate import serial_now
from xlmill.mill.pipeline import Options, Pipeline, Work
from xlmill.mill.summary import Summary
from xlmill.mill.workload import (
    CHUNK_ROWS,
    Chunk,
    Computed,
    ExpressionJob,
    FormulaJob,
    Job,
    Tally,
    TypeChangedError,
    calculate,
)

if TYPE_CHECKING:
    import pyarrow as pa

_PROBLEMS_SHOWN = 5


def run(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    column: str | None = None,
    formulas: Mapping[str, str] | None = None,
    options: Options | None = None,
    clock: datetime.datetime | None = None,
    seed: int = 0,
) -> Summary:
    """Evaluate every expression of `source`, or `formulas` over its rows, and write `target`.

    `source` and `target` are paths (.txt, .csv, .tsv, .jsonl, .parquet, .arrow), or "-". `column` names the
    column of expressions; by default `expression`, else `formula`, else the only text column. The other
    columns are names that the expressions may use. `formulas` maps names of new columns to formulas over the
    rows. `clock` is what NOW reads, `seed` what RAND starts from.

    The target appears under its name only when it is whole. Raises InputError for what cannot be read,
    written or understood; a formula in the file that cannot be parsed is a row of type `invalid`.
    """
    options = options or Options()
    settings = Run(now=serial_now(clock, False), seed=seed)
    if formulas:
        return _run_formulas(source, target, formulas, options, settings)
    write_format = format_for(target, _format_settings(column))
    return _write(expressions_of(source, column, options, settings), write_format, target, options)


def expressions_of(source: str | os.PathLike[str], column: str | None, options: Options, settings: Run) -> Work:
    """The work of evaluating every expression of a file."""
    batches = _batches(format_for(source, _format_settings(column)), source, options)
    first = next(batches)
    chosen = expression_column(first.schema, os.fspath(source), column)
    variables = tuple(name for name in first.schema.names if name != chosen)
    job = ExpressionJob(chosen, variables, settings)
    return Work(job, _chunks(_chained(first, batches)), _rows_of(source, first))


def formulas_over(
    source: str | os.PathLike[str], formulas: Mapping[str, str], types: dict[str, Any], options: Options, settings: Run
) -> Work:
    """The work of adding calculated columns to a file's rows; fills `types` by the first rows if it is empty."""
    batches = _batches(format_for(source), source, options)
    first = next(batches)
    in_order = ordered(formulas, first.schema.names)
    if not types:
        types.update(_first_types(first, in_order, settings))
    job = FormulaJob(in_order, tuple(types[name] for name, _ in in_order), settings)
    return Work(job, _chunks(_chained(first, batches)), _rows_of(source, first))


def _format_settings(column: str | None) -> FormatSettings:
    return FormatSettings((column,)) if column else FormatSettings()


def _run_formulas(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    formulas: Mapping[str, str],
    options: Options,
    settings: Run,
) -> Summary:
    write_format = format_for(target)
    types: dict[str, Any] = {}
    while True:
        try:
            return _write(formulas_over(source, formulas, types, options, settings), write_format, target, options)
        except TypeChangedError as change:
            # Later rows give values of another kind, so the column is text: from the beginning, once more.
            if os.fspath(source) == STANDARD_STREAM:
                raise InputError(
                    f"column {change.name!r} has values of several kinds, and standard input cannot be read twice; "
                    "give a file"
                ) from None
            import pyarrow as pa

            types[change.name] = pa.string()


def _first_types(first: pa.RecordBatch, formulas: Sequence[tuple[str, str]], settings: Run) -> dict[str, Any]:
    import pyarrow as pa

    values = calculate(Chunk(0, first), tuple(formulas), settings)
    found = [natural_type(column) for column in values]
    return {name: kind or pa.float64() for (name, _), kind in zip(formulas, found, strict=True)}


def _write(work: Work, write_format: TableFormat, target: str | os.PathLike[str], options: Options) -> Summary:
    """Do the work, write the results as they come, and count them."""
    summary = Summary()
    pipeline = Pipeline(work.job, options, work.rows)
    outcomes = pipeline.results(work.chunks)
    batches = _results(outcomes, work, write_format.is_typed, summary, options)
    try:
        write_format.write(batches, os.fspath(target))
    finally:
        outcomes.close()
    summary.plan = pipeline.plan
    summary.seconds = pipeline.seconds
    return summary


def _results(
    outcomes: Iterator[Outcome[Chunk, Computed]], work: Work, is_typed: bool, summary: Summary, options: Options
) -> Iterator[pa.RecordBatch]:
    settings = options.settings()
    for outcome in outcomes:
        if outcome.fault is not None and isinstance(outcome.fault.exception, TypeChangedError | FormulaSyntaxError):
            raise outcome.fault.exception
        computed = outcome.value if outcome.fault is None else failed(outcome.chunk, work.job, str(outcome.fault))
        if outcome.fault is not None:
            summary.failed += len(outcome.chunk)
        _note_problems(summary, outcome.chunk, computed)
        summary.add(computed.tally)
        settings.tell(RowsDone(summary.rows, work.rows))
        yield _with_columns(outcome.chunk.batch, computed, is_typed)


def failed(chunk: Chunk, job: Job, message: str) -> Computed:
    """What rows give whose worker died or was over its limit."""
    import pyarrow as pa

    count = len(chunk)
    # Of a traceback the last line says what happened.
    problem = message.splitlines()[-1] if message else "the worker failed"
    tally = Tally(count)
    tally.types["invalid"] += count
    if isinstance(job, FormulaJob):
        columns = {name: pa.nulls(count, kind) for (name, _), kind in zip(job.formulas, job.types, strict=True)}
        return Computed(columns, tally)
    return Computed(
        {
            "type": pa.array(["invalid"] * count),
            "number": pa.nulls(count, pa.float64()),
            "text": pa.array([problem] * count),
        },
        tally,
    )


def _note_problems(summary: Summary, chunk: Chunk, computed: Computed) -> None:
    """Keep the first few problems for the summary."""
    if not computed.tally.types["invalid"] or len(summary.first_problems) >= _PROBLEMS_SHOWN:
        return
    if "type" not in computed.columns:
        return
    types, texts = computed.columns["type"].to_pylist(), computed.columns["text"]
    for row, kind in enumerate(types):
        if kind == "invalid" and len(summary.first_problems) < _PROBLEMS_SHOWN:
            summary.first_problems.append((chunk.first_row + row + 1, texts[row].as_py()))


def _with_columns(batch: pa.RecordBatch, computed: Computed, is_typed: bool) -> pa.RecordBatch:
    """The input's columns and the results'; a result column replaces one of the same name."""
    import pyarrow as pa

    results = dict(computed.columns)
    if "type" in results and not is_typed:
        value = value_column(results["type"], results.pop("number"), results.pop("text"))
        results["value"] = value
    columns = {name: batch.column(name) for name in batch.schema.names if name not in results}
    for name, column in columns.items():
        if pa.types.is_binary(column.type):
            columns[name] = as_text(column)
    columns.update(results)
    return pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))


def _batches(read_format: TableFormat, source: str | os.PathLike[str], options: Options) -> Iterator[pa.RecordBatch]:
    return read_format.read(os.fspath(source), options.chunk_size or CHUNK_ROWS)


def _chained(first: pa.RecordBatch, rest: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    yield first
    yield from rest


def _chunks(batches: Iterator[pa.RecordBatch]) -> Iterator[Chunk]:
    at = 0
    for batch in batches:
        if batch.num_rows or at == 0:
            yield Chunk(at, batch)
        at += batch.num_rows


def _rows_of(source: str | os.PathLike[str], first: pa.RecordBatch) -> int | None:
    """How many rows a file has, reckoned from its size and the first batch; None for standard input."""
    if os.fspath(source) == STANDARD_STREAM or first.num_rows == 0:
        return None
    if Path(source).suffix == ".parquet":
        import pyarrow.parquet as pq

        rows: int = pq.read_metadata(os.fspath(source)).num_rows
        return rows
    bytes_a_row: float = max(1.0, first.nbytes / first.num_rows - 3)
    return max(int(first.num_rows), int(Path(source).stat().st_size / bytes_a_row))
