"""Where the values of a forest's nodes stand while it is evaluated.

Two layouts, one interface. `ScatteredStore`: many trees, each in one row, so a node has one value and a batch
gathers its arguments from all over. `AlignedStore`: one tree over many rows, so a node has a column.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from xlmill.engine.batch import Batch
from xlmill.engine.forms import Forms
from xlmill.engine.settling import NodeValues, first_kinds, settle
from xlmill.syntax.forest import Forest
from xlmill.syntax.opcode import Opcode
from xlmill.values.column import (
    ARRAY,
    BOOLEAN,
    EMPTY,
    ERROR,
    FUNCTION,
    MIXED,
    NUMBER,
    OMITTED,
    REFERENCE,
    TEXT,
    Arrays,
    Column,
    Index,
    Kinds,
    Nodes,
    Numbers,
    constant_column,
    numbers_column,
    stack,
    texts_column,
)
from xlmill.values.text_column import Bytes, Texts, read_only
from xlmill.values.two_speed import two_speed
from xlmill.values.workspace import Workspace

_NO_NODES: Index = np.zeros(0, np.int64)


class Store(Protocol):
    """What the evaluator needs of either layout."""

    def arguments(self, batch: Batch) -> list[Column]:
        """The batch's arguments, a column for each position."""

    def values(self, nodes: Nodes) -> Column:
        """The values of some nodes."""

    def put(self, nodes: Index, column: Column) -> None:
        """Keep the values of some nodes."""

    def rows(self, nodes: Index) -> Index:
        """The expression's number, in the whole run, for each value of these nodes."""


class ScatteredStore:
    """One value a node.

    Values are kept in the forest's own arrays `number`, `start` and `stop`, between what the parser put there, so
    that a forest is evaluated once.
    """

    def __init__(self, forest: Forest, rows: Index, workspace: Workspace | None = None) -> None:
        """`rows`: for each expression of the forest its number in the whole run; `workspace`: where texts may stand."""
        self._forest = forest
        self._rows = rows
        self._kinds, texts, doubled, standing = first_kinds(forest)
        self._numbers = forest.number
        self._stands_for = stands_for(forest) if standing else None
        self._heap = _TextHeap(forest.buffer, workspace or Workspace(), expects_more=texts > 0)
        self._has_text = texts > 0
        self._starts: Index = forest.start
        self._stops: Index = forest.stop
        self._array_at: Index | None = None
        self._array_shapes: list[Arrays] = []
        self._array_cells: Column | None = None
        self._from_cells: NDArray[np.bool_] | None = None
        self._objects: list[object] = []
        if doubled:
            self._undouble(np.flatnonzero((forest.op == Opcode.TEXT) & (forest.extra == 1)))

    def _undouble(self, nodes: Index) -> None:
        """Texts written with doubled quotes get bytes of their own."""
        written = self._texts(nodes).to_strings()
        self.put(nodes, texts_column(Texts.from_strings([text.replace('""', '"') for text in written])))

    def settle(self, forms: Forms, date1904: bool, nodes: Index | None = None) -> Index:
        """Settle what machine code can, of all nodes or of some; returns those of the `nodes` that are left."""
        has_cells = self._from_cells is not None
        heap = self._heap
        values = NodeValues(self._kinds, self._numbers, self._starts, self._stops, heap.bytes, heap.used)
        return settle(self._forest, forms, values, self._stands_for, date1904, has_cells, nodes)

    @property
    def kinds(self) -> Kinds:
        """By node the kind of its value, or UNSETTLED."""
        return self._kinds

    def arguments(self, batch: Batch) -> list[Column]:
        """The batch's arguments, a column for each position."""
        forest, count, argc = self._forest, len(batch.nodes), batch.argc
        nodes = np.empty(argc * count, np.int64)
        kinds = np.empty(argc * count, np.uint8)
        numbers = np.empty(argc * count)
        uniform = np.empty(argc, np.int64)
        _gather.run(
            argc * count,
            *(forest.args, forest.first, batch.nodes),
            *(_NO_NODES if self._stands_for is None else self._stands_for, self._kinds, self._numbers),
            *(nodes, kinds, numbers, uniform),
        )
        return [
            self._column(nodes[at : at + count], kinds[at : at + count], numbers[at : at + count], kind)
            for at, kind in zip(range(0, argc * count, count), uniform.tolist(), strict=True)
        ]

    def values(self, nodes: Nodes) -> Column:
        """The values of some nodes."""
        if self._stands_for is not None:
            nodes = self._stands_for[nodes]
        kinds = self._kinds[nodes]
        first = int(kinds[0]) if len(kinds) else NUMBER
        uniform = first if bool((kinds == first).all()) else MIXED
        return self._column(nodes, kinds, self._numbers[nodes], uniform)

    def _column(self, nodes: Nodes, kinds: Kinds, numbers: Numbers, uniform: int) -> Column:
        cells = None if self._from_cells is None else self._from_cells[nodes]
        if uniform in (NUMBER, BOOLEAN):
            return Column(kinds, numbers, uniform=uniform, from_cells=cells)
        texts = arrays = objects = None
        if self._has_text and (uniform == TEXT or (uniform == MIXED and bool((kinds == TEXT).any()))):
            texts = self._texts(nodes)
        if self._array_at is not None and bool((kinds == ARRAY).any()):
            arrays = self._arrays(self._array_at[nodes])
        if self._objects and bool(((kinds == REFERENCE) | (kinds == FUNCTION)).any()):
            objects = self._objects
        return Column(kinds, numbers, texts, arrays, objects, uniform, cells)

    def _texts(self, nodes: Nodes) -> Texts:
        starts = self._starts[nodes]
        return Texts(self._heap.buffer, starts, self._stops[nodes] - starts)

    def put(self, nodes: Index, column: Column) -> None:
        """Keep the values of some nodes."""
        self._kinds[nodes] = column.kinds
        self._numbers[nodes] = column.numbers
        if column.texts is not None:
            starts, lengths = self._heap.add(column.texts, column)
            self._starts[nodes] = starts
            self._stops[nodes] = starts + lengths
            self._has_text = True
        if column.arrays is not None:
            self._put_arrays(nodes, column.arrays)
        if column.objects is not None:
            self._put_objects(nodes, column)
        if column.from_cells is not None:
            if self._from_cells is None:
                self._from_cells = np.zeros(len(self._kinds), np.bool_)
            self._from_cells[nodes] = column.from_cells

    def rows(self, nodes: Index) -> Index:
        """The expression's number, in the whole run, for each value of these nodes."""
        return self._rows[self._forest.row[nodes]]

    def _put_arrays(self, nodes: Index, arrays: Arrays) -> None:
        if self._array_at is None:
            self._array_at = np.zeros(len(self._kinds), np.int64)
            self._array_table = np.zeros((0, 3), np.int64)
        shift = 0
        if self._array_cells is None:
            self._array_cells = arrays.cells
        elif self._array_cells is not arrays.cells:
            shift = len(self._array_cells)
            self._array_cells = stack([self._array_cells, arrays.cells]).settled()
            if len(arrays.cells) == 0:
                shift = 0
        table = np.stack([arrays.starts + shift, arrays.rows, arrays.columns], axis=1)
        self._array_at[nodes] = len(self._array_table) + np.arange(len(nodes))
        self._array_table = np.concatenate([self._array_table, table])

    def _arrays(self, at: Index) -> Arrays:
        assert self._array_cells is not None
        table = self._array_table[at]
        return Arrays(table[:, 0], table[:, 1], table[:, 2], self._array_cells)

    def _put_objects(self, nodes: Index, column: Column) -> None:
        assert column.objects is not None
        if column.objects is self._objects:
            return
        refers = (column.kinds == REFERENCE) | (column.kinds == FUNCTION)
        self._numbers[nodes[refers]] = len(self._objects) + np.arange(int(refers.sum()))
        self._objects.extend(column.objects[int(at)] for at in column.numbers[refers])


class AlignedStore:
    """One column a node: one tree over many rows. A constant stays a column of one row."""

    def __init__(self, forest: Forest, rows: Index, aliases: Index | None) -> None:
        """`rows`: for each row that the tree is evaluated over its number in the run; `aliases`: `stands_for`."""
        self._forest = forest
        self._rows = rows
        self.settled: frozenset[int] = frozenset()  # nodes that no batch evaluates: see settled_rows
        self._columns: dict[int, Column] = {}
        self._stands_for = aliases

    def arguments(self, batch: Batch) -> list[Column]:
        """The node's arguments, a column for each position."""
        (node,) = batch.nodes.tolist()
        first = int(self._forest.first[node])
        return [self._value(argument) for argument in self._forest.args[first : first + batch.argc].tolist()]

    def values(self, nodes: Nodes) -> Column:
        """The column of one node."""
        (node,) = nodes.tolist()
        return self._value(node)

    def put(self, nodes: Index, column: Column) -> None:
        """Keep the column of one node."""
        (node,) = nodes.tolist()
        self._columns[node] = column

    def rows(self, nodes: Index) -> Index:
        """The number of each row in the whole run."""
        return self._rows

    @property
    def aliases(self) -> Index | None:
        """See `stands_for`."""
        return self._stands_for

    def of_rows(self, some: Index) -> AlignedStore:
        """A store without values for some of the rows."""
        return AlignedStore(self._forest, self._rows[some], self._stands_for)

    def below(self, node: int) -> set[int]:
        """The node and all those that its value hangs on."""
        found: set[int] = set()
        left = [node]
        while left:
            one = left.pop()
            one = one if self._stands_for is None else int(self._stands_for[one])
            if one not in found:
                found.add(one)
                first = int(self._forest.first[one])
                left += self._forest.args[first : first + int(self._forest.argc[one])].tolist()
        return found

    def _value(self, node: int) -> Column:
        if self._stands_for is not None:
            node = int(self._stands_for[node])
        column = self._columns.get(node)
        if column is None:
            column = self._columns[node] = self._leaf(node)
        return column

    def _leaf(self, node: int) -> Column:
        forest = self._forest
        op = int(forest.op[node])
        number = float(forest.number[node])
        if op == Opcode.NUMBER:
            return numbers_column(np.array([number]))
        if op == Opcode.TEXT:
            text = forest.buffer[forest.start[node] : forest.stop[node]].tobytes().decode("utf-8", "surrogatepass")
            return texts_column(Texts.from_strings([text.replace('""', '"') if forest.extra[node] == 1 else text]))
        return constant_column(_LEAF_KINDS[op], number, 1)


_LEAF_KINDS = {
    int(Opcode.BOOLEAN): BOOLEAN,
    int(Opcode.ERROR): ERROR,
    int(Opcode.OMITTED): OMITTED,
    int(Opcode.DECLARED): EMPTY,
}


def stands_for(forest: Forest) -> Index | None:
    """For each node the node whose value is its own: a LET is its result, a LOCAL what it is bound to."""
    local = np.flatnonzero(forest.op == Opcode.LOCAL)
    let = np.flatnonzero(forest.op == Opcode.LET)
    if not len(local) and not len(let):
        return None
    target = np.arange(len(forest.op))
    target[local] = forest.extra[local]
    target[let] = forest.args[forest.first[let] + forest.argc[let] - 1]
    while True:
        further = target[target]
        if bool((further == target).all()):
            return target
        target = further


@two_speed
def _gather(  # type: ignore[no-untyped-def]
    args, first, batch, stands_for, all_kinds, all_numbers, nodes, kinds, numbers, uniform
):
    """The argument nodes of a batch, their kinds and numbers, position by position; the kind of all there, or -1."""
    count = len(batch)
    has_aliases = len(stands_for) > 0
    for position in range(len(uniform)):
        to = position * count
        same = -2
        for i in range(count):
            node = args[first[batch[i]] + position]
            if has_aliases:
                node = stands_for[node]
            nodes[to + i] = node
            kind = all_kinds[node]
            kinds[to + i] = kind
            numbers[to + i] = all_numbers[node]
            if same == -2:
                same = kind
            elif same != kind:
                same = -1
        uniform[position] = same


class _TextHeap:
    """All bytes of text of a chunk: first the expressions themselves, then what is made of them.

    `bytes` has room behind the first `used[0]`.
    """

    def __init__(self, expressions: Bytes, workspace: Workspace, expects_more: bool) -> None:
        self.buffer = expressions
        self._workspace = workspace
        self.bytes = np.zeros(0, np.uint8)
        self.used = np.array([len(expressions)])
        self._known = [expressions]
        if expects_more:
            self.bytes = workspace.array("texts", 2 * len(expressions) + _ROOM, np.uint8)
            self.bytes[: len(expressions)] = expressions
            self._show()

    def add(self, texts: Texts, column: Column) -> tuple[Index, Index]:
        """Where the texts now stand; slices of the heap stay where they are."""
        if any(texts.buffer is known for known in self._known):
            return texts.starts, texts.lengths
        if column.uniform != TEXT:
            is_text = column.kinds == TEXT
            texts = Texts(texts.buffer, np.where(is_text, texts.starts, 0), np.where(is_text, texts.lengths, 0))
        if len(texts.buffer) > 2 * int(texts.lengths.sum()) + 64:
            texts = texts.compact()
        shift = int(self.used[0])
        needed = shift + len(texts.buffer)
        if needed > len(self.bytes):
            self._grow(max(needed, 2 * shift))
        self.bytes[shift:needed] = texts.buffer
        self.used[0] = needed
        return texts.starts + shift, texts.lengths

    def _grow(self, size: int) -> None:
        self.bytes = self._workspace.lengthened("texts", self.buffer[: int(self.used[0])], size)
        self._show()

    def _show(self) -> None:
        self.buffer = read_only(self.bytes)
        self._known.append(self.buffer)


# The room for texts in a heap beside as many bytes as the expressions have.
_ROOM = 1 << 12
