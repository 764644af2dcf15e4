"""A file or a list of expressions, as work to compare strategies by."""

from __future__ import annotations

import datetime
import itertools
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from xlmill.engine.run import Run
from xlmill.exceptions import FormulaSyntaxError, InputError
from xlmill.execution import Fault, Items, Outcome, Settings, create, cut
from xlmill.execution.each_item import EachItem
from xlmill.io import FormatSettings, expression_column, format_for, is_frame, table_of
from xlmill.io.arrow_column import result_columns
from xlmill.lab.digest import Digests, digests_of_table
from xlmill.lab.timed_run import TaskFaultError
from xlmill.lab.way import Way
from xlmill.lab.work import Subject, Work
from xlmill.mill.equipment import equipped
from xlmill.mill.evaluate import evaluate, serial_now
from xlmill.mill.generate import generate
from xlmill.mill.many import InvalidExpression
from xlmill.mill.pipeline import Options, Pipeline
from xlmill.mill.workload import CHUNK_ROWS, Chunk, Computed, ExpressionJob, Job
from xlmill.values.python_value import column_from_python

if TYPE_CHECKING:
    import pyarrow as pa

# Enough chunks that workers end together, and not so small that starting a batch costs more than running it.
_CHUNKS_A_WORKER = 4
_LEAST_CHUNK_ROWS = 1024

# Few rows are interpreted, for compiled code would take longer to load: they say nothing of many.
_FIRST_ROWS = 32_768
_FIRST_ROWS_ALONE = 16

# What of pyarrow reads a file as a table, by suffix.
_READERS = {
    ".csv": ("pyarrow.csv", "pyarrow.csv.read_csv"),
    ".parquet": ("pyarrow.parquet", "pyarrow.parquet.read_table"),
    ".jsonl": ("pyarrow.json", "pyarrow.json.read_json"),
    ".arrow": ("pyarrow.feather", "pyarrow.feather.read_table"),
}

# As many as a plan is made by.
_PROBE_ROWS = 16_384

# Evaluated before a newcomer's workers are forked, so that not each of them must import the functions anew.
_ROWS_BEFORE = 100


class Expressions(Work):
    """The expression in each row of a table, which lies in an Arrow file so that many processes can map it.

    xlmill's own strategies get chunks of rows and compute columns, as `xlmill run` does. The newcomer's get one
    expression a task and call `xlmill.evaluate`, in a process that has evaluated some before.
    """

    rows_to_compile = _FIRST_ROWS

    def __init__(
        self,
        table: pa.Table,
        column: str,
        name: str,
        folder: Path,
        clock: datetime.datetime,
        seed: int,
        given: str = "",
    ) -> None:
        self.column = column
        self.variables = tuple(other for other in table.schema.names if other != column)
        self.subject = Subject(name, table.num_rows, "expressions", given, bool(self.variables))
        self.clock = clock
        self.seed = seed
        settings = Run(now=serial_now(clock, False), seed=seed)
        self.job: Job = ExpressionJob(column, self.variables, settings, count_templates=False)
        self.file = folder / "workload.arrow"
        _write(table, self.file)

    def prepare(self, way: Way) -> None:
        """Map the file; for the newcomer, make Python objects of its rows."""
        import pyarrow as pa

        with pa.memory_map(str(self.file)) as file:
            self._table = pa.ipc.open_file(file).read_all()
        if way.is_newcomers:
            texts = self._table.column(self.column).to_pylist()
            rows = self._table.select(self.variables).to_pylist() if self.variables else [{}] * len(texts)
            self._tasks = list(zip(texts, rows, strict=True))
            for task in self._tasks[:_ROWS_BEFORE]:
                self._one(task)

    def settings(self, way: Way) -> Settings:
        """Those of `xlmill run`; the newcomer's fork server knows nothing of xlmill."""
        if way.is_newcomers:
            return way.plain_settings()
        return Options(way.strategy, way.workers, start_method=way.start_method).settings()

    def task(self, way: Way) -> Callable[[Any], Any]:
        """Columns of a chunk, or the values of single expressions."""
        if way.is_newcomers:
            return EachItem(self._one, travels=True)
        return self.job if way.traits.shares_memory else equipped(self.job)

    def chunks(self, way: Way, rows: int) -> Iterable[Any]:
        """Rows in chunks, or alone."""
        if way.is_newcomers:
            return cut(self._tasks[:rows], 1)
        return _chunks(self._table.slice(0, rows), self.chunk_rows(way, rows))

    def chunk_rows(self, way: Way, rows: int) -> int:
        """All workers shall have some; where a chunk costs a process, one for each worker is the least."""
        if way.is_newcomers:
            return 1
        parts = 1 if way.workers == 1 else way.workers * (_CHUNKS_A_WORKER if way.traits.takes_chunks else 1)
        most = min(CHUNK_ROWS, max(_LEAST_CHUNK_ROWS, -(-self.subject.rows // parts)))
        return max(1, min(most, -(-rows // parts)))

    def first_rows(self, way: Way) -> int:
        """Rows that take some tenths of a second."""
        return _FIRST_ROWS_ALONE if way.is_newcomers else _FIRST_ROWS

    def predictions(self, workers: int) -> dict[str, float]:
        """By the probe that `xlmill run` makes, of rows that are not missed from those that are planned."""
        with create("pool", Options("pool", workers).settings()):
            pass  # what workers load once is loaded, as it is in the benches
        chunk_rows = min(_PROBE_ROWS, self._table.num_rows)
        endless = itertools.chain.from_iterable(_chunks(self._table, chunk_rows) for _ in itertools.count())
        pipeline = Pipeline(self.job, Options("auto", workers), self._table.num_rows + 2 * chunk_rows)
        return {each.strategy: each.seconds for each in pipeline.choose(endless).alternatives}

    def put_together(self, outcomes: list[Outcome[Any, Any]]) -> Any:
        """One table of the typed results, or one list of Python values."""
        import pyarrow as pa

        if isinstance(outcomes[0].chunk, Items):
            return [_sound(value) for outcome in outcomes for value in outcome.value]
        computed: list[Computed] = [outcome.value for outcome in outcomes]
        return pa.Table.from_batches([pa.record_batch(dict(one.columns)) for one in computed])

    def digests(self, results: Any) -> Digests:
        """The digests of the typed results."""
        return digests_of_table(_typed(results))

    def shown(self, results: Any, first: int, last: int) -> list[str]:
        """Expression, type and value of each row."""
        rows = _typed(results).slice(first, last - first).to_pylist()
        texts = self._table.column(self.column).slice(first, last - first).to_pylist()
        return [f"{text}: {_cell(row)}" for text, row in zip(texts, rows, strict=True)]

    def _one(self, task: tuple[str, dict[str, Any]]) -> Any:
        return evaluate_one(task[0], task[1], self.clock, self.seed)

    def __getstate__(self) -> dict[str, Any]:
        # What `prepare` made stays where it is: a newcomer's task carries this object to every worker.
        kept = {key: value for key, value in self.__dict__.items() if key not in ("_table", "_tasks")}
        return {**kept, "job": equipped(self.job)}


def expressions_from_file(source: str | os.PathLike[str], column: str | None, folder: Path, seed: int) -> Expressions:
    """The expressions of a file that xlmill can read. Raises InputError where it cannot, or there are none."""
    import pyarrow as pa

    settings = FormatSettings() if column is None else FormatSettings((column,))
    batches = list(format_for(source, settings).read(source, CHUNK_ROWS))
    table = pa.Table.from_batches(batches)
    chosen = expression_column(table.schema, source, column)
    return _expressions(table, chosen, os.fspath(source), folder, seed, _given(os.fspath(source), table, chosen))


def expressions_from_memory(given: object, column: str | None, folder: Path, seed: int) -> Expressions:
    """The expressions of a list, a Series or a frame. Raises InputError where there are none."""
    import pyarrow as pa

    if is_frame(given):
        table = table_of(given)
        chosen = expression_column(table.schema, type(given).__name__, column)
        return _expressions(table, chosen, f"a {type(given).__name__}", folder, seed)
    texts = list(given) if isinstance(given, Iterable) else [given]
    wrong = next((text for text in texts if not isinstance(text, str)), None)
    if wrong is not None:
        raise InputError(
            f"{wrong!r} is no expression; compare takes a file, expressions, or (function, tasks) for a function"
        )
    return _expressions(pa.table({"expression": pa.array(texts, pa.string())}), "expression", "a list", folder, seed)


def generated_expressions(rows: int, mix: str, name: str, folder: Path, seed: int) -> Expressions:
    """So many expressions of a mix, as `xlmill generate` makes them."""
    import pyarrow as pa

    return _expressions(pa.Table.from_batches(list(generate(rows, mix=mix))), "expression", name, folder, seed)


def evaluate_one(text: str, names: dict[str, Any], clock: datetime.datetime, seed: int) -> Any:
    """What a newcomer writes: one expression, and what is wrong with it if it is none."""
    if not text.strip():
        return None
    try:
        return evaluate(text, names=names, clock=clock, seed=seed)
    except FormulaSyntaxError as error:
        return InvalidExpression(str(error))


def _given(source: str, table: pa.Table, column: str) -> str:
    """Lines of Python that bring the expressions of a file about; none where that takes more than two."""
    suffix = Path(source).suffix.lower()
    if suffix == ".txt":
        return f'with open({source!r}, encoding="utf-8") as file:\n    expressions = file.read().splitlines()'
    reader = _READERS.get(suffix)
    if reader is None:
        return f"expressions = ...  # those of {source}"
    module, function = reader
    lines = [f"table = {function}({source!r})", f"expressions = table[{column!r}]"]
    if table.num_columns > 1:
        lines.append(f"columns = table.drop_columns([{column!r}])")
    return "\n".join([f"import {module}", "", *lines])


def _expressions(table: pa.Table, column: str, name: str, folder: Path, seed: int, given: str = "") -> Expressions:
    if table.num_rows == 0:
        raise InputError(f"{name} holds no expressions, so there is nothing to compare")
    return Expressions(table, column, name, folder, datetime.datetime.now(), seed, given)


def _write(table: pa.Table, file: Path) -> None:
    """Write one batch, so that chunks can be cut anywhere without a copy; text and bytes as large text."""
    import pyarrow as pa

    columns = [_plain(column).combine_chunks() for column in table.columns]
    whole = pa.RecordBatch.from_arrays(columns, names=table.schema.names)
    with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, whole.schema) as writer:
        writer.write_batch(whole)


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    if pa.types.is_binary(column.type):
        try:
            return column.cast(pa.large_binary()).cast(pa.large_string())
        except pa.ArrowInvalid:  # bytes that are no UTF-8
            texts = [cell and cell.decode("utf-8", "replace") for cell in column.to_pylist()]
            return pa.chunked_array([texts], pa.large_string())
    return column.cast(pa.large_string()) if pa.types.is_string(column.type) else column


def _chunks(table: pa.Table, chunk_rows: int) -> Iterable[Chunk]:
    at = 0
    for batch in table.to_batches(chunk_rows):
        yield Chunk(at, batch)
        at += batch.num_rows


def _sound(value: Any) -> Any:
    if isinstance(value, Fault):
        raise TaskFaultError(value)
    return value


def _typed(results: Any) -> pa.Table:
    """Typed results; those of a newcomer, which are Python values, are made so."""
    import pyarrow as pa

    if isinstance(results, pa.Table):
        return results
    problems = {row: value.problem for row, value in enumerate(results) if isinstance(value, InvalidExpression)}
    invalid = np.zeros(len(results), bool)
    invalid[list(problems)] = True
    values = column_from_python([None if isinstance(value, InvalidExpression) else value for value in results])
    return pa.table(list(result_columns(values, invalid, problems)), names=["type", "number", "text"])


def _cell(row: dict[str, Any]) -> str:
    value = row["number"] if row["text"] is None else row["text"]
    return row["type"] if value is None else f"{row['type']} {value!r}"
