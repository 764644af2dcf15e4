"""Where the time of a chunk goes, function by function: batches, their sizes, and loops over rows.

A loop over rows is not declared but measured: while a kernel runs, the lines of Python that it executes are counted,
and where some line ran at least once for each node, the kernel fell to a loop for these very arguments. TEXT, say,
writes decimals by machine code and fractions one by one.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import CodeType, FrameType
from typing import Any

import numpy as np

from xlmill.engine.batch import Batch
from xlmill.engine.evaluator import Evaluation
from xlmill.engine.names import NameScope
from xlmill.engine.program import program
from xlmill.engine.run import Run
from xlmill.engine.store import ScatteredStore
from xlmill.syntax.forest import Forest
from xlmill.syntax.opcode import Opcode
from xlmill.syntax.parser import parse
from xlmill.values.text_column import Texts, read_only
from xlmill.values.two_speed import always_compiled

# Below this many nodes a batch costs as much by being one, about 0.1 ms of Python, as by its nodes.
SMALL_BATCH = 1_000
# Lines are counted on so many rows: counting makes a loop a hundred times as slow.
ROWS_FOR_LOOPS = 4_000


@dataclass(frozen=True, slots=True)
class Share:
    """A function's part in evaluating a chunk; `seconds` without those of LAMBDA bodies that it called.

    `python_lines` says how many lines of Python its kernel runs for each node: 0 where it works by whole columns.
    """

    function: str
    batches: int
    nodes: int
    small_batches: int
    seconds: float
    python_lines: float


@dataclass(frozen=True, slots=True)
class Profile:
    """A chunk's evaluation: its rows, the seconds of parsing and evaluating, and the functions, slowest first.

    `settled` counts the nodes of plain values that one pass of machine code evaluated, without batches.
    """

    rows: int
    parse_seconds: float
    evaluate_seconds: float
    settled: int
    shares: tuple[Share, ...]


def profile(texts: Texts, run: Run) -> Profile:
    """Evaluate expressions, and tell where the time went; compiled code is loaded before the clock starts."""
    _watch(_parsed(texts), run)
    began = time.perf_counter()
    forest = _parsed(texts)
    parsed = time.perf_counter()
    watched = _watch(forest, run)
    ended = time.perf_counter()
    step = max(1, len(texts) // ROWS_FOR_LOOPS)
    some = np.arange(0, len(texts), step)
    columns = {name: column.take(some) for name, column in run.columns.items()}
    loops = row_loops(texts.take(some), replace(run, columns=columns))
    batched = sum(batch.nodes for batch in watched.batches)
    return Profile(
        len(texts),
        parsed - began,
        ended - parsed,
        max(_applications(forest) - batched, 0),
        _shares(watched.batches, loops),
    )


def row_loops(texts: Texts, run: Run) -> dict[str, float]:
    """The functions that loop over rows in these expressions, with the lines of Python that they run for each node."""
    forest = _parsed(texts)
    with always_compiled():
        _watch(forest, run)  # the compiler runs Python too
        watched = _watch(forest, run, counts_lines=True)
    lines: Counter[str] = Counter()
    nodes: Counter[str] = Counter()
    for batch in watched.batches:
        if batch.is_loop:
            lines[batch.function] += batch.lines
            nodes[batch.function] += batch.nodes
    return {function: lines[function] / nodes[function] for function in lines}


@dataclass(slots=True)
class _Seen:
    """A batch as it was watched."""

    function: str
    nodes: int
    seconds: float = 0.0
    lines: int = 0
    is_loop: bool = False


class _Watched(Evaluation):
    """An evaluation that notes what each batch took."""

    def __init__(self, run: Run, counts_lines: bool) -> None:
        super().__init__(run, program(), NameScope())
        self.batches: list[_Seen] = []
        self._counts_lines = counts_lines
        self._inner = 0.0  # seconds of the batches inside the one that runs

    def _run_batch(self, batch: Batch, *rest: Any) -> None:
        seen = _Seen(_name(batch.op), len(batch.nodes))
        self.batches.append(seen)
        outer, self._inner = self._inner, 0.0
        began = time.perf_counter()
        if self._counts_lines:
            with _counted_lines() as counts:
                super()._run_batch(batch, *rest)
            most = max(counts.values(), default=0)
            # A line that runs once an argument is no loop over rows.
            seen.lines, seen.is_loop = sum(counts.values()), most >= seen.nodes > max(batch.argc, _FEW_NODES)
        else:
            super()._run_batch(batch, *rest)
        took = time.perf_counter() - began
        seen.seconds = took - self._inner
        self._inner = outer + took


# Fewer do not tell a loop over rows from others, such as one over the arguments of machine code.
_FEW_NODES = 64

_Lines = Counter[tuple[CodeType, int]]


@contextmanager
def _counted_lines() -> Iterator[_Lines]:
    """How often each line of Python runs in this thread."""
    counts: _Lines = Counter()

    def local(frame: FrameType, event: str, argument: Any) -> Any:
        if event == "line":
            counts[frame.f_code, frame.f_lineno] += 1
        return local

    before = sys.gettrace()
    sys.settrace(local)
    try:
        yield counts
    finally:
        sys.settrace(before)


def _parsed(texts: Texts) -> Forest:
    """The trees of those texts that are formulas."""
    packed = texts.compact()
    forest = parse(read_only(packed.buffer), packed.starts, packed.starts + packed.lengths, program().table)
    return replace(forest, root=forest.root[forest.root >= 0])


def _watch(forest: Forest, run: Run, counts_lines: bool = False) -> _Watched:
    watched = _Watched(run, counts_lines)
    if len(forest.root):
        with np.errstate(all="ignore"):
            used_up = forest.copied()
            store = ScatteredStore(used_up, np.arange(len(forest.row_start)))
            watched.evaluate(used_up, store, len(forest.root))
    return watched


def _name(op: int) -> str:
    entry = program().function(op)
    return Opcode(op).name if entry is None else entry.name


def _applications(forest: Forest) -> int:
    """How many nodes apply a function or an operator, outside bodies of LAMBDAs."""
    counts = np.bincount(forest.op[forest.depth == 0])
    return sum(int(counts[op]) for op in np.flatnonzero(counts).tolist() if program().function(op) is not None)


def _shares(batches: list[_Seen], loops: dict[str, float]) -> tuple[Share, ...]:
    by_function: dict[str, list[_Seen]] = {}
    for batch in batches:
        by_function.setdefault(batch.function, []).append(batch)
    shares = [
        Share(
            function,
            len(found),
            sum(batch.nodes for batch in found),
            sum(batch.nodes < SMALL_BATCH for batch in found),
            sum(batch.seconds for batch in found),
            loops.get(function, 0.0),
        )
        for function, found in by_function.items()
    ]
    return tuple(sorted(shares, key=lambda share: -share.seconds))
