"""What a worker is given: a chunk of rows, and the job to do on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from xlmill.engine.chunk import Outcome, evaluate_over, evaluate_texts
from xlmill.engine.program import program
from xlmill.engine.run import Run
from xlmill.execution.outcome import ChunkError
from xlmill.functions.outside import Outside
from xlmill.io.arrow_column import RESULT_TYPES, column_from_arrow, natural_column, result_columns, texts_from_arrow
from xlmill.syntax.forest import Forest
from xlmill.syntax.parser import parse_text
from xlmill.syntax.structured import parse_structured
from xlmill.values.column import ERROR, Column, as_cells
from xlmill.values.error_value import ExcelError
from xlmill.values.workspace import Workspace, workspace

if TYPE_CHECKING:
    import pyarrow as pa

# Rows of one chunk: enough to keep batches long, few enough that their columns stay in the processor's cache.
CHUNK_ROWS = 65_536


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive rows of the input; `first_row` is the number of the first, from 0."""

    first_row: int
    batch: pa.RecordBatch

    def __len__(self) -> int:
        return int(self.batch.num_rows)

    @property
    def nbytes(self) -> int:
        """The size of the rows in memory, about."""
        return int(self.batch.nbytes)

    def cut(self, rows: int) -> tuple[Chunk, Chunk]:
        """The first `rows` rows and the rest."""
        return Chunk(self.first_row, self.batch.slice(0, rows)), Chunk(self.first_row + rows, self.batch.slice(rows))

    def __getstate__(self) -> tuple[int, bytes, bytes]:
        # As an Arrow message, which holds the rows of a slice alone; pickled as it is, the whole batch would go.
        return self.first_row, self.batch.schema.serialize().to_pybytes(), self.batch.serialize().to_pybytes()

    def __setstate__(self, state: tuple[int, bytes, bytes]) -> None:
        import pyarrow as pa

        first_row, schema, rows = state
        object.__setattr__(self, "first_row", first_row)
        object.__setattr__(self, "batch", pa.ipc.read_record_batch(rows, pa.ipc.read_schema(pa.BufferReader(schema))))


@dataclass(frozen=True, slots=True)
class Tally:
    """What a chunk's results were: counts for the summary.

    `failures` counts values that calls of waiting functions failed to give, by function and reason; `waited` is for
    how many seconds the chunk waited for such calls. `problem` says why none of its rows has results, where no column
    of the results can say so.
    """

    rows: int = 0
    types: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    templates: frozenset[int] = frozenset()
    failures: Counter[tuple[str, str]] = field(default_factory=Counter)
    waited: float = 0.0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Computed:
    """A chunk's result columns, by name, and their tally."""

    columns: Mapping[str, Any]
    tally: Tally


Job: TypeAlias = Callable[[Chunk], Computed]


@dataclass(frozen=True, slots=True)
class ExpressionJob:
    """Evaluate the expression in each row; the row's other columns are names that it may use."""

    column: str
    variables: tuple[str, ...] = ()
    settings: Run = field(default_factory=Run)
    count_templates: bool = True

    def __call__(self, chunk: Chunk) -> Computed:
        """The columns `type`, `number` and `text` for a chunk."""
        outside = self.settings.outside.for_chunk()
        with workspace() as memory:
            outcome, templates = self.evaluate(chunk, outside, memory)
            types, numbers, texts = result_columns(outcome.values, outcome.invalid, outcome.problems)
        columns = {"type": types, "number": numbers, "text": texts}
        return Computed(columns, with_calls(tally(outcome.values, len(outcome.problems), templates), outside))

    def evaluate(self, chunk: Chunk, outside: Outside, memory: Workspace) -> tuple[Outcome, frozenset[int]]:
        """The values of a chunk, which stand in `memory`, and which templates they are of."""
        columns = {name.casefold(): as_cells(column_from_arrow(chunk.batch.column(name))) for name in self.variables}
        texts = texts_from_arrow(chunk.batch.column(self.column))
        run = replace(self.settings, columns=columns, first_row=chunk.first_row, outside=outside)
        outcome = evaluate_texts(texts, run, self.count_templates, memory)
        if not self.count_templates:
            return outcome, frozenset()
        return outcome, frozenset(np.unique(outcome.templates[outcome.templates >= 0]).tolist())


@dataclass(frozen=True, slots=True)
class FormulaJob:
    """Add calculated columns to rows: `formulas` in an order in which each finds what it depends on."""

    formulas: tuple[tuple[str, str], ...]
    types: tuple[pa.DataType, ...]
    settings: Run = field(default_factory=Run)

    def __call__(self, chunk: Chunk) -> Computed:
        """The calculated columns for a chunk, each of its own type."""
        outside = self.settings.outside.for_chunk()
        values = calculate(chunk, self.formulas, replace(self.settings, outside=outside))
        for (name, _), column, kind in zip(self.formulas, values, self.types, strict=True):
            if not fits(column, kind):
                raise TypeChangedError(name)
        arrays = {
            name: natural_column(column, kind)
            for (name, _), column, kind in zip(self.formulas, values, self.types, strict=True)
        }
        total = Tally(rows=len(chunk))
        for column in values:
            one = tally(column, 0, frozenset())
            total.types.update(one.types)
            total.errors.update(one.errors)
        return Computed(arrays, with_calls(total, outside))


class TypeChangedError(ChunkError):
    """A calculated column has values that its type, found from the rows before, cannot hold."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)

    def __reduce__(self) -> tuple[type[TypeChangedError], tuple[str]]:
        return TypeChangedError, (self.name,)


def calculate(chunk: Chunk, formulas: tuple[tuple[str, str], ...], settings: Run) -> list[Column]:
    """The values of calculated columns, which may use each other and the chunk's own columns."""
    trees = {name: parse_text(formula, program().table) for name, formula in formulas}
    used = used_names(list(trees.values()))
    columns: dict[str, Column] = {
        name.casefold(): as_cells(column_from_arrow(chunk.batch.column(name)))
        for name in chunk.batch.schema.names
        if used is None or name.casefold() in used
    }
    values = []
    for name, forest in trees.items():
        run = replace(settings, columns=columns, first_row=chunk.first_row)
        column = evaluate_over(forest, run, len(chunk))
        columns[name.casefold()] = as_cells(column)
        values.append(column)
    return values


def used_names(forests: list[Forest]) -> frozenset[str] | None:
    """The names, case folded, that trees may read from columns; None where that cannot be told."""
    names: set[str] = set()
    for forest in forests:
        for start, stop in zip(forest.name_start.tolist(), forest.name_stop.tolist(), strict=True):
            text = forest.buffer[start:stop].tobytes().decode("utf-8", "replace")
            if "[" in text:
                reference = parse_structured(text)
                if reference.table is not None or reference.first_column != reference.last_column:
                    return None
                if reference.first_column is None:
                    return None
                text = reference.first_column
            names.add(text.casefold())
    return frozenset(names)


def fits(column: Column, kind: Any) -> bool:
    """Whether a column of an Arrow type can hold these values, errors and empty ones aside."""
    import pyarrow as pa

    from xlmill.io.arrow_column import natural_type

    natural = natural_type(column)
    return natural is None or pa.types.is_string(kind) or natural == kind


def tally(values: Column, invalid: int, templates: frozenset[int]) -> Tally:
    """Counts of the kinds and errors among values, `invalid` of which are rows that are no formulas."""
    counts = np.bincount(_RESULT_TYPE[values.kinds], minlength=len(RESULT_TYPES))
    types = Counter({name: int(n) for name, n in zip(RESULT_TYPES, counts, strict=True) if n})
    if invalid:
        types["empty"] -= invalid
        types["invalid"] += invalid
        types += Counter()  # drops what has become zero
    codes = values.numbers[values.is_kind(ERROR)].astype(np.int64) if values.has(ERROR) else np.zeros(0, np.int64)
    errors = Counter({str(ExcelError.from_code(code)): n for code, n in enumerate(np.bincount(codes).tolist()) if n})
    return Tally(len(values), types, errors, templates)


def with_calls(tally: Tally, outside: Outside) -> Tally:
    """A chunk's tally with what its waiting functions came to."""
    return replace(tally, failures=outside.failures, waited=outside.waited)


_RESULT_TYPE = np.array([4, 0, 2, 1, 3, 4, 5, 3, 3], np.int64)
