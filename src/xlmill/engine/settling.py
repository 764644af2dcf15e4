"""Nodes whose arguments are plain values, evaluated one by one in machine code.

Most nodes of most formulas take numbers and short texts, and give such. For those a batch is more work than the sum:
its arguments are gathered from all over, and Python handles each batch. Here one pass walks the nodes as they stand,
arguments before their node, and settles what it can; it holds no lock, so threads run side by side. What it cannot
settle (arrays, references, a number too near a border of rounding, letters beyond ASCII where they count) is left to
the batches, whose kernels know everything.
"""

# ruff: noqa: SIM109 (the compiled subset knows no membership in a tuple and no chains of comparisons)

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xlmill.engine.forms import UNSETTLED, Asked, Connective, Form, Forms, Total
from xlmill.engine.settled_text import child_of, order_of_texts, text_value
from xlmill.syntax.forest import Forest
from xlmill.syntax.opcode import Opcode
from xlmill.values.calendar_day import serial_of
from xlmill.values.column import BOOLEAN, EMPTY, ERROR, NUMBER, OMITTED, TEXT, Index, Kinds
from xlmill.values.error_value import ExcelError
from xlmill.values.fifteen_digits import POWERS
from xlmill.values.number_functions import FUNCTIONS
from xlmill.values.text_column import Bytes
from xlmill.values.text_functions import UNSURE
from xlmill.values.two_speed import two_speed

# Plain numbers, for the compiled functions: a member of an enumeration is none.
_COMPARISON: Final = int(Form.COMPARISON)
_STRICT: Final = int(Form.STRICT)
_DATED: Final = int(Form.DATED)
_TOTAL: Final = int(Form.TOTAL)
_TEST: Final = int(Form.TEST)
_COUNT: Final = int(Form.COUNT)
_IF: Final = int(Form.IF)
_IFERROR: Final = int(Form.IFERROR)
_IFNA: Final = int(Form.IFNA)
_IFS: Final = int(Form.IFS)
_CHOOSE: Final = int(Form.CHOOSE)
_PLUS: Final = int(Form.PLUS)
_KIND: Final = int(Form.KIND)
_DATE: Final = int(Form.DATE)

_PRODUCT: Final = int(Total.PRODUCT)
_AVERAGE: Final = int(Total.AVERAGE)
_MIN: Final = int(Total.MIN)
_MAX: Final = int(Total.MAX)
_SUMSQ: Final = int(Total.SUMSQ)
_MEDIAN: Final = int(Total.MEDIAN)
_AND: Final = int(Connective.AND)
_OR: Final = int(Connective.OR)
_ISNUMBER: Final = int(Asked.ISNUMBER)
_ISTEXT: Final = int(Asked.ISTEXT)
_ISNONTEXT: Final = int(Asked.ISNONTEXT)
_ISLOGICAL: Final = int(Asked.ISLOGICAL)
_ISERROR: Final = int(Asked.ISERROR)
_ISERR: Final = int(Asked.ISERR)

# Of so many numbers the median is found without sorting them.
_FEW: Final = 16

_VALUE: Final = float(ExcelError.VALUE.code)
_NUM: Final = float(ExcelError.NUM.code)
_NA: Final = float(ExcelError.NA.code)

# By opcode: the kind that a leaf has before anything is evaluated.
_FIRST_KINDS: Kinds = np.full(1 << 15, UNSETTLED, np.uint8)
_FIRST_KINDS[[Opcode.NUMBER, Opcode.TEXT, Opcode.BOOLEAN, Opcode.ERROR, Opcode.OMITTED]] = (
    *(NUMBER, TEXT, BOOLEAN, ERROR),
    OMITTED,
)
_FIRST_KINDS[[Opcode.LOCAL, Opcode.DECLARED, Opcode.PARAMETER, Opcode.OPTIONAL_PARAMETER, Opcode.LET]] = (
    EMPTY  # nodes that stand for another node, or for none
)

_NO_ALIASES: Index = np.zeros(0, np.int64)


def first_kinds(forest: Forest) -> tuple[Kinds, int, int, int]:
    """The kinds of nodes before anything is evaluated: those of literals, elsewhere UNSETTLED.

    Also how many nodes are text, how many of these are written with doubled quotes, and how many nodes stand for
    another node.
    """
    kinds: Kinds = np.empty(len(forest.op), np.uint8)
    texts, doubled, standing = _first_kinds.run(len(kinds), forest.op, forest.extra, _FIRST_KINDS, kinds)
    return kinds, texts, doubled, standing


@two_speed
def _first_kinds(op, extra, by_opcode, kinds):  # type: ignore[no-untyped-def]
    texts = 0
    doubled = 0
    standing = 0
    for node in range(len(op)):
        kind = by_opcode[op[node]]
        kinds[node] = kind
        if kind == TEXT:
            texts += 1
            if extra[node] == 1:
                doubled += 1
        elif kind == EMPTY:
            standing += 1
    return texts, doubled, standing


@dataclass(frozen=True, slots=True)
class NodeValues:
    """The values of a forest's nodes, by node: their kinds, numbers, and for texts the slice of `heap` that they are.

    `heap` has room for more texts behind the first `used[0]` bytes.
    """

    kinds: Kinds
    numbers: NDArray[np.float64]
    starts: Index
    stops: Index
    heap: Bytes
    used: Index


def settle(
    forest: Forest,
    forms: Forms,
    values: NodeValues,
    aliases: Index | None,
    date1904: bool,
    has_cells: bool,
    nodes: Index | None = None,
) -> Index:
    """Settle what can be, into `values`. Returns those of `nodes` that are left.

    Without `nodes`, all that stand outside LAMBDA bodies and are not settled yet. `aliases`: see store.stands_for.
    `has_cells`: whether some values were read from cells, where SUM and others pass over truth values.
    """
    tree = (forest.op, forest.argc, forest.first, forest.args)
    known = (
        _NO_ALIASES if aliases is None else aliases,
        forms.form,
        forms.function,
        forms.default,
        POWERS,
        date1904,
        has_cells,
    )
    kept = (values.kinds, values.numbers, values.starts, values.stops, values.heap, values.used)
    if nodes is None:
        _settle_all.run(5 * len(forest.op), *tree, forest.depth, *known, *kept)
        return _NO_ALIASES
    left = np.empty(len(nodes), np.int64)
    count = _settle_some.run(10 * len(nodes), *tree, nodes, *known, *kept, left)
    return left[:count]


@two_speed
def _settle_all(  # type: ignore[no-untyped-def]
    op,
    argc,
    first,
    args,
    depths,
    aliases,
    forms,
    functions,
    defaults,
    powers,
    date1904,
    has_cells,
    kinds,
    numbers,
    starts,
    stops,
    heap,
    used,
):
    for node in range(len(op)):
        form = forms[op[node]]
        if form == 0 or kinds[node] != UNSETTLED or depths[node] != 0:
            continue
        number, kind = settled_value(
            node,
            0,
            form,
            functions[op[node]],
            defaults[op[node]],
            argc,
            first,
            args,
            aliases,
            powers,
            date1904,
            has_cells,
            kinds,
            numbers,
            starts,
            stops,
            heap,
            used,
        )
        if kind <= ERROR:
            kinds[node] = kind
            numbers[node] = number


@two_speed
def _settle_some(  # type: ignore[no-untyped-def]
    op,
    argc,
    first,
    args,
    nodes,
    aliases,
    forms,
    functions,
    defaults,
    powers,
    date1904,
    has_cells,
    kinds,
    numbers,
    starts,
    stops,
    heap,
    used,
    left,
):
    unsettled = 0
    for i in range(len(nodes)):
        node = nodes[i]
        number, kind = settled_value(
            node,
            0,
            forms[op[node]],
            functions[op[node]],
            defaults[op[node]],
            argc,
            first,
            args,
            aliases,
            powers,
            date1904,
            has_cells,
            kinds,
            numbers,
            starts,
            stops,
            heap,
            used,
        )
        if kind <= ERROR:
            kinds[node] = kind
            numbers[node] = number
        else:
            left[unsettled] = node
            unsettled += 1
    return unsettled


@two_speed
def settled_value(  # type: ignore[no-untyped-def]
    node,
    lane,
    form,
    function,
    default,
    argc,
    first,
    args,
    aliases,
    powers,
    date1904,
    has_cells,
    kinds,
    numbers,
    starts,
    stops,
    heap,
    used,
):
    """A node's number and kind; a kind above ERROR where the batches must evaluate it.

    Of a TEXT the slice is in `starts` and `stops`. The values of an argument stand `lane` places behind where `args`
    says, which is another place for each row of a block (engine.settled_rows).
    """
    count = argc[node]
    at = first[node]
    if form <= _DATED:
        if count > 2:
            return 0.0, UNSETTLED
        x = 0.0
        y = default
        x_kind = NUMBER
        y_kind = NUMBER
        if count > 0:
            child = child_of(args[at], aliases) + lane
            x_kind = kinds[child]
            x = numbers[child]
        if count > 1:
            child = child_of(args[at + 1], aliases) + lane
            y_kind = kinds[child]
            y = numbers[child]
        if x_kind != NUMBER or y_kind != NUMBER:
            if form == _COMPARISON and x_kind == TEXT and y_kind == TEXT:
                order = order_of_texts(
                    child_of(args[at], aliases) + lane, child_of(args[at + 1], aliases) + lane, starts, stops, heap
                )
                if order == UNSURE:
                    return 0.0, UNSETTLED
                # As the order is to 0, so the left text is to the right one.
                return FUNCTIONS[function](float(order), 0.0, powers)
            if not (_is_plain(x_kind) and _is_plain(y_kind)):
                return 0.0, UNSETTLED
            if (form == _COMPARISON or form == _STRICT) and (x_kind == BOOLEAN or y_kind == BOOLEAN):
                return 0.0, UNSETTLED
            if x_kind == ERROR:
                return x, ERROR
            if y_kind == ERROR:
                return y, ERROR
        if form == _DATED:
            y = float(date1904)
        number, kind = FUNCTIONS[function](x, y, powers)
        return _finite(number, kind)
    if form == _TOTAL:
        return _total(function, count, at, lane, args, aliases, has_cells, kinds, numbers)
    if form == _TEST:
        return _test(function, count, at, lane, args, aliases, has_cells, kinds, numbers)
    if form == _COUNT:
        return _count(count, at, lane, args, aliases, has_cells, kinds)
    if form == _KIND:
        child = child_of(args[at], aliases) + lane
        return _answer(function, kinds[child], numbers[child])
    if form == _DATE:
        return _date(at, lane, args, aliases, date1904, kinds, numbers)
    if form > _DATE:
        return text_value(
            node, form, function, count, at, args, aliases, powers, kinds, numbers, starts, stops, heap, used
        )
    chosen, number, kind = _chosen(form, count, at, lane, args, aliases, kinds, numbers)
    if chosen < 0:
        return number, kind
    child = child_of(args[at + chosen], aliases) + lane
    kind = kinds[child]
    if has_cells and kind != NUMBER and kind != ERROR:  # it may be of a cell, and a mark says so
        return 0.0, UNSETTLED
    if kind == TEXT:
        starts[node] = starts[child]
        stops[node] = stops[child]
        return 0.0, TEXT
    if not _is_plain(kind):
        return 0.0, UNSETTLED
    return numbers[child], kind


@two_speed
def _is_plain(kind):  # type: ignore[no-untyped-def]
    """Whether a kind is one that numbers are: TRUE and FALSE count as 1 and 0, an error passes on."""
    return kind == NUMBER or kind == BOOLEAN or kind == ERROR


@two_speed
def _counts(kind, has_cells):  # type: ignore[no-untyped-def]
    """The same for SUM and others, which pass over truth values that stand in cells."""
    return kind == NUMBER or kind == ERROR or (kind == BOOLEAN and not has_cells)


@two_speed
def _finite(number, kind):  # type: ignore[no-untyped-def]
    if kind == NUMBER and number - number != 0.0:  # infinite, or no number
        return _NUM, ERROR
    return number, kind


@two_speed
def _chosen(form, count, at, lane, args, aliases, kinds, numbers):  # type: ignore[no-untyped-def]
    """Which argument is the value of IF and its like, or -1; then the value itself: a number and its kind."""
    child = child_of(args[at], aliases) + lane
    kind = kinds[child]
    number = numbers[child]
    if form == _PLUS:
        return 0, 0.0, UNSETTLED
    if form == _IFERROR:
        return (1 if kind == ERROR else 0), 0.0, UNSETTLED
    if form == _IFNA:
        return (1 if kind == ERROR and number == _NA else 0), 0.0, UNSETTLED
    if form == _IFS:
        return _first_true(count, at, lane, args, aliases, kinds, numbers)
    if kind == ERROR:
        return -1, number, ERROR
    if form == _CHOOSE:
        if kind != NUMBER:
            return -1, 0.0, UNSETTLED
        if not (number >= 1.0 and number < count):
            return -1, _VALUE, ERROR
        return int(number), 0.0, UNSETTLED
    if kind != NUMBER and kind != BOOLEAN:
        return -1, 0.0, UNSETTLED
    if number != 0.0:
        return 1, 0.0, UNSETTLED
    if count < 3:
        return -1, 0.0, BOOLEAN
    return 2, 0.0, UNSETTLED


@two_speed
def _first_true(count, at, lane, args, aliases, kinds, numbers):  # type: ignore[no-untyped-def]
    """The same for IFS."""
    for k in range(count):
        kind = kinds[child_of(args[at + k], aliases) + lane]
        if kind != TEXT and not _is_plain(kind):
            return -1, 0.0, UNSETTLED
    if count % 2 == 1:
        return -1, _NA, ERROR
    for k in range(0, count, 2):
        child = child_of(args[at + k], aliases) + lane
        if kinds[child] == ERROR:
            return -1, numbers[child], ERROR
        if kinds[child] != NUMBER and kinds[child] != BOOLEAN:
            return -1, 0.0, UNSETTLED
        if numbers[child] != 0.0:
            return k + 1, 0.0, UNSETTLED
    return -1, _NA, ERROR


@two_speed
def _total(function, count, at, lane, args, aliases, has_cells, kinds, numbers):  # type: ignore[no-untyped-def]
    total = 1.0 if function == _PRODUCT else 0.0
    for k in range(count):
        child = child_of(args[at + k], aliases) + lane
        kind = kinds[child]
        number = numbers[child]
        if kind != NUMBER:
            if not _counts(kind, has_cells):
                return 0.0, UNSETTLED
            if kind == ERROR:
                # The first error decides, unless what stands behind it is nothing for this module.
                for later in range(k, count):
                    if not _counts(kinds[child_of(args[at + later], aliases) + lane], has_cells):
                        return 0.0, UNSETTLED
                return number, ERROR
        if function == _PRODUCT:
            total *= number
        elif function == _MIN:
            if k == 0 or number < total:
                total = number
        elif function == _MAX:
            if k == 0 or number > total:
                total = number
        elif function == _SUMSQ:
            total += number * number
        else:
            total += number
    if function == _MEDIAN:
        return _median(count, at, lane, args, aliases, numbers)
    if function == _AVERAGE:
        total /= count
    return _finite(total, NUMBER)


@two_speed
def _median(count, at, lane, args, aliases, numbers):  # type: ignore[no-untyped-def]
    """The middle of a few numbers, by counting for each those before it; more are sorted by the kernel."""
    if count > _FEW:
        return 0.0, UNSETTLED
    below = (count - 1) // 2
    above = count // 2
    low = 0.0
    high = 0.0
    for k in range(count):
        number = numbers[child_of(args[at + k], aliases) + lane]
        less = 0
        equal = 0
        for other in range(count):
            beside = numbers[child_of(args[at + other], aliases) + lane]
            less += int(beside < number)
            equal += int(beside == number)
        if less <= below and below < less + equal:
            low = number
        if less <= above and above < less + equal:
            high = number
    return _finite((low + high) / 2.0, NUMBER)


@two_speed
def _test(function, count, at, lane, args, aliases, has_cells, kinds, numbers):  # type: ignore[no-untyped-def]
    true = 0
    for k in range(count):
        child = child_of(args[at + k], aliases) + lane
        if not _counts(kinds[child], has_cells):
            return 0.0, UNSETTLED
        if kinds[child] != ERROR and numbers[child] != 0.0:
            true += 1
    for k in range(count):
        child = child_of(args[at + k], aliases) + lane
        if kinds[child] == ERROR:
            return numbers[child], ERROR
    if function == _AND:
        return float(true == count), BOOLEAN
    return float(true > 0 if function == _OR else true % 2 == 1), BOOLEAN


@two_speed
def _count(count, at, lane, args, aliases, has_cells, kinds):  # type: ignore[no-untyped-def]
    total = 0.0
    for k in range(count):
        kind = kinds[child_of(args[at + k], aliases) + lane]
        if not _counts(kind, has_cells):
            return 0.0, UNSETTLED
        if kind != ERROR:
            total += 1.0
    return total, NUMBER


@two_speed
def _answer(function, kind, number):  # type: ignore[no-untyped-def]
    """What ISNUMBER and its like say."""
    if kind == EMPTY or kind > ERROR:
        return 0.0, UNSETTLED
    if function == _ISNUMBER:
        return float(kind == NUMBER), BOOLEAN
    if function == _ISTEXT:
        return float(kind == TEXT), BOOLEAN
    if function == _ISNONTEXT:
        return float(kind != TEXT), BOOLEAN
    if function == _ISLOGICAL:
        return float(kind == BOOLEAN), BOOLEAN
    if function == _ISERROR:
        return float(kind == ERROR), BOOLEAN
    if function == _ISERR:
        return float(kind == ERROR and number != _NA), BOOLEAN
    return float(kind == ERROR and number == _NA), BOOLEAN


@two_speed
def _date(at, lane, args, aliases, date1904, kinds, numbers):  # type: ignore[no-untyped-def]
    year = child_of(args[at], aliases) + lane
    month = child_of(args[at + 1], aliases) + lane
    day = child_of(args[at + 2], aliases) + lane
    if not (_is_plain(kinds[year]) and _is_plain(kinds[month]) and _is_plain(kinds[day])):
        return 0.0, UNSETTLED
    if kinds[year] == ERROR:
        return numbers[year], ERROR
    if kinds[month] == ERROR:
        return numbers[month], ERROR
    if kinds[day] == ERROR:
        return numbers[day], ERROR
    return _finite(serial_of(numbers[year], numbers[month], numbers[day], date1904), NUMBER)
