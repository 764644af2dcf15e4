"""The nodes of a chunk, put into batches: equal height, equal function, equal number of arguments.

Dynamic batching as neural-network frameworks do it (Looks et al., "Deep Learning with Dynamic Computation
Graphs", 2017; Neubig et al., "On-the-fly Operation Batching", 2017): what stands at one height cannot depend
on each other, so all applications of one function there are evaluated together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlmill.syntax.forest import Forest, Int32
from xlmill.syntax.opcode import Opcode
from xlmill.values.column import Index
from xlmill.values.two_speed import two_speed

# Leaves whose value stands in the forest's arrays already, and nodes that stand for another node.
_NEEDS_NO_BATCH = (
    Opcode.NUMBER,
    Opcode.TEXT,
    Opcode.BOOLEAN,
    Opcode.ERROR,
    Opcode.OMITTED,
    Opcode.LOCAL,
    Opcode.DECLARED,
    Opcode.PARAMETER,
    Opcode.OPTIONAL_PARAMETER,
    Opcode.LET,
)
_BATCHED = np.ones(1 << 15, np.uint8)
_BATCHED[list(_NEEDS_NO_BATCH)] = 0

_SLOTS = 1 << 14  # of the hash table of batches; doubled by need


@dataclass(frozen=True, slots=True)
class Batch:
    """Nodes that one kernel evaluates together, in the order of their rows."""

    op: int
    argc: int
    height: int
    nodes: Index


# The `op` of a batch of nodes that machine code settles whatever their functions: see engine.settling.
SETTLED_TOGETHER = -1

_NO_FORMS: NDArray[np.uint8] = np.zeros(1 << 15, np.uint8)


def batches(
    forest: Forest, heights: Int32, nodes: Index | None = None, forms: NDArray[np.uint8] = _NO_FORMS
) -> list[Batch]:
    """The batches of a forest from the leaves up.

    `nodes`: those to be put into batches, in order; all outside LAMBDA bodies if not given. `forms`: by opcode, 0
    where a function has batches of its own; all others of a height stand together.
    """
    if nodes is None:
        nodes = np.flatnonzero(forest.depth == 0)
    count = len(nodes)
    slots = _SLOTS
    while True:
        found = min(slots // 2, count) + 1
        group_of = np.empty(count, np.int32)
        keys = np.empty((found, 3), np.int64)
        sizes = np.zeros(found, np.int64)
        groups = _group.run(
            count,
            forest.op,
            forest.argc,
            heights,
            nodes,
            forms,
            _BATCHED,
            group_of,
            np.full(slots, -1, np.int32),
            keys.ravel(),
            sizes,
        )
        if groups >= 0:
            break
        slots *= 4
    keys = keys[:groups]
    order = np.lexsort((keys[:, 2], keys[:, 1], keys[:, 0]))
    begins = np.empty(groups, np.int64)
    begins[order] = np.cumsum(sizes[order]) - sizes[order]
    placed = np.empty(int(sizes[:groups].sum()), np.int64)
    ends = begins.copy()
    _place.run(count, nodes, group_of, ends, placed)
    result = []
    for group in order.tolist():
        height, op, argc = keys[group].tolist()
        result.append(Batch(op, argc, height, placed[begins[group] : ends[group]]))
    return result


@two_speed
def _group(op, argc, heights, nodes, forms, batched, group_of, table, keys, sizes):  # type: ignore[no-untyped-def]
    """Number the batches in the order in which they are met; -1 when the table is too full."""
    mask = len(table) - 1
    found = 0
    for i in range(len(nodes)):
        node = nodes[i]
        if batched[op[node]] == 0:
            group_of[i] = -1
            continue
        height = heights[node]
        key_op = op[node]
        key_argc = argc[node]
        if forms[key_op] != 0:
            key_op = SETTLED_TOGETHER
            key_argc = 0
        slot = (height * 7919 + key_op * 104729 + key_argc * 1299709) & mask
        while True:
            group = table[slot]
            if group < 0:
                if found * 2 >= len(table) or found + 1 >= len(sizes) + 1:
                    return -1
                group = found
                table[slot] = group
                keys[3 * group] = height
                keys[3 * group + 1] = key_op
                keys[3 * group + 2] = key_argc
                found += 1
                break
            if keys[3 * group] == height and keys[3 * group + 1] == key_op and keys[3 * group + 2] == key_argc:
                break
            slot = (slot + 1) & mask
        group_of[i] = group
        sizes[group] += 1
    return found


@two_speed
def _place(nodes, group_of, ends, placed):  # type: ignore[no-untyped-def]
    for i in range(len(nodes)):
        group = group_of[i]
        if group >= 0:
            placed[ends[group]] = nodes[i]
            ends[group] += 1
