"""Values as keys: what is equal, and what comes first, in Excel's order of numbers, text, FALSE, TRUE, errors."""

from __future__ import annotations

import numpy as np

from xlmill.values.column import BOOLEAN, EMPTY, ERROR, NUMBER, OMITTED, TEXT, Column, Index, Numbers
from xlmill.values.text_column import Texts
from xlmill.values.text_kernels import lower

# What stands before what when sorted; empty cells stand last, whichever way.
_CLASSES = np.full(16, 4, np.uint8)
_CLASSES[[NUMBER, TEXT, BOOLEAN, ERROR]] = 0, 1, 2, 3
ERROR_CLASS, EMPTY_CLASS = 3, 4


def folded(column: Column) -> Column:
    """The same values as equality sees them: text in lower case and packed, what was left out as empty."""
    column = column.settled()
    if column.uniform in (NUMBER, BOOLEAN):
        return column
    kinds = column.kinds
    if column.has(OMITTED):
        kinds = np.where(kinds == OMITTED, np.uint8(EMPTY), kinds)
    keep = (kinds == NUMBER) | (kinds == BOOLEAN) | (kinds == ERROR)
    numbers = np.where(keep, column.numbers, 0.0)
    texts = None
    if column.texts is not None:
        is_text = kinds == TEXT
        texts = column.texts
        if not is_text.all():
            texts = texts.sliced(np.where(is_text, texts.starts, 0), np.where(is_text, texts.lengths, 0))
        texts = lower(texts)
    return Column(kinds, numbers, texts, uniform=column.uniform if column.uniform != OMITTED else EMPTY)


def sort_keys(column: Column) -> tuple[np.ndarray[tuple[int], np.dtype[np.uint8]], Numbers]:
    """For each value its class (numbers, text, booleans, errors, empty) and its place within the class."""
    if column.uniform == NUMBER:
        return np.zeros(len(column), np.uint8), column.numbers
    column = folded(column)
    keys = np.where(column.kinds == ERROR, 0.0, column.numbers)
    rows = np.flatnonzero(column.is_kind(TEXT))
    if len(rows):
        assert column.texts is not None
        keys[rows] = text_ranks(column.texts.take(rows))
    return _CLASSES[column.kinds], keys


def text_ranks(texts: Texts) -> Numbers:
    """Numbers that order texts, which are in lower case already."""
    strings = texts.to_strings()
    ranks = {string: float(rank) for rank, string in enumerate(sorted(set(strings)))}
    return np.array([ranks[string] for string in strings])


def identities(column: Column) -> Index:
    """Numbers, from 0, that are the same where the values are; text without case."""
    classes, keys = sort_keys(column)
    if column.has(ERROR):
        keys = np.where(column.is_kind(ERROR), column.numbers, keys)
    if not len(keys):
        return np.zeros(0, np.int64)
    order = np.lexsort((keys, classes))
    changes = (np.diff(keys[order]) != 0) | (np.diff(classes[order].astype(np.int64)) != 0)
    numbers = np.empty(len(keys), np.int64)
    numbers[order] = np.concatenate([[0], np.cumsum(changes)])
    return numbers
