"""Trees evaluated batch by batch, from the leaves up."""

from __future__ import annotations

import contextvars
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from xlmill.engine import intersection, last_sum, leaves
from xlmill.engine.apply import apply, empty_column, first_cells, merge
from xlmill.engine.batch import SETTLED_TOGETHER, Batch
from xlmill.engine.branching import Branching
from xlmill.engine.closure import Body, Closure, call, closures_column
from xlmill.engine.forms import UNSETTLED
from xlmill.engine.names import NameScope
from xlmill.engine.program import Program
from xlmill.engine.run import Mode, Run
from xlmill.engine.settled_rows import LEAST_ROWS, row_plan
from xlmill.engine.steps import Step, Steps, aligned_steps, scattered_steps
from xlmill.engine.store import AlignedStore, ScatteredStore, Store
from xlmill.functions.outside import Outside
from xlmill.functions.registry import Function
from xlmill.functions.surroundings import ChunkTooLargeError
from xlmill.syntax.forest import Forest
from xlmill.syntax.opcode import Opcode
from xlmill.values.column import ARRAY, REFERENCE, Column, Index, Mask, Nodes, errors_column, rows_of, stack
from xlmill.values.error_value import ExcelError
from xlmill.values.reference_value import Area

_NO_NODES: Index = np.zeros(0, np.int64)

# A LAMBDA call nests about eight Python calls; Python 3.11 and later keep them off the C stack.
_PYTHON_CALLS_PER_LAMBDA = 12


# What a call costs beside the nodes of its body, in nodes: so many are evaluated in the time that a call takes.
_STEPS_A_CALL = 200


@dataclass(slots=True)
class Evaluation:
    """The evaluation of one chunk: the run, and what its budgets have left."""

    run: Run
    program: Program
    scope: NameScope
    depth: int = 0
    steps: Index = field(default_factory=lambda: np.zeros(0, np.int64))  # by row of the chunk
    cells: int = 0
    # By the identity of the forest, which they hold; a LAMBDA's body may be evaluated very often.
    plans: dict[int, Steps] = field(default_factory=dict)
    bodies: dict[tuple[int, int], Body] = field(default_factory=dict)  # by the forest's identity and the node
    drawn: Index = field(default_factory=lambda: np.zeros(0, np.int64))

    def evaluate(self, forest: Forest, store: Store, rows: int) -> Column:
        """The values of the forest's roots; `rows`: how many, which for one tree over many rows is not one."""
        if isinstance(store, AlignedStore):
            steps = self.plans.get(id(forest))
            if steps is None:
                steps = self.plans[id(forest)] = aligned_steps(forest, self.program, self.run.mode is Mode.SCALAR)
            if rows >= LEAST_ROWS:
                self._settle_rows(forest, store, rows, steps)
        else:
            assert isinstance(store, ScatteredStore)
            store.settle(self.program.forms, self.run.date1904)
            waiting = np.flatnonzero((store.kinds == UNSETTLED) & (forest.depth == 0))
            if not len(waiting):
                return store.values(forest.root)
            steps = scattered_steps(forest, self.program, self.run.mode is Mode.SCALAR, waiting)
        asked: list[Asked] = []
        for step in steps.batches:
            if isinstance(store, AlignedStore) and int(step.batch.nodes[0]) in store.settled:
                continue
            if asked and step.batch.height >= asked[0].needed_at:
                asked = _collected(asked, store)
            if step.batch.op == SETTLED_TOGETHER:
                assert isinstance(store, ScatteredStore)
                self._settle(step, forest, store, steps.branching)
            elif step.is_together:
                assert isinstance(store, AlignedStore)
                self._call_together(step.batch, forest, store, rows, steps.branching)
            elif step.needed_at >= 0:
                asked.append(self._ask(step, forest, store, rows, steps.branching))
            else:
                self._run_batch(step.batch, forest, store, rows, steps.branching, step.in_array)
        _collected(asked, store)
        return store.values(forest.root)

    def snapped(self, column: Column, forest: Forest, store: Store) -> Column:
        """The roots' values, of which a last addition or subtraction may be 0: see last_sum."""
        return last_sum.snapped(column, forest, store, Surroundings(self, Lanes.of(_NO_NODES), False).read_single)

    def _settle_rows(self, forest: Forest, store: AlignedStore, rows: int, steps: Steps) -> None:
        """Settle what machine code can of one tree over many rows."""
        plan = row_plan(forest, self.program.forms, store.aliases, lambda node: self._columns_of(forest, store, node))
        if plan is None:
            return
        for node, column in zip(plan.outputs, plan.evaluate(rows, self.run.date1904), strict=True):
            doubtful = np.flatnonzero(column.kinds == UNSETTLED)
            if len(doubtful):
                exact = self._by_batches(forest, store, node, doubtful, steps)
                place = np.arange(rows)
                place[doubtful] = rows + np.arange(len(doubtful))
                column = stack([column, exact]).take(place).settled()
            store.put(np.array([node]), column)
        store.settled = plan.settled

    def _columns_of(self, forest: Forest, store: AlignedStore, node: int) -> Sequence[Column] | None:
        """The columns that a leaf reads, row by row; None where it is something else."""
        op = int(forest.op[node])
        rows = store.rows(_NO_NODES)
        if op == Opcode.REFERENCE and self.run.positional_columns:
            return leaves.positional_columns(forest, node, rows, self.run)
        if op not in (Opcode.NAME, Opcode.STRUCTURED):
            return None
        text = leaves.distinct_name(forest, int(forest.extra[node]))
        known = self.run.columns.get(text.casefold()) if op == Opcode.NAME else leaves.row_column(text, self.run)
        return None if known is None else [rows_of(known, rows)]

    def _by_batches(self, forest: Forest, store: AlignedStore, node: int, some: Index, steps: Steps) -> Column:
        """A node's values in some rows, by the batches of all that it hangs on."""
        inner = store.of_rows(some)
        needed = store.below(node)
        for step in steps.batches:
            if int(step.batch.nodes[0]) in needed:
                self._run_batch(step.batch, forest, inner, len(some), None, step.in_array)
        column = inner.values(np.array([node]))
        if node == int(forest.root[0]):
            column = self.snapped(column, forest, inner)
        return column if len(column) == len(some) else column.repeat(len(some))

    def _settle(self, step: Step, forest: Forest, store: ScatteredStore, branches: Branching | None) -> None:
        """Settle nodes of one height; what machine code leaves goes into batches by function."""
        left = store.settle(self.program.forms, self.run.date1904, step.batch.nodes)
        if not len(left):
            return
        ops, counts = forest.op[left].astype(np.int64), forest.argc[left].astype(np.int64)
        keys = ops << 16 | counts
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        begins = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
        for group in np.split(order, begins[1:].tolist()):
            batch = Batch(int(ops[group[0]]), int(counts[group[0]]), step.batch.height, left[group])
            self._run_batch(batch, forest, store, len(group), branches, step.in_array)

    def _run_batch(
        self, batch: Batch, forest: Forest, store: Store, rows: int, branches: Branching | None, in_array: bool
    ) -> None:
        nodes = batch.nodes
        count = rows if isinstance(store, AlignedStore) else len(nodes)
        if branches is not None and self.program.deferred[batch.op]:
            active = branches.active(nodes, forest, store, self.program, count)
            if active is not None and not active.all():
                self._run_partly(batch, forest, store, count, active)
                return
        arguments = store.arguments(batch) if _takes_values(batch.op) else []
        column = self._value(batch, forest, store, arguments, Lanes(store, nodes, count), in_array)
        self._count_cells(column)
        store.put(nodes, column)

    def _call_together(
        self, batch: Batch, forest: Forest, store: AlignedStore, rows: int, branches: Branching | None
    ) -> None:
        """Make the calls of several nodes over many rows at once: recursion then costs its depth, not its width."""
        nodes = [batch.nodes[i : i + 1] for i in range(len(batch.nodes))]
        taken = []
        given: list[list[Column]] = [[] for _ in range(batch.argc)]
        for node in nodes:
            active = None if branches is None else branches.active(node, forest, store, self.program, rows)
            lanes = np.arange(rows) if active is None else np.flatnonzero(active)
            taken.append(lanes)
            for position, column in enumerate(store.arguments(replace(batch, nodes=node))):
                given[position].append((column if len(column) == rows else column.repeat(rows)).take(lanes))
        arguments = [stack(columns).settled() for columns in given]
        origins = np.concatenate([store.rows(node)[lanes] for node, lanes in zip(nodes, taken, strict=True)])
        called = call(arguments[0], arguments[1:], origins, self) if len(origins) else empty_column(0)
        at = 0
        for node, lanes in zip(nodes, taken, strict=True):
            part = called.take(np.arange(at, at + len(lanes))).settled()
            at += len(lanes)
            mask = np.zeros(rows, np.bool_)
            mask[lanes] = True
            store.put(node, part if len(lanes) == rows else merge(mask, part, empty_column(rows - len(lanes))))

    def _run_partly(self, batch: Batch, forest: Forest, store: Store, count: int, active: Any) -> None:
        """Evaluate a deferred batch in the rows whose branch is taken; the others have no value that counts."""
        taken = np.flatnonzero(active)
        result = empty_column(count)
        if len(taken):
            arguments = _arguments_of(taken, batch, store, count)
            column = self._value(batch, forest, store, arguments, Lanes(store, batch.nodes, count).take(taken), False)
            result = merge(active, column, empty_column(count - len(taken)))
        store.put(batch.nodes, result)

    def _ask(self, step: Step, forest: Forest, store: Store, rows: int, branches: Branching | None) -> Asked:
        """Begin to evaluate, in a thread of its own, a batch that waits."""
        assert branches is not None
        batch = step.batch
        count = rows if isinstance(store, AlignedStore) else len(batch.nodes)
        active = branches.active(batch.nodes, forest, store, self.program, count)
        if active is None:
            active = np.ones(count, np.bool_)
        taken = np.flatnonzero(active)
        arguments = _arguments_of(taken, batch, store, count)
        lanes = Lanes(store, batch.nodes, count).take(taken)

        def ask() -> Column:
            if not len(taken):
                return empty_column(count)
            column = self._value(batch, forest, store, arguments, lanes, step.in_array)
            return merge(active, column, empty_column(count - len(taken)))

        return Asked(batch.nodes, step.needed_at, ask)

    def _value(
        self,
        batch: Batch,
        forest: Forest,
        store: Store,
        arguments: list[Column],
        lanes: Lanes,
        in_array: bool,
    ) -> Column:
        op, nodes = batch.op, batch.nodes
        entry = self.program.function(op)
        if entry is not None:
            return apply(entry, arguments, len(lanes), Surroundings(self, lanes, in_array))
        if op == Opcode.NAME:
            return leaves.by_name(forest, nodes, lanes.rows, self._name)
        if op == Opcode.STRUCTURED:
            return leaves.by_name(forest, nodes, lanes.rows, self._structured)
        if op == Opcode.REFERENCE:
            return self._references(forest, nodes, lanes)
        if op == Opcode.ARRAY:
            if isinstance(store, AlignedStore):
                return leaves.array_constant(forest, int(nodes[0]), store)
            return leaves.array_constants(forest, nodes, store)
        if op == Opcode.LAMBDA:
            if isinstance(store, AlignedStore):
                return closures_column([Closure(forest, store, int(nodes[0]), lane) for lane in range(len(lanes))])
            return closures_column([Closure(forest, store, node, 0) for node in nodes.tolist()])
        if op == Opcode.CALL:
            full = [a if len(a) == len(lanes) else a.repeat(len(lanes)) for a in arguments]
            return call(full[0], full[1:], lanes.rows, self)
        assert op == Opcode.SPILL
        return self._spill(arguments[0])

    def _name(self, text: str, rows: Index) -> Column:
        column = self.run.columns.get(text.casefold())
        if column is not None:
            return rows_of(column, rows)
        return self.scope.value(text, self)

    def _structured(self, text: str, rows: Index) -> Column:
        column = leaves.row_column(text, self.run)
        return leaves.table_part(text, self.run) if column is None else rows_of(column, rows)

    def _references(self, forest: Forest, nodes: Index, lanes: Lanes) -> Column:
        if self.run.positional_columns:
            return leaves.positional(forest, nodes, lanes.rows, self.run)
        return leaves.references(forest, nodes, self.run)

    def _spill(self, anchor: Column) -> Column:
        if not anchor.has(REFERENCE):
            return errors_column(np.full(len(anchor), ExcelError.REF.code))
        assert anchor.objects is not None
        spilled = [
            self.run.spill_of(anchor.objects[int(at)]) if kind == REFERENCE else None
            for kind, at in zip(anchor.kinds.tolist(), anchor.numbers.tolist(), strict=True)
        ]
        return leaves.references_column(spilled)

    # What calls of LAMBDAs need (closure.Caller).

    def evaluate_body(self, forest: Forest, store: Store, rows: int) -> Column:
        """Evaluate the bodies of calls, within the budget for depth."""
        if self.depth >= self.run.limits.deepest_call:
            return errors_column(np.full(rows, ExcelError.NUM.code))
        self.depth += 1
        needed = self.depth * _PYTHON_CALLS_PER_LAMBDA + 2_000
        if sys.getrecursionlimit() < needed:
            sys.setrecursionlimit(2 * needed)
        try:
            return self.evaluate(forest, store, rows)
        finally:
            self.depth -= 1

    def charge(self, rows: Index, costs: Index) -> Mask:
        """Count the nodes that calls evaluate for rows of the chunk; which calls the rows' budgets still allow."""
        most = int(rows.max(initial=-1)) + 1
        if most > len(self.steps):
            self.steps = np.concatenate([self.steps, np.zeros(most - len(self.steps), np.int64)])
        np.add.at(self.steps, rows, costs)
        self.steps[rows] += _STEPS_A_CALL  # once a row, however many of its calls are made together
        allowed: Mask = self.steps[rows] <= self.run.limits.most_steps
        return allowed

    def body(self, forest: Forest, node: int) -> Body:
        """The body of one LAMBDA as a forest of its own, made once."""
        known = self.bodies.get((id(forest), node))
        if known is None:
            known = self.bodies[id(forest), node] = Body.of(forest, np.array([node], np.int64))
        return known

    def apply(self, function: Function, arguments: Sequence[Column], rows: Index) -> Column:
        """Apply a worksheet function that was passed as a value."""
        return apply(function, arguments, len(rows), Surroundings(self, Lanes.of(rows), False))

    def draws(self, rows: Index) -> Index:
        """For each of these rows of the chunk, which may repeat, how many random numbers it has drawn before.

        A row draws in the same order whatever rows stand beside it, so these numbers do not depend on the chunk.
        """
        missing = int(rows.max(initial=-1)) + 1 - len(self.drawn)
        if missing > 0:
            self.drawn = np.concatenate([self.drawn, np.zeros(missing, np.int64)])
        if bool((rows[1:] > rows[:-1]).all()):
            before = self.drawn[rows]
            self.drawn[rows] += 1
            return before
        order = np.argsort(rows, kind="stable")
        ordered = rows[order]
        begins = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
        counts = np.diff(np.append(begins, len(rows)))
        before = np.empty(len(rows), np.int64)
        before[order] = self.drawn[ordered] + np.arange(len(rows)) - np.repeat(begins, counts)
        self.drawn[ordered[begins]] += counts
        return before

    def reserve(self, cells: int) -> None:
        """Make sure that so many cells of arrays may still be made for this chunk."""
        if self.cells + cells > self.run.limits.chunk_cells:
            raise ChunkTooLargeError

    def _count_cells(self, column: Column) -> None:
        if column.arrays is not None:
            self.reserve(column.arrays.cell_count)
            self.cells += column.arrays.cell_count


class Asked:
    """A batch that waits, evaluated in a thread while others are computed; its value is needed at a height."""

    def __init__(self, nodes: Index, needed_at: int, ask: Callable[[], Column]) -> None:
        self.nodes = nodes
        self.needed_at = needed_at
        self._ask = ask
        self._column: Column | None = None
        self._problem: BaseException | None = None
        run = contextvars.copy_context().run  # with what NumPy is to do about overflow
        # A daemon, for Ctrl-C must not wait for an answer that does not come.
        self._thread = threading.Thread(target=run, args=(self._run,), name="xlmill-asked", daemon=True)
        self._thread.start()

    def result(self) -> Column:
        """The batch's values, once they are there."""
        self._thread.join()
        if self._problem is not None:
            raise self._problem
        assert self._column is not None
        return self._column

    def _run(self) -> None:
        try:
            self._column = self._ask()
        except BaseException as problem:  # for whoever wants the result
            self._problem = problem


def _collected(asked: list[Asked], store: Store) -> list[Asked]:
    """Wait for batches and keep their values; none is left."""
    for each in asked:
        store.put(each.nodes, each.result())
    return []


def _arguments_of(taken: Index, batch: Batch, store: Store, count: int) -> list[Column]:
    """The arguments of some of a batch's rows."""
    return [
        (column if len(column) == count else column.repeat(count)).take(taken).settled()
        for column in store.arguments(batch)
    ]


def _takes_values(op: int) -> bool:
    return op not in (Opcode.ARRAY, Opcode.LAMBDA, Opcode.NAME, Opcode.STRUCTURED, Opcode.REFERENCE)


class Lanes:
    """The rows of the chunk that the rows of a batch belong to, found when somebody asks."""

    def __init__(self, store: Store | None, nodes: Index, count: int, rows: Index | None = None) -> None:
        self._store = store
        self._nodes = nodes
        self._count = count
        self._rows = rows

    @classmethod
    def of(cls, rows: Nodes) -> Lanes:
        """Lanes of known rows."""
        known = rows.astype(np.int64, copy=False)
        return cls(None, known, len(known), known)

    def __len__(self) -> int:
        return self._count

    @property
    def rows(self) -> Index:
        """A row of the chunk for each row of the batch."""
        if self._rows is None:
            assert self._store is not None
            self._rows = self._store.rows(self._nodes)
        return self._rows

    def take(self, some: Any) -> Lanes:
        """Some of the lanes (indices or a mask)."""
        return Lanes.of(self.rows[some])


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The run as the kernel of one batch sees it: see functions.surroundings."""

    evaluation: Evaluation
    lanes: Lanes
    in_array: bool

    @property
    def date1904(self) -> bool:
        """Whether serial dates count from 1904."""
        return self.evaluation.run.date1904

    @property
    def now(self) -> float:
        """The run's clock."""
        return self.evaluation.run.now

    @property
    def seed(self) -> int:
        """What the RAND family starts from."""
        return self.evaluation.run.seed

    @property
    def outside(self) -> Outside:
        """Whom the run may ask, and what it was answered."""
        return self.evaluation.run.outside

    @property
    def rows(self) -> Index:
        """The number of each row's expression in the whole run."""
        return self.lanes.rows + self.evaluation.run.first_row

    def draws(self) -> Index:
        """How many random numbers each row's expression has drawn before; counts one more."""
        return self.evaluation.draws(self.lanes.rows)

    @property
    def formula_cell(self) -> Area:
        """Where the formula stands."""
        return self.evaluation.run.formula_cell

    @property
    def most_cells(self) -> int:
        """How many cells one row's array may have."""
        return self.evaluation.run.limits.most_cells

    @property
    def most_calls_in_turn(self) -> int:
        """How many calls of a LAMBDA one row may make one after the other."""
        return self.evaluation.run.limits.most_calls_in_turn

    def reserve(self, cells: int) -> None:
        """Make sure that so many cells of arrays may still be made for this chunk."""
        self.evaluation.reserve(cells)

    @property
    def sheets(self) -> Sequence[str]:
        """The names of the sheets, in order."""
        return self.evaluation.run.cells.sheets

    def subset(self, rows: Any) -> Surroundings:
        """The same for some of the rows."""
        return Surroundings(self.evaluation, self.lanes.take(rows), self.in_array)

    def read(self, column: Column) -> Column:
        """References replaced by what their cells hold."""
        if not column.has(REFERENCE):
            return column
        assert column.objects is not None
        at = np.flatnonzero(column.is_kind(REFERENCE))
        places, place_of = np.unique(column.numbers[at].astype(np.int64), return_inverse=True)
        read, single = self.evaluation.run.cells.read([column.objects[place] for place in places.tolist()])
        arrays = read.take(place_of)
        one = np.array(single, np.bool_)[place_of]
        values = arrays.cells.take(np.where(one, arrays.starts, 0)) if len(arrays.cells) else empty_column(len(at))
        kinds = np.where(one, values.kinds, np.uint8(ARRAY))
        numbers = np.where(one, values.numbers, 0.0)
        cells = np.ones(len(at), np.bool_)
        found = Column(kinds, numbers, values.texts, arrays if not one.all() else None, from_cells=cells).settled()
        if len(at) == len(column):
            return found
        place = np.arange(len(column))
        place[at] = len(column) + np.arange(len(at))
        return stack([column, found]).take(place).settled()

    def read_single(self, column: Column) -> Column:
        """References as one value each where the formula is of the old kind, else read."""
        if self.evaluation.run.mode is Mode.SCALAR and not self.in_array:
            column = intersection.with_cell(column, self.formula_cell)
        return self.read(column)

    def intersect(self, column: Column) -> Column:
        """One value of each reference or array."""
        return first_cells(intersection.with_cell(column, self.formula_cell))

    def call(self, functions: Column, arguments: Sequence[Column]) -> Column:
        """Call the LAMBDA in each row with that row's arguments."""
        return call(functions, arguments, self.lanes.rows, self.evaluation)

    def formula_text(self, area: Area) -> str | None:
        """The formula in a cell."""
        return self.evaluation.run.cells.formula(area)

    def hidden_rows(self, area: Area) -> Sequence[bool]:
        """For each row of an area whether it is hidden."""
        return self.evaluation.run.cells.hidden_rows(area)

    def is_filtered(self, area: Area) -> bool:
        """Whether the area's sheet has a filter on."""
        return self.evaluation.run.cells.is_filtered(area.sheet)

    def parse_reference(self, text: str, r1c1: bool) -> Column:
        """The reference that a text spells, or #REF!."""
        return self.evaluation.scope.spelled(text, r1c1, self.evaluation)
