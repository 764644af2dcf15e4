"""Rows of data in groups, groups in groups, and the order in which a summary shows them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from xlmill.functions.value_order import sort_keys
from xlmill.values.column import Column, Index, Numbers

# By a column of values: what each group at a depth comes to, for the value with that number.
Totals = Callable[[int, int], Column]


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a summary: for each a group, and the depth at which it is one."""

    depths: Index
    groups: Index

    def __len__(self) -> int:
        return len(self.depths)


@dataclass(frozen=True, slots=True)
class GroupTree:
    """The groups that fields make of rows of data: at depth 0 all rows, at depth d those equal in d fields.

    `group[d]` has the group of each row of data, `first[d]` a row of data in each group, `parent[d]` the group at
    depth d - 1 that each group belongs to, and `rank[d]` its place by the d-th field.
    """

    group: list[Index]
    first: list[Index]
    parent: list[Index]
    rank: list[Index]

    @classmethod
    def of(cls, ranks: Sequence[Index], count: int) -> GroupTree:
        """From one line of ranks a field; equal values have equal ranks."""
        none = np.zeros(1, np.int64)
        tree = cls([np.zeros(count, np.int64)], [none], [none], [none])
        for line in ranks:
            pairs = tree.group[-1] * (int(line.max(initial=0)) + 1) + line
            _, first, group = np.unique(pairs, return_index=True, return_inverse=True)
            tree.parent.append(tree.group[-1][first])
            tree.group.append(group.reshape(-1))
            tree.first.append(first)
            tree.rank.append(line[first])
        return tree

    @property
    def depth(self) -> int:
        """The number of fields."""
        return len(self.group) - 1

    def ancestors(self, depth: int, groups: Index, above: int) -> Index:
        """The groups at depth `above` that groups at a depth belong to."""
        for level in range(depth, above, -1):
            groups = self.parent[level][groups]
        return groups

    def lines(self, order: Sequence[int], shown: int, at_top: bool, is_table: bool, totals: Totals) -> Lines:
        """Lines in order: every innermost group, and totals of the `shown` outermost depths.

        `order` has numbers of fields, from 1, and behind them of values; negative ones descend. Groups stay within the
        group that they belong to, unless `is_table`.
        """
        innermost = self.depth
        places = [np.zeros(1, np.int64)]
        for depth in range(1, innermost + 1):
            if is_table and depth < innermost:
                places.append(np.zeros(len(self.first[depth]), np.int64))
            else:
                places.append(self._places(depth, order, is_table, places[-1], totals))
        last = len(self.first[innermost])
        depths = [*range(min(shown, innermost)), innermost]
        at = np.concatenate([np.full(len(self.first[depth]), depth) for depth in depths])
        groups = np.concatenate([np.arange(len(self.first[depth])) for depth in depths])
        keys = []
        for level in range(1, innermost + 1):
            # A total stands before or behind all that it is the total of.
            key = np.full(len(at), -1 if at_top else max(last, 1))
            for depth in depths:
                if depth >= level:
                    here = at == depth
                    key[here] = places[level][self.ancestors(depth, groups[here], level)]
            keys.append(key)
        sequence = np.lexsort(keys[::-1]) if keys else np.arange(len(at))
        return Lines(at[sequence], groups[sequence])

    def _places(self, depth: int, order: Sequence[int], is_table: bool, parents: Index, totals: Totals) -> Index:
        """The place of each group among those of its depth."""
        fields = range(1, depth + 1) if is_table else (depth,)
        keys: list[Index | Numbers] = []
        named = set()
        for number in order:
            which, sign = abs(number), 1 if number > 0 else -1
            if which > self.depth:
                classes, values = sort_keys(totals(depth, which - self.depth - 1))
                keys.extend((sign * classes.astype(np.int64), sign * values))
            elif which in fields:
                keys.append(sign * self._ranks(depth, which))
                named.add(which)
        keys.extend(self._ranks(depth, field) for field in fields if field not in named)
        outer = [] if is_table else [parents[self.parent[depth]]]
        sequence = np.lexsort([*reversed(keys), *outer])
        places = np.empty(len(sequence), np.int64)
        places[sequence] = np.arange(len(sequence))
        return places

    def _ranks(self, depth: int, field: int) -> Index:
        return self.rank[field][self.ancestors(depth, np.arange(len(self.first[depth])), field)]
