"""Loops over columns of text: what text functions are made of.

Characters are Excel's: UTF-16 units, so that most characters count 1 and those beyond the basic plane, such
as emoji, count 2.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from xlmill.values.text_column import LONGEST_TEXT, Index, Texts, concatenate, copy_slices, read_only
from xlmill.values.text_functions import UNSURE, characters_in, order_of, trimmed_to
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
        copy_slices.run(int(part.lengths.sum()) + len(part), part.buffer, part.starts, part.lengths, target, at)
        at += part.lengths
    return Texts(read_only(target), starts, totals)


def character_counts(texts: Texts) -> Index:
    """The length of each text in characters."""
    if texts.is_ascii():
        return texts.lengths
    counts = np.empty(len(texts), np.int64)
    _count_characters.run(int(texts.lengths.sum()) + len(texts), texts.buffer, texts.starts, texts.lengths, counts)
    return counts


def substring(texts: Texts, first: Index, count: Index) -> Texts:
    """From each text `count` characters, from character `first` on (from 0); fewer where it ends before."""
    if texts.is_ascii():
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
    return _in_case(texts, str.upper)


def lower(texts: Texts) -> Texts:
    """Each text in lower case."""
    return _in_case(texts, str.lower)


def _in_case(texts: Texts, convert: Callable[[str], str]) -> Texts:
    letters = _letters(convert)
    target = np.empty(int(texts.lengths.sum()), np.uint8)
    starts = np.cumsum(texts.lengths) - texts.lengths
    left_out = np.empty(len(texts), np.uint8)
    _change_case.run(
        len(target) + len(texts),
        *(texts.buffer, texts.starts, texts.lengths),
        *(letters, target, starts, left_out),
    )
    mapped = Texts(read_only(target), starts, texts.lengths)
    rows = np.flatnonzero(left_out)
    strings = texts.take(rows).to_strings()
    return _with_rows(mapped, rows, ["".join([_letter(c, convert) for c in one]) for one in strings])


def _letter(letter: str, convert: Callable[[str], str]) -> str:
    """Excel changes case letter by letter: a sharp s stays, it does not become SS."""
    changed = convert(letter)
    return changed if len(changed) == 1 else letter


@functools.cache
def _letters(convert: Callable[[str], str]) -> NDArray[np.int32]:
    """The letters of one and two bytes by their codes, in the other case; -1 where that has another length."""
    codes = [ord(_letter(chr(code), convert)) for code in range(_TWO_BYTES)]
    same = [(code < 0x80) == (other < 0x80) and other < _TWO_BYTES for code, other in enumerate(codes)]
    return np.where(same, codes, -1).astype(np.int32)


_TWO_BYTES = 0x800  # codes below this take at most two bytes in UTF-8


def trimmed(texts: Texts) -> Texts:
    """Each text without spaces at its ends, and with single ones between words."""
    target = np.empty(int(texts.lengths.sum()), np.uint8)
    starts = np.cumsum(texts.lengths) - texts.lengths
    lengths = np.empty_like(texts.lengths)
    _trim.run(len(target) + len(texts), texts.buffer, texts.starts, texts.lengths, target, starts, lengths)
    return Texts(read_only(target), starts, lengths)


def with_others(texts: Texts, originals: Texts, convert: Callable[[str], str]) -> Texts:
    """`texts`, but the rows in which `originals` is not ASCII converted one by one."""
    rows = rows_beyond_ascii(originals)
    return _with_rows(texts, rows, [convert(text) for text in originals.take(rows).to_strings()])


def _with_rows(texts: Texts, rows: Index, strings: list[str]) -> Texts:
    """`texts`, with other texts in some rows."""
    if not len(rows):
        return texts
    place = np.arange(len(texts))
    place[rows] = len(texts) + np.arange(len(rows))
    return concatenate([texts, Texts.from_strings(strings)]).take(place)


def rows_beyond_ascii(texts: Texts) -> Index:
    """The rows that have other characters than ASCII."""
    if texts.is_ascii():
        return np.zeros(0, np.int64)
    counts = np.empty(len(texts), np.int64)
    work = int(texts.lengths.sum()) + len(texts)
    _count_characters.run(work, texts.buffer, texts.starts, texts.lengths, counts)
    return np.flatnonzero(counts != texts.lengths)


def too_long(texts: Texts) -> NDArray[np.bool_]:
    """Which texts are longer than a cell can hold."""
    long = texts.lengths > LONGEST_TEXT
    if long.any() and not texts.is_ascii():
        rows = np.flatnonzero(long)
        long[rows] = character_counts(texts.take(rows)) > LONGEST_TEXT
    return long


def compare_without_case(left: Texts, right: Texts) -> NDArray[np.int64]:
    """-1, 0 or 1 by row: which text comes first, letters without case."""
    order = np.empty(len(left), np.int64)
    work = int(np.minimum(left.lengths, right.lengths).sum()) + len(left)
    _compare.run(work, left.buffer, left.starts, left.lengths, right.buffer, right.starts, right.lengths, order)
    unsure = np.flatnonzero(order == UNSURE)
    if len(unsure):
        pairs = zip(left.take(unsure).to_strings(), right.take(unsure).to_strings(), strict=True)
        folded = [(a.lower(), b.lower()) for a, b in pairs]
        order[unsure] = [(a > b) - (a < b) for a, b in folded]
    return order


@two_speed
def _change_case(source, starts, lengths, letters, target, target_starts, left_out):  # type: ignore[no-untyped-def]
    """Copy texts with their letters changed by `letters`; `left_out` tells the rows with letters beyond that."""
    for i in range(len(starts)):
        at = starts[i]
        end = at + lengths[i]
        to = target_starts[i]
        left_out[i] = 0
        while at < end:
            byte = source[at]
            if byte < 128:
                changed = letters[byte]
                width = 1
            elif byte < 224:
                changed = letters[(byte - 192) * 64 + (source[at + 1] - 128)]
                width = 2
            else:
                changed = -1
                width = 1
            if changed < 0:
                left_out[i] = 1
                break
            if width == 1:
                target[to] = changed
            else:
                target[to] = 192 + (changed >> 6)
                target[to + 1] = 128 + (changed & 63)
            at += width
            to += width


@two_speed
def _trim(source, starts, lengths, target, target_starts, target_lengths):  # type: ignore[no-untyped-def]
    for i in range(len(starts)):
        to = target_starts[i]
        target_lengths[i] = trimmed_to(source, starts[i], lengths[i], target, to) - to


@two_speed
def _count_characters(source, starts, lengths, counts):  # type: ignore[no-untyped-def]
    for i in range(len(starts)):
        counts[i] = characters_in(source, starts[i], lengths[i])


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
        if is_cut or (units > last and last > first):
            out_starts[i] = -1
        else:
            out_starts[i] = begin
        out_lengths[i] = at - begin


@two_speed
def _compare(a, a_starts, a_lengths, b, b_starts, b_lengths, order):  # type: ignore[no-untyped-def]
    for i in range(len(order)):
        order[i] = order_of(a, a_starts[i], a_lengths[i], b, b_starts[i], b_lengths[i])
