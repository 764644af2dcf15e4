"""Rows that are equal in several columns of whole numbers, found once each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xlmill.values.column import Index


def distinct_rows(columns: Sequence[Index]) -> tuple[Index, Index]:
    """The first of each group of rows that are equal in all columns, in order, and each row's group."""
    count = len(columns[0])
    group = np.zeros(count, np.int64)
    groups = 1
    if count > 1:
        for column in columns:
            if groups == count:
                break
            if bool((column == column[0]).all()):
                continue
            numbers = np.unique(column, return_inverse=True)[1]
            known, group = np.unique(group * (int(numbers.max()) + 1) + numbers, return_inverse=True)
            groups = len(known)
    if groups == count:
        return np.arange(count), np.arange(count)
    first = np.full(groups, count)
    np.minimum.at(first, group, np.arange(count))
    order = np.argsort(first)
    place = np.empty(groups, np.int64)
    place[order] = np.arange(groups)
    return first[order], place[group]
