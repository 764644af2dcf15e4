"""Nodes whose arguments are plain numbers, evaluated one by one in machine code.

Most nodes of most formulas take numbers and give a number. For those a batch is more work than the sum: its
arguments are gathered from all over, and Python handles each batch. Here one pass walks the nodes as they
stand, arguments before their node, and settles what it can; it holds no lock, so threads run side by side.
What it cannot settle (text, arrays, references, a number too near a border of rounding) is left to the
batches, whose kernels know everything.
"""

# ruff: noqa: SIM109 (membership in a tuple is not in the compiled subset)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xlmill.syntax.forest import Forest
from xlmill.syntax.opcode import Opcode
from xlmill.values import number_functions as numeric
from xlmill.values.calendar_day import serial_of
from xlmill.values.column import BOOLEAN, EMPTY, ERROR, NUMBER, OMITTED, TEXT, Index, Kinds
from xlmill.values.error_value import ExcelError
from xlmill.values.fifteen_digits import POWERS
from xlmill.values.number_functions import FUNCTIONS
from xlmill.values.two_speed import two_speed

# The kind of a node that has no value yet.
UNSETTLED: Final = 255

_VALUE: Final = float(ExcelError.VALUE.code)
_NUM: Final = float(ExcelError.NUM.code)


class _Form(IntEnum):
    """How a function uses its arguments; 0 for those that are no business of this module."""

    ELEMENTWISE = 1  # number_functions.FUNCTIONS
    STRICT = 2  # the same, of numbers only: truth values compare otherwise, and some functions refuse them
    DATED = 3  # the same, of one number and the date system
    TOTAL = 4  # SUM and others that read all arguments from left to right
    TEST = 5  # AND, OR
    COUNT = 6
    IF = 7
    IFERROR = 8
    CHOOSE = 9
    ISNUMBER = 10
    DATE = 11


_SUM, _PRODUCT, _AVERAGE, _MIN, _MAX = range(5)
_AND, _OR = range(2)

_FORMS: Final[Mapping[str, tuple[_Form, int]]] = {
    **{
        name: (_Form.ELEMENTWISE, FUNCTIONS.index(function))
        for name, function in (
            *(("+", numeric.add), ("-", numeric.subtract), ("*", numeric.multiply), ("/", numeric.divide)),
            *(("^", numeric.power), ("POWER", numeric.power), ("-x", numeric.negate), ("%", numeric.percent)),
            *(("ABS", numeric.absolute), ("SIGN", numeric.sign), ("SQRT", numeric.square_root), ("PI", numeric.pi)),
            *(("EXP", numeric.exp), ("LN", numeric.ln), ("LOG10", numeric.log10), ("NOT", numeric.not_)),
            *(("SIN", numeric.sin), ("COS", numeric.cos), ("TAN", numeric.tan), ("MOD", numeric.mod)),
            *(("ROUND", numeric.round_half_away), ("ROUNDUP", numeric.round_up), ("ROUNDDOWN", numeric.round_down)),
            *(("TRUNC", numeric.round_down), ("INT", numeric.whole_below), ("N", numeric.itself)),
            *(("ASIN", numeric.asin), ("ACOS", numeric.acos), ("ATAN", numeric.atan), ("LOG", numeric.log)),
            *(("SINH", numeric.sinh), ("COSH", numeric.cosh), ("TANH", numeric.tanh), ("TRUE", numeric.true)),
            *(("DEGREES", numeric.degrees), ("RADIANS", numeric.radians), ("FALSE", numeric.false)),
            *(("FLOOR", numeric.floor), ("FLOOR.MATH", numeric.floor_math), ("FLOOR.PRECISE", numeric.floor_math)),
            *(("CEILING", numeric.ceiling), ("CEILING.MATH", numeric.ceiling_math)),
            ("CEILING.PRECISE", numeric.ceiling_math),
        )
    },
    **{
        name: (_Form.STRICT, FUNCTIONS.index(function))
        for name, function in (
            *(("=", numeric.equal), ("<>", numeric.not_equal), ("<", numeric.less)),
            *(("<=", numeric.less_equal), (">", numeric.greater), (">=", numeric.greater_equal)),
            *(("QUOTIENT", numeric.quotient), ("MROUND", numeric.round_to_multiple)),
        )
    },
    "YEAR": (_Form.DATED, FUNCTIONS.index(numeric.year)),
    "MONTH": (_Form.DATED, FUNCTIONS.index(numeric.month)),
    "DAY": (_Form.DATED, FUNCTIONS.index(numeric.day)),
    "SUM": (_Form.TOTAL, _SUM),
    "PRODUCT": (_Form.TOTAL, _PRODUCT),
    "AVERAGE": (_Form.TOTAL, _AVERAGE),
    "MIN": (_Form.TOTAL, _MIN),
    "MAX": (_Form.TOTAL, _MAX),
    "AND": (_Form.TEST, _AND),
    "OR": (_Form.TEST, _OR),
    "COUNT": (_Form.COUNT, 0),
    "IF": (_Form.IF, 0),
    "IFERROR": (_Form.IFERROR, 0),
    "CHOOSE": (_Form.CHOOSE, 0),
    "ISNUMBER": (_Form.ISNUMBER, 0),
    "DATE": (_Form.DATE, 0),
}

# What the second number is where it is not given, if not 0.
_DEFAULTS: Final[Mapping[str, float]] = {
    "LOG": 10.0,
    **dict.fromkeys(("FLOOR.MATH", "FLOOR.PRECISE", "CEILING.MATH", "CEILING.PRECISE"), 1.0),
}

# Plain numbers, for the compiled functions: a member of an enumeration is none.
_STRICT: Final = int(_Form.STRICT)
_DATED: Final = int(_Form.DATED)
_TOTAL: Final = int(_Form.TOTAL)
_TEST: Final = int(_Form.TEST)
_COUNT: Final = int(_Form.COUNT)
_IF: Final = int(_Form.IF)
_IFERROR: Final = int(_Form.IFERROR)
_CHOOSE: Final = int(_Form.CHOOSE)
_ISNUMBER: Final = int(_Form.ISNUMBER)
_DATE: Final = int(_Form.DATE)

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


@dataclass(frozen=True, slots=True)
class Forms:
    """By opcode: how machine code evaluates it, if at all, and which function of that form it is."""

    form: NDArray[np.uint8]
    function: NDArray[np.uint8]
    default: NDArray[np.float64]  # the second number where it is not given

    @classmethod
    def of(cls, opcodes: Mapping[str, int]) -> Forms:
        """For functions by their names, or operators by their signs."""
        form = np.zeros(1 << 15, np.uint8)
        function = np.zeros(1 << 15, np.uint8)
        default = np.zeros(1 << 15)
        for name, (kind, number) in _FORMS.items():
            if name in opcodes:
                form[opcodes[name]] = kind
                function[opcodes[name]] = number
                default[opcodes[name]] = _DEFAULTS.get(name, 0.0)
        return cls(form, function, default)


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


def settle(
    forest: Forest,
    forms: Forms,
    kinds: Kinds,
    numbers: NDArray[np.float64],
    aliases: Index | None,
    date1904: bool,
    has_cells: bool,
    nodes: Index | None = None,
) -> Index:
    """Settle what can be: fill in `kinds` and `numbers`. Returns those of `nodes` that are left.

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
    if nodes is None:
        _settle_all.run(5 * len(forest.op), *tree, forest.depth, *known, kinds, numbers)
        return _NO_ALIASES
    left = np.empty(len(nodes), np.int64)
    count = _settle_some.run(10 * len(nodes), *tree, nodes, *known, kinds, numbers, left)
    return left[:count]


@two_speed
def _settle_all(  # type: ignore[no-untyped-def]
    op, argc, first, args, depths, aliases, forms, functions, defaults, powers, date1904, has_cells, kinds, numbers
):
    for node in range(len(op)):
        form = forms[op[node]]
        if form == 0 or kinds[node] != UNSETTLED or depths[node] != 0:
            continue
        number, kind = _value(
            node,
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
        )
        if kind <= ERROR:
            kinds[node] = kind
            numbers[node] = number


@two_speed
def _settle_some(  # type: ignore[no-untyped-def]
    op, argc, first, args, nodes, aliases, forms, functions, defaults, powers, date1904, has_cells, kinds, numbers, left
):
    unsettled = 0
    for i in range(len(nodes)):
        node = nodes[i]
        number, kind = _value(
            node,
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
        )
        if kind <= ERROR:
            kinds[node] = kind
            numbers[node] = number
        else:
            left[unsettled] = node
            unsettled += 1
    return unsettled


@two_speed
def _value(  # type: ignore[no-untyped-def]
    node, form, function, default, argc, first, args, aliases, powers, date1904, has_cells, kinds, numbers
):
    """A node's number and kind; a kind above ERROR where the batches must evaluate it."""
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
            child = _child(args[at], aliases)
            x_kind = kinds[child]
            x = numbers[child]
        if count > 1:
            child = _child(args[at + 1], aliases)
            y_kind = kinds[child]
            y = numbers[child]
        if x_kind != NUMBER or y_kind != NUMBER:
            if not (_is_plain(x_kind) and _is_plain(y_kind)):
                return 0.0, UNSETTLED
            if form == _STRICT and (x_kind == BOOLEAN or y_kind == BOOLEAN):
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
        return _total(function, count, at, args, aliases, has_cells, kinds, numbers)
    if form == _IF:
        child = _child(args[at], aliases)
        kind = kinds[child]
        if kind == ERROR:
            return numbers[child], ERROR
        if kind != NUMBER and kind != BOOLEAN:
            return 0.0, UNSETTLED
        if numbers[child] != 0.0:
            return _copied(args[at + 1], aliases, kinds, numbers)
        if count < 3:
            return 0.0, BOOLEAN
        return _copied(args[at + 2], aliases, kinds, numbers)
    if form == _TEST:
        return _test(function, count, at, args, aliases, has_cells, kinds, numbers)
    if form == _IFERROR:
        child = _child(args[at], aliases)
        if kinds[child] == ERROR:
            return _copied(args[at + 1], aliases, kinds, numbers)
        return _copied(args[at], aliases, kinds, numbers)
    if form == _CHOOSE:
        child = _child(args[at], aliases)
        kind = kinds[child]
        if kind == ERROR:
            return numbers[child], ERROR
        if kind != NUMBER:
            return 0.0, UNSETTLED
        if not (numbers[child] >= 1.0 and numbers[child] < count):
            return _VALUE, ERROR
        return _copied(args[at + int(numbers[child])], aliases, kinds, numbers)
    if form == _ISNUMBER:
        kind = kinds[_child(args[at], aliases)]
        if kind > ERROR:
            return 0.0, UNSETTLED
        return float(kind == NUMBER), BOOLEAN
    if form == _COUNT:
        total = 0.0
        for k in range(count):
            kind = kinds[_child(args[at + k], aliases)]
            if not _counts(kind, has_cells):
                return 0.0, UNSETTLED
            if kind != ERROR:
                total += 1.0
        return total, NUMBER
    return _date(at, args, aliases, date1904, kinds, numbers)


@two_speed
def _child(node, aliases):  # type: ignore[no-untyped-def]
    return node if len(aliases) == 0 else aliases[node]


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
def _copied(node, aliases, kinds, numbers):  # type: ignore[no-untyped-def]
    """The value of another node, if that is one that this module gives."""
    child = _child(node, aliases)
    if not _is_plain(kinds[child]):
        return 0.0, UNSETTLED
    return numbers[child], kinds[child]


@two_speed
def _total(function, count, at, args, aliases, has_cells, kinds, numbers):  # type: ignore[no-untyped-def]
    total = 1.0 if function == _PRODUCT else 0.0
    for k in range(count):
        child = _child(args[at + k], aliases)
        kind = kinds[child]
        number = numbers[child]
        if kind != NUMBER:
            if not _counts(kind, has_cells):
                return 0.0, UNSETTLED
            if kind == ERROR:
                # The first error decides, unless what stands behind it is nothing for this module.
                for later in range(k, count):
                    if not _counts(kinds[_child(args[at + later], aliases)], has_cells):
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
        else:
            total += number
    if function == _AVERAGE:
        total /= count
    return _finite(total, NUMBER)


@two_speed
def _test(function, count, at, args, aliases, has_cells, kinds, numbers):  # type: ignore[no-untyped-def]
    true = 0
    for k in range(count):
        child = _child(args[at + k], aliases)
        if not _counts(kinds[child], has_cells):
            return 0.0, UNSETTLED
        if kinds[child] != ERROR and numbers[child] != 0.0:
            true += 1
    for k in range(count):
        child = _child(args[at + k], aliases)
        if kinds[child] == ERROR:
            return numbers[child], ERROR
    return float(true == count if function == _AND else true > 0), BOOLEAN


@two_speed
def _date(at, args, aliases, date1904, kinds, numbers):  # type: ignore[no-untyped-def]
    year = _child(args[at], aliases)
    month = _child(args[at + 1], aliases)
    day = _child(args[at + 2], aliases)
    if not (_is_plain(kinds[year]) and _is_plain(kinds[month]) and _is_plain(kinds[day])):
        return 0.0, UNSETTLED
    if kinds[year] == ERROR:
        return numbers[year], ERROR
    if kinds[month] == ERROR:
        return numbers[month], ERROR
    if kinds[day] == ERROR:
        return numbers[day], ERROR
    return _finite(serial_of(numbers[year], numbers[month], numbers[day], date1904), NUMBER)
