"""Search for the nearest: the cell that equals a value or else comes next below or above it."""

from __future__ import annotations

import numpy as np

from xlmill.functions.lookup.vectors import Vectors
from xlmill.functions.value_order import sort_keys
from xlmill.values.column import Column, Index, stack
from xlmill.values.two_speed import two_speed


def bisect(vectors: Vectors, wanted: Column, descending: bool = False) -> Index:
    """The place, from 0, where Excel's binary search ends for each value; -1: nothing comes before it.

    In an ascending list that is the last cell at or below the value, in a descending one the first equal
    cell or the last above it. A list that is not sorted gives what the same steps lead to. Cells of
    another kind than the value are passed over.

    Source: Microsoft Support, "MATCH function"; for cells of other kinds and runs of equal cells, the
    observations of Excel recorded by Apache POI and Gnumeric.
    """
    cells = vectors.cells
    texts, wanted_texts = cells.text_rows(), wanted.text_rows()
    found = np.empty(len(wanted), np.int64)
    lengths = vectors.lengths
    steps = int(lengths.max(initial=1)).bit_length() * len(wanted)
    _bisect.run(
        steps,
        *(cells.kinds, cells.numbers, texts.buffer, texts.starts, texts.lengths),
        *(vectors.offsets[vectors.which], lengths[vectors.which]),
        *(wanted.kinds, wanted.numbers, wanted_texts.buffer, wanted_texts.starts, wanted_texts.lengths),
        *(descending, found),
    )
    return found


def find_nearest(vectors: Vectors, wanted: Column, larger: bool, last: bool = False) -> Index:
    """The place of the equal cell, else of the next smaller (or larger) one, in a list in any order; -1: none.

    Of equal cells the first, or the last.
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
    fits = exists & (lists[cell] == vectors.which) & (classes[cell] == classes[count:])
    return np.where(fits, cell - vectors.offsets[vectors.which], -1)


@two_speed
def _bisect(  # type: ignore[no-untyped-def]
    kinds, numbers, text, starts, lengths, firsts, sizes,
    wanted_kinds, wanted_numbers, wanted_text, wanted_starts, wanted_lengths,
    descending, found,
):
    for row in range(len(firsts)):
        kind = wanted_kinds[row]
        low = firsts[row]
        end = firsts[row] + sizes[row]
        high = end
        best = firsts[row] - 1
        while low < high:
            middle = (low + high - 1) // 2
            at = middle
            while at < high and kinds[at] != kind:
                at += 1
            if at == high:
                high = middle
                continue
            order = _order(
                kind, numbers[at], text, starts[at], lengths[at],
                wanted_numbers[row], wanted_text, wanted_starts[row], wanted_lengths[row],
            )
            if order == 0:
                best = at
                step = -1 if descending else 1
                at += step
                while firsts[row] <= at < end and kinds[at] == kind and 0 == _order(
                    kind, numbers[at], text, starts[at], lengths[at],
                    wanted_numbers[row], wanted_text, wanted_starts[row], wanted_lengths[row],
                ):
                    best = at
                    at += step
                break
            if (order > 0) == descending:
                best = at
                low = at + 1
            else:
                high = middle
        found[row] = best - firsts[row]


@two_speed
def _order(  # type: ignore[no-untyped-def]
    kind, number, text, start, length, wanted_number, wanted_text, wanted_start, wanted_length
):
    """Which of two values of one kind comes first: -1, 0 or 1."""
    if kind != 3:
        return 0 if number == wanted_number else -1 if number < wanted_number else 1
    for k in range(min(length, wanted_length)):
        left = text[start + k]
        right = wanted_text[wanted_start + k]
        if left != right:
            return -1 if left < right else 1
    return 0 if length == wanted_length else -1 if length < wanted_length else 1
