"""Which column of a table holds the expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlmill.exceptions import InputError
from xlmill.io.input_file import shown
from xlmill.io.table_format import FormatSettings, Source

if TYPE_CHECKING:
    import pyarrow as pa


def expression_column(schema: pa.Schema, source: Source, wanted: str | None = None) -> str:
    """The column `wanted`; where none is: `expression`, else `formula`, else the only column of text.

    Raises InputError, with the columns that there are, where that names none.
    """
    if wanted is not None:
        require_column(schema, source, wanted)
        return wanted
    for name in FormatSettings().expression_columns:
        if name in schema.names:
            return name
    texts: list[str] = [field.name for field in schema if _is_text(field.type)]
    if len(texts) == 1:
        return texts[0]
    found = f"{len(texts)} columns of text" if texts else "no column of text"
    raise InputError(f"{shown(source)} has {found}; say which holds the expressions: {_listed(schema)}")


def require_column(schema: pa.Schema, source: Source, name: str) -> None:
    """Raise InputError, with the columns that there are, where `name` is none of them."""
    if name not in schema.names:
        raise InputError(f"{shown(source)} has no column {name!r}; its columns are {_listed(schema)}")


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_binary(kind))


def _listed(schema: pa.Schema) -> str:
    return ", ".join(schema.names)
