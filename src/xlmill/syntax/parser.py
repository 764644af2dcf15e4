"""From formulas as text to a forest of trees."""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from xlmill.syntax.forest import Bytes, Forest, Int64
from xlmill.syntax.function_table import FunctionTable
from xlmill.syntax.grammar import (
    COUNT_ARGS,
    COUNT_INEXACT,
    COUNT_NAMES,
    COUNT_NODES,
    COUNT_REFS,
    COUNT_STRUCTURED,
    COUNT_WIDTH,
    REF_WIDTH,
    SPARE_NODES,
    parse_rows,
)
from xlmill.syntax.opcode import Opcode
from xlmill.syntax.problem import Problem, syntax_error
from xlmill.syntax.row_start import MOST_BYTES
from xlmill.syntax.structured import parse_structured
from xlmill.values.workspace import Workspace

A = TypeVar("A", bound=np.generic)

# Nodes are numbered in 32 bits, and a byte makes at most one.
MOST_CHUNK_BYTES: Final = 2**31 - 2

# Room for nodes is made by this at first, and doubled by need.
_USUAL_BYTES_A_NODE: Final = 4
# Of the arrays that `parse_rows` writes by node, and of those that it works with, in the order of its parameters.
_NODE_TYPES: Final = tuple(np.dtype(code) for code in "i2 i4 i4 i4 i4 i2 i4 f8 i8 i8 i4".split())
_STACK_TYPES: Final = tuple(np.dtype(code) for code in "i4 i2 i2 i8 i8 i4 i4 i4 i4 i4 i4 i4 i4".split())

# For the hash of names: see `hash_name`. It shows nowhere in a forest.
_SEED: Final = secrets.randbits(32)


def parse(
    buffer: Bytes,
    row_start: Int64,
    row_stop: Int64,
    functions: FunctionTable,
    *,
    r1c1: bool = False,
    workspace: Workspace | None = None,
) -> Forest:
    """Parse every row of `buffer` (UTF-8); `row_start` and `row_stop` bound each in bytes.

    A row that is no formula is told in the forest's `problem`, and never stops the others. The nodes stand in
    `workspace`, and the forest is of use until that is used again.
    """
    workspace = workspace or Workspace()
    buffer = _read_only(np.ascontiguousarray(buffer, np.uint8))
    row_start = _read_only(np.ascontiguousarray(row_start, np.int64))
    row_stop = _read_only(np.ascontiguousarray(row_stop, np.int64))
    lengths = row_stop - row_start
    rows = len(lengths)
    if rows and (row_start.min() < 0 or row_stop.max() > len(buffer) or lengths.min() < 0):
        raise ValueError("a row's bounds do not lie in the buffer")
    lengths[lengths > MOST_BYTES] = 0
    deepest = int(lengths.max(initial=0)) + 2
    size = int(lengths.sum())
    if size + rows > MOST_CHUNK_BYTES:
        raise ValueError(f"{size:,} bytes are too many for one chunk: at most {MOST_CHUNK_BYTES:,}")

    # Words stand apart by a byte at least. Memory that is never touched costs nothing.
    most_words = (size + rows) // 2 + 2
    slots = 1 << (2 * most_words).bit_length()
    root = np.empty(rows, np.int32)
    problem = np.empty(rows, np.int16)
    problem_at = np.empty(rows, np.int64)
    problem_detail = np.zeros(rows, np.int32)
    name_slots = np.zeros(slots, np.int32)
    name_start = np.empty(most_words, np.int64)
    name_stop = np.empty(most_words, np.int64)
    in_force = np.zeros(most_words, np.int32)
    stacks = [workspace.array(f"stack {i}", deepest, dtype) for i, dtype in enumerate(_STACK_TYPES)]
    counts = np.zeros(COUNT_WIDTH, np.int64)

    # Each byte makes at most one node; usually it takes more than four.
    room = min(size, size // _USUAL_BYTES_A_NODE + deepest) + SPARE_NODES
    by_node = [workspace.array(f"nodes {i}", room, dtype) for i, dtype in enumerate(_NODE_TYPES)]
    refs = np.empty(room * REF_WIDTH, np.int64)
    run: Callable[..., int] = parse_rows.run
    reached = 0
    while True:
        reached = run(
            size,
            *(buffer, row_start, row_stop, r1c1, _SEED),
            *(functions.slots, functions.entries, functions.letters),
            *(root, problem, problem_at, problem_detail),
            *by_node,
            *(refs, name_slots, name_start, name_stop, in_force),
            *stacks,
            *(counts, reached),
        )
        if reached == rows:
            break
        room = min(2 * room, size + SPARE_NODES)
        by_node = [workspace.lengthened(f"nodes {i}", array, room) for i, array in enumerate(by_node)]
        longer = np.empty(room * REF_WIDTH, np.int64)
        known = int(counts[COUNT_REFS]) * REF_WIDTH
        longer[:known] = refs[:known]
        refs = longer
    nodes = int(counts[COUNT_NODES])
    names = int(counts[COUNT_NAMES])
    references = int(counts[COUNT_REFS])
    op, argc, first, args, height, depth, row, number, start, stop, extra = by_node
    forest = Forest(
        buffer=buffer,
        row_start=row_start,
        row_stop=row_stop,
        root=root,
        problem=problem,
        problem_at=problem_at,
        problem_detail=problem_detail,
        op=op[:nodes],
        argc=argc[:nodes],
        first=first[:nodes],
        args=args[: int(counts[COUNT_ARGS])],
        height=height[:nodes],
        depth=depth[:nodes],
        row=row[:nodes],
        number=number[:nodes],
        start=start[:nodes],
        stop=stop[:nodes],
        extra=extra[:nodes],
        refs=refs[: references * REF_WIDTH].reshape(references, REF_WIDTH),
        name_start=name_start[:names],
        name_stop=name_stop[:names],
    )
    if counts[COUNT_INEXACT]:
        _finish_numbers(forest)
    if counts[COUNT_STRUCTURED]:
        _check_structured(forest)
    return forest


def parse_text(formula: str, functions: FunctionTable, *, r1c1: bool = False) -> Forest:
    """Parse one formula; raises FormulaSyntaxError if it is none."""
    buffer = np.frombuffer(formula.encode(errors="surrogatepass"), np.uint8)
    forest = parse(buffer, np.zeros(1, np.int64), np.array([len(buffer)]), functions, r1c1=r1c1)
    if forest.root[0] < 0:
        raise syntax_error(forest, 0)
    return forest


def _finish_numbers(forest: Forest) -> None:
    """Read exactly the numbers that the grammar marked as beyond plain float64 arithmetic."""
    marked = np.flatnonzero((forest.op == Opcode.NUMBER) & (forest.extra == 1))
    for node in marked.tolist():
        text = forest.buffer[forest.start[node] : forest.stop[node]].tobytes()
        value = float(text)
        if math.isinf(value):
            _reject(forest, node, Problem.NUMBER_TOO_LARGE)
        else:
            forest.number[node] = value
    forest.extra[marked] = 0


def _check_structured(forest: Forest) -> None:
    """Reject what stands in a table's brackets and is no structured reference."""
    structured = np.flatnonzero(forest.op == Opcode.STRUCTURED)
    ids = forest.extra[structured]
    wrong = [name for name in np.unique(ids).tolist() if not _is_structured(forest, name)]
    for node in structured[np.isin(ids, wrong)].tolist():
        _reject(forest, node, Problem.STRUCTURED_REFERENCE)


def _is_structured(forest: Forest, name: int) -> bool:
    text = forest.buffer[forest.name_start[name] : forest.name_stop[name]].tobytes().decode()
    try:
        parse_structured(text)
    except ValueError:
        return False
    return True


def _reject(forest: Forest, node: int, problem: Problem) -> None:
    row = forest.row[node]
    if forest.problem[row] == Problem.NONE:
        forest.root[row] = -1
        forest.problem[row] = problem
        forest.problem_at[row] = forest.start[node]


def _read_only(array: NDArray[A]) -> NDArray[A]:
    """The same elements, not to be written."""
    view = array.view()
    view.flags.writeable = False
    return view
