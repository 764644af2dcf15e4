"""Matrices: product, inverse, determinant, unit matrix."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlmill.functions.parameter import Number, Range
from xlmill.functions.registry import function
from xlmill.functions.surroundings import Surroundings
from xlmill.values.column import NUMBER, Arrays, Column, Index, arrays_column, error_where, numbers_column, runs
from xlmill.values.error_value import ExcelError

Matrices = NDArray[np.float64]


@function("MMULT")
def mmult(array1: Range, array2: Range) -> Column:
    """MMULT(array1, array2): the product of two matrices.

    Arrays: taken as a whole; gives an array.
    Errors: #VALUE! where a cell is no number, or array1 has not as many columns as array2 has rows.
    Source: Microsoft Support, "MMULT function".

    =MMULT({1,2;3,4},{5;6})  -> {17;39}
    =MMULT({1,2},{3,4})  -> #VALUE!
    """
    wrong = (array1.columns != array2.rows) | _not_all_numbers(array1) | _not_all_numbers(array2)
    heights, widths = np.where(wrong, 1, array1.rows), np.where(wrong, 1, array2.columns)
    result, starts = _room(heights, widths)
    for rows, (left, right) in _by_size([array1, array2], np.flatnonzero(~wrong)):
        _put(result, starts, rows, left @ right)
    return _settled(result, starts, heights, widths, wrong)


@function("MINVERSE")
def minverse(array: Range) -> Column:
    """MINVERSE(array): the inverse of a square matrix.

    Arrays: taken as a whole; gives an array.
    Errors: #VALUE! where a cell is no number or the matrix is not square; #NUM! where it has no inverse.
    Source: Microsoft Support, "MINVERSE function".

    =MINVERSE({2,0;0,4})  -> {0.5,0;0,0.25}
    =MINVERSE({1,2;2,4})  -> #NUM!
    """
    wrong = (array.columns != array.rows) | _not_all_numbers(array)
    heights = np.where(wrong, 1, array.rows)
    result, starts = _room(heights, heights)
    singular = np.zeros(len(array), np.bool_)
    for rows, (matrices,) in _by_size([array], np.flatnonzero(~wrong)):
        singular[rows] = np.linalg.det(matrices) == 0
        size = matrices.shape[1]
        matrices[singular[rows]] = np.eye(size)
        _put(result, starts, rows, np.linalg.inv(matrices))
    return error_where(singular, ExcelError.NUM, _settled(result, starts, heights, heights, wrong))


@function("MDETERM")
def mdeterm(array: Range) -> Column:
    """MDETERM(array): the determinant of a square matrix.

    Arrays: taken as a whole.
    Errors: #VALUE! where a cell is no number or the matrix is not square.
    Source: Microsoft Support, "MDETERM function".

    =MDETERM({1,2;3,4})  -> -2
    =MDETERM({1,2})  -> #VALUE!
    """
    wrong = (array.columns != array.rows) | _not_all_numbers(array)
    result = np.zeros(len(array))
    for rows, (matrices,) in _by_size([array], np.flatnonzero(~wrong)):
        result[rows] = np.linalg.det(matrices)
    return error_where(wrong, ExcelError.VALUE, result)


@function("MUNIT")
def munit(dimension: Number, *, surroundings: Surroundings) -> Column:
    """MUNIT(dimension): the unit matrix of a size.

    Arrays: gives an array.
    Errors: #VALUE! for a dimension below 1; #NUM! for more cells than the run allows.
    Source: Microsoft Support, "MUNIT function".

    =MUNIT(2)  -> {1,0;0,1}
    =MUNIT(0)  -> #VALUE!
    """
    size = np.trunc(dimension)
    wrong = size < 1
    too_many = size * size > surroundings.most_cells
    sizes = np.where(wrong | too_many, 1, size).astype(np.int64)
    result, starts = _room(sizes, sizes)
    # In a matrix of n columns, every (n + 1)-th cell stands on the diagonal.
    step = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    result[np.repeat(starts, sizes) + step * np.repeat(sizes + 1, sizes)] = 1.0
    column = arrays_column(Arrays(starts, sizes, sizes, numbers_column(result)))
    return error_where(wrong, ExcelError.VALUE, error_where(too_many, ExcelError.NUM, column))


def _not_all_numbers(array: Arrays) -> NDArray[np.bool_]:
    if array.cells.uniform == NUMBER:
        return np.zeros(len(array), np.bool_)
    others = np.concatenate([[0], np.cumsum(array.cells.kinds != NUMBER)])
    found: NDArray[np.bool_] = others[array.starts + array.sizes] > others[array.starts]
    return found


def _room(heights: Index, widths: Index) -> tuple[Matrices, Index]:
    sizes = heights * widths
    return np.zeros(int(sizes.sum())), np.cumsum(sizes) - sizes


def _by_size(arrays: list[Arrays], rows: Index) -> Iterator[tuple[Index, list[Matrices]]]:
    """Rows whose arrays have the same sizes, together, with each argument's matrices."""
    if not len(rows):
        return
    shapes = np.stack([size[rows] for array in arrays for size in (array.rows, array.columns)], axis=1)
    distinct, group = np.unique(shapes, axis=0, return_inverse=True)
    for number, shape in enumerate(distinct.tolist()):
        members = rows[group.ravel() == number]
        matrices = []
        for position, array in enumerate(arrays):
            height, width = shape[2 * position : 2 * position + 2]
            at = array.starts[members][:, None] + np.arange(height * width)
            matrices.append(array.cells.numbers[at].reshape(len(members), height, width))
        yield members, matrices


def _put(result: Matrices, starts: Index, rows: Index, matrices: NDArray[Any]) -> None:
    size = matrices.shape[1] * matrices.shape[2]
    result[runs(starts[rows], np.full(len(rows), size))] = matrices.ravel()


def _settled(result: Matrices, starts: Index, heights: Index, widths: Index, wrong: NDArray[np.bool_]) -> Column:
    cells = error_where(~np.isfinite(result), ExcelError.NUM, result)
    return error_where(wrong, ExcelError.VALUE, arrays_column(Arrays(starts, heights, widths, cells)))
