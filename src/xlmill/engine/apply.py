"""One function applied to columns of arguments: references read, arrays lifted, errors set aside, values coerced."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from xlmill.functions.parameter import Optional, To
from xlmill.functions.registry import Function
from xlmill.functions.surroundings import Surroundings
from xlmill.values.cell_runs import NumberRuns, cell_runs, to_arrays
from xlmill.values.coercion import Codes, to_logicals, to_numbers, to_texts
from xlmill.values.column import (
    ARRAY,
    BOOLEAN,
    EMPTY,
    ERROR,
    NUMBER,
    OMITTED,
    REFERENCE,
    TEXT,
    Arrays,
    Column,
    Mask,
    arrays_column,
    as_cells,
    booleans_column,
    constant_column,
    error_where,
    errors_column,
    numbers_column,
    stack,
    texts_column,
)
from xlmill.values.error_value import ExcelError
from xlmill.values.text_column import Texts
from xlmill.values.text_kernels import too_long


class BatchSurroundings(Surroundings, Protocol):
    """The run as the rows of one batch see it."""

    def subset(self, rows: Any) -> BatchSurroundings:
        """The same for some of the rows."""

    def read_single(self, column: Column) -> Column:
        """References replaced by one value each, by implicit intersection where the run asks for it."""


def apply(entry: Function, arguments: Sequence[Column], count: int, surroundings: BatchSurroundings) -> Column:
    """The function's value in each of `count` rows; an argument may be one row long, a constant."""
    kinds = _parameter_kinds(entry, len(arguments))
    columns = [_read(column, to, surroundings) for column, to in zip(arguments, kinds, strict=True)]
    if not entry.elementwise or any(column.uniform not in (NUMBER, BOOLEAN) for column in columns):
        constant = all(len(column) == 1 for column in columns) and not entry.takes_surroundings and columns
        count = 1 if constant else count
        columns = [column if len(column) == count else column.repeat(count) for column in columns]
        lifted = _rows_to_lift(columns, kinds, count)
        if lifted is not None:
            return _lift(entry, columns, kinds, lifted, surroundings)
        left_out = _rows_left_out(entry, columns)
        if left_out is not None:
            return _split(entry, columns, left_out, surroundings)
    prepared: list[Any] = []
    codes: Codes | None = None
    position = 0
    while position < len(columns):
        to = kinds[position]
        if to.gathers:
            value, refused = _gather(to, columns[position:], surroundings)
            position = len(columns)
        else:
            default = entry.parameters[position].default if position < len(entry.parameters) else None
            column = columns[position]
            if default is not None and column.uniform == OMITTED and _takes_default(entry, default):
                value, refused = _default(to, default, count), None
            else:
                value, refused = _prepare(to, column, surroundings)
            position += 1
        if refused is not None:
            codes = refused if codes is None else np.where(codes != 0, codes, refused)
        prepared.append(value)
    if codes is not None:
        if len(codes) != count:  # a constant that cannot be converted
            codes = np.repeat(codes, count)
        return _set_aside(entry, columns, codes, surroundings)
    for parameter in entry.parameters[len(prepared) :]:
        assert parameter.default is not None
        prepared.append(_default(parameter.to, parameter.default, count))
    if entry.takes_surroundings:
        return as_column(entry.kernel(*prepared, surroundings=surroundings), count)
    return as_column(entry.kernel(*prepared), count)


_kinds: dict[tuple[int, int], tuple[Function, tuple[To, ...]]] = {}


def _parameter_kinds(entry: Function, count: int) -> tuple[To, ...]:
    """`Function.parameter_kinds`, kept by the function's identity: a batch may be a row long."""
    known = _kinds.get((id(entry), count))
    if known is None:
        known = _kinds[id(entry), count] = (entry, entry.parameter_kinds(count))
    return known[1]


def as_column(result: Any, count: int) -> Column:
    """What a kernel returned, as a column: numbers that are not finite become #NUM!."""
    if isinstance(result, Column):
        return result
    if isinstance(result, Texts):
        return error_where(too_long(result), ExcelError.VALUE, texts_column(result))
    if isinstance(result, Arrays):
        return arrays_column(result)
    if result.dtype == np.bool_:
        return booleans_column(result)
    numbers = result if result.dtype == np.float64 else result.astype(np.float64)
    finite = np.isfinite(numbers)
    if finite.all():
        return numbers_column(numbers)
    return error_where(~finite, ExcelError.NUM, numbers)


def first_cells(column: Column) -> Column:
    """Arrays replaced by their first cell, as where a function's own result is an array inside an array."""
    if not column.has(ARRAY):
        return column
    assert column.arrays is not None
    is_array = column.is_kind(ARRAY)
    firsts = column.arrays.cells.take(np.where(is_array & (column.arrays.sizes > 0), column.arrays.starts, 0))
    count = len(column)
    return stack([column, firsts]).take(np.where(is_array, count, 0) + np.arange(count)).settled()


def _read(column: Column, to: To, surroundings: BatchSurroundings) -> Column:
    if to in (To.WHOLE, To.BRANCH) or column.uniform in (NUMBER, TEXT, BOOLEAN) or not column.has(REFERENCE):
        return column
    if to is To.STRICT_NUMBER:
        cells = surroundings.read(column)
        return error_where(column.is_kind(REFERENCE) & cells.is_kind(ARRAY), ExcelError.VALUE, cells).settled()
    return surroundings.read_single(column) if to.lifts else surroundings.read(column)


def _rows_to_lift(columns: Sequence[Column], kinds: Sequence[To], count: int) -> Mask | None:
    lifted: Mask | None = None
    for column, to in zip(columns, kinds, strict=True):
        if to.lifts and column.arrays is not None:
            arrays = column.is_kind(ARRAY)
            lifted = arrays if lifted is None else lifted | arrays
    return lifted if lifted is not None and bool(lifted.any()) else None


def _lift(
    entry: Function,
    columns: Sequence[Column],
    kinds: Sequence[To],
    lifted: Mask,
    surroundings: BatchSurroundings,
) -> Column:
    """Run the function for each element of the arrays in the lifted rows; what has no partner is #N/A."""
    if not lifted.all():
        inside = apply(entry, [c.take(lifted) for c in columns], int(lifted.sum()), surroundings.subset(lifted))
        outside = apply(entry, [c.take(~lifted) for c in columns], int((~lifted).sum()), surroundings.subset(~lifted))
        return merge(lifted, inside, outside)
    count = len(lifted)
    spread_out = [
        to_arrays(surroundings.read(c)) if to.lifts or to is To.BRANCH else None
        for c, to in zip(columns, kinds, strict=True)
    ]
    shapes = [arrays for arrays, to in zip(spread_out, kinds, strict=True) if arrays is not None]
    heights = np.max([arrays.rows for arrays in shapes], axis=0)
    widths = np.max([arrays.columns for arrays in shapes], axis=0)
    too_large = heights * widths > surroundings.most_cells
    if too_large.any():
        return _set_aside(entry, columns, np.where(too_large, float(ExcelError.NUM.code), 0.0), surroundings)
    sizes = heights * widths
    surroundings.reserve(int(sizes.sum()))
    owner = np.repeat(np.arange(count), sizes)
    element = np.arange(len(owner)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    row = element // widths[owner]
    column_number = element - row * widths[owner]
    elements: list[Column] = []
    for original, arrays in zip(columns, spread_out, strict=True):
        if arrays is None:
            elements.append(original.take(owner))
            continue
        rows, width = arrays.rows[owner], arrays.columns[owner]
        r = np.where(rows == 1, 0, row)
        c = np.where(width == 1, 0, column_number)
        outside_array = (r >= rows) | (c >= width)
        at = arrays.starts[owner] + np.where(outside_array, 0, r * width + c)
        elements.append(error_where(outside_array, ExcelError.NA, arrays.cells.take(at)).settled())
    result = surroundings.read(apply(entry, elements, len(owner), surroundings.subset(owner)))
    if len(result) != len(owner):
        result = result.repeat(len(owner))
    return arrays_column(Arrays(np.cumsum(sizes) - sizes, heights, widths, first_cells(result)))


def _rows_left_out(entry: Function, columns: Sequence[Column]) -> Mask | None:
    """Rows to part from the others because an argument is left out in them and takes its default."""
    for column, parameter in zip(columns, entry.parameters, strict=False):
        default = parameter.default
        if default is None or not _takes_default(entry, default):
            continue
        if column.uniform == -1 and column.has(OMITTED):
            left_out = column.is_kind(OMITTED)
            return None if left_out.all() else left_out
    return None


def _takes_default(entry: Function, default: Optional) -> bool:
    """Whether an argument left out between commas counts as not given."""
    return entry.omitted_is_default or default.value is None


def _split(entry: Function, columns: Sequence[Column], mask: Mask, surroundings: BatchSurroundings) -> Column:
    parts = [
        apply(entry, [c.take(part).settled() for c in columns], int(part.sum()), surroundings.subset(part))
        for part in (mask, ~mask)
    ]
    return merge(mask, parts[0], parts[1])


def _set_aside(entry: Function, columns: Sequence[Column], codes: Codes, surroundings: BatchSurroundings) -> Column:
    """Rows that hold an error are the error; the others run without them."""
    refused = codes != 0
    errors = errors_column(codes[refused])
    if refused.all():
        return errors
    good = ~refused
    count = len(codes)
    kept = [(c if len(c) == count else c.repeat(count)).take(good).settled() for c in columns]
    return merge(refused, errors, apply(entry, kept, int(good.sum()), surroundings.subset(good)))


def merge(mask: Mask, inside: Column, outside: Column) -> Column:
    """One column from the values of the rows in `mask` and those of the other rows."""
    taken = int(mask.sum())
    if len(inside) != taken:
        inside = inside.repeat(taken)
    if len(outside) != len(mask) - taken:
        outside = outside.repeat(len(mask) - taken)
    place = np.empty(len(mask), np.int64)
    place[mask] = np.arange(taken)
    place[~mask] = taken + np.arange(len(mask) - taken)
    return stack([inside, outside]).take(place).settled()


def _prepare(to: To, column: Column, surroundings: BatchSurroundings) -> tuple[Any, Codes | None]:
    if to is To.NUMBER:
        return to_numbers(column, surroundings.date1904)
    if to is To.STRICT_NUMBER:
        numbers, codes = to_numbers(column, surroundings.date1904)
        if column.uniform == NUMBER or not column.has(BOOLEAN):
            return numbers, codes
        refused = np.zeros(len(column)) if codes is None else codes
        return numbers, np.where(column.is_kind(BOOLEAN), float(ExcelError.VALUE.code), refused)
    if to is To.LOGICAL:
        return to_logicals(column)
    if to is To.TEXT:
        return to_texts(column)
    if to is To.NUMBERS:
        return _numbers_of([column], surroundings)
    if to is To.SCALAR:
        if column.uniform in (NUMBER, TEXT, BOOLEAN):
            return column, None
        codes = np.where(column.kinds == ERROR, column.numbers, 0.0)
        codes[column.kinds >= ARRAY] = float(ExcelError.VALUE.code)
        return column, codes if codes.any() else None
    if to is To.RANGE:
        if column.has(ERROR):
            given = column.is_kind(ERROR)
            if column.from_cells is not None:
                given &= ~column.from_cells
            if given.any():
                return to_arrays(column), np.where(given, column.numbers, 0.0)
        return to_arrays(column), None
    return column, None


def _gather(to: To, columns: Sequence[Column], surroundings: BatchSurroundings) -> tuple[Any, Codes | None]:
    # B1:D1 over rows is to these functions what B1,C1,D1 is.
    columns = [each for column in columns for each in _side_by_side(column)]
    if to is To.ALL_NUMBERS:
        return _numbers_of(columns, surroundings)
    return cell_runs(columns), None


def _side_by_side(column: Column) -> Sequence[Column]:
    apart = column.arrays.side_by_side() if column.uniform == ARRAY and column.arrays is not None else None
    return [column] if apart is None else [as_cells(each) for each in apart]


def _numbers_of(columns: list[Column], surroundings: BatchSurroundings) -> tuple[NumberRuns, Codes | None]:
    if all(column.uniform == NUMBER for column in columns):
        return NumberRuns.from_matrix(np.array([column.numbers for column in columns])), None
    return cell_runs(columns).to_number_runs(surroundings.date1904)


def _default(to: To, default: Optional, count: int) -> Any:
    value = default.value
    if value is None:
        return None
    if to in (To.NUMBER, To.STRICT_NUMBER):
        return np.full(count, float(value))
    if to is To.LOGICAL:
        return np.full(count, bool(value))
    if to is To.TEXT:
        return Texts.from_strings([str(value)]).repeat(count)
    if isinstance(value, str):
        return texts_column(Texts.from_strings([value])).repeat(count)
    if isinstance(value, bool):
        return constant_column(BOOLEAN, float(value), count)
    return constant_column(NUMBER, float(value), count)


def empty_column(count: int) -> Column:
    """A column of empty values."""
    return constant_column(EMPTY, 0.0, count)
