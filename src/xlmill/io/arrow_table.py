"""Data frames in and out, through the Arrow PyCapsule interface."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from xlmill.exceptions import InputError
from xlmill.io.batches import plain_column, rebatch, without_rows

if TYPE_CHECKING:
    import pyarrow as pa


def is_frame(value: object) -> bool:
    """Whether `value` gives Arrow data: a pandas, polars, pyarrow or duckdb table or column, among others."""
    return hasattr(value, "__arrow_c_stream__") or hasattr(value, "__arrow_c_array__")


def table_of(frame: object) -> pa.Table:
    """`frame` as an Arrow table in plain types; the index of a pandas frame is no column.

    A stream that can be read only once is used up. Raises InputError where `frame` gives no Arrow data.
    """
    import pyarrow as pa

    batches = list(batches_of(frame, sys.maxsize))
    return pa.Table.from_batches(batches)


def batches_of(frame: object, batch_rows: int) -> Iterator[pa.RecordBatch]:
    """The rows of `frame` in batches, as a file format gives them."""
    reader = _reader(frame)
    index = _index_columns(reader.schema)

    def without_index() -> Iterator[pa.RecordBatch]:
        yield without_rows(reader.schema).drop_columns(index)
        for batch in reader:
            yield batch.drop_columns(index)

    return rebatch(without_index(), batch_rows)


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

    A pandas frame with as many rows lends its index. No library is imported that the caller has not.
    """
    library = type(frame).__module__.partition(".")[0]
    if library == "polars":
        return sys.modules["polars"].from_arrow(table)
    if library == "pandas":
        result = table.to_pandas()
        index = frame.index  # type: ignore[attr-defined]
        if len(index) == len(result):
            result.index = index
        return result
    return table


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
