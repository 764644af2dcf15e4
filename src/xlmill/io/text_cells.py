"""Cells as text, column by column, for the formats that are text."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xlmill.io.batches import as_text, plain_column
from xlmill.io.value_column import value_type

if TYPE_CHECKING:
    import pyarrow as pa

# The rows written at once: their text stays in the cache.
SLICE_ROWS = 16_384
# Integers up to here are exact in a float64, and are written digit by digit.
EXACT_INTEGER = 2.0**53


@dataclass(frozen=True, slots=True)
class CellStyle:
    """How a format writes cells: text, the JSON of arrays, and the two booleans. Numbers are alike in all."""

    text: Callable[[pa.Array], pa.Array]
    json: Callable[[pa.Array], pa.Array]
    true: str
    false: str


def rendered(column: pa.Array, style: CellStyle) -> pa.Array:
    """`column` as a ``string`` column in `style`; null where a cell is empty."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = plain_column(column)
    kind = column.type
    if kind == value_type():
        number, boolean, text, array = column.flatten()
        return pc.coalesce(rendered(number, style), rendered(boolean, style), style.text(text), style.json(array))
    if pa.types.is_boolean(kind):
        return pc.if_else(column, style.true, style.false)
    if pa.types.is_floating(kind):
        return floats_as_text(column)
    if pa.types.is_integer(kind) or pa.types.is_decimal(kind) or pa.types.is_null(kind):
        return column.cast(pa.string())
    if pa.types.is_nested(kind):
        cells = column.to_pylist()
        dumped = [None if cell is None else json.dumps(cell, ensure_ascii=False, default=str) for cell in cells]
        return style.json(pa.array(dumped, pa.string()))
    if pa.types.is_binary(kind):
        return style.text(as_text(column))
    if pa.types.is_timestamp(kind):
        column = _in_seconds(column)
    return style.text(column.cast(pa.string()))  # text, and dates in ISO form


def _in_seconds(times: pa.Array) -> pa.Array:
    """`times` without their fractions of a second, if all of these are zero."""
    import pyarrow as pa

    try:
        return times.cast(pa.timestamp("s", times.type.tz))
    except pa.ArrowInvalid:
        return times


def floats_as_text(column: pa.Array) -> pa.Array:
    """The shortest text that reads back as the same float; whole numbers as integers.

    Null for NaN and the infinities, which no cell can hold.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_float16(column.type):
        column = column.cast(pa.float32())
    values = column.fill_null(0).to_numpy(zero_copy_only=False).astype(np.float64)
    missing = ~np.isfinite(values)
    if missing.any():
        column = pc.if_else(pa.array(missing), pa.scalar(None, column.type), column)
        values[missing] = 0
    magnitude = np.abs(values)
    whole = (values == np.rint(values)) & (magnitude <= EXACT_INTEGER)
    valid = column.is_valid()
    if whole.all():
        return pc.if_else(valid, pa.array(values.astype(np.int64)).cast(pa.string()), pa.scalar(None, pa.string()))
    text = column.cast(pa.string())
    if whole.any():
        digits = pa.array(np.where(whole, values, 0).astype(np.int64)).cast(pa.string())
        text = pc.if_else(pc.and_(pa.array(whole), valid), digits, text)
    # Arrow turns to exponents early, at 1e10. Python's repr, as exact, keeps digits up to 1e16.
    long = ~whole & (magnitude >= 1e10) & (magnitude < 1e16)
    if long.any() and pa.types.is_float64(column.type):
        text = pc.replace_with_mask(text, pa.array(long), pa.array([repr(v) for v in values[long].tolist()]))
    return text


def joined(pieces: Sequence[pa.Array | str]) -> pa.Buffer:
    """The bytes of all rows, each row the concatenation of `pieces`; a null adds nothing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    rows = pc.binary_join_element_wise(
        *(pa.scalar(piece) if isinstance(piece, str) else piece for piece in pieces),
        "",
        null_handling="replace",
        null_replacement="",
    )
    _, offsets, data = rows.buffers()
    ends = np.frombuffer(offsets, np.int32)[rows.offset : rows.offset + len(rows) + 1]
    return data.slice(int(ends[0]), int(ends[-1] - ends[0]))


def slices(rows: pa.RecordBatch | pa.Array) -> Iterator[pa.RecordBatch | pa.Array]:
    """`rows` a few thousand at a time."""
    for begin in range(0, len(rows), SLICE_ROWS):
        yield rows.slice(begin, SLICE_ROWS)
