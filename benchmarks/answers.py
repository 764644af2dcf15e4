"""The answers of an engine as a table of type, number and text, and where two tables disagree."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from xlmill.values.error_value import ExcelError
from xlmill.values.serial_date import from_datetime

SCHEMA = pa.schema([("type", pa.string()), ("number", pa.float64()), ("text", pa.string())])

# Engines sum in different orders, so the last digits differ by right.
RELATIVE_TOLERANCE = 1e-9
ABSOLUTE_TOLERANCE = 1e-12

_MIDNIGHT = datetime.time()
_FIRST_DAY = datetime.date(1899, 12, 31)


def answers_of(values: Iterable[Any]) -> pa.Table:
    """Python values as answers: float, int, bool, str, ExcelError, dates and times; None is an empty cell, 0."""
    types: list[str] = []
    numbers: list[float | None] = []
    texts: list[str | None] = []
    for value in values:
        if isinstance(value, bool):
            kind, number, text = "boolean", float(value), None
        elif isinstance(value, int | float) or value is None:
            kind, number, text = "number", float(value or 0), None
        elif isinstance(value, str):
            kind, number, text = "text", None, value
        elif isinstance(value, ExcelError):
            kind, number, text = "error", None, str(value)
        elif isinstance(value, datetime.date | datetime.time):
            kind, number, text = "number", _serial(value), None
        else:
            kind, number, text = "other", None, repr(value)
        types.append(kind)
        numbers.append(number)
        texts.append(text)
    return pa.table([types, numbers, texts], schema=SCHEMA)


def _serial(value: datetime.date | datetime.time) -> float:
    if isinstance(value, datetime.time):
        return from_datetime(datetime.datetime.combine(_FIRST_DAY, value), False)
    if isinstance(value, datetime.datetime):
        return from_datetime(value, False)
    return from_datetime(datetime.datetime.combine(value, _MIDNIGHT), False)


def shown(answers: pa.Table, row: int) -> str:
    """One answer as a person reads it; text stands in quotes."""
    kind = answers.column("type")[row].as_py()
    if kind in ("number", "boolean"):
        number = answers.column("number")[row].as_py()
        return repr(number) if kind == "number" else str(bool(number)).upper()
    text = answers.column("text")[row].as_py()
    return f'"{text}"' if kind == "text" else str(text)


def disagreements(ours: pa.Table, theirs: pa.Table, tells_booleans: bool = True) -> NDArray[np.int64]:
    """The rows, of the first so many as both have, in which two tables of answers differ.

    Without `tells_booleans`, TRUE and 1 are the same, and so are FALSE and 0.
    """
    count = min(len(ours), len(theirs))
    a, b = (table.slice(0, count).combine_chunks() for table in (ours, theirs))
    types_a, types_b = (table.column("type").to_numpy(zero_copy_only=False) for table in (a, b))
    if not tells_booleans:
        types_a, types_b = (np.where(types == "boolean", "number", types) for types in (types_a, types_b))
    differ = types_a != types_b
    in_numbers = (types_a == "number") | (types_a == "boolean")
    x, y = (table.column("number").to_numpy(zero_copy_only=False) for table in (a, b))
    with np.errstate(invalid="ignore"):
        near = np.abs(x - y) <= ABSOLUTE_TOLERANCE + RELATIVE_TOLERANCE * np.maximum(np.abs(x), np.abs(y))
    differ |= in_numbers & ~near
    worded = np.flatnonzero(~in_numbers & ~differ)
    taken = pa.array(worded)
    s, t = (table.column("text").take(taken).to_numpy(zero_copy_only=False) for table in (a, b))
    differ[worded[s != t]] = True
    return np.flatnonzero(differ)


def digest(answers: pa.Table) -> str:
    """Tells tables of answers apart, to the last bit of each number."""
    found = hashlib.sha256()
    whole = answers.combine_chunks()
    found.update(np.nan_to_num(whole.column("number").to_numpy(zero_copy_only=False)).tobytes())
    for name in ("type", "text"):
        column = whole.column(name)
        found.update("\0".join(column.fill_null("").to_pylist()).encode(errors="surrogatepass"))
    return found.hexdigest()[:16]
