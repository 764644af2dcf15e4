"""Roots of one equation a row, found for all rows side by side."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from xlmill.values.column import Index, Numbers

# Of x and the rows that it is for: the value and the slope.
Equation = Callable[[Numbers, Index], tuple[Numbers, Numbers]]

# A Newton step that is this small, absolutely or relatively, leaves an error of about its square.
_SMALL_STEP = 1e-9
# At the last try Excel is content with a step of this size: it comes to that where two roots fall together.
_LAST_STEP = 1e-7
_HALVINGS = 60


def find_roots(equation: Equation, guess: Numbers, grid: Numbers, iterations: int) -> Numbers:
    """By row a root of the equation, near the guess; NaN where none is found.

    Newton's method runs from the guess, as often as Excel tries. Rows where it leaves the range of `grid` or
    does not settle look for the change of sign between two points of `grid` (ascending) that is nearest to
    the guess, and close in on it.
    """
    roots = np.full(len(guess), np.nan)
    rows = np.arange(len(guess))
    x = guess
    lost = []
    for left_to_try in range(iterations, 0, -1):
        value, slope = equation(x, rows)
        step = np.where(value == 0, 0.0, value / slope)
        x = x - step
        # By an infinite slope each value would look like a root.
        stray = ~((x > grid[0]) & (x < grid[-1]) & np.isfinite(slope))
        small = _SMALL_STEP if left_to_try > 1 else _LAST_STEP
        settled = ~stray & (np.abs(step) <= small * np.maximum(1.0, np.abs(x)))
        roots[rows[settled]] = x[settled]
        lost.append(rows[stray])
        on = ~settled & ~stray
        rows, x = rows[on], x[on]
        if not len(rows):
            break
    left = np.concatenate([*lost, rows])
    if len(left):
        roots[left] = _between_signs(equation, guess[left], left, grid)
    return roots


def _between_signs(equation: Equation, guess: Numbers, rows: Index, grid: Numbers) -> Numbers:
    """The root in the interval of the grid with a change of sign that is nearest to the guess."""
    place = np.searchsorted(grid, guess)
    nearest = np.full(len(rows), len(grid))
    low = np.full(len(rows), np.nan)
    high = low.copy()
    sign_at_low = low.copy()
    before = np.sign(equation(np.full(len(rows), grid[0]), rows)[0])
    for i in range(1, len(grid)):
        sign = np.sign(equation(np.full(len(rows), grid[i]), rows)[0])
        distance = np.abs(place - i)
        found = (sign * before <= 0) & (sign != before) & (distance < nearest)
        nearest[found] = distance[found]
        low[found], high[found], sign_at_low[found] = grid[i - 1], grid[i], before[found]
        before = sign
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        above = np.sign(equation(middle, rows)[0]) == sign_at_low
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    roots: Numbers = (low + high) / 2
    return roots
