"""Digests of results: equal results have equal digests, whichever process computed them."""

from __future__ import annotations

import hashlib
import pickle
import struct
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np

from xlmill.exceptions import InputError
from xlmill.io.arrow_column import RESULT_TYPES

if TYPE_CHECKING:
    import pyarrow as pa

# The digest of the first rows, by how many: of 1, 2, 4, … rows, and of all. So a strategy that was measured on fewer
# rows can be held against one that was measured on more.
Digests = dict[int, str]


def steps(rows: int) -> list[int]:
    """The numbers of rows that have a digest of their own: the powers of two below `rows`, and `rows`."""
    return [*(1 << power for power in range(max(0, rows - 1).bit_length())), rows]


def first_difference(one: Digests, other: Digests) -> tuple[int, int] | None:
    """Rows among which the first difference lies, from the first to before the second; None if there is none."""
    agreed = 0
    for step in sorted(one.keys() & other.keys()):
        if one[step] != other[step]:
            return agreed, step
        agreed = step
    return None


def digests_of_table(table: pa.Table) -> Digests:
    """The digests of typed results: the columns `type`, `number` and `text`."""
    import pyarrow as pa
    import pyarrow.compute as pc

    types = pc.index_in(table.column("type"), pa.array(RESULT_TYPES)).to_numpy().astype(np.uint8)
    numbers = table.column("number").fill_null(0.0).to_numpy()
    texts = table.column("text").cast(pa.large_string()).fill_null("").combine_chunks()
    lengths = pc.binary_length(texts).to_numpy()
    ends = np.cumsum(lengths)
    buffers = texts.buffers()
    data = b"" if buffers[2] is None else bytes(buffers[2])
    begin = 0 if buffers[1] is None else int(np.frombuffer(buffers[1], np.int64)[texts.offset])
    state = hashlib.blake2b(digest_size=16)
    digests, at = {}, 0
    for step in steps(table.num_rows):
        low, high = (int(ends[row - 1]) if row else 0 for row in (at, step))
        for part in (types[at:step], numbers[at:step], lengths[at:step]):
            state.update(np.ascontiguousarray(part).tobytes())
        state.update(data[begin + low : begin + high])
        digests[step], at = state.hexdigest(), step
    return digests


def digests_of_values(values: Sequence[object]) -> Digests:
    """The digests of Python values. Raises InputError for one that cannot be told apart from others."""
    state = hashlib.blake2b(digest_size=16)
    digests, at = {}, 0
    for step in steps(len(values)):
        for value in values[at:step]:
            for part in _parts(value):
                state.update(part)
        digests[step], at = state.hexdigest(), step
    return digests


def _parts(value: Any) -> Iterable[bytes]:
    """Bytes that say what a value is; where containers begin and end is part of it."""
    if value is None or isinstance(value, bool | int | str | bytes | complex):
        yield f"{type(value).__name__}:{value!r};".encode("utf-8", "surrogatepass")
    elif isinstance(value, float):
        yield b"float:" + struct.pack("<d", value)
    elif isinstance(value, Enum):
        yield f"enum:{type(value).__qualname__}.{value.name};".encode()
    elif isinstance(value, np.ndarray) and not value.dtype.hasobject:
        yield f"array:{value.dtype.str}{value.shape};".encode() + np.ascontiguousarray(value).tobytes()
    elif isinstance(value, Mapping):
        yield from _nested("mapping", (part for item in value.items() for part in item))
    elif isinstance(value, AbstractSet):
        yield from _nested("set", sorted(b"".join(_parts(item)) for item in value))
    elif isinstance(value, list | tuple | np.ndarray):
        yield from _nested(type(value).__name__, value)
    elif is_dataclass(value) and not isinstance(value, type):
        yield from _nested(type(value).__qualname__, (getattr(value, field.name) for field in fields(value)))
    else:
        yield _pickled(value)


def _nested(name: str, items: Iterable[object]) -> Iterable[bytes]:
    yield f"{name}[".encode()
    for item in items:
        yield from _parts(item)
    yield b"]"


def _pickled(value: object) -> bytes:
    try:
        # Once there and back, because a value that came from another process has been on that way already.
        return pickle.dumps(pickle.loads(pickle.dumps(value)))
    except Exception as error:
        raise InputError(
            f"results of type {type(value).__name__} cannot be compared: {error}; let the function return plain values"
        ) from error
