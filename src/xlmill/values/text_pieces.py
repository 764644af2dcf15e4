"""Texts made of pieces of other texts, within the length that a cell can hold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xlmill.values.column import Column, Index, Mask, error_where, texts_column
from xlmill.values.error_value import ExcelError
from xlmill.values.text_column import LONGEST_TEXT, Texts, concatenate, read_only
from xlmill.values.text_kernels import character_counts, joined
from xlmill.values.two_speed import two_speed


def joined_column(parts: Sequence[Texts]) -> Column:
    """The texts of several columns joined row by row; #VALUE! where the result is too long for a cell."""
    total = parts[0].lengths
    for part in parts[1:]:
        total = total + part.lengths
    if int(total.max(initial=0)) <= LONGEST_TEXT:
        return texts_column(_with_whole_characters(joined(parts)))
    characters = np.sum([character_counts(part) for part in parts], axis=0)
    long = characters > LONGEST_TEXT
    kept = [_without(part, long) for part in parts]
    return error_where(long, ExcelError.VALUE, texts_column(_with_whole_characters(joined(kept))))


def assembled(pieces: Texts, offsets: Index) -> Column:
    """Row i is pieces offsets[i] to offsets[i+1], one behind the other; #VALUE! where that is too long for a cell."""
    lengths = sums_of_runs(pieces.lengths, offsets)
    long: Mask = lengths > LONGEST_TEXT
    if long.any():
        long = sums_of_runs(character_counts(pieces), offsets) > LONGEST_TEXT
        pieces = _without(pieces, np.repeat(long, np.diff(offsets)))
        lengths = sums_of_runs(pieces.lengths, offsets)
    texts = _with_whole_characters(Texts.packed(pieces.compact().buffer, lengths))
    return error_where(long, ExcelError.VALUE, texts_column(texts))


def with_replacements(texts: Texts, counts: Index, positions: Index, sizes: Index, replacements: Texts) -> Column:
    """Texts with slices of them replaced; #VALUE! where the result is too long for a cell.

    Row i has `counts[i]` slices, which begin at the next `positions` of the buffer, in order and apart, each
    `sizes[i]` bytes long; all of them become `replacements[i]`.
    """
    if not len(positions):
        return texts_column(texts)
    most = texts.lengths + counts * replacements.lengths
    long = np.zeros(len(texts), np.bool_)
    if int(most.max()) > LONGEST_TEXT:
        kept = character_counts(texts) - _characters_of_slices(texts, counts, positions, sizes)
        long = kept + counts * character_counts(replacements) > LONGEST_TEXT
        wanted = np.repeat(~long, counts)
        positions, counts = positions[wanted], np.where(long, 0, counts)
    lengths = np.where(long, 0, texts.lengths + counts * (replacements.lengths - sizes))
    starts = np.cumsum(lengths) - lengths
    target = np.empty(int(lengths.sum()), np.uint8)
    _replace_slices.run(
        len(target) + len(texts) + len(positions),
        *(texts.buffer, texts.starts, np.where(long, 0, texts.lengths)),
        *(counts, positions, sizes),
        *(replacements.buffer, replacements.starts, replacements.lengths),
        *(target, starts),
    )
    result = _with_whole_characters(Texts(read_only(target), starts, lengths))
    return error_where(long, ExcelError.VALUE, texts_column(result))


def sums_of_runs(numbers: Index, offsets: Index) -> Index:
    """The sum of each run numbers[offsets[i]:offsets[i+1]]."""
    ends: Index = np.concatenate([[0], np.cumsum(numbers)])
    sums: Index = ends[offsets[1:]] - ends[offsets[:-1]]
    return sums


def _with_whole_characters(texts: Texts) -> Texts:
    """The texts, with two halves of a character that came together as that character.

    `texts` stand one behind the other in their buffer.
    """
    buffer = texts.buffer
    if texts.is_ascii() or len(buffer) < 6:
        return texts
    # In UTF-8 the first half begins with the bytes ED A., the second one with ED B.
    is_half = (buffer[:-1] == 0xED) & (buffer[1:] >= 0xA0)
    first = np.flatnonzero(is_half[:-3] & is_half[3:] & (buffer[1:-3] < 0xB0) & (buffer[4:] >= 0xB0))
    if not len(first):
        return texts
    rows = np.unique(np.searchsorted(texts.starts, first, side="right") - 1)
    halves = [text.encode("utf-16-le", "surrogatepass") for text in texts.take(rows).to_strings()]
    whole = Texts.from_strings([units.decode("utf-16-le", "surrogatepass") for units in halves])
    place = np.arange(len(texts))
    place[rows] = len(texts) + np.arange(len(rows))
    return concatenate([texts, whole]).take(place)


def _characters_of_slices(texts: Texts, counts: Index, positions: Index, sizes: Index) -> Index:
    pieces = texts.sliced(positions, np.repeat(sizes, counts))
    return sums_of_runs(character_counts(pieces), np.concatenate([[0], np.cumsum(counts)]))


def _without(texts: Texts, rows: Mask) -> Texts:
    return texts.sliced(texts.starts, np.where(rows, 0, texts.lengths))


@two_speed
def _replace_slices(  # type: ignore[no-untyped-def]
    source, starts, lengths, counts, positions, sizes, new, new_starts, new_lengths, target, target_starts
):
    """Copy texts, but `counts[i]` slices of text i, at the next `positions`, as its replacement."""
    slice_ = 0
    for i in range(len(starts)):
        at = starts[i]
        to = target_starts[i]
        for _ in range(counts[i]):
            for k in range(at, positions[slice_]):
                target[to] = source[k]
                to += 1
            for k in range(new_starts[i], new_starts[i] + new_lengths[i]):
                target[to] = new[k]
                to += 1
            at = positions[slice_] + sizes[i]
            slice_ += 1
        for k in range(at, starts[i] + lengths[i]):
            target[to] = source[k]
            to += 1
