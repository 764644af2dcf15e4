"""A column whose cells differ in kind: the `value` column of text outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


def value_type() -> pa.DataType:
    """The Arrow type of such a column: a struct of which each cell uses one field, and an empty cell none."""
    import pyarrow as pa

    return pa.struct({"number": pa.float64(), "boolean": pa.bool_(), "text": pa.string(), "json": pa.string()})


def value_column(types: pa.Array, numbers: pa.Array, texts: pa.Array) -> pa.StructArray:
    """The results' three typed columns `type`, `number` and `text` as one column of mixed cells.

    Text formats write its numbers as numbers, its booleans as booleans, text, error codes and messages as text,
    and an array (JSON in `texts`) as JSON.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    def only(kinds: list[str], values: pa.Array) -> pa.Array:
        wanted = pc.is_in(types, value_set=pa.array(kinds))
        return pc.if_else(wanted, values, pa.scalar(None, values.type))

    fields = [
        only(["number"], numbers),
        only(["boolean"], numbers.cast(pa.bool_())),
        only(["text", "error", "invalid"], texts),
        only(["array"], texts),
    ]
    return pa.StructArray.from_arrays(fields, fields=list(value_type()))
