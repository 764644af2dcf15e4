"""Branches that rows do not take: calls inside them wait for the condition and run only where needed.

Most branches are simply computed in every row, since a kernel has no side effects. What must not run without
need (a call of a LAMBDA that would recurse for ever, a request over the network) is put above its conditions
in the order of evaluation, and asks them which rows take it. What needs the value of a function that waits is put
above everything that does not, so that the one is computed while the other is waited for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlmill.engine.program import Program
from xlmill.engine.store import Store
from xlmill.syntax.forest import Forest, Int32
from xlmill.values.column import Index, Mask
from xlmill.values.two_speed import two_speed


@dataclass(frozen=True, slots=True)
class Branching:
    """By node: the nearest function above it that has it in a branch (-1: none), and which argument that is.

    `ends` tells for each height from which one on the values are needed of the functions that wait, `waiting`, and
    stand there.
    """

    heights: Int32
    guard: Int32
    position: Int32
    waiting: frozenset[int]
    ends: Index

    def needed_at(self, op: int, height: int) -> int:
        """The height from which on the value of a function that waits is needed; -1 for one that does not wait."""
        return int(self.ends[height]) if op in self.waiting else -1

    def active(self, nodes: Index, forest: Forest, store: Store, program: Program, rows: int) -> Mask | None:
        """Which of the nodes (or, for one node over many rows, which rows) must be evaluated; None for all."""
        guards = self.guard[nodes]
        if bool((guards < 0).all()):
            return None
        aligned = len(nodes) != rows
        mask = np.ones(rows, np.bool_)
        positions = self.position[nodes]
        while True:
            guarded = np.flatnonzero(guards >= 0)
            if not len(guarded):
                return mask
            keys = forest.op[guards[guarded]].astype(np.int64) << 32 | positions[guarded]
            for key in np.unique(keys).tolist():
                some = guarded[keys == key]
                control = program.function(key >> 32)
                assert control is not None
                branches = control.branches
                assert branches is not None
                first = forest.first[guards[some]]
                position = key & 0xFFFFFFFF
                before = [store.values(forest.args[first + p]) for p in range(position)]
                taken = branches.taken(position, before)
                if aligned:
                    mask &= taken if len(taken) == rows else np.repeat(taken, rows)
                else:
                    mask[some] &= taken
            above = guards
            guards = np.where(above >= 0, self.guard[above], -1)
            positions = np.where(above >= 0, self.position[above], 0)


def branching(forest: Forest, program: Program) -> Branching | None:
    """How the forest's deferred nodes hang on conditions; None where nothing does."""
    if not program.deferred[forest.op].any():
        return None
    count = len(forest.op)
    guard = np.full(count, -1, np.int32)
    position = np.zeros(count, np.int32)
    _find_guards.run(count, forest.op, forest.argc, forest.first, forest.args, program.first_branch, guard, position)
    heights = np.zeros(count, np.int32)
    waiting = frozenset(op for op in np.unique(forest.op[program.deferred[forest.op]]).tolist() if _waits(op, program))
    waits = np.zeros(len(program.deferred), np.bool_)
    waits[list(waiting)] = True
    _raise_heights.run(
        count,
        forest.op,
        forest.argc,
        forest.first,
        forest.args,
        forest.height,
        forest.extra,
        program.deferred,
        waits,
        forest.depth,
        guard,
        position,
        heights,
        np.ones(count, np.int32),
    )
    if not waiting:
        return Branching(heights, guard, position, waiting, np.zeros(0, np.int64))
    levels, dense = np.unique(heights, return_inverse=True)
    ends = np.searchsorted(levels, (levels // _TIER + 1) * _TIER)
    return Branching(dense.astype(np.int32), guard, position, waiting, ends)


def _waits(op: int, program: Program) -> bool:
    entry = program.function(op)
    return entry is not None and entry.waits


@two_speed
def _find_guards(op, argc, first, args, first_branch, guard, position):  # type: ignore[no-untyped-def]
    for back in range(len(op)):
        node = len(op) - 1 - back
        branch_from = first_branch[op[node]]
        for k in range(argc[node]):
            child = args[first[node] + k]
            if k >= branch_from:
                guard[child] = node
                position[child] = k
            else:
                guard[child] = guard[node]
                position[child] = position[node]


# Heights that lie in one tier wait for the same number of functions, one after another.
_TIER = 1 << 16


@two_speed
def _raise_heights(  # type: ignore[no-untyped-def]
    op, argc, first, args, old, extra, deferred, waits, depth, guard, position, heights, above_it
):
    """`above_it`: by node, the least height of what needs its value; given as 1."""
    for node in range(len(op)):
        if op[node] == 8:  # Opcode.LOCAL: as high as what it stands for
            target = extra[node]
            if target >= 0:
                heights[node] = heights[target]
                above_it[node] = above_it[target]
            continue
        if op[node] == 18:  # Opcode.LAMBDA: its body is not evaluated where it stands, but may see what stands outside
            height = 0
            inside = node - 1
            while inside >= 0 and depth[inside] > depth[node]:
                if op[inside] == 8:
                    target = extra[inside]
                    if target >= 0 and depth[target] <= depth[node]:
                        height = max(height, above_it[target])
                inside -= 1
            heights[node] = height
            above_it[node] = height + 1
            continue
        height = 0 if old[node] == 0 else 1
        for k in range(argc[node]):
            height = max(height, above_it[args[first[node] + k]])
        if deferred[op[node]]:
            above = guard[node]
            at = position[node]
            while above >= 0:
                for k in range(at):
                    condition = args[first[above] + k]
                    if condition < node:
                        height = max(height, above_it[condition])
                at = position[above]
                above = guard[above]
        heights[node] = height
        if waits[op[node]]:
            above_it[node] = (height // _TIER + 1) * _TIER
        else:
            above_it[node] = height + 1
