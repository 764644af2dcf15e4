"""Arrow arrays to columns of values, and back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from xlmill.io.arrow_buffers import (
    booleans_to_arrow,
    missing_in,
    numbers_from_arrow,
    numbers_to_arrow,
    strings_to_arrow,
    validity,
)
from xlmill.values.column import (
    ARRAY,
    BOOLEAN,
    EMPTY,
    ERROR,
    MIXED,
    NUMBER,
    TEXT,
    Column,
    Index,
    Mask,
    booleans_column,
    constant_column,
    numbers_column,
    texts_column,
)
from xlmill.values.error_value import ExcelError
from xlmill.values.python_value import python_from_column
from xlmill.values.text_column import Texts, concatenate, read_only

if TYPE_CHECKING:
    import pyarrow as pa

RESULT_TYPES = ("number", "text", "boolean", "error", "empty", "array", "invalid")
_TYPE_OF_KIND = np.array([4, 0, 2, 1, 3, 4, 5, 3, 3], np.int8)  # by Kind: an index into RESULT_TYPES
INVALID = RESULT_TYPES.index("invalid")

_DAYS_TO_1970 = 25569.0
_SERIAL_SHIFT_1904 = 1462.0


def column_from_arrow(array: pa.Array, date1904: bool = False) -> Column:
    """The values of an Arrow array: null is an empty value, dates and times are serial numbers.

    Numbers without nulls and text are not copied. Raises TypeError for what a cell cannot hold.
    """
    import pyarrow as pa

    kind = array.type
    if pa.types.is_dictionary(kind):
        return column_from_arrow(array.dictionary_decode(), date1904)
    if pa.types.is_string_view(kind) or pa.types.is_binary_view(kind):
        return column_from_arrow(array.cast(pa.large_string()), date1904)
    if _is_text(kind):
        column = texts_column(texts_from_arrow(array))
    elif pa.types.is_boolean(kind):
        column = booleans_column(array.fill_null(False).to_numpy(zero_copy_only=False))
    elif pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        column = _numbers(array.cast(pa.float64(), safe=False))
    elif pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        moments = array.cast(pa.timestamp("us")).cast(pa.int64()).cast(pa.float64(), safe=False)
        days = moments.fill_null(0).to_numpy(zero_copy_only=False) / 86_400e6 + _DAYS_TO_1970
        # Serials before March 1900 count a 29 February that never was.
        days = np.where(days < 61, days - 1, days) if not date1904 else days - _SERIAL_SHIFT_1904
        column = numbers_column(days)
    elif pa.types.is_time(kind):
        column = numbers_column(array.cast(pa.time64("us")).cast(pa.int64()).fill_null(0).to_numpy() / 86_400e6)
    elif pa.types.is_null(kind):
        return constant_column(EMPTY, 0.0, len(array))
    else:
        raise TypeError(f"a column of Arrow type {kind} cannot be used in a formula")
    if array.null_count == 0:
        return column
    empty = missing_in(array)
    kinds = np.where(empty, np.uint8(EMPTY), column.kinds)
    return Column(kinds, np.where(empty, 0.0, column.numbers), column.texts)


def _numbers(array: pa.Array) -> Column:
    numbers = numbers_from_arrow(array)
    finite = np.isfinite(numbers)
    if finite.all():
        return numbers_column(numbers)
    # NaN is how data frames write an empty cell; an infinite number is none that Excel knows.
    kinds = np.where(np.isnan(numbers), np.uint8(EMPTY), np.where(finite, np.uint8(NUMBER), np.uint8(ERROR)))
    return Column(kinds, np.where(finite, numbers, np.where(np.isnan(numbers), 0.0, ExcelError.NUM.code)))


def texts_from_arrow(array: pa.Array) -> Texts:
    """The texts of a string or binary array, null being the empty text; no byte is copied."""
    import pyarrow as pa

    width = np.int64 if pa.types.is_large_string(array.type) or pa.types.is_large_binary(array.type) else np.int32
    _, offsets_buffer, data = array.buffers()
    count = len(array)
    if count == 0 or offsets_buffer is None:
        nothing = np.zeros(count, np.int64)
        return Texts(read_only(np.zeros(0, np.uint8)), nothing, nothing)
    offsets = np.frombuffer(offsets_buffer, width)[array.offset : array.offset + count + 1].astype(np.int64)
    buffer = np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)
    lengths = np.diff(offsets)
    if array.null_count:
        lengths = np.where(missing_in(array), 0, lengths)
    return Texts(read_only(buffer), offsets[:-1], lengths)


def texts_to_arrow(texts: Texts, missing: Mask | None = None) -> pa.Array:
    """Texts as an Arrow string array; null where `missing`."""
    import pyarrow as pa

    if missing is not None:
        texts = texts.sliced(texts.starts, np.where(missing, 0, texts.lengths))
    packed = texts.compact()
    count = len(packed)
    if len(packed.buffer) >= 1 << 31:
        raise OverflowError("the texts of one chunk exceed two gigabytes")
    data = packed.buffer.tobytes()
    if not data.isascii() and not _is_valid(data):
        # Half of a character beyond the basic plane is text to Excel, but not to Unicode.
        strings = [s.encode("utf-8", "replace").decode() for s in packed.to_strings()]
        return pa.array(strings, pa.string(), mask=missing)
    offsets = np.empty(count + 1, np.int32)
    offsets[:-1] = packed.starts
    offsets[-1] = len(packed.buffer)
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(data), validity(missing))


def result_columns(values: Column, invalid: Mask, problems: dict[int, str]) -> tuple[pa.Array, pa.Array, pa.Array]:
    """The three columns of typed results: `type`, `number` and `text`.

    `number` holds numbers, and booleans as 1 and 0; `text` text, the code of an error, an array as JSON, or
    what is wrong with an invalid row; the other cells are null.
    """
    import pyarrow as pa

    codes = _TYPE_OF_KIND[values.kinds]
    codes[invalid] = INVALID
    names = strings_to_arrow(RESULT_TYPES).cast(pa.string())
    types = pa.DictionaryArray.from_buffers(
        pa.dictionary(pa.int8(), names.type), len(codes), [None, pa.py_buffer(codes)], names
    ).cast(names.type)
    if values.uniform == NUMBER and not problems:
        return types, numbers_to_arrow(values.numbers), pa.nulls(len(values), pa.string())
    numeric = (values.kinds == NUMBER) | (values.kinds == BOOLEAN)
    numbers = numbers_to_arrow(values.numbers, ~numeric)
    texts, shown = _result_texts(values, problems)
    return types, numbers, texts_to_arrow(texts, ~shown)


def _result_texts(values: Column, problems: dict[int, str]) -> tuple[Texts, Mask]:
    kinds = values.kinds
    shown = (kinds == TEXT) | (kinds == ERROR) | (kinds == ARRAY)
    place: Index = np.arange(len(values))
    extra: list[str] = [str(error) for error in ExcelError]
    base = len(values)
    errors = np.flatnonzero(kinds == ERROR)
    place[errors] = base + values.numbers[errors].astype(np.int64) - 1
    arrays = np.flatnonzero(kinds == ARRAY)
    if len(arrays):
        place[arrays] = base + len(extra) + np.arange(len(arrays))
        extra.extend(json_text(value) for value in python_from_column(values.take(arrays)))
    for row, problem in problems.items():
        place[row] = base + len(extra)
        extra.append(problem)
        shown[row] = True
    if not len(errors) and not len(arrays) and not problems:
        return values.text_rows(), shown
    return concatenate([values.text_rows(), Texts.from_strings(extra)]).take(place), shown


def json_text(value: Any) -> str:
    """An array's value as JSON: rows of cells, whole numbers without a point; an error is {"error": "#N/A"}."""
    rows = [[_whole(cell) for cell in row] for row in value]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"), default=lambda error: {"error": str(error)})


def _whole(cell: Any) -> Any:
    return int(cell) if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15 else cell


def natural_column(values: Column, kind: pa.DataType) -> pa.Array:
    """A formula's values as a column of its own type: float64, bool or string; null for errors and empty values.

    In a string column numbers, booleans, errors and arrays are written out.
    """
    import pyarrow as pa

    if pa.types.is_floating(kind):
        return numbers_to_arrow(values.numbers, ~values.is_kind(NUMBER))
    if pa.types.is_boolean(kind):
        return booleans_to_arrow(values.numbers != 0, ~values.is_kind(BOOLEAN))
    if values.uniform == TEXT:
        return texts_to_arrow(values.text_rows())
    strings = [_plain(value) for value in python_from_column(values)]
    return pa.array(strings, pa.string())


def _plain(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return json_text(value) if isinstance(value, list) else str(value)


def natural_type(values: Column) -> pa.DataType | None:
    """The type that a column of these values has: None where there are only errors and empty values."""
    import pyarrow as pa

    present = {values.uniform} if values.uniform != MIXED else set(np.unique(values.kinds).tolist())
    kinds = present - {ERROR, EMPTY}
    if not kinds:
        return None
    if kinds == {NUMBER}:
        return pa.float64()
    return pa.bool_() if kinds == {BOOLEAN} else pa.string()


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
    )


def _is_valid(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
