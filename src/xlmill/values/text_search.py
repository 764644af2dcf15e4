"""Where texts stand in other texts."""

from __future__ import annotations

import numpy as np

from xlmill.values.column import Mask
from xlmill.values.text_column import Index, Texts
from xlmill.values.text_functions import are_same, place_in
from xlmill.values.two_speed import two_speed


def occurrences(texts: Texts, sought: Texts, most: int) -> tuple[Index, Index]:
    """Where, row by row, the first `most` occurrences of a text begin that do not overlap.

    Gives how many each row has, and their places in the buffer of `texts`, row after row. An empty text
    occurs nowhere. Letters differ by case.
    """
    room = np.minimum(texts.lengths // np.maximum(sought.lengths, 1), most)
    places = np.empty(int(room.sum()), np.int64)
    counts = np.empty(len(texts), np.int64)
    # What the search takes in the worst case; it mostly looks at each byte once.
    work = int((np.maximum(texts.lengths - sought.lengths, 0) * np.minimum(sought.lengths, 64) + 1).sum())
    _find.run(
        work,
        *(texts.buffer, texts.starts, texts.lengths),
        *(sought.buffer, sought.starts, sought.lengths),
        most,
        places,
        counts,
    )
    return counts, places[: int(counts.sum())]


def first_places(texts: Texts, sought: Texts) -> Index:
    """The place in the buffer of `texts` where each sought text first begins, or -1."""
    counts, found = occurrences(texts, sought, 1)
    places = np.full(len(texts), -1, np.int64)
    places[counts == 1] = found
    return places


def are_equal(left: Texts, right: Texts) -> Mask:
    """Row by row, whether two texts have the same bytes."""
    same = np.empty(len(left), np.uint8)
    work = int(np.minimum(left.lengths, right.lengths).sum()) + len(left)
    _equal.run(work, left.buffer, left.starts, left.lengths, right.buffer, right.starts, right.lengths, same)
    return same.astype(np.bool_)


def distinct(texts: Texts) -> tuple[list[str], Index]:
    """The different texts of a column, and for each row which of them it is.

    Made for columns that hold few, such as formats and delimiters.
    """
    if bool((texts.starts == texts.starts[0]).all()) and bool((texts.lengths == texts.lengths[0]).all()):
        return [texts.string(0)], np.zeros(len(texts), np.int64)
    found: list[str] = []
    which = np.empty(len(texts), np.int64)
    left = np.arange(len(texts))
    while len(left) and len(found) < _FEW:
        same = are_equal(texts.take(left), texts.take(left[:1]).repeat(len(left)))
        which[left[same]] = len(found)
        found.append(texts.string(int(left[0])))
        left = left[~same]
    numbers = {text: number for number, text in enumerate(found)}
    for row, text in zip(left.tolist(), texts.take(left).to_strings(), strict=True):
        which[row] = numbers.setdefault(text, len(numbers))
    return list(numbers), which


_FEW = 8


@two_speed
def _find(  # type: ignore[no-untyped-def]
    source, starts, lengths, sought, sought_starts, sought_lengths, most, places, counts
):
    at = 0
    for i in range(len(starts)):
        size = sought_lengths[i]
        rest = starts[i]
        end = rest + lengths[i]
        found = 0
        while found < most:
            place = place_in(source, rest, end - rest, sought, sought_starts[i], size)
            if place < 0:
                break
            places[at] = place
            at += 1
            found += 1
            rest = place + size
        counts[i] = found


@two_speed
def _equal(left, starts, lengths, right, right_starts, right_lengths, same):  # type: ignore[no-untyped-def]
    for i in range(len(same)):
        same[i] = are_same(left, starts[i], lengths[i], right, right_starts[i], right_lengths[i])
