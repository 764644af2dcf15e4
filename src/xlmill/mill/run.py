"""The main job: a file of expressions, or formulas over the rows of a file, to a file of results."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlmill.engine.run import Run
from xlmill.exceptions import InputError
from xlmill.execution.strategy import find_strategy
from xlmill.functions.allowed_hosts import allowed_hosts
from xlmill.functions.outside import Outside
from xlmill.io.arrow_column import natural_type
from xlmill.io.expression_column import expression_column
from xlmill.io.folder_output import asks_for_folder, check_folder
from xlmill.io.table_format import STANDARD_STREAM, FormatSettings, Source, format_for
from xlmill.io.table_input import TableInput
from xlmill.mill.by_parts import OutOfSightError, deliver_by_parts
from xlmill.mill.calculated import ordered
from xlmill.mill.delivery import deliver
from xlmill.mill.evaluate import serial_now
from xlmill.mill.identity import Identity, InputMark
from xlmill.mill.journal import Journal, journal_path
from xlmill.mill.journaling import Journaling, is_file_to_be
from xlmill.mill.pipeline import Options, Work
from xlmill.mill.staging import Staging, staging_folder
from xlmill.mill.summary import Summary
from xlmill.mill.workload import CHUNK_ROWS, Chunk, ExpressionJob, FormulaJob, TypeChangedError, calculate

if TYPE_CHECKING:
    import pyarrow as pa


def run(
    source: Source,
    target: Source,
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

    `source` and `target` are paths (.txt, .csv, .tsv, .jsonl, .parquet, .arrow), or "-". A `source` that is a folder
    is read file by file, in order of their names. `column` names the column of expressions; by default `expression`,
    else `formula`, else the only text column. The other columns are names that the expressions may use. `formulas`
    maps names of new columns to formulas over the rows. `clock` is what NOW reads, `seed` what RAND starts from.
    `allow_hosts` names the hosts that WEBSERVICE may ask, as for `evaluate`.

    A `target` that ends in a slash (`out.parquet/`) becomes a folder of parts, written by the workers, of
    `options.chunk_size` rows each, or as many as suit. On a cluster the workers read the input too, where they find it
    and its format allows (lines, Parquet, Arrow), whatever the target.

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
    if asks_for_folder(target):
        check_folder(target)
        if options.timeout or options.memory_limit:
            raise InputError("a folder of parts cannot be written under a time or memory limit; write one file")
    elif resume and (identity is None or not is_file_to_be(target)):
        raise InputError("only a run from a file into a file can be resumed")

    def work(keeping: Journaling | Staging, deliver: Callable[[Work], Summary]) -> Summary:
        now = keeping.now if given_now is None else given_now
        settings = Run(serial_now(None, False) if now is None else now, seed, outside=Outside(hosts, seed))
        if formulas:
            return _run_formulas(source, formulas, options, settings, keeping, deliver)
        work = expressions_of(source, column, options, settings)
        keeping.begin(settings.now)
        return deliver(work)

    if _goes_by_parts(source, target, options, identity, resume):
        try:
            with Staging(target, identity, resume) as staging, _of_the_other_way(target):
                return work(staging, lambda work: deliver_by_parts(work, write_format, target, options, staging))
        except OutOfSightError as blind:
            if asks_for_folder(target):
                raise InputError(
                    f"{blind}: a folder of parts is written by the workers, and so must be one that all machines share"
                ) from None
    with Journaling(target, identity, resume) as journaling:
        done = work(journaling, lambda work: deliver(work, write_format, target, options, journaling))
    if is_file_to_be(target):
        Staging(target, None, False).remove()
    return done


def _goes_by_parts(source: Source, target: Source, options: Options, identity: Identity | None, resume: bool) -> bool:
    """Whether workers are to write the results: in folders always, in files where they may be on other machines.

    An unfinished run goes on in the way that it began.
    """
    if asks_for_folder(target):
        return True
    if identity is None or not is_file_to_be(target):
        return False
    if resume and staging_folder(target).exists():
        return True
    if resume and journal_path(target).exists():
        return False
    is_remote = options.strategy != "auto" and find_strategy(options.strategy).traits.may_be_remote
    return is_remote and TableInput(source).spans(1) is not None


@contextmanager
def _of_the_other_way(target: Source) -> Iterator[None]:
    """Hold the journal that a run of one file may have left, and remove it when this one has ended well."""
    if asks_for_folder(target):
        yield
        return
    journal = Journal.unfinished(target)
    try:
        yield
        if journal is not None:
            journal.finish()
    finally:
        if journal is not None:
            journal.close()


def expressions_of(source: Source, column: str | None, options: Options, settings: Run) -> Work:
    """The work of evaluating every expression of a file, or of the files of a folder."""
    table = TableInput(source, _format_settings(column))
    batches = table.read(options.chunk_size or CHUNK_ROWS)
    first = next(batches)
    chosen = expression_column(first.schema, os.fspath(source), column)
    variables = tuple(name for name in first.schema.names if name != chosen)
    job = ExpressionJob(chosen, variables, settings)
    return Work(job, _chunks(_chained(first, batches)), table.total_rows(first), table)


def formulas_over(
    source: Source, formulas: Mapping[str, str], types: dict[str, Any], options: Options, settings: Run
) -> Work:
    """The work of adding calculated columns to a file's rows; fills `types` by the first rows if it is empty."""
    table = TableInput(source)
    batches = table.read(options.chunk_size or CHUNK_ROWS)
    first = next(batches)
    in_order = ordered(formulas, first.schema.names)
    if not types:
        types.update(_first_types(first, in_order, settings))
    job = FormulaJob(in_order, tuple(types[name] for name, _ in in_order), settings)
    return Work(job, _chunks(_chained(first, batches)), table.total_rows(first), table)


def _format_settings(column: str | None) -> FormatSettings:
    return FormatSettings((column,)) if column else FormatSettings()


def _run_formulas(
    source: Source,
    formulas: Mapping[str, str],
    options: Options,
    settings: Run,
    keeping: Journaling | Staging,
    deliver: Callable[[Work], Summary],
) -> Summary:
    types = keeping.types
    while True:
        work = formulas_over(source, formulas, types, options, settings)
        keeping.begin(settings.now, types)
        try:
            return deliver(work)
        except TypeChangedError as change:
            # Later rows give values of another kind, so the column is text: from the beginning, once more.
            if os.fspath(source) == STANDARD_STREAM:
                raise InputError(
                    f"column {change.name!r} has values of several kinds, and standard input cannot be read twice; "
                    "give a file"
                ) from None
            import pyarrow as pa

            keeping.begin_again()
            types[change.name] = pa.string()


def _identity(
    source: Source,
    column: str | None,
    formulas: Mapping[str, str] | None,
    options: Options,
    given_now: float | None,
    seed: int,
    hosts: frozenset[str],
) -> Identity | None:
    """What the results depend on; None where the input is no file, or cannot be read."""
    if os.fspath(source) == STANDARD_STREAM or not Path(source).exists():
        return None
    table = TableInput(source)
    try:
        mark = InputMark.of([Path(file) for file in table.files], table.format.name)
    except OSError:
        return None  # its reader will say why
    return Identity.of(mark, column, formulas, seed, given_now, options.timeout, options.memory_limit, hosts)


def _first_types(first: pa.RecordBatch, formulas: Sequence[tuple[str, str]], settings: Run) -> dict[str, Any]:
    import pyarrow as pa

    values = calculate(Chunk(0, first), tuple(formulas), settings)
    found = [natural_type(column) for column in values]
    return {name: kind or pa.float64() for (name, _), kind in zip(formulas, found, strict=True)}


def _chained(first: pa.RecordBatch, rest: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    yield first
    yield from rest


def _chunks(batches: Iterator[pa.RecordBatch]) -> Iterator[Chunk]:
    at = 0
    for batch in batches:
        if batch.num_rows or at == 0:
            yield Chunk(at, batch)
        at += batch.num_rows
