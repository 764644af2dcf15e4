"""Search for the nearest: the cell that equals a value or else comes next below or above it."""

from __future__ import annotations

import numpy as np

from xlmill.functions.lookup.vectors import Vectors
from xlmill.functions.value_order import EMPTY_CLASS, ERROR_CLASS, sort_keys
from xlmill.values.column import NUMBER, Column, Index, Numbers, stack
from xlmill.values.two_speed import TwoSpeed, two_speed


def last_not_above(vectors: Vectors, wanted: Column) -> Index:
    """The place, from 0, where Excel's binary search in an ascending list ends; -1: all cells are above.

    That is the last cell at or below the value. A list that is not sorted gives what the same steps lead
    to. Cells of another kind than the value are passed over; from a cell that is equal the search goes on
    to the last of the equal cells beside it.

    Source: Microsoft Support, "LOOKUP function"; for cells of other kinds and runs of equal cells, the
    observations of Excel recorded by Apache POI and Gnumeric.
    """
    steps = int(vectors.lengths.max(initial=1)).bit_length()
    return _search(_last_not_above, steps * len(wanted), vectors, wanted)


def last_not_below(vectors: Vectors, wanted: Column) -> Index:
    """The place, from 0, of the first equal cell of a descending list, or the last one above the value; -1: none.

    The cells are read one by one, as Excel does for a MATCH of type -1, until one is below the value: for
    numbers by halves, since the lowest number read so far only ever falls.
    """
    if wanted.uniform == NUMBER:
        return _last_number_not_below(vectors, wanted.numbers)
    return _search(_last_not_below, int(vectors.lengths[vectors.which].sum()), vectors, wanted)


def _last_number_not_below(vectors: Vectors, wanted: Numbers) -> Index:
    cells, offsets = vectors.cells, vectors.offsets
    lowest = np.empty(len(cells))
    latest = np.empty(len(cells), np.int64)
    _read_on.run(len(cells), cells.kinds, cells.numbers, offsets, lowest, latest)
    found = np.empty(len(wanted), np.int64)
    steps = int(vectors.lengths.max(initial=1)).bit_length()
    _stop_below.run(steps * len(wanted), lowest, latest, offsets, vectors.which, wanted, found)
    return found


def find_by_halves(vectors: Vectors, wanted: Column, how: int, descending: bool) -> Index:
    """The place where XLOOKUP's binary search finds each value in a sorted list of values of any kind; -1: nowhere.

    `how` is 0 for an equal cell, -1 for that or the next smaller, 1 for that or the next larger.
    """
    steps = int(vectors.lengths.max(initial=1)).bit_length()
    return _search(_by_halves, steps * len(wanted), vectors, wanted, how, descending)


def find_nearest(vectors: Vectors, wanted: Column, larger: bool, last: bool = False) -> Index:
    """The place of the equal cell, else of the next smaller (or larger) one, in a list in any order; -1: none.

    Numbers come before text, text before FALSE and TRUE. Of equal cells the first, or the last.
    """
    count = len(vectors.cells)
    classes, keys = sort_keys(stack([vectors.cells, wanted]).settled())
    lists = np.concatenate([np.repeat(np.arange(len(vectors.lengths)), vectors.lengths), vectors.which])
    # Cells and values in one order. A value stands behind the cells equal to it (before them, for the next
    # larger), so that its neighbour is the cell that it looks for; of equal cells the wanted one is nearest.
    is_value = np.arange(len(keys)) >= count
    tie = np.arange(len(keys)) * (1 if last != larger else -1)
    order = np.lexsort((tie, ~is_value if larger else is_value, keys, classes, lists))
    place = np.where(is_value[order], -1, np.arange(len(order)))
    if larger:
        place = np.where(place < 0, len(order), place)
        neighbour = np.minimum.accumulate(place[::-1])[::-1]
    else:
        neighbour = np.maximum.accumulate(place)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    beside = neighbour[rank[count:]]
    exists = (beside >= 0) & (beside < len(order))
    cell = order[np.where(exists, beside, 0)]
    # Errors are never found; empty cells only by an empty value.
    comparable = np.where(classes[count:] == EMPTY_CLASS, classes[cell] == EMPTY_CLASS, classes[cell] < ERROR_CLASS)
    fits = exists & (lists[cell] == vectors.which) & comparable
    return np.where(fits, cell - vectors.offsets[vectors.which], -1)


def _search(kernel: TwoSpeed[..., None], work: int, vectors: Vectors, wanted: Column, *options: object) -> Index:
    cells = vectors.cells
    texts, wanted_texts = cells.text_rows(), wanted.text_rows()
    found = np.empty(len(wanted), np.int64)
    kernel.run(
        work,
        *(cells.kinds, cells.numbers, texts.buffer, texts.starts, texts.lengths),
        *(vectors.offsets[vectors.which], vectors.lengths[vectors.which]),
        *(wanted.kinds, wanted.numbers, wanted_texts.buffer, wanted_texts.starts, wanted_texts.lengths),
        *(*options, found),
    )
    return found


@two_speed
def _last_not_above(  # type: ignore[no-untyped-def]
    kinds,
    numbers,
    text,
    starts,
    lengths,
    firsts,
    sizes,
    wanted_kinds,
    wanted_numbers,
    wanted_text,
    wanted_starts,
    wanted_lengths,
    found,
):
    for row in range(len(firsts)):
        kind = wanted_kinds[row]
        low = firsts[row]
        high = firsts[row] + sizes[row]
        end = high
        best = low - 1
        while low < high:
            middle = (low + high - 1) // 2
            at = middle
            while at < high and kinds[at] != kind:
                at += 1
            if at == high:
                high = middle
                continue
            order = _order(
                kind,
                numbers[at],
                text,
                starts[at],
                lengths[at],
                kind,
                wanted_numbers[row],
                wanted_text,
                wanted_starts[row],
                wanted_lengths[row],
            )
            if order > 0:
                high = middle
                continue
            best = at
            low = at + 1
            if order == 0:
                while (
                    low < end
                    and kinds[low] == kind
                    and _order(
                        kind,
                        numbers[low],
                        text,
                        starts[low],
                        lengths[low],
                        kind,
                        wanted_numbers[row],
                        wanted_text,
                        wanted_starts[row],
                        wanted_lengths[row],
                    )
                    == 0
                ):
                    best = low
                    low += 1
                break
        found[row] = best - firsts[row]


@two_speed
def _read_on(kinds, numbers, offsets, lowest, latest):  # type: ignore[no-untyped-def]
    """For each cell the lowest number of its list up to there, and the place of the latest one (-1: none yet)."""
    for which in range(len(offsets) - 1):
        low = 1e400
        last = -1
        for at in range(offsets[which], offsets[which + 1]):
            if kinds[at] == 1:  # a number
                low = min(low, numbers[at])
                last = at - offsets[which]
            lowest[at] = low
            latest[at] = last


@two_speed
def _stop_below(lowest, latest, offsets, which, wanted, found):  # type: ignore[no-untyped-def]
    for row in range(len(which)):
        first = offsets[which[row]]
        low = first
        high = offsets[which[row] + 1]
        end = high
        while low < high:
            middle = (low + high) // 2
            if lowest[middle] <= wanted[row]:
                high = middle
            else:
                low = middle + 1
        if low < end and lowest[low] == wanted[row]:
            found[row] = low - first
        elif low > first:
            found[row] = latest[low - 1]
        else:
            found[row] = -1


@two_speed
def _last_not_below(  # type: ignore[no-untyped-def]
    kinds,
    numbers,
    text,
    starts,
    lengths,
    firsts,
    sizes,
    wanted_kinds,
    wanted_numbers,
    wanted_text,
    wanted_starts,
    wanted_lengths,
    found,
):
    for row in range(len(firsts)):
        kind = wanted_kinds[row]
        best = firsts[row] - 1
        for at in range(firsts[row], firsts[row] + sizes[row]):
            if kinds[at] != kind:
                continue
            order = _order(
                kind,
                numbers[at],
                text,
                starts[at],
                lengths[at],
                kind,
                wanted_numbers[row],
                wanted_text,
                wanted_starts[row],
                wanted_lengths[row],
            )
            if order < 0:
                break
            best = at
            if order == 0:
                break
        found[row] = best - firsts[row]


@two_speed
def _by_halves(  # type: ignore[no-untyped-def]
    kinds,
    numbers,
    text,
    starts,
    lengths,
    firsts,
    sizes,
    wanted_kinds,
    wanted_numbers,
    wanted_text,
    wanted_starts,
    wanted_lengths,
    how,
    descending,
    found,
):
    """Part each list where the value belongs: before that stand smaller cells, or, descending, those not smaller."""
    for row in range(len(firsts)):
        low = firsts[row]
        high = firsts[row] + sizes[row]
        before = low - 1
        after = low - 1
        equal = low - 1
        while low < high:
            middle = (low + high - 1) // 2
            at = middle
            # Empty cells and error values (kinds 0 and 4) have no place in the order.
            while at < high and (kinds[at] == 0 or kinds[at] == 4):
                at += 1
            if at == high:
                high = middle
                continue
            order = _order(
                kinds[at],
                numbers[at],
                text,
                starts[at],
                lengths[at],
                wanted_kinds[row],
                wanted_numbers[row],
                wanted_text,
                wanted_starts[row],
                wanted_lengths[row],
            )
            if order == 0:
                equal = at
            if (order < 0 and not descending) or (order >= 0 and descending):
                before = at
                low = at + 1
            else:
                after = at
                high = middle
        if equal >= firsts[row]:
            best = before if descending else after
        elif how == 0:
            best = firsts[row] - 1
        elif (how < 0) == descending:
            best = after
        else:
            best = before
        found[row] = best - firsts[row]


@two_speed
def _order(  # type: ignore[no-untyped-def]
    kind, number, text, start, length, wanted_kind, wanted_number, wanted_text, wanted_start, wanted_length
):
    """Which of two values comes first: -1, 0 or 1. Kind 1, numbers, comes before 3, text, before 2, booleans."""
    if kind != wanted_kind:
        return -1 if kind == 1 or wanted_kind == 2 else 1
    if kind != 3:
        return 0 if number == wanted_number else -1 if number < wanted_number else 1
    for k in range(min(length, wanted_length)):
        left = text[start + k]
        right = wanted_text[wanted_start + k]
        if left != right:
            return -1 if left < right else 1
    return 0 if length == wanted_length else -1 if length < wanted_length else 1
