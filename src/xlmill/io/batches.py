"""Batches of the size that was asked for, of plain types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

# Rows can be long (250 arguments are 2 KB). A batch ends at this many bytes, so that memory stays bounded, what
# is made of it stays near the processor, and 32-bit offsets suffice.
BATCH_BYTES = 8 * 1024 * 1024


def rebatch(batches: Iterable[pa.RecordBatch], batch_rows: int) -> Iterator[pa.RecordBatch]:
    """The same rows, `batch_rows` in a batch, fewer where they exceed BATCH_BYTES, in plain types.

    Where batches end depends on the rows alone, not on the batches that came in. What needs no joining is a
    slice without a copy. Where there are no rows at all, one batch without rows comes out.
    """
    waiting: list[pa.RecordBatch] = []
    rows = size = 0
    came = False
    last: pa.RecordBatch | None = None
    for part in (plain(part) for batch in batches for part in bounded(batch)):
        last = part
        bytes_before = _bytes_before(part)
        begin = 0
        while begin < part.num_rows:
            room = bytes_before[begin] + BATCH_BYTES - size
            fitting = int(np.searchsorted(bytes_before, room, side="right")) - 1 - begin
            count = min(batch_rows - rows, part.num_rows - begin, fitting if waiting else max(fitting, 1))
            if count > 0:
                waiting.append(part.slice(begin, count))
                size += int(bytes_before[begin + count] - bytes_before[begin])
                rows += count
                begin += count
            if count <= 0 or rows == batch_rows:
                yield _joined(waiting)
                waiting, rows, size, came = [], 0, 0, True
    if waiting:
        yield _joined(waiting)
    elif not came and last is not None:
        yield last


def _bytes_before(batch: pa.RecordBatch) -> NDArray[np.int64]:
    """How many bytes of text stand before each row of `batch`, and before its end."""
    import pyarrow as pa

    sums = np.zeros(batch.num_rows + 1, np.int64)
    for column in batch.columns:
        if len(column) and (pa.types.is_string(column.type) or pa.types.is_binary(column.type)):
            ends = np.frombuffer(column.buffers()[1], np.int32, len(column) + 1, 4 * column.offset)
            sums += ends - ends[0]
    return sums


def without_rows(schema: pa.Schema) -> pa.RecordBatch:
    """A batch of that schema without rows."""
    import pyarrow as pa

    return pa.RecordBatch.from_arrays([pa.nulls(0, field.type) for field in schema], schema=schema)


def with_schema(batches: Iterable[pa.RecordBatch]) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    """The schema of `batches`, of which there must be at least one, and all of them."""
    rest = iter(batches)
    first = next(rest, None)
    if first is None:
        raise ValueError("no batches: the columns of the output are not known")
    return first.schema, chain([first], rest)


def bounded(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """`batch` in slices of at most BATCH_BYTES, or of one row."""
    if batch.num_rows <= 1 or batch.nbytes <= BATCH_BYTES:
        yield batch
        return
    half = batch.num_rows // 2
    yield from bounded(batch.slice(0, half))
    yield from bounded(batch.slice(half))


def plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    """`batch` with texts as ``string``, bytes as ``binary`` and dictionaries spelt out; metadata stays."""
    import pyarrow as pa

    columns = [plain_column(column) for column in batch.columns]
    if all(new is old for new, old in zip(columns, batch.columns, strict=True)):
        return batch
    fields = [f.with_type(c.type) for f, c in zip(batch.schema, columns, strict=True)]
    return pa.record_batch(columns, schema=pa.schema(fields, batch.schema.metadata))


def plain_column(column: pa.Array) -> pa.Array:
    """`column` as ``string`` or ``binary`` where it is text or bytes in another layout, or a dictionary."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        return plain_column(column.dictionary_decode())
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return column.cast(pa.string())
    if pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind):
        return column.cast(pa.binary())
    return column


def as_text(column: pa.Array) -> pa.Array:
    """A ``binary`` column as ``string``; bytes that are no UTF-8 become U+FFFD, the replacement character."""
    import pyarrow as pa

    try:
        return column.cast(pa.string())
    except pa.ArrowInvalid:
        decoded = (None if value is None else value.decode("utf-8", "replace") for value in column.to_pylist())
        return pa.array(decoded, pa.string())


def _joined(parts: list[pa.RecordBatch]) -> pa.RecordBatch:
    import pyarrow as pa

    if len(parts) == 1:
        return parts[0]
    return pa.Table.from_batches(parts).combine_chunks().to_batches()[0]
