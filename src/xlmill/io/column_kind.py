"""What the cells of an untyped column are: numbers, booleans, dates, or text."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


class ColumnKind(Enum):
    """The kinds of column, by the names of their Arrow types; NOTHING is a column without a filled cell."""

    NOTHING = "null"
    INTEGER = "int64"
    NUMBER = "float64"
    BOOLEAN = "bool"
    DATE = "date32"
    TIME = "timestamp[us]"
    TEXT = "string"


_WIDER = {
    frozenset((ColumnKind.INTEGER, ColumnKind.NUMBER)): ColumnKind.NUMBER,
    frozenset((ColumnKind.DATE, ColumnKind.TIME)): ColumnKind.TIME,
}


def unified(one: ColumnKind, other: ColumnKind) -> ColumnKind:
    """The kind of a column of which one part is `one` and another `other`."""
    if one is other or other is ColumnKind.NOTHING:
        return one
    if one is ColumnKind.NOTHING:
        return other
    return _WIDER.get(frozenset((one, other)), ColumnKind.TEXT)


def kind_of(column: pa.Array) -> ColumnKind:
    """The narrowest kind that fits every filled cell of a ``string`` column."""
    import pyarrow.compute as pc

    cells = pc.ascii_trim_whitespace(column.drop_null())
    if not len(cells):
        return ColumnKind.NOTHING
    # The first cell rules most kinds out before the others are tried.
    for kind in _CANDIDATES:
        if _fits(cells[:1], kind) and _fits(cells, kind):
            return kind
    return ColumnKind.TEXT


def converted(column: pa.Array, kind: ColumnKind) -> pa.Array:
    """A ``string`` column, every filled cell of which is of that kind, in the kind's Arrow type."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if kind in (ColumnKind.TEXT, ColumnKind.NOTHING):
        return column
    return pc.ascii_trim_whitespace(column).cast(pa.type_for_alias(kind.value))


_CANDIDATES = (ColumnKind.INTEGER, ColumnKind.NUMBER, ColumnKind.BOOLEAN, ColumnKind.DATE, ColumnKind.TIME)


def _fits(cells: pa.Array, kind: ColumnKind) -> bool:
    import pyarrow as pa
    import pyarrow.compute as pc

    if kind is ColumnKind.BOOLEAN:
        return bool(pc.all(pc.is_in(pc.ascii_upper(cells), pa.array(["TRUE", "FALSE"]))).as_py())
    if kind is ColumnKind.INTEGER and _has_hexadecimal(cells):
        return False
    try:
        values = cells.cast(pa.type_for_alias(kind.value))
    except pa.ArrowInvalid:
        return False
    # "nan", "inf" and numbers too large are text, as they are to Excel.
    return kind is not ColumnKind.NUMBER or bool(pc.all(pc.is_finite(values)).as_py())


def _has_hexadecimal(cells: pa.Array) -> bool:
    """Whether Arrow would read one as a hexadecimal integer: 0x10 is text to a person and to Excel."""
    import pyarrow.compute as pc

    lower, upper = pc.match_substring(cells, "x"), pc.match_substring(cells, "X")
    return bool(pc.any(pc.or_(lower, upper)).as_py())
