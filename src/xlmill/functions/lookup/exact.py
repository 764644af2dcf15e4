"""Exact search: the first or last cell of a list that equals a value, or fits a pattern with wildcards."""

from __future__ import annotations

import numpy as np

from xlmill.functions.lookup.vectors import Vectors
from xlmill.values.column import NUMBER, TEXT, Column, Index, runs
from xlmill.values.text_column import Texts
from xlmill.values.text_kernels import compare_without_case
from xlmill.values.two_speed import two_speed
from xlmill.values.wildcard import has_wildcards, wildcard_matches

# Up to so many comparisons, comparing each value with each cell of its list is sooner done than an index.
_FEW_PAIRS = 20_000
# Pairs of a pattern and a cell that are looked at together, about 100 bytes each.
_PAIRS_AT_ONCE = 1 << 20


def find_equal(vectors: Vectors, wanted: Column, last: bool = False) -> Index:
    """The place in its list, from 0, of the first (or last) cell that equals each value; -1: there is none.

    Values are equal only within a kind, numbers to the last bit, as MATCH and VLOOKUP have it.
    """
    pairs = int(vectors.lengths[vectors.which].sum())
    if pairs <= 2 * len(vectors.cells) or pairs <= _FEW_PAIRS:
        return _by_pairs(vectors, wanted, last)
    return _by_index(vectors, wanted, last)


def find_match(vectors: Vectors, wanted: Column, last: bool = False) -> Index:
    """As `find_equal`, but a text with wildcards is a pattern."""
    if not wanted.has(TEXT):
        return find_equal(vectors, wanted, last)
    patterns = np.flatnonzero(wanted.is_kind(TEXT) & has_wildcards(wanted.text_rows()))
    if not len(patterns):
        return find_equal(vectors, wanted, last)
    found = np.full(len(wanted), -1, np.int64)
    plain = np.ones(len(wanted), np.bool_)
    plain[patterns] = False
    if plain.any():
        found[plain] = find_equal(vectors.take(plain), wanted.take(plain), last)
    found[patterns] = _by_pattern(vectors.take(patterns), wanted.take(patterns), last)
    return found


def _by_pattern(vectors: Vectors, wanted: Column, last: bool) -> Index:
    texts = wanted.text_rows()
    known: dict[tuple[int, str], int] = {}
    search = np.array(
        [known.setdefault(key, len(known)) for key in zip(vectors.which.tolist(), texts.to_strings(), strict=True)]
    )
    _, row = np.unique(search, return_index=True)
    ends = np.cumsum(vectors.lengths[vectors.which[row]])
    found = np.empty(len(row), np.int64)
    begin = 0
    while begin < len(row):
        before = int(ends[begin - 1]) if begin else 0
        end = max(begin + 1, int(np.searchsorted(ends, before + _PAIRS_AT_ONCE, side="right")))
        found[begin:end] = _matches(vectors, row[begin:end], texts, last)
        begin = end
    by_row: Index = found[search]
    return by_row


def _matches(vectors: Vectors, row: Index, texts: Texts, last: bool) -> Index:
    """For each of these rows the first or last cell of its list that fits the row's pattern."""
    owner, cell = _pairs(vectors, row)
    textual = vectors.cells.is_kind(TEXT)[cell]
    owner, cell = owner[textual], cell[textual]
    fits = wildcard_matches(vectors.cells.text_rows().take(cell), texts.take(row[owner]))
    return _chosen(vectors, row, owner[fits], cell[fits], last)


def _pairs(vectors: Vectors, rows: Index) -> tuple[Index, Index]:
    """Each of these rows with each cell of its list."""
    lists = vectors.which[rows]
    lengths = vectors.lengths[lists]
    return np.repeat(np.arange(len(rows)), lengths), runs(vectors.offsets[lists], lengths)


def _chosen(vectors: Vectors, rows: Index, owner: Index, cell: Index, last: bool) -> Index:
    """For each of the rows the first or last of the cells that were found for it."""
    found = np.full(len(rows), -1, np.int64)
    step = 1 if last else -1
    # Of several values for one place the last one given stays.
    found[owner[::step]] = cell[::step]
    return np.where(found >= 0, found - vectors.offsets[vectors.which[rows]], -1)


def _by_pairs(vectors: Vectors, wanted: Column, last: bool) -> Index:
    cells = vectors.cells
    rows = np.arange(len(wanted))
    owner, cell = _pairs(vectors, rows)
    same = cells.numbers[cell] == wanted.numbers[owner]
    if not cells.uniform == wanted.uniform == NUMBER:
        same &= cells.kinds[cell] == wanted.kinds[owner]
    hits = np.flatnonzero(same)
    owner, cell = owner[hits], cell[hits]
    if wanted.has(TEXT):
        textual = wanted.is_kind(TEXT)[owner]
        left, right = cells.text_rows(), wanted.text_rows()
        maybe = ~textual | (left.lengths[cell] == right.lengths[owner])
        owner, cell, textual = owner[maybe], cell[maybe], textual[maybe]
        at = np.flatnonzero(textual)
        equal = np.ones(len(owner), np.bool_)
        equal[at] = compare_without_case(left.take(cell[at]), right.take(owner[at])) == 0
        owner, cell = owner[equal], cell[equal]
    return _chosen(vectors, rows, owner, cell, last)


def _by_index(vectors: Vectors, wanted: Column, last: bool) -> Index:
    cells = vectors.cells
    count = len(cells)
    slots = 1 << max(4, (2 * count).bit_length())
    found = np.empty(len(wanted), np.int64)
    texts, wanted_texts = cells.text_rows(), wanted.text_rows()
    _look_up.run(
        count + len(wanted) + int(texts.lengths.sum() + wanted_texts.lengths.sum()),
        np.repeat(np.arange(len(vectors.offsets) - 1), vectors.lengths),
        *(cells.kinds, _bits(cells), texts.buffer, texts.starts, texts.lengths),
        vectors.which,
        *(wanted.kinds, _bits(wanted), wanted_texts.buffer, wanted_texts.starts, wanted_texts.lengths),
        *(np.full(slots, -1, np.int64), last, found),
    )
    return np.where(found >= 0, found - vectors.offsets[vectors.which], -1)


def _bits(column: Column) -> Index:
    """Numbers by their bits, -0 being 0."""
    numbers = np.ascontiguousarray(column.numbers + 0.0)
    return numbers.view(np.int64)


@two_speed
def _look_up(  # type: ignore[no-untyped-def]
    lists,
    kinds,
    bits,
    text,
    starts,
    lengths,
    which,
    wanted_kinds,
    wanted_bits,
    wanted_text,
    wanted_starts,
    wanted_lengths,
    table,
    last,
    found,
):
    """Enter every cell in a hash table under its list and value; then ask it for every value."""
    mask = len(table) - 1
    for cell in range(len(kinds)):
        if kinds[cell] == 4:  # an error value
            continue
        slot = _hash(lists[cell], kinds[cell], bits[cell], text, starts[cell], lengths[cell]) & mask
        while True:
            other = table[slot]
            if other < 0:
                table[slot] = cell
                break
            if (
                lists[other] == lists[cell]
                and kinds[other] == kinds[cell]
                and bits[other] == bits[cell]
                and lengths[other] == lengths[cell]
                and _same(text, starts[other], text, starts[cell], lengths[cell])
            ):
                if last:
                    table[slot] = cell
                break
            slot = (slot + 1) & mask
    for row in range(len(which)):
        slot = (
            _hash(which[row], wanted_kinds[row], wanted_bits[row], wanted_text, wanted_starts[row], wanted_lengths[row])
            & mask
        )
        while True:
            other = table[slot]
            if other < 0:
                break
            if (
                lists[other] == which[row]
                and kinds[other] == wanted_kinds[row]
                and bits[other] == wanted_bits[row]
                and lengths[other] == wanted_lengths[row]
                and _same(text, starts[other], wanted_text, wanted_starts[row], wanted_lengths[row])
            ):
                break
            slot = (slot + 1) & mask
        found[row] = other


@two_speed
def _hash(which, kind, bits, text, start, length):  # type: ignore[no-untyped-def]
    """Below 2**31, and no step on the way reaches 2**63."""
    value = ((bits ^ (bits >> 32)) & 0x7FFFFFFF) ^ (kind * 0x1F351F35)
    value = (value ^ (which * 0x2545F491)) & 0x7FFFFFFF
    for at in range(start, start + length):
        value = (value * 16777619 ^ text[at]) & 0x7FFFFFFF
    value = (value * 0x45D9F3B) & 0x7FFFFFFF
    return value ^ (value >> 15)


@two_speed
def _same(left, left_start, right, right_start, length):  # type: ignore[no-untyped-def]
    same = True
    for k in range(length):
        if left[left_start + k] != right[right_start + k]:
            same = False
            break
    return same
