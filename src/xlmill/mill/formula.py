"""A formula as a function: over values, over the rows of a frame, as calculated columns."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from xlmill.engine.chunk import evaluate_over
from xlmill.engine.program import program
from xlmill.engine.run import Run
from xlmill.exceptions import InputError
from xlmill.execution.progress import Observer
from xlmill.functions.allowed_hosts import allowed_hosts
from xlmill.functions.outside import Outside
from xlmill.io.arrow_column import column_from_arrow, natural_column, natural_type
from xlmill.io.arrow_table import extended, like, table_of
from xlmill.io.batches import rebatch, without_rows
from xlmill.mill.calculated import ordered
from xlmill.mill.chunk_sizes import even_rows
from xlmill.mill.evaluate import serial_now
from xlmill.mill.pipeline import Options, Pipeline
from xlmill.mill.workload import CHUNK_ROWS, Chunk, Computed, Tally, calculate, used_names
from xlmill.syntax.forest import Forest
from xlmill.syntax.opcode import Opcode
from xlmill.syntax.parser import parse_text
from xlmill.values.column import Column, as_cells, stack
from xlmill.values.python_value import column_from_python, python_from_column

if TYPE_CHECKING:
    import pyarrow as pa


# Rows of one chunk: one formula over many rows stays near the processor by itself (engine.settled_rows).
_CHUNK_ROWS = 4 * CHUNK_ROWS


class Formula:
    """A formula whose names are parameters.

    Call it with values by name, or use `over` for the rows of a frame. In a formula over rows, a name is a
    column (`qty`, `[@qty]`, `[@[unit price]]`), and A1, B1, ... are the columns of the row by position.
    """

    def __init__(
        self,
        formula: str,
        names: Mapping[str, Any],
        clock: datetime.datetime | None,
        seed: int,
        hosts: frozenset[str],
    ) -> None:
        self.formula = formula
        self._forest = parse_text(formula, program().table)
        self._columns_read = _columns_read([self._forest], names)
        self._run = Run(
            now=serial_now(clock, False),
            seed=seed,
            names={name.upper(): value for name, value in names.items()},
            outside=Outside(hosts, seed),
        )

    def __repr__(self) -> str:
        return f"xlmill.compile({self.formula!r})"

    def __call__(self, **values: Any) -> Any:
        """The formula's value for one value of each name."""
        columns = {name.casefold(): as_cells(column_from_python([value])) for name, value in values.items()}
        return python_from_column(evaluate_over(self._forest, replace(self._new_run(), columns=columns), 1))[0]

    def over(
        self,
        frame: object,
        *,
        strategy: str = "auto",
        workers: int | None = None,
        chunk_size: int | None = None,
        progress: Observer | None = None,
    ) -> Any:
        """The formula's value for each row of `frame`, as a column of the caller's own library.

        `frame` is anything that gives Arrow data (pandas, polars, pyarrow, duckdb). A column of numbers comes
        back as float64 with null for errors; where values of several kinds occur, as text. Columns that the
        formula does not name are not read.
        """
        table = table_of(frame, self._columns_read)
        options = Options(strategy, workers, chunk_size, progress=progress)
        column = _over_table(self._forest, self._new_run(), table, options)
        result = like(frame, _one_column(column))
        return _only_column(result)

    def _new_run(self) -> Run:
        """A run for each call: what one was answered may have changed by the next."""
        return replace(self._run, outside=self._run.outside.anew())


def compile(
    formula: str,
    *,
    names: Mapping[str, Any] | None = None,
    clock: datetime.datetime | None = None,
    seed: int = 0,
    allow_hosts: Iterable[str] = (),
) -> Formula:
    """A formula as a function of its names. Raises FormulaSyntaxError for text that is no formula.

    `names` are defined names, `clock` is what NOW reads, `seed` what RAND starts from, `allow_hosts` the hosts that
    WEBSERVICE may ask, as for `evaluate`.

    >>> discount = compile("=IF(qty>10, qty*price*0.9, qty*price)")
    >>> discount(qty=12, price=3.5)
    37.800000000000004
    """
    return Formula(formula, names or {}, clock, seed, allowed_hosts(allow_hosts))


def with_columns(
    frame: object,
    formulas: Mapping[str, str] | None = None,
    *,
    strategy: str = "auto",
    workers: int | None = None,
    clock: datetime.datetime | None = None,
    seed: int = 0,
    allow_hosts: Iterable[str] = (),
    **named: str,
) -> Any:
    """`frame` with calculated columns, which may depend on each other; in the caller's own type.

    Give formulas by keyword, or as a mapping where names are no Python names. `allow_hosts` names the hosts that
    WEBSERVICE may ask, as for `evaluate`.

    >>> import pyarrow as pa
    >>> frame = pa.table({"qty": [1, 2], "price": [10.0, 20.0]})
    >>> with_columns(frame, total="=qty*price", tax="=total*0.2").column("tax").to_pylist()
    [2.0, 8.0]
    """
    import pyarrow as pa

    texts = {**(formulas or {}), **named}
    table = table_of(frame, _columns_read([parse_text(text, program().table) for text in texts.values()], {}))
    in_order = ordered(texts, table.schema.names)
    outside = Outside(allowed_hosts(allow_hosts), seed)
    job = _ColumnsJob(in_order, Run(now=serial_now(clock, False), seed=seed, outside=outside))
    parts = _values(job, table, Options(strategy, workers))
    calculated = {
        name: natural_column(column, natural_type(column) or pa.float64())
        for (name, _), column in zip(in_order, parts, strict=True)
    }
    return extended(frame, table, calculated)


def _columns_read(forests: list[Forest], names: Mapping[str, Any]) -> frozenset[str] | None:
    """The names, case folded, of the columns that formulas may read; None where that can be any."""
    by_position = any(bool((forest.op == Opcode.REFERENCE).any()) for forest in forests)
    if by_position or any(isinstance(value, str) and value.startswith("=") for value in names.values()):
        return None
    return used_names(forests)


@dataclass(frozen=True, slots=True)
class _ColumnsJob:
    """Several formulas over the rows of a chunk, to columns of values."""

    formulas: tuple[tuple[str, str], ...]
    settings: Run

    def __call__(self, chunk: Chunk) -> Computed:
        values = calculate(chunk, self.formulas, self.settings)
        return Computed({str(i): column for i, column in enumerate(values)}, Tally(len(chunk)))


@dataclass(frozen=True, slots=True)
class _TreeJob:
    """One parsed formula over the rows of a chunk."""

    forest: Forest
    settings: Run

    def __call__(self, chunk: Chunk) -> Computed:
        columns = {
            name.casefold(): as_cells(column_from_arrow(chunk.batch.column(name))) for name in chunk.batch.schema.names
        }
        run = replace(
            self.settings, columns=columns, positional_columns=tuple(columns.values()), first_row=chunk.first_row
        )
        return Computed({"0": evaluate_over(self.forest, run, len(chunk))}, Tally(len(chunk)))


def _over_table(forest: Forest, run: Run, table: pa.Table, options: Options) -> Column:
    (column,) = _values(_TreeJob(forest, run), table, options)
    return column


def _values(job: _ColumnsJob | _TreeJob, table: pa.Table, options: Options) -> list[Column]:
    """The columns of values that a job gives for all rows."""
    pipeline = Pipeline(job, options, table.num_rows)
    parts: list[list[Column]] = []
    chunk_rows = options.chunk_size or even_rows(table.num_rows, options.workers, _CHUNK_ROWS)
    for outcome in pipeline.results(_chunks(table, chunk_rows)):
        if outcome.fault is not None:
            if isinstance(outcome.fault.exception, Exception):
                raise outcome.fault.exception
            raise InputError(f"rows from {outcome.chunk.first_row} on failed: {outcome.fault}")
        parts.append(list(outcome.value.columns.values()))
    return [stack(columns).settled() for columns in zip(*parts, strict=True)]


def _chunks(table: pa.Table, chunk_rows: int) -> Iterator[Chunk]:
    at = 0
    batches = table.to_batches() or [without_rows(table.schema)]
    for batch in rebatch(batches, chunk_rows):
        yield Chunk(at, batch)
        at += batch.num_rows


def _one_column(column: Column) -> pa.Table:
    import pyarrow as pa

    return pa.table({"value": natural_column(column, natural_type(column) or pa.float64())})


def _only_column(frame: Any) -> Any:
    """The single column of a frame, as its library gives one."""
    import pyarrow as pa

    return frame.column("value") if isinstance(frame, pa.Table) else frame["value"]
