"""Loops over columns of text: what text functions are made of.

Characters are Excel's: UTF-16 units, so that most characters count 1 and those beyond the basic plane, such
as emoji, count 2.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from xlmill.values.text_column import Index, Texts, concatenate, read_only
from xlmill.values.two_speed import two_speed


def joined(parts: Sequence[Texts]) -> Texts:
    """The texts of several columns, joined row by row."""
    if len(parts) == 1:
        return parts[0]
    lengths = np.array([part.lengths for part in parts])
    totals = lengths.sum(axis=0)
    starts = np.cumsum(totals) - totals
    target = np.empty(int(totals.sum()), np.uint8)
    at = starts.copy()
    for part in parts:
        _copy.run(int(part.lengths.sum()) + len(part), part.buffer, part.starts, part.lengths, target, at)
        at += part.lengths
    return Texts(read_only(target), starts, totals)


def character_counts(texts: Texts) -> Index:
    """The length of each text in characters."""
    counts = np.empty(len(texts), np.int64)
    _count_characters.run(int(texts.lengths.sum()) + len(texts), texts.buffer, texts.starts, texts.lengths, counts)
    return counts


def substring(texts: Texts, first: Index, count: Index) -> Texts:
    """From each text `count` characters, from character `first` on (from 0); fewer where it ends before."""
    if bool((texts.lengths == character_counts(texts)).all()):
        begin = np.minimum(first, texts.lengths)
        return texts.sliced(texts.starts + begin, np.minimum(count, texts.lengths - begin))
    starts, lengths = np.empty_like(texts.starts), np.empty_like(texts.lengths)
    work = int(texts.lengths.sum()) + len(texts)
    _slice.run(work, texts.buffer, texts.starts, texts.lengths, first, count, starts, lengths)
    return _with_halves(texts, first, count, starts, lengths)


def _with_halves(texts: Texts, first: Index, count: Index, starts: Index, lengths: Index) -> Texts:
    """Cuts through the middle of a character beyond the basic plane keep its half, as in Excel."""
    cut = np.flatnonzero(starts < 0)
    whole = texts.sliced(np.maximum(starts, 0), np.where(starts < 0, 0, lengths))
    if not len(cut):
        return whole
    pieces = []
    for row in cut.tolist():
        units = texts.string(row).encode("utf-16-le", "surrogatepass")
        piece = units[2 * int(first[row]) : 2 * (int(first[row]) + int(count[row]))]
        pieces.append(piece.decode("utf-16-le", "surrogatepass"))
    place = np.arange(len(texts))
    place[cut] = len(texts) + np.arange(len(cut))
    return concatenate([whole, Texts.from_strings(pieces)]).take(place)


def upper(texts: Texts) -> Texts:
    """Each text in upper case."""
    return _mapped(texts, 97, 122, -32, str.upper)


def lower(texts: Texts) -> Texts:
    """Each text in lower case."""
    return _mapped(texts, 65, 90, 32, str.lower)


def _mapped(texts: Texts, low: int, high: int, step: int, convert: object) -> Texts:
    assert callable(convert)
    packed = texts.compact()
    if packed.buffer.tobytes().isascii():
        inside = (packed.buffer >= low) & (packed.buffer <= high)
        shifted = packed.buffer + (inside * np.uint8(step & 0xFF)).astype(np.uint8)
        return Texts(read_only(shifted), packed.starts, packed.lengths)
    # Excel changes case letter by letter: a sharp s stays, it does not become SS.
    changed = ["".join(d if len(d := convert(c)) == 1 else c for c in text) for text in packed.to_strings()]
    return Texts.from_strings(changed)


def compare_without_case(left: Texts, right: Texts) -> NDArray[np.int64]:
    """-1, 0 or 1 by row: which text comes first, letters without case."""
    order = np.empty(len(left), np.int64)
    work = int(np.minimum(left.lengths, right.lengths).sum()) + len(left)
    _compare.run(work, left.buffer, left.starts, left.lengths, right.buffer, right.starts, right.lengths, order)
    unsure = np.flatnonzero(order == 2)
    if len(unsure):
        pairs = zip(left.take(unsure).to_strings(), right.take(unsure).to_strings(), strict=True)
        folded = [(a.lower(), b.lower()) for a, b in pairs]
        order[unsure] = [(a > b) - (a < b) for a, b in folded]
    return order


@two_speed
def _copy(source, starts, lengths, target, at):  # type: ignore[no-untyped-def]
    for i in range(len(starts)):
        begin = starts[i]
        to = at[i]
        for k in range(lengths[i]):
            target[to + k] = source[begin + k]


@two_speed
def _count_characters(source, starts, lengths, counts):  # type: ignore[no-untyped-def]
    for i in range(len(starts)):
        begin = starts[i]
        count = 0
        for k in range(lengths[i]):
            byte = source[begin + k]
            if byte < 128 or byte >= 192:
                count += 1
            if byte >= 240:
                count += 1
        counts[i] = count


@two_speed
def _slice(source, starts, lengths, firsts, counts, out_starts, out_lengths):  # type: ignore[no-untyped-def]
    """Byte slices of character slices; start -1 where a slice cuts a character of two units in half."""
    for i in range(len(starts)):
        end = starts[i] + lengths[i]
        at = starts[i]
        units = 0
        first = firsts[i]
        last = first + counts[i]
        while at < end and units < first:
            byte = source[at]
            at += 1 if byte < 128 else 2 if byte < 224 else 3 if byte < 240 else 4
            units += 2 if byte >= 240 else 1
        begin = at
        is_cut = units > first
        while at < end and units < last:
            byte = source[at]
            at += 1 if byte < 128 else 2 if byte < 224 else 3 if byte < 240 else 4
            units += 2 if byte >= 240 else 1
        if is_cut or units > last and last > first:
            out_starts[i] = -1
        else:
            out_starts[i] = begin
        out_lengths[i] = at - begin


@two_speed
def _compare(a, a_starts, a_lengths, b, b_starts, b_lengths, order):  # type: ignore[no-untyped-def]
    """The order of ASCII texts; 2 where a text has other letters and needs a closer look."""
    for i in range(len(order)):
        a_at = a_starts[i]
        b_at = b_starts[i]
        shorter = min(a_lengths[i], b_lengths[i])
        result = 0
        for k in range(shorter):
            x = a[a_at + k]
            y = b[b_at + k]
            if x >= 128 or y >= 128:
                result = 2
                break
            if x != y and result == 0:
                if 65 <= x <= 90:
                    x += 32
                if 65 <= y <= 90:
                    y += 32
                if x != y:
                    result = 1 if x > y else -1
        if result == 0:
            if a_lengths[i] > b_lengths[i]:
                result = 1
            elif a_lengths[i] < b_lengths[i]:
                result = -1
        order[i] = result
