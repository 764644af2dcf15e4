"""Lines and exponential curves through many points, of one variable or several: TREND, LINEST and their kind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlmill.functions.parameter import Logical, Range, optional
from xlmill.functions.registry import function
from xlmill.values.column import (
    ERROR,
    NUMBER,
    Arrays,
    Column,
    Index,
    arrays_column,
    error_where,
    numbers_column,
    with_errors,
)
from xlmill.values.distinct_rows import distinct_rows
from xlmill.values.error_value import ExcelError

Matrix = NDArray[np.float64]

# A variable is left out when so little of it remains after the others have been taken off.
_REDUNDANT = 1e-14


@function("TREND", omitted_is_default=True)
def trend(
    known_ys: Range, known_xs: Range = optional(None), new_xs: Range = optional(None), const: Logical = optional(True)
) -> Column:
    """TREND(known_ys, [known_xs], [new_xs], [const]): the values at new points of the line that fits known ones best.

    Arrays: taken as a whole; known_xs are 1, 2, 3, ... if left out; gives an array. Where const is FALSE, the line
    passes through zero.
    Errors: #VALUE! where a cell is no number; #REF! where the sizes do not fit.
    Source: Microsoft Support, "TREND function".

    =TREND({1,3,5},{1,2,3},{4,5})  -> {7,9}
    =TREND({2;4})  -> {2;4}
    """
    return _predicted(known_ys, known_xs, new_xs, const, exponential=False)


@function("GROWTH", omitted_is_default=True)
def growth(
    known_ys: Range, known_xs: Range = optional(None), new_xs: Range = optional(None), const: Logical = optional(True)
) -> Column:
    """GROWTH(known_ys, [known_xs], [new_xs], [const]): values at new points of the exponential curve that fits best.

    Arrays: taken as a whole; known_xs are 1, 2, 3, ... if left out; gives an array.
    Errors: #VALUE! where a cell is no number; #REF! where the sizes do not fit; #NUM! where a y is not positive.
    Source: Microsoft Support, "GROWTH function".

    =GROWTH({2,4,8},{1,2,3},{4,5})  -> {16,32}
    =GROWTH({1,0})  -> #NUM!
    """
    return _predicted(known_ys, known_xs, new_xs, const, exponential=True)


@function("LINEST", omitted_is_default=True)
def linest(
    known_ys: Range, known_xs: Range = optional(None), const: Logical = optional(True), stats: Logical = optional(False)
) -> Column:
    """LINEST(known_ys, [known_xs], [const], [stats]): the coefficients of the line that fits points best.

    Arrays: taken as a whole; gives a row with the coefficients, the last variable's first, and the constant; with
    stats, four more rows: standard errors; r2 and the error of y; F and degrees of freedom; sums of squares.
    Errors: #VALUE! where a cell is no number; #REF! where the sizes do not fit.
    Source: Microsoft Support, "LINEST function".

    =LINEST({3,5,7},{1,2,3})  -> {2,1}
    =INDEX(LINEST({1,3,2},{1,2,3},TRUE,TRUE),3,1)  -> 0.25
    """
    return _coefficients(known_ys, known_xs, const, stats, exponential=False)


@function("LOGEST", omitted_is_default=True)
def logest(
    known_ys: Range, known_xs: Range = optional(None), const: Logical = optional(True), stats: Logical = optional(False)
) -> Column:
    """LOGEST(known_ys, [known_xs], [const], [stats]): the bases and factor of the exponential curve that fits best.

    Arrays: taken as a whole; gives an array like LINEST's.
    Errors: #VALUE! where a cell is no number; #REF! where the sizes do not fit; #NUM! where a y is not positive.
    Source: Microsoft Support, "LOGEST function".

    =LOGEST({6,12,24},{1,2,3})  -> {2,3}
    =LOGEST({1,-1})  -> #NUM!
    """
    return _coefficients(known_ys, known_xs, const, stats, exponential=True)


@dataclass(frozen=True, slots=True)
class _Points:
    """Known points: y, and one line of x a variable."""

    y: Matrix
    x: Matrix
    across: bool  # y is a row, and so is each variable


@dataclass(frozen=True, slots=True)
class _Fit:
    """A line: coefficients by variable (0 for redundant ones), the constant, and what its errors are made of."""

    slopes: Matrix
    constant: float
    kept: NDArray[np.bool_]
    spread: Matrix  # the inverse of the kept variables' matrix of products
    means: Matrix
    rest: float  # sum of squares of what the line leaves
    total: float
    degrees: int


def _fit(points: _Points, const: bool) -> _Fit:
    x, y = points.x, points.y
    means = x.mean(axis=1) if const else np.zeros(len(x))
    mean_y = float(y.mean()) if const else 0.0
    deviations, dy = x - means[:, None], y - mean_y
    kept = np.zeros(len(x), np.bool_)
    basis: list[Matrix] = []
    for k, line in enumerate(deviations):
        left = line.copy()
        for direction in basis:
            left -= (left @ direction) * direction
        if left @ left > _REDUNDANT * max(float(line @ line), float(x[k] @ x[k]) * _REDUNDANT):
            kept[k] = True
            basis.append(left / np.sqrt(left @ left))
    slopes = np.zeros(len(x))
    spread = np.zeros((int(kept.sum()), int(kept.sum())))
    if len(basis) == 1:
        # Exact more often than the decomposition that several variables need.
        (line,) = deviations[kept]
        slopes[kept] = (line @ dy) / (line @ line)
        spread[0, 0] = 1 / (line @ line)
    elif basis:
        q, r = np.linalg.qr(deviations[kept].T)
        slopes[kept] = np.linalg.solve(r, q.T @ dy)
        inverse = np.linalg.inv(r)
        spread = inverse @ inverse.T
    left = dy - slopes @ deviations
    constant = mean_y - float(slopes @ means)
    degrees = len(y) - len(basis) - const
    return _Fit(slopes, constant, kept, spread, means, float(left @ left), float(dy @ dy), degrees)


def _predicted(
    known_ys: Arrays, known_xs: Arrays | None, new_xs: Arrays | None, const: Logical, exponential: bool
) -> Column:
    given = [array for array in (known_ys, known_xs, new_xs) if array is not None]
    keys = [key for array in given for key in (array.starts, array.rows, array.columns)]
    asked, inverse = distinct_rows([*keys, const.astype(np.int64)])
    results: list[Matrix | int] = []
    for row in asked.tolist():
        points = _points(known_ys, known_xs, row, exponential)
        if isinstance(points, int):
            results.append(points)
            continue
        fit = _fit(points, bool(const[row]))
        target = _matrix(new_xs, row) if new_xs is not None else _default_target(known_ys, known_xs, row)
        if isinstance(target, int):
            results.append(target)
            continue
        results.append(_values_at(fit, points, target, exponential))
    return _arrays(results, inverse)


def _values_at(fit: _Fit, points: _Points, target: Matrix, exponential: bool) -> Matrix | int:
    variables = len(fit.slopes)
    if variables == 1:
        values = fit.constant + fit.slopes[0] * target
    elif points.across:
        if target.shape[0] != variables:
            return ExcelError.REF.code
        values = (fit.constant + fit.slopes @ target)[None, :]
    else:
        if target.shape[1] != variables:
            return ExcelError.REF.code
        values = (fit.constant + target @ fit.slopes)[:, None]
    predicted: Matrix = np.exp(values) if exponential else values
    return predicted


def _default_target(known_ys: Arrays, known_xs: Arrays | None, row: int) -> Matrix | int:
    if known_xs is not None:
        return _matrix(known_xs, row)
    height, width = int(known_ys.rows[row]), int(known_ys.columns[row])
    return np.arange(1.0, height * width + 1).reshape(height, width)


def _coefficients(
    known_ys: Arrays, known_xs: Arrays | None, const: Logical, stats: Logical, exponential: bool
) -> Column:
    given = [array for array in (known_ys, known_xs) if array is not None]
    keys = [key for array in given for key in (array.starts, array.rows, array.columns)]
    asked, inverse = distinct_rows([*keys, const.astype(np.int64), stats.astype(np.int64)])
    results: list[Matrix | int] = []
    for row in asked.tolist():
        points = _points(known_ys, known_xs, row, exponential)
        if isinstance(points, int):
            results.append(points)
            continue
        fit = _fit(points, bool(const[row]))
        line = np.append(fit.slopes[::-1], fit.constant)
        if exponential:
            line = np.exp(line)
        results.append(_with_statistics(fit, line, bool(const[row])) if stats[row] else line[None, :])
    return _arrays(results, inverse)


def _with_statistics(fit: _Fit, line: Matrix, const: bool) -> Matrix:
    """LINEST's five rows; infinite where there is nothing to tell, NaN where Excel fills up with #N/A."""
    table = np.full((5, len(line)), np.nan)
    table[0] = line
    variance = fit.rest / fit.degrees if fit.degrees > 0 else 0.0
    errors = np.zeros(len(fit.slopes))
    errors[fit.kept] = np.sqrt(variance * np.diag(fit.spread))
    table[1, :-1] = errors[::-1]
    if const:
        means = fit.means[fit.kept]
        count = fit.degrees + len(means) + 1
        table[1, -1] = np.sqrt(variance * (1 / count + float(means @ fit.spread @ means)))
    explained = fit.total - fit.rest
    table[2, :2] = explained / fit.total if fit.total else 1.0, np.sqrt(variance)
    variables = int(fit.kept.sum())
    table[3, :2] = (explained / variables / variance if variance and variables else np.inf), fit.degrees
    table[4, :2] = explained, fit.rest
    return table


def _points(known_ys: Arrays, known_xs: Arrays | None, row: int, exponential: bool) -> _Points | int:
    """The points of a row, or the code of the error that they are."""
    ys = _matrix(known_ys, row)
    xs = np.arange(1.0, known_ys.sizes[row] + 1)[None, :] if known_xs is None else _matrix(known_xs, row)
    if known_xs is not None and not _fits(known_ys, known_xs, row):
        return ExcelError.REF.code
    if isinstance(ys, int):
        return ys
    if isinstance(xs, int):
        return xs
    if exponential:
        if (ys <= 0).any():
            return ExcelError.NUM.code
        ys = np.log(ys)
    across = ys.shape[0] == 1
    if xs.size == ys.size:
        return _Points(ys.ravel(), xs.reshape(1, -1), across)
    return _Points(ys.ravel(), xs if across else xs.T, across)


def _fits(known_ys: Arrays, known_xs: Arrays, row: int) -> bool:
    """Whether there is an x for each y, or a line of several variables along y's row or column."""
    y_rows, y_columns = int(known_ys.rows[row]), int(known_ys.columns[row])
    x_rows, x_columns = int(known_xs.rows[row]), int(known_xs.columns[row])
    same = (x_rows, x_columns) == (y_rows, y_columns)
    return same or (y_rows == 1 and x_columns == y_columns) or (y_columns == 1 and x_rows == y_rows)


def _matrix(array: Arrays, row: int) -> Matrix | int:
    """A row's array as numbers, or the code of its first error value, #VALUE! for other cells."""
    height, width = int(array.rows[row]), int(array.columns[row])
    part = slice(int(array.starts[row]), int(array.starts[row]) + height * width)
    if array.cells.uniform != NUMBER:
        kinds = array.cells.kinds[part]
        if (kinds != NUMBER).any():
            wrong = np.flatnonzero(kinds == ERROR)
            return int(array.cells.numbers[part][wrong[0]]) if len(wrong) else ExcelError.VALUE.code
    matrix: Matrix = array.cells.numbers[part].reshape(height, width)
    return matrix


def _arrays(results: list[Matrix | int], inverse: Index) -> Column:
    codes = np.array([result if isinstance(result, int) else 0 for result in results])
    tables = [np.zeros((1, 1)) if isinstance(result, int) else result for result in results]
    numbers = np.concatenate([table.ravel() for table in tables])
    cells = error_where(np.isinf(numbers), ExcelError.NUM, numbers_column(numbers))
    cells = error_where(np.isnan(numbers), ExcelError.NA, cells)
    heights, widths = (np.array([table.shape[axis] for table in tables]) for axis in (0, 1))
    arrays = Arrays(np.cumsum(heights * widths) - heights * widths, heights, widths, cells)
    return with_errors(codes, arrays_column(arrays)).take(inverse)
