"""LAMBDAs as values, and their calls: bodies become the trees of one more chunk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol

import numpy as np

from xlmill.engine.store import AlignedStore, ScatteredStore, Store, stands_for
from xlmill.functions.registry import Function
from xlmill.syntax.forest import Forest
from xlmill.syntax.opcode import Opcode
from xlmill.values.column import (
    ERROR,
    FUNCTION,
    OMITTED,
    Column,
    Index,
    Mask,
    constant_column,
    errors_column,
    runs,
    stack,
)
from xlmill.values.error_value import ExcelError

# With at least so many calls for each body, a body is evaluated once over all its calls.
_CALLS_PER_BODY = 4


@dataclass(frozen=True, slots=True)
class Closure:
    """A LAMBDA and what its body may see: its node in a forest, the values there, and its own row of them."""

    forest: Forest
    store: Store
    node: int
    lane: int
    as_value: ClassVar[ExcelError] = ExcelError.VALUE
    name: ClassVar[str] = "CUSTOM"

    def takes(self, count: int) -> bool:
        """Whether it may be called with so many arguments."""
        _, wrong = _parameters(self.forest, self.node, count)
        return not wrong


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A worksheet function passed as a value, as in REDUCE(0, range, SUM)."""

    function: Function
    as_value: ClassVar[ExcelError] = ExcelError.NAME

    @property
    def name(self) -> str:
        """The function's name."""
        return self.function.name

    def takes(self, count: int) -> bool:
        """Whether it may be called with so many arguments."""
        return self.function.fewest_arguments <= count <= self.function.most_arguments


@dataclass(frozen=True, slots=True)
class Body:
    """Bodies of LAMBDAs as a forest: which of its nodes stand for names bound outside, and for which nodes there."""

    outside: Forest
    forest: Forest
    captured_at: Index
    captured: Index
    aliases: Index | None

    @classmethod
    def of(cls, forest: Forest, nodes: Index) -> Body:
        """Copies of the bodies of LAMBDA nodes, one for each."""
        body, captured_at, captured = _bodies(forest, nodes)
        return cls(forest, body, captured_at, captured, stands_for(body))


class Caller(Protocol):
    """What calling needs of the evaluator."""

    def evaluate_body(self, forest: Forest, store: Store, rows: int) -> Column:
        """Evaluate a body's forest, whose captured names and parameters are set; the roots' values."""

    def body(self, forest: Forest, node: int) -> Body:
        """The body of one LAMBDA as a forest of its own."""

    def charge(self, rows: Index, costs: Index) -> Mask:
        """Count what calls cost; which of them the budgets of their rows still allow."""

    def apply(self, function: Function, arguments: Sequence[Column], rows: Index) -> Column:
        """Apply a worksheet function."""


def closures_column(closures: Sequence[Closure | BuiltIn]) -> Column:
    """LAMBDAs as values."""
    count = len(closures)
    numbers = np.arange(count, dtype=np.float64)
    return Column(np.full(count, FUNCTION, np.uint8), numbers, objects=closures, uniform=FUNCTION)


def call(functions: Column, arguments: Sequence[Column], rows: Index, caller: Caller) -> Column:
    """Call the LAMBDA in each row with that row's arguments; an error value stays, what else is no LAMBDA is #VALUE!.

    `rows` are the rows of the chunk for which the calls are made.
    """
    count = len(rows)
    results: list[Column] = []
    members: list[Index] = []
    for function, member in _by_environment(functions):
        given = [argument.take(member) for argument in arguments]
        if function is None:
            is_error = functions.kinds[member] == ERROR
            results.append(errors_column(np.where(is_error, functions.numbers[member], ExcelError.VALUE.code)))
        elif isinstance(function, BuiltIn):
            results.append(_call_built_in(function, given, rows[member], caller))
        else:
            assert functions.objects is not None
            closures = [functions.objects[int(at)] for at in functions.numbers[member]]
            results.append(_call_closures(closures, given, rows[member], caller))
        members.append(member)
    place = np.empty(count, np.int64)
    place[np.concatenate(members)] = np.arange(count)
    return stack(results).take(place).settled()


def _by_environment(functions: Column) -> list[tuple[Closure | BuiltIn | None, Index]]:
    """Rows whose LAMBDAs come from the same forest and store, together."""
    is_function = functions.is_kind(FUNCTION)
    rows = np.flatnonzero(is_function)
    places, place_of = np.unique(functions.numbers[rows].astype(np.int64), return_inverse=True)
    group_of = np.empty(len(places), np.int64)
    keys: dict[tuple[int, int], int] = {}
    environments: list[Closure | BuiltIn | None] = []
    for at, place in enumerate(places.tolist()):
        assert functions.objects is not None
        function = functions.objects[place]
        is_closure = isinstance(function, Closure)
        key = (id(function.forest), id(function.store)) if is_closure else (id(function.function), 0)
        group = keys.setdefault(key, len(environments))
        if group == len(environments):
            environments.append(function)
        group_of[at] = group
    groups = group_of[place_of]
    found = [(function, rows[groups == group]) for group, function in enumerate(environments)]
    if len(rows) < len(functions):
        found.append((None, np.flatnonzero(~is_function)))
    return found


def _call_built_in(function: BuiltIn, arguments: Sequence[Column], rows: Index, caller: Caller) -> Column:
    entry = function.function
    if not function.takes(len(arguments)):
        return errors_column(np.full(len(rows), ExcelError.VALUE.code))
    result = caller.apply(entry, arguments, rows)
    return result if len(result) == len(rows) else result.repeat(len(rows))


def _call_closures(closures: list[Closure], arguments: Sequence[Column], rows: Index, caller: Caller) -> Column:
    """Calls of LAMBDAs of one forest; those that their rows' budgets do not allow are #NUM!."""
    nodes = np.array([closure.node for closure in closures], np.int64)
    lanes = np.array([closure.lane for closure in closures], np.int64)
    forest, store = closures[0].forest, closures[0].store
    allowed = caller.charge(rows, _run_lengths(forest, nodes))
    if allowed.all():
        return _call_bodies(forest, store, nodes, lanes, arguments, rows, caller)
    result = errors_column(np.full(len(rows), ExcelError.NUM.code))
    good = np.flatnonzero(allowed)
    if not len(good):
        return result
    some = [argument.take(good) for argument in arguments]
    called = _call_bodies(forest, store, nodes[good], lanes[good], some, rows[good], caller)
    place = np.arange(len(rows))
    place[good] = len(rows) + np.arange(len(good))
    return stack([result, called]).take(place)


def _call_bodies(
    forest: Forest,
    store: Store,
    nodes: Index,
    lanes: Index,
    arguments: Sequence[Column],
    rows: Index,
    caller: Caller,
) -> Column:
    """Each body once over its calls where few bodies have many calls, else a copy of its body for each call."""
    bodies = np.unique(nodes)
    if isinstance(store, AlignedStore) or len(bodies) == 1 or len(bodies) * _CALLS_PER_BODY <= len(nodes):
        results, members = [], []
        for body in bodies.tolist():
            member = np.flatnonzero(nodes == body)
            given = [argument.take(member) for argument in arguments]
            results.append(_call_aligned(forest, store, body, lanes[member], given, rows[member], caller))
            members.append(member)
        place = np.empty(len(nodes), np.int64)
        place[np.concatenate(members)] = np.arange(len(nodes))
        return stack(results).take(place)
    return _call_scattered(forest, store, nodes, arguments, rows, caller)


def _call_aligned(
    forest: Forest,
    store: Store,
    node: int,
    lanes: Index,
    arguments: Sequence[Column],
    rows: Index,
    caller: Caller,
) -> Column:
    """One body over many calls: a node has a column."""
    parameters, wrong = _parameters(forest, node, len(arguments))
    if wrong:
        return errors_column(np.full(len(rows), ExcelError.VALUE.code))
    body = caller.body(forest, node)
    inner = AlignedStore(body.forest, rows, body.aliases)
    for at, target in zip(body.captured_at.tolist(), body.captured.tolist(), strict=True):
        column = store.values(np.array([target]))
        if isinstance(store, AlignedStore) and len(column) > 1:
            column = column.take(lanes)
        inner.put(np.array([at]), column)
    for position in range(parameters):
        given = arguments[position] if position < len(arguments) else constant_column(OMITTED, 0.0, 1)
        inner.put(np.array([position]), given)
    result = caller.evaluate_body(body.forest, inner, len(rows))
    return result if len(result) == len(rows) else result.repeat(len(rows))


def _call_scattered(
    forest: Forest, store: Store, nodes: Index, arguments: Sequence[Column], rows: Index, caller: Caller
) -> Column:
    """Many bodies, a call or a few each: every call gets a copy of its body's nodes."""
    counts = forest.argc[nodes].astype(np.int64) - 1
    optional = forest.op == Opcode.OPTIONAL_PARAMETER
    needed = np.array(
        [
            int((~optional[forest.args[forest.first[node] : forest.first[node] + argc]]).sum())
            for node, argc in zip(nodes.tolist(), counts.tolist(), strict=True)
        ],
        np.int64,
    )
    wrong = (len(arguments) > counts) | (len(arguments) < needed)
    if wrong.any():
        result = errors_column(np.full(len(nodes), ExcelError.VALUE.code))
        right = np.flatnonzero(~wrong)
        if not len(right):
            return result
        good = _call_scattered(forest, store, nodes[right], [a.take(right) for a in arguments], rows[right], caller)
        place = np.arange(len(nodes))
        place[right] = len(nodes) + np.arange(len(right))
        return stack([result, good]).take(place)
    body, captured_at, captured = _bodies(forest, nodes)
    inner = ScatteredStore(body, rows)
    if len(captured_at):
        inner.put(captured_at, store.values(captured))
    begins = np.concatenate([[0], np.cumsum(_run_lengths(forest, nodes))])[:-1]
    for position in range(int(counts.max(initial=0))):
        has = np.flatnonzero(counts > position)
        if position < len(arguments):
            inner.put(begins[has] + position, arguments[position].take(has))
        else:
            inner.put(begins[has] + position, constant_column(OMITTED, 0.0, len(has)))
    return caller.evaluate_body(body, inner, len(nodes))


def _parameters(forest: Forest, node: int, given: int) -> tuple[int, bool]:
    """How many parameters a LAMBDA has, and whether that many arguments are wrong."""
    argc = int(forest.argc[node]) - 1
    first = int(forest.first[node])
    ops = forest.op[forest.args[first : first + argc]]
    needed = int((ops != Opcode.OPTIONAL_PARAMETER).sum())
    return argc, not needed <= given <= argc


def _run_lengths(forest: Forest, nodes: Index) -> Index:
    return nodes - _run_starts(forest, nodes)


def _run_starts(forest: Forest, nodes: Index) -> Index:
    """Where the subtree of each LAMBDA begins: its parameters, or the leftmost leaf of its body."""
    starts = nodes.copy()
    while True:
        inner = forest.argc[starts] > 0
        if not inner.any():
            return starts
        starts[inner] = forest.args[forest.first[starts[inner]]]


def _bodies(forest: Forest, nodes: Index) -> tuple[Forest, Index, Index]:
    """A forest of copies of the bodies of LAMBDAs, one a call.

    Also which of its nodes stand for names bound outside, and the nodes outside that they are bound to.
    """
    starts = _run_starts(forest, nodes)
    sizes = nodes - starts
    begins = np.cumsum(sizes) - sizes
    source = runs(starts, sizes)
    owner = np.repeat(np.arange(len(nodes)), sizes)
    shift = (begins - starts)[owner]
    argc = forest.argc[source].astype(np.int64)
    op = forest.op[source]
    extra = forest.extra[source].copy()
    local = np.flatnonzero(op == Opcode.LOCAL)
    targets = extra[local].astype(np.int64)
    outside = targets < starts[owner[local]]
    extra[local] = np.where(outside, -1, targets + shift[local])
    captured_at = local[outside]
    op = op.copy()
    op[captured_at] = Opcode.PARAMETER
    args = forest.args[runs(forest.first[source].astype(np.int64), argc)] + np.repeat(shift, argc)
    first_depth = forest.depth[nodes[:1]][0] + 1 if len(nodes) else 0
    body = replace(
        forest,
        row_start=forest.row_start[:0],
        row_stop=forest.row_stop[:0],
        root=(begins + sizes - 1).astype(np.int32),
        problem=forest.problem[:0],
        problem_at=forest.problem_at[:0],
        op=op,
        argc=forest.argc[source],
        first=(np.cumsum(argc) - argc).astype(np.int32),
        args=args.astype(np.int32),
        height=forest.height[source],
        depth=forest.depth[source] - first_depth,
        row=owner.astype(np.int32),
        number=forest.number[source],
        start=forest.start[source],
        stop=forest.stop[source],
        extra=extra.astype(np.int32),
    )
    return body, captured_at, targets[outside]
