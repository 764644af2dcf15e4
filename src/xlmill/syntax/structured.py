"""Structured references: Table1[[#This Row],[unit price]]."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final


class TableRows(Enum):
    """An item of a table: a part of its rows, by Excel's name for it."""

    ALL = "#All"
    DATA = "#Data"
    HEADERS = "#Headers"
    TOTALS = "#Totals"
    THIS_ROW = "#This Row"


_ROWS: Final = {item.value.lower(): item for item in TableRows}
_ESCAPED: Final = frozenset("[]#'@")
# What a column's name may not hold if it stands without brackets of its own, as in Table1[column] or [@column].
_NEEDS_BRACKETS: Final = frozenset(" \t\n\r[]#'@,:.{}()\"&$^*+=-></!%;|")


@dataclass(frozen=True, slots=True)
class StructuredReference:
    """Cells of a table by its column names. No `rows` means the data rows; no column means all of them."""

    table: str | None
    rows: frozenset[TableRows]
    first_column: str | None
    last_column: str | None

    def __str__(self) -> str:
        return (self.table or "") + _specifier(self)


def parse_structured(text: str) -> StructuredReference:
    """The structured reference that `text` writes; raises ValueError if it writes none.

    >>> parse_structured("Sales[[#Headers],[a]:[b]]").last_column
    'b'
    """
    opening = text.find("[")
    if opening < 0 or not text.endswith("]"):
        raise ValueError(f"no structured reference: {text}")
    table = text[:opening].strip() or None
    inside = text[opening + 1 : -1].strip(" \t\r\n")
    if inside.startswith("@"):
        first, last = _columns(inside[1:].strip(" \t\r\n"), text)
        return StructuredReference(table, frozenset({TableRows.THIS_ROW}), first, last)
    if inside.startswith("#"):
        return StructuredReference(table, frozenset({_item(inside, text)}), None, None)
    if not inside.startswith("["):
        first, last = _columns(inside, text)
        return StructuredReference(table, frozenset(), first, last)

    rows: set[TableRows] = set()
    at = 0
    while True:
        part, after = _bracketed(inside, at, text)
        if not part.startswith("#"):
            first, last = _columns(inside[at:], text)
            return StructuredReference(table, frozenset(rows), first, last)
        rows.add(_item(part, text))
        at = _skip_spaces(inside, after)
        if at == len(inside):
            return StructuredReference(table, frozenset(rows), None, None)
        if inside[at] != ",":
            raise ValueError(f"expected a comma between the parts of {text}")
        at = _skip_spaces(inside, at + 1)


def _columns(specifier: str, text: str) -> tuple[str | None, str | None]:
    """The first and last column of `a`, `[a]`, `[a]:[b]` or nothing."""
    if not specifier:
        return None, None
    if not specifier.startswith("["):
        if "[" in specifier.replace("'[", "") or "]" in specifier.replace("']", ""):
            raise ValueError(f"brackets out of place in {text}")
        column = _unescape(specifier)
        return column, column
    first, at = _bracketed(specifier, 0, text)
    at = _skip_spaces(specifier, at)
    last = first
    if at < len(specifier) and specifier[at] == ":":
        at = _skip_spaces(specifier, at + 1)
        last, at = _bracketed(specifier, at, text)
    if _skip_spaces(specifier, at) != len(specifier) or not first or not last:
        raise ValueError(f"expected one column or two joined by a colon in {text}")
    return _unescape(first), _unescape(last)


def _bracketed(specifier: str, at: int, text: str) -> tuple[str, int]:
    """What stands in the brackets that open at `at`, as written, and the position behind them."""
    if at >= len(specifier) or specifier[at] != "[":
        raise ValueError(f"expected a column or an item in brackets in {text}")
    i = at + 1
    while i < len(specifier) and specifier[i] != "]":
        if specifier[i] == "[":
            raise ValueError(f"brackets out of place in {text}")
        i += 2 if specifier[i] == "'" else 1
    if i >= len(specifier):
        raise ValueError(f"a bracket is never closed in {text}")
    return specifier[at + 1 : i], i + 1


def _item(part: str, text: str) -> TableRows:
    item = _ROWS.get(" ".join(part.lower().split()))
    if item is None:
        raise ValueError(f"expected #All, #Data, #Headers, #Totals or #This Row instead of {part} in {text}")
    return item


def _skip_spaces(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def _unescape(column: str) -> str:
    pieces = []
    i = 0
    while i < len(column):
        if column[i] == "'" and i + 1 < len(column):
            i += 1
        pieces.append(column[i])
        i += 1
    return "".join(pieces)


def _escape(column: str) -> str:
    return "".join("'" + c if c in _ESCAPED else c for c in column)


def _specifier(reference: StructuredReference) -> str:
    first, last = reference.first_column, reference.last_column
    columns = ""
    if first is not None and last is not None:
        columns = f"[{_escape(first)}]" if first == last else f"[{_escape(first)}]:[{_escape(last)}]"
    is_plain = first is not None and first == last and not _NEEDS_BRACKETS.intersection(first)
    if reference.rows == {TableRows.THIS_ROW}:
        return f"[@{first if is_plain else columns}]"
    items = [f"[{item.value}]" for item in TableRows if item in reference.rows]
    if not items:
        if not columns:
            return "[]"
        return columns if first == last else f"[{columns}]"
    if len(items) == 1 and not columns:
        return items[0]
    return f"[{','.join([*items, columns] if columns else items)}]"
