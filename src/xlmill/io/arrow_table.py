"""Data frames in and out, through the Arrow PyCapsule interface."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from xlmill.exceptions import InputError
from xlmill.io.batches import plain, plain_column, rebatch, without_rows

if TYPE_CHECKING:
    import pyarrow as pa


def is_frame(value: object) -> bool:
    """Whether `value` gives Arrow data: a pandas, polars, pyarrow or duckdb table or column, among others."""
    return hasattr(value, "__arrow_c_stream__") or hasattr(value, "__arrow_c_array__")


def table_of(frame: object, wanted: Collection[str] | None = None) -> pa.Table:
    """`frame` as an Arrow table in plain types; the index of a pandas frame is no column. Numbers are not copied.

    `wanted`: only the columns of these names, case folded, so that the others need not be such as Arrow knows. A
    stream that can be read only once is used up. Raises InputError where `frame` gives no Arrow data.
    """
    import pyarrow as pa

    reader = _reader(frame if wanted is None else _narrowed(frame, wanted))
    return pa.Table.from_batches([plain(batch) for batch in _without_index(reader)])


def batches_of(frame: object, batch_rows: int) -> Iterator[pa.RecordBatch]:
    """The rows of `frame` in batches, as a file format gives them."""
    return rebatch(_without_index(_reader(frame)), batch_rows)


def _without_index(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """All batches, the first one without rows, without what is the index of a pandas frame."""
    index = _index_columns(reader.schema)
    yield without_rows(reader.schema).drop_columns(index)
    for batch in reader:
        yield batch.drop_columns(index)


def column_of(values: object) -> pa.ChunkedArray:
    """A Series or an Arrow array as an Arrow column in plain types, or the only column of a frame."""
    import pyarrow as pa

    if isinstance(values, pa.ChunkedArray):
        column = values
    elif isinstance(values, pa.Array):
        column = pa.chunked_array([values])
    elif hasattr(values, "__arrow_c_stream__"):
        column = pa.chunked_array(values)
    elif hasattr(values, "__arrow_c_array__"):
        column = pa.chunked_array([pa.array(values)])
    else:
        raise InputError(f"a column is needed, and {type(values).__name__} gives no Arrow data")
    if pa.types.is_struct(column.type):
        if column.type.num_fields != 1:
            names = ", ".join(field.name for field in column.type)
            raise InputError(f"one column is needed, and there are {column.type.num_fields}: {names}")
        column = pa.chunked_array([chunk.field(0) for chunk in column.chunks], column.type.field(0).type)
    chunks = [plain_column(chunk) for chunk in column.chunks]
    return pa.chunked_array(chunks) if chunks else column


def like(frame: object, table: pa.Table) -> Any:
    """`table` as what `frame` is: pandas to pandas, polars to polars, all else to a pyarrow table.

    A pandas frame with as many rows lends its index. No library is imported that the caller has not. (A duckdb
    relation belongs to a connection, which it does not tell; duckdb reads the pyarrow table by its variable's name.)
    """
    library = _library(frame)
    if library == "polars":
        return sys.modules["polars"].from_arrow(table)
    if library == "pandas":
        result = table.to_pandas()
        index = frame.index  # type: ignore[attr-defined]
        if len(index) == len(result):
            result.index = index
        return result
    return table


def extended(frame: object, table: pa.Table, columns: Mapping[str, pa.Array]) -> Any:
    """`frame` with further columns, or others in the place of its own, in its own type: see `like`.

    Its other columns stay as they are, in types of their library and, where that shares them, without a copy.
    `table` is what `table_of` gave for it, which stands in for a stream that is used up.
    """
    import pyarrow as pa

    library = _library(frame)
    if library is not None:
        added = like(frame, pa.table(dict(columns)))
        if library == "polars":
            return frame.with_columns(added.get_columns())  # type: ignore[attr-defined]
        return frame.assign(**{name: added[name] for name in columns})  # type: ignore[attr-defined]
    if isinstance(frame, pa.RecordBatch):
        frame = pa.Table.from_batches([frame])
    result = frame if isinstance(frame, pa.Table) else table
    for name, array in columns.items():
        at = result.schema.get_field_index(name)
        result = result.append_column(name, array) if at < 0 else result.set_column(at, name, array)
    return result


def _library(frame: object) -> str | None:
    """The library, pandas or polars, whose data frame this is."""
    for library in ("pandas", "polars"):
        module = sys.modules.get(library)
        if module is not None and isinstance(frame, module.DataFrame):
            return library
    return None


def _narrowed(frame: Any, wanted: Collection[str]) -> object:
    """The columns of these names of a frame that gives them without reading the others."""
    import pyarrow as pa

    is_arrow = isinstance(frame, pa.Table | pa.RecordBatch)
    library = _library(frame)
    if library is None and not is_arrow:
        return frame
    names = frame.schema.names if is_arrow else list(frame.columns)
    # One column must be there to tell how many rows there are.
    kept = [at for at, name in enumerate(names) if str(name).casefold() in wanted] or list(range(len(names)))[:1]
    if library == "pandas":
        return frame.iloc[:, kept]
    return frame.select([names[at] for at in kept])


def _reader(frame: object) -> pa.RecordBatchReader:
    import pyarrow as pa

    if isinstance(frame, pa.RecordBatch):
        return pa.RecordBatchReader.from_batches(frame.schema, [frame])
    if hasattr(frame, "__arrow_c_stream__"):
        return pa.RecordBatchReader.from_stream(frame)
    if hasattr(frame, "__arrow_c_array__"):
        batch = pa.record_batch(frame)
        return pa.RecordBatchReader.from_batches(batch.schema, [batch])
    raise InputError(
        f"{type(frame).__name__} gives no Arrow data; "
        "a pandas, polars, pyarrow or duckdb table does (of a polars LazyFrame, its collect())"
    )


def _index_columns(schema: pa.Schema) -> list[str]:
    """The columns that pandas adds for the index of a frame."""
    described = schema.pandas_metadata or {}
    index = described.get("index_columns", [])
    return [name for name in index if isinstance(name, str) and name in schema.names]
