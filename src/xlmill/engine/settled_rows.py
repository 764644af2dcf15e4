"""One tree over many rows of numbers, evaluated in machine code block by block.

A batch computes a column at a time: each step writes a column to memory and the next reads it, and Python stands
between them. Here all steps are taken for a block of rows that stays in the processor's nearest cache, then for the
next block (as in MonetDB/X100: Boncz, Zukowski, Nes, 2005). What a function gives is said once, in engine.settling;
arithmetic on blocks of numbers alone is written out, so that the processor computes several rows at once.

Rows in which this cannot decide (a number too near a border of rounding) are left UNSETTLED, for the batches.
"""

# ruff: noqa: SIM109 (membership in a tuple is not in the compiled subset)

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xlmill.engine.forms import UNSETTLED, Form, Forms, Total
from xlmill.engine.settling import settled_value
from xlmill.syntax.forest import Forest
from xlmill.syntax.opcode import Opcode
from xlmill.values import number_functions as numeric
from xlmill.values.column import BOOLEAN, ERROR, MIXED, NUMBER, Column, Index, Kinds, Numbers
from xlmill.values.fifteen_digits import POWERS
from xlmill.values.number_functions import FUNCTIONS
from xlmill.values.rounded import BORDER, HALF_AWAY, MOST_PLACES, order, rounded_at
from xlmill.values.two_speed import two_speed

# Fewer rows are evaluated by batches: what is done here would be loaded for them.
LEAST_ROWS: Final = 2_048
# Rows of a block: with the values of some twenty nodes they fill 48 KB.
_BLOCK: Final = 256
_MOST_COLUMNS: Final = 8

_ELEMENTWISE: Final = int(Form.ELEMENTWISE)
_COMPARISON: Final = int(Form.COMPARISON)
_TOTAL: Final = int(Form.TOTAL)
_IF: Final = int(Form.IF)
_SUM: Final = int(Total.SUM)
_ADD: Final = FUNCTIONS.index(numeric.add)
_SUBTRACT: Final = FUNCTIONS.index(numeric.subtract)
_MULTIPLY: Final = FUNCTIONS.index(numeric.multiply)
_DIVIDE: Final = FUNCTIONS.index(numeric.divide)
_ROUND: Final = FUNCTIONS.index(numeric.round_half_away)

_CONSTANTS: Final = {int(Opcode.NUMBER): NUMBER, int(Opcode.BOOLEAN): BOOLEAN, int(Opcode.ERROR): ERROR}
_TAKE_AREAS: Final = (Form.TOTAL, Form.TEST, Form.COUNT)


@dataclass(frozen=True, slots=True)
class RowPlan:
    """Which nodes of a tree are evaluated here, and from what.

    Each value of a row has a slot: a constant, a column's number, or a node's. `settled` are the nodes that need no
    batch, `outputs` those whose values a batch or the result needs.
    """

    settled: frozenset[int]
    outputs: tuple[int, ...]
    columns: tuple[Numbers, ...]
    _tables: tuple[NDArray[np.uint8], NDArray[np.uint8], Numbers, Index, Index, Index]
    _inner: Index  # slots of nodes, arguments before their node
    _output_slots: Index
    _constants: tuple[tuple[int, int, float], ...]  # slot, kind, number
    _snapped: int  # the slot of a last addition or subtraction, or -1

    def evaluate(self, rows: int, date1904: bool) -> list[Column]:
        """A column for each of `outputs`; a row that is left to the batches has the kind UNSETTLED."""
        slots = len(self._tables[0])
        kinds: Kinds = np.full(slots * _BLOCK, NUMBER, np.uint8)
        numbers = np.zeros(slots * _BLOCK)
        same = np.full(slots, NUMBER)
        for slot, kind, number in self._constants:
            kinds[slot * _BLOCK : (slot + 1) * _BLOCK] = kind
            numbers[slot * _BLOCK : (slot + 1) * _BLOCK] = number
            same[slot] = kind
        count = len(self.outputs)
        out_kinds: Kinds = np.empty(count * rows, np.uint8)
        out_numbers = np.empty(count * rows)
        _settle_rows.run(
            5 * rows * len(self._inner),
            *self._tables,
            *(self._inner, len(self.columns), self._snapped, POWERS, date1904, rows),
            *(kinds, numbers, same, self._output_slots, out_kinds, out_numbers, _NO_INDEX, _NO_BYTES),
            *(*self.columns, *[_NO_NUMBERS] * (_MOST_COLUMNS - len(self.columns))),
        )
        parts = [slice(at * rows, (at + 1) * rows) for at in range(count)]
        return [Column(out_kinds[part], out_numbers[part]).settled() for part in parts]


_NO_INDEX: Index = np.zeros(0, np.int64)
_NO_BYTES: NDArray[np.uint8] = np.zeros(0, np.uint8)
_NO_NUMBERS: Numbers = np.zeros(0)


def row_plan(
    forest: Forest, forms: Forms, aliases: Index | None, columns_of: Callable[[int], Sequence[Column] | None]
) -> RowPlan | None:
    """How to evaluate what can be of the only tree of a forest; None where that is nothing.

    `columns_of` gives the columns that a leaf reads, one for each cell of an area; None where it reads no columns.
    """
    if bool((forest.depth > 0).any()):  # a LAMBDA's body may ask for any value outside
        return None
    planner = _Planner(forest, forms)
    for node in range(len(forest.op)):
        stands_for = node if aliases is None else int(aliases[node])
        if stands_for != node:
            planner.slots_of[node] = planner.slots_of.get(stands_for, ())
        elif forest.argc[node] or forms.form[forest.op[node]]:
            planner.add_node(node)
        else:
            planner.add_leaf(node, columns_of)
    root = int(forest.root[0])
    return planner.plan(root if aliases is None else int(aliases[root]), root)


class _Planner:
    """Gives slots to the nodes of a tree."""

    def __init__(self, forest: Forest, forms: Forms) -> None:
        self.slots_of: dict[int, tuple[int, ...]] = {}  # none for what cannot be evaluated here
        self._forest = forest
        self._forms = forms
        self._columns: dict[int, int] = {}  # the slot of a column, by the identity of its numbers
        self._numbers: list[Numbers] = []
        self._constants: list[tuple[int, int, float]] = []
        self._inner: dict[int, int] = {}  # by slot the node
        self._arguments: dict[int, list[int]] = {}  # by slot
        self._needed: list[int] = []  # nodes that batches read
        self._slots = _MOST_COLUMNS  # the first ones are those of columns

    def add_leaf(self, node: int, columns_of: Callable[[int], Sequence[Column] | None]) -> None:
        """A constant, or a column, or several."""
        kind = _CONSTANTS.get(int(self._forest.op[node]))
        if kind is not None:
            self._constants.append((self._slots, kind, float(self._forest.number[node])))
            self.slots_of[node] = (self._slots,)
            self._slots += 1
            return
        columns = columns_of(node)
        if columns is None or not all(column.uniform == NUMBER for column in columns):
            return
        for column in columns:
            if id(column.numbers) not in self._columns:
                if len(self._columns) == _MOST_COLUMNS:
                    return
                self._columns[id(column.numbers)] = len(self._columns)
                self._numbers.append(np.ascontiguousarray(column.numbers))
        self.slots_of[node] = tuple(self._columns[id(column.numbers)] for column in columns)

    def add_node(self, node: int) -> None:
        """A function or operator; what it takes is needed by a batch where it is none for machine code."""
        forest = self._forest
        first = int(forest.first[node])
        arguments = forest.args[first : first + int(forest.argc[node])].tolist()
        given = [self.slots_of.get(argument, ()) for argument in arguments]
        form = int(self._forms.form[forest.op[node]])
        takes_areas = form in _TAKE_AREAS
        if not 0 < form <= Form.DATE or not all(len(slots) == 1 or (slots and takes_areas) for slots in given):
            self._needed += arguments
            return
        self._arguments[self._slots] = [slot for slots in given for slot in slots]
        self._inner[self._slots] = node
        self.slots_of[node] = (self._slots,)
        self._slots += 1

    def plan(self, result: int, root: int) -> RowPlan | None:
        """The whole; `result` is the node whose value the root is."""
        if not self._inner:
            return None
        slot_of = {node: slot for slot, node in self._inner.items()}
        wanted = {slots[0] for node in (*self._needed, result) if (slots := self.slots_of.get(node, ()))}
        outputs = [slot for slot in self._inner if slot in wanted]
        forest, count = self._forest, self._slots
        form, function, default = np.zeros(count, np.uint8), np.zeros(count, np.uint8), np.zeros(count)
        argc, first = np.zeros(count, np.int64), np.zeros(count, np.int64)
        args: list[int] = []
        for slot, node in self._inner.items():
            op = forest.op[node]
            form[slot], function[slot] = self._forms.form[op], self._forms.function[op]
            default[slot] = self._forms.default[op]
            argc[slot], first[slot] = len(self._arguments[slot]), len(args)
            args += [argument * _BLOCK for argument in self._arguments[slot]]
        is_sum = int(forest.op[root]) in (Opcode.ADD, Opcode.SUBTRACT)
        needed = {result, *self._needed} - slot_of.keys()
        return RowPlan(
            frozenset(node for node, slots in self.slots_of.items() if slots and node not in needed),
            tuple(self._inner[slot] for slot in outputs),
            tuple(self._numbers),
            (form, function, default, argc, first, np.array(args, np.int64)),
            np.array(list(self._inner), np.int64),
            np.array(outputs, np.int64),
            tuple(self._constants),
            slot_of.get(root, -1) if is_sum else -1,
        )


@two_speed
def _settle_rows(  # type: ignore[no-untyped-def]
    forms,
    functions,
    defaults,
    argc,
    first,
    args,
    inner,
    columns,
    snapped,
    powers,
    date1904,
    rows,
    kinds,
    numbers,
    same,
    outputs,
    out_kinds,
    out_numbers,
    no_index,
    no_bytes,
    column0,
    column1,
    column2,
    column3,
    column4,
    column5,
    column6,
    column7,
):
    begin = 0
    while begin < rows:
        count = min(_BLOCK, rows - begin)
        for column in range(columns):
            to = column * _BLOCK
            if column == 0:
                _load(column0, begin, count, numbers, to)
            elif column == 1:
                _load(column1, begin, count, numbers, to)
            elif column == 2:
                _load(column2, begin, count, numbers, to)
            elif column == 3:
                _load(column3, begin, count, numbers, to)
            elif column == 4:
                _load(column4, begin, count, numbers, to)
            elif column == 5:
                _load(column5, begin, count, numbers, to)
            elif column == 6:
                _load(column6, begin, count, numbers, to)
            else:
                _load(column7, begin, count, numbers, to)
        for k in range(len(inner)):
            slot = inner[k]
            to = slot * _BLOCK
            kind = _plain_block(
                forms[slot],
                functions[slot],
                defaults[slot],
                argc[slot],
                first[slot],
                args,
                forms,
                same,
                count,
                powers,
                numbers,
                to,
            )
            if kind == MIXED:
                for lane in range(count):
                    number, one = settled_value(
                        slot,
                        lane,
                        forms[slot],
                        functions[slot],
                        defaults[slot],
                        argc,
                        first,
                        args,
                        no_index,
                        powers,
                        date1904,
                        False,
                        kinds,
                        numbers,
                        no_index,
                        no_index,
                        no_bytes,
                        no_index,
                    )
                    numbers[to + lane] = number
                    kinds[to + lane] = one if one <= ERROR else UNSETTLED
                kind = _shared_kind(kinds, to, count)
            elif same[slot] != kind:
                for lane in range(_BLOCK):
                    kinds[to + lane] = kind
            if slot == snapped:
                kind = _snap(args[first[slot]], args[first[slot] + 1], count, powers, kinds, numbers, to, kind)
            same[slot] = kind
        for k in range(len(outputs)):
            at = outputs[k] * _BLOCK
            to = k * rows + begin
            for lane in range(count):
                out_numbers[to + lane] = numbers[at + lane]
                out_kinds[to + lane] = kinds[at + lane]
        begin += count


@two_speed
def _load(column, begin, count, numbers, to):  # type: ignore[no-untyped-def]
    for lane in range(count):
        numbers[to + lane] = column[begin + lane]


@two_speed
def _plain_block(  # type: ignore[no-untyped-def]
    form, function, default, argc, at, args, forms, same, count, powers, numbers, to
):
    """Arithmetic on a block of numbers alone; gives the kind of all its results, or MIXED where it cannot be done."""
    x = args[at] if argc > 0 else 0
    y = args[at + 1] if argc > 1 else 0
    is_constant = y // _BLOCK >= _MOST_COLUMNS and forms[y // _BLOCK] == 0
    if form == _TOTAL and function == _SUM:
        for k in range(argc):
            if same[args[at + k] // _BLOCK] != NUMBER:
                return MIXED
        for lane in range(count):
            numbers[to + lane] = 0.0
        for k in range(argc):
            _add(numbers, to, args[at + k], count, to)
        return _finite(numbers, to, count)
    if form == _IF:
        z = args[at + 2] if argc > 2 else 0
        condition = same[x // _BLOCK]
        if argc < 3 or (condition != BOOLEAN and condition != NUMBER):
            return MIXED
        if same[y // _BLOCK] != NUMBER or same[z // _BLOCK] != NUMBER:
            return MIXED
        for lane in range(count):
            # Both are read, so that there is no branch, which would be guessed wrong every other time.
            one = numbers[y + lane]
            other = numbers[z + lane]
            numbers[to + lane] = one if numbers[x + lane] != 0.0 else other
        return NUMBER
    if argc == 0 or argc > 2:
        return MIXED
    if same[x // _BLOCK] != NUMBER or (argc == 2 and same[y // _BLOCK] != NUMBER):
        return MIXED
    if form == _ELEMENTWISE:
        if function == _ADD:
            _add(numbers, x, y, count, to)
            return _finite(numbers, to, count)
        if function == _SUBTRACT:
            for lane in range(count):
                numbers[to + lane] = numbers[x + lane] - numbers[y + lane]
            return _finite(numbers, to, count)
        if function == _MULTIPLY:
            for lane in range(count):
                numbers[to + lane] = numbers[x + lane] * numbers[y + lane]
            return _finite(numbers, to, count)
        if function == _DIVIDE:
            for lane in range(count):
                numbers[to + lane] = numbers[x + lane] / numbers[y + lane]
            return _finite(numbers, to, count)
        if function == _ROUND and argc == 2 and is_constant and abs(numbers[y]) < MOST_PLACES:
            return _round(numbers, x, numbers[y], count, powers, to)
    if form == _ELEMENTWISE or form == _COMPARISON:
        wanted = NUMBER if form == _ELEMENTWISE else BOOLEAN
        others = 0
        for lane in range(count):
            second = numbers[y + lane] if argc == 2 else default
            number, kind = FUNCTIONS[function](numbers[x + lane], second, powers)
            numbers[to + lane] = number
            others += int(kind != wanted or number - number != 0.0)
        if others == 0:
            return wanted
    return MIXED


@two_speed
def _shared_kind(kinds, at, count):  # type: ignore[no-untyped-def]
    for lane in range(count):
        if kinds[at + lane] != kinds[at]:
            return MIXED
    return kinds[at] if kinds[at] == NUMBER or kinds[at] == BOOLEAN else MIXED


@two_speed
def _add(numbers, x, y, count, to):  # type: ignore[no-untyped-def]
    for lane in range(count):
        numbers[to + lane] = numbers[x + lane] + numbers[y + lane]


@two_speed
def _round(numbers, x, digits, count, powers, to):  # type: ignore[no-untyped-def]
    """ROUND to as many digits in all rows: the power of ten is looked up once."""
    power = powers[abs(int(digits))]
    is_behind = int(digits) >= 0
    others = 0
    for lane in range(count):
        number, is_certain = rounded_at(numbers[x + lane], power, is_behind, HALF_AWAY, powers)
        numbers[to + lane] = number
        others += int(not is_certain)
    return NUMBER if others == 0 else MIXED


@two_speed
def _finite(numbers, to, count):  # type: ignore[no-untyped-def]
    """NUMBER where all are finite."""
    others = 0
    for lane in range(count):
        number = numbers[to + lane]
        others += int(number - number != 0.0)
    return NUMBER if others == 0 else MIXED


@two_speed
def _snap(x, y, count, powers, kinds, numbers, to, kind):  # type: ignore[no-untyped-def]
    """A formula's last addition or subtraction is 0 where its operands have the same fifteen digits."""
    for lane in range(count):
        number = numbers[to + lane]
        size = abs(numbers[x + lane])
        if (
            number != 0.0
            and abs(number) <= 2.0 * BORDER * size
            and kinds[x + lane] == NUMBER
            and kinds[y + lane] == NUMBER
            and kinds[to + lane] == NUMBER
        ):
            way, is_certain = order(size, abs(numbers[y + lane]), powers)
            if not is_certain:
                kinds[to + lane] = UNSETTLED
                kind = MIXED
            elif way == 0:
                numbers[to + lane] = 0.0
    return kind
