"""The main job: a file of expressions, or formulas over the rows of a file, to a file of results."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlmill.engine.run import Run
from xlmill.exceptions import InputError
from xlmill.functions.allowed_hosts import allowed_hosts
from xlmill.functions.outside import Outside
from xlmill.io.arrow_column import natural_type
from xlmill.io.expression_column import expression_column
from xlmill.io.table_format import STANDARD_STREAM, FormatSettings, TableFormat, format_for
from xlmill.mill.calculated import ordered
from xlmill.mill.delivery import deliver
from xlmill.mill.evaluate import serial_now
from xlmill.mill.identity import Identity, InputMark
from xlmill.mill.journaling import Journaling, is_file_to_be
from xlmill.mill.pipeline import Options, Work
from xlmill.mill.summary import Summary
from xlmill.mill.workload import CHUNK_ROWS, Chunk, ExpressionJob, FormulaJob, TypeChangedError, calculate

if TYPE_CHECKING:
    import pyarrow as pa


def run(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    column: str | None = None,
    formulas: Mapping[str, str] | None = None,
    options: Options | None = None,
    clock: datetime.datetime | None = None,
    seed: int = 0,
    resume: bool = False,
    allow_hosts: Iterable[str] = (),
) -> Summary:
    """Evaluate every expression of `source`, or `formulas` over its rows, and write `target`.

    `source` and `target` are paths (.txt, .csv, .tsv, .jsonl, .parquet, .arrow), or "-". `column` names the
    column of expressions; by default `expression`, else `formula`, else the only text column. The other
    columns are names that the expressions may use. `formulas` maps names of new columns to formulas over the
    rows. `clock` is what NOW reads, `seed` what RAND starts from. `allow_hosts` names the
    hosts that WEBSERVICE may ask, as for `evaluate`.

    The target appears under its name only when it is whole. Until then a journal beside it keeps the results of
    finished chunks, unless standard input is read or no file is written. With `resume` a run goes on with the journal
    that an interrupted run has left, and its target is byte for byte what an undisturbed run gives; NOW reads what it
    read then. Where there is none it begins. Without `resume` it begins anew, and warns if it could have gone on; the
    earlier journal stays until this run has done more.

    Raises InputError for what cannot be read, written or understood, and where `resume` finds another input, other
    formulas or options, or another version. A formula in the file that cannot be parsed is a row of type `invalid`.
    What ends a run that can be resumed has a note that says so.
    """
    options = options or Options()
    write_format = format_for(target, FormatSettings() if formulas else _format_settings(column))
    given_now = None if clock is None else serial_now(clock, False)
    hosts = allowed_hosts(allow_hosts)
    identity = _identity(source, column, formulas, options, given_now, seed, hosts)
    if resume and (identity is None or not is_file_to_be(target)):
        raise InputError("only a run from a file into a file can be resumed")
    with Journaling(target, identity, resume) as journaling:
        now = journaling.now if given_now is None else given_now
        settings = Run(serial_now(None, False) if now is None else now, seed, outside=Outside(hosts, seed))
        if formulas:
            return _run_formulas(source, target, formulas, options, settings, write_format, journaling)
        work = expressions_of(source, column, options, settings)
        journaling.begin(settings.now)
        return deliver(work, write_format, target, options, journaling)


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
    write_format: TableFormat,
    journaling: Journaling,
) -> Summary:
    types = journaling.types
    while True:
        work = formulas_over(source, formulas, types, options, settings)
        journaling.begin(settings.now, types)
        try:
            return deliver(work, write_format, target, options, journaling)
        except TypeChangedError as change:
            # Later rows give values of another kind, so the column is text: from the beginning, once more.
            if os.fspath(source) == STANDARD_STREAM:
                raise InputError(
                    f"column {change.name!r} has values of several kinds, and standard input cannot be read twice; "
                    "give a file"
                ) from None
            import pyarrow as pa

            journaling.begin_again()
            types[change.name] = pa.string()


def _identity(
    source: str | os.PathLike[str],
    column: str | None,
    formulas: Mapping[str, str] | None,
    options: Options,
    given_now: float | None,
    seed: int,
    hosts: frozenset[str],
) -> Identity | None:
    """What the results depend on; None where the input is no file, or cannot be read."""
    if os.fspath(source) == STANDARD_STREAM or not Path(source).is_file():
        return None
    try:
        mark = InputMark.of(Path(source), format_for(source).name)
    except OSError:
        return None  # its reader will say why
    return Identity.of(mark, column, formulas, seed, given_now, options.timeout, options.memory_limit, hosts)


def _first_types(first: pa.RecordBatch, formulas: Sequence[tuple[str, str]], settings: Run) -> dict[str, Any]:
    import pyarrow as pa

    values = calculate(Chunk(0, first), tuple(formulas), settings)
    found = [natural_type(column) for column in values]
    return {name: kind or pa.float64() for (name, _), kind in zip(formulas, found, strict=True)}


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
