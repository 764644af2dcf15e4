"""Arrow arrays laid straight on buffers.

PyArrow's own conversion asks first whether pandas is there, and where that is installed the answer takes a third of a
second of importing: more than half a million expressions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from xlmill.values.column import Mask, Numbers

if TYPE_CHECKING:
    import pyarrow as pa


def strings_to_arrow(strings: Sequence[str]) -> pa.Array:
    """Python strings as a ``string`` array, ``large_string`` where they have two gigabytes or more.

    Raises TypeError where one is no string, UnicodeEncodeError where one holds half of a surrogate pair.
    """
    import pyarrow as pa

    joined = "".join(strings)
    data = joined.encode()
    lengths = np.fromiter(map(len, strings), np.int64, len(strings))
    if len(data) != len(joined):
        beyond_ascii = np.flatnonzero(~np.fromiter(map(str.isascii, strings), np.bool_, len(strings)))
        lengths[beyond_ascii] = [len(strings[row].encode()) for row in beyond_ascii.tolist()]
    is_large = len(data) >= 1 << 31
    offsets = np.zeros(len(strings) + 1, np.int64 if is_large else np.int32)
    np.cumsum(lengths, out=offsets[1:])
    kind = pa.LargeStringArray if is_large else pa.StringArray
    return kind.from_buffers(len(strings), pa.py_buffer(offsets), pa.py_buffer(data))


def numbers_to_arrow(numbers: Numbers, missing: Mask | None = None) -> pa.Array:
    """Numbers as a ``double`` array, without a copy; null where `missing`."""
    import pyarrow as pa

    data = pa.py_buffer(np.ascontiguousarray(numbers))
    return pa.Array.from_buffers(pa.float64(), len(numbers), [validity(missing), data])


def booleans_to_arrow(values: Mask, missing: Mask | None = None) -> pa.Array:
    """Truth values as a ``bool`` array; null where `missing`."""
    import pyarrow as pa

    return pa.Array.from_buffers(pa.bool_(), len(values), [validity(missing), _bits(values)])


def numbers_from_arrow(array: pa.Array) -> Numbers:
    """The numbers of a ``double`` array, without a copy; 0 in the place of null."""
    numbers = np.frombuffer(array.buffers()[1] or b"", np.float64, len(array), 8 * array.offset)
    return numbers if array.null_count == 0 else np.where(missing_in(array), 0.0, numbers)


def missing_in(array: pa.Array) -> Mask:
    """Where a ``double`` or text array is null."""
    bitmap = array.buffers()[0]
    if bitmap is None:
        return np.zeros(len(array), np.bool_)
    bits = np.unpackbits(np.frombuffer(bitmap, np.uint8), count=array.offset + len(array), bitorder="little")
    missing: Mask = bits[array.offset :] == 0
    return missing


def validity(missing: Mask | None) -> pa.Buffer | None:
    """The bitmap of what is there; None where all is."""
    return None if missing is None or not missing.any() else _bits(~missing)


def _bits(values: Mask) -> pa.Buffer:
    import pyarrow as pa

    return pa.py_buffer(np.packbits(values, bitorder="little"))
