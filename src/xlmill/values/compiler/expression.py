"""Expressions to LLVM instructions."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Final, NamedTuple, Protocol

from xlmill.values.compiler import c_math
from xlmill.values.compiler.emitter import Emitter, Value
from xlmill.values.compiler.kind import ArrayKind, Kind, Scalar

_INT_OPERATIONS: Final[Mapping[type[ast.operator], str]] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.BitAnd: "and",
    ast.BitOr: "or",
    ast.BitXor: "xor",
    ast.LShift: "shl",
    ast.RShift: "ashr",
}
_FLOAT_OPERATIONS: Final[Mapping[type[ast.operator], str]] = {ast.Add: "fadd", ast.Sub: "fsub", ast.Mult: "fmul"}
_INT_COMPARISONS: Final[Mapping[type[ast.cmpop], str]] = {
    ast.Eq: "eq",
    ast.NotEq: "ne",
    ast.Lt: "slt",
    ast.LtE: "sle",
    ast.Gt: "sgt",
    ast.GtE: "sge",
}
# With NaN only "not equal" is true.
_FLOAT_COMPARISONS: Final[Mapping[type[ast.cmpop], str]] = {
    ast.Eq: "oeq",
    ast.NotEq: "une",
    ast.Lt: "olt",
    ast.LtE: "ole",
    ast.Gt: "ogt",
    ast.GtE: "oge",
}


class Translated(NamedTuple):
    """A function in LLVM's language: its name there, and the kinds of its results."""

    name: str
    results: tuple[Scalar, ...]


class Unit(Protocol):
    """What a function's translation asks of the whole that it is part of."""

    def callee(self, value: object) -> FunctionType | None:
        """The plain function behind a global, if it is a two-speed function."""

    def translated(self, function: FunctionType, kinds: tuple[Kind, ...]) -> Translated:
        """The translation of a function for arguments of these kinds."""

    def table(self, data: bytes) -> str:
        """The global that holds constant bytes."""


class Expressions(Emitter):
    """Writes the instructions that compute an expression.

    Whole numbers have 64 bits and wrap around; no index is checked.
    """

    def __init__(self, file: str, unit: Unit, scope: Mapping[str, object]) -> None:
        super().__init__(file)
        self.unit = unit
        self.scope = scope  # the function's globals
        self.arrays: dict[str, ArrayKind] = {}  # parameters

    def value(self, node: ast.expr) -> Value:
        """The value of an expression that is a number."""
        match node:
            case ast.Constant(value=bool() | int() | float() as number):
                return self.constant(number, node)
            case ast.Name(id=name):
                return self._name(node, name)
            case ast.BinOp(left=left, op=operator, right=right):
                return self.binary(node, operator, self.value(left), self.value(right))
            case ast.UnaryOp(op=operator, operand=operand):
                return self._unary(node, operator, operand)
            case ast.Compare():
                return self._compare(node)
            case ast.BoolOp():
                return self._choose(node, ast.Constant(True), ast.Constant(False), is_strict=True)
            case ast.IfExp(test=test, body=body, orelse=other):
                return self._choose(test, body, other)
            case ast.Subscript():
                kind, address = self.element(node)
                return self.read(kind, address)
            case ast.Call():
                results = self.call(node)
                if len(results) == 1:
                    return results[0]
                raise self.refusal(node, f"a call with {len(results)} results inside an expression")
            case _:
                raise self.refusal(node, ast.unparse(node))

    def condition(self, node: ast.expr, yes: str, no: str, is_strict: bool = False) -> None:
        """Go on at one of two labels; where `is_strict`, all parts of the condition must be truth values."""
        match node:
            case ast.BoolOp(op=operator, values=[*firsts, last]):
                for part in firsts:
                    further = self.new_label()
                    if isinstance(operator, ast.And):
                        self.condition(part, further, no, is_strict)
                    else:
                        self.condition(part, yes, further, is_strict)
                    self.begin(further)
                self.condition(last, yes, no, is_strict)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                self.condition(operand, no, yes)
            case _:
                value = self.value(node)
                if is_strict and value.kind is not Scalar.BOOL:
                    raise self.refusal(node, "a number as a part of `and` or `or`, other than in a condition")
                self.branch(self.truth(value), yes, no)

    def binary(self, node: ast.AST, operator: ast.operator, left: Value, right: Value) -> Value:
        """The value of `left operator right`."""
        if isinstance(operator, ast.Div) or Scalar.FLOAT in (left.kind, right.kind):
            name = "fdiv" if isinstance(operator, ast.Div) else _FLOAT_OPERATIONS.get(type(operator))
            if name is None:
                raise self.refusal(node, f"{type(operator).__name__} of floats")
            a, b = self.convert(left, Scalar.FLOAT, node), self.convert(right, Scalar.FLOAT, node)
            return self.make(Scalar.FLOAT, f"{name} double {a.text}, {b.text}")
        a, b = self.convert(left, Scalar.INT, node), self.convert(right, Scalar.INT, node)
        if isinstance(operator, ast.FloorDiv | ast.Mod):
            return self._floor_divide(isinstance(operator, ast.Mod), a.text, b.text)
        name = _INT_OPERATIONS.get(type(operator))
        if name is None:
            raise self.refusal(node, f"{type(operator).__name__} of integers")
        if isinstance(operator, ast.LShift | ast.RShift) and not (b.text.isdecimal() and int(b.text) < 63):
            raise self.refusal(node, "a shift by other than a constant below 63")
        return self.make(Scalar.INT, f"{name} i64 {a.text}, {b.text}")

    def compare(self, node: ast.AST, operator: ast.cmpop, left: Value, right: Value) -> Value:
        """Whether `left operator right` holds."""
        is_float = Scalar.FLOAT in (left.kind, right.kind)
        kind = Scalar.FLOAT if is_float else Scalar.INT
        a, b = self.convert(left, kind, node), self.convert(right, kind, node)
        name = (_FLOAT_COMPARISONS if is_float else _INT_COMPARISONS).get(type(operator))
        if name is None:
            raise self.refusal(node, f"the comparison {type(operator).__name__}")
        compare = "fcmp" if is_float else "icmp"
        return self.make(Scalar.BOOL, f"{compare} {name} {kind.value} {a.text}, {b.text}")

    def call(self, node: ast.Call) -> list[Value]:
        """The results of a call, of a function known to Python or to us."""
        match node.func:
            case ast.Subscript(value=ast.Name(id=table), slice=place) if not node.keywords:
                return self._call_one_of(node, self.scope.get(table), place)
            case ast.Name(id=name) if not node.keywords:
                pass
            case _:
                raise self.refusal(node, ast.unparse(node))
        found = self.scope.get(name)
        callee = self.unit.callee(found)
        if callee is not None:
            return self._call(node, callee)
        if callable(found) and found in c_math.FUNCTIONS:
            return [self._call_c(node, *c_math.FUNCTIONS[found])]
        built_in = _BUILT_INS.get(name)
        if built_in is None or name in self.scope:
            raise self.refusal(node, f"a call of {name}")
        return [built_in(self, node)]

    def element(self, node: ast.Subscript) -> tuple[ArrayKind, str]:
        """The kind of the array that an element is of, and the element's address."""
        if not isinstance(node.value, ast.Name):
            raise self.refusal(node, ast.unparse(node))
        name = node.value.id
        index = self.convert(self.value(node.slice), Scalar.INT, node).text
        kind = self.arrays.get(name)
        if kind is None:
            table = self.scope.get(name)
            if name in self.variables or not isinstance(table, bytes):
                raise self.refusal(node, f"an element of {name}, which is neither a parameter nor constant bytes")
            return _BYTES, self._address("i8", self.unit.table(table), index)
        if kind.is_strided:
            offset = self.make(Scalar.INT, f"mul i64 {index}, %{name}.step")
            return kind, self._address("i8", f"%{name}", offset.text)
        return kind, self._address(kind.stored, f"%{name}", index)

    def read(self, kind: ArrayKind, address: str) -> Value:
        """What stands at the address of an element."""
        # Arrays made from bytes may begin anywhere: nothing is assumed of how they are aligned.
        loaded = self.make(kind.element, f"load {kind.stored}, ptr {address}, align 1")
        if kind.stored == kind.element.value:
            return loaded
        extend = "sext" if kind.is_signed else "zext"
        return self.make(kind.element, f"{extend} {kind.stored} {loaded.text} to i64")

    def _address(self, stored: str, base: str, index: str) -> str:
        return self.make(Scalar.INT, f"getelementptr inbounds {stored}, ptr {base}, i64 {index}").text

    def _name(self, node: ast.AST, name: str) -> Value:
        variable = self.variables.get(name)
        if variable is not None:
            return self.load(variable)
        found = self.scope.get(name)
        if isinstance(found, bool | int | float):
            return self.constant(found, node)
        raise self.refusal(node, f"{name}, which is neither a variable set before nor a constant")

    def _unary(self, node: ast.AST, operator: ast.unaryop, operand: ast.expr) -> Value:
        value = self.value(operand)
        match operator:
            case ast.Not():
                return self.make(Scalar.BOOL, f"xor i1 {self.truth(value)}, true")
            case ast.USub() if value.kind is Scalar.FLOAT:
                return self.make(Scalar.FLOAT, f"fneg double {value.text}")
            case ast.USub():
                return self.make(Scalar.INT, f"sub i64 0, {self.convert(value, Scalar.INT, node).text}")
            case ast.Invert() if value.kind is Scalar.INT:
                return self.make(Scalar.INT, f"xor i64 {value.text}, -1")
            case _:
                raise self.refusal(node, ast.unparse(node))

    def _compare(self, node: ast.Compare) -> Value:
        if not all(isinstance(operand, ast.Name | ast.Constant) for operand in node.comparators[1:]):
            raise self.refusal(node, "a chain of comparisons whose later operands are computed")
        left = self.value(node.left)
        result: Value | None = None
        for operator, operand in zip(node.ops, node.comparators, strict=True):
            right = self.value(operand)
            holds = self.compare(node, operator, left, right)
            result = holds if result is None else self.make(Scalar.BOOL, f"and i1 {result.text}, {holds.text}")
            left = right
        assert result is not None
        return result

    def _choose(self, test: ast.expr, body: ast.expr, other: ast.expr, is_strict: bool = False) -> Value:
        yes, no, end = self.new_label(), self.new_label(), self.new_label()
        self.condition(test, yes, no, is_strict)
        self.begin(yes)
        first = self.value(body)
        chosen = self.temporary(first.kind)
        self.store(first, chosen)
        self.jump(end)
        self.begin(no)
        second = self.value(other)
        if second.kind is not first.kind:
            raise self.refusal(other, f"{first.kind.name} or {second.kind.name} from one expression")
        self.store(second, chosen)
        self.begin(end)
        return self.load(chosen)

    def _floor_divide(self, wants_rest: bool, a: str, b: str) -> Value:
        """As Python rounds: down, and the rest has the divisor's sign. What is divided by 0 is divided by 1."""
        if not b.isdecimal() or b == "0":
            is_zero = self.make(Scalar.BOOL, f"icmp eq i64 {b}, 0").text
            b = self.make(Scalar.INT, f"select i1 {is_zero}, i64 1, i64 {b}").text
        rest = self.make(Scalar.INT, f"srem i64 {a}, {b}").text
        has_rest = self.make(Scalar.BOOL, f"icmp ne i64 {rest}, 0").text
        signs = self.make(Scalar.INT, f"xor i64 {rest}, {b}").text
        differ = self.make(Scalar.BOOL, f"icmp slt i64 {signs}, 0").text
        is_above = self.make(Scalar.BOOL, f"and i1 {has_rest}, {differ}").text
        if wants_rest:
            shift = self.make(Scalar.INT, f"select i1 {is_above}, i64 {b}, i64 0").text
            return self.make(Scalar.INT, f"add i64 {rest}, {shift}")
        quotient = self.make(Scalar.INT, f"sdiv i64 {a}, {b}").text
        one = self.make(Scalar.INT, f"zext i1 {is_above} to i64").text
        return self.make(Scalar.INT, f"sub i64 {quotient}, {one}")

    def _call_c(self, node: ast.Call, name: str, count: int) -> Value:
        if len(node.args) != count:
            raise self.refusal(node, f"{len(node.args)} arguments for {name}")
        given = [self.convert(self.value(argument), Scalar.FLOAT, node).text for argument in node.args]
        return self.make(Scalar.FLOAT, f"call double @{name}({', '.join(f'double {text}' for text in given)})")

    def _call_one_of(self, node: ast.Call, table: object, place: ast.expr) -> list[Value]:
        """A call of the function at a place in a tuple, all of which take and give the same kinds."""
        callees = [self.unit.callee(each) for each in table] if isinstance(table, tuple) else []
        known = [callee for callee in callees if callee is not None]
        if not known or len(known) < len(callees):
            raise self.refusal(node, f"a call of one of {ast.unparse(node.func)}, which is no tuple of functions")
        number = self.convert(self.value(place), Scalar.INT, place).text
        kinds, given = self._given(node)
        labels = [self.new_label() for _ in known]
        end = self.new_label()
        cases = " ".join(f"i64 {at}, label %{label}" for at, label in enumerate(labels))
        self.close(f"switch i64 {number}, label %{labels[0]} [{cases}]")
        chosen: list[Value] = []
        for label, callee in zip(labels, known, strict=True):
            self.begin(label)
            results = self._results(*self.unit.translated(callee, kinds), given)
            chosen = chosen or [self.temporary(result.kind) for result in results]
            if [result.kind for result in results] != [kept.kind for kept in chosen]:
                raise self.refusal(node, f"{callee.__name__}, whose results are of other kinds than its neighbours'")
            for result, kept in zip(results, chosen, strict=True):
                self.store(result, kept)
            self.jump(end)
        self.begin(end)
        return [self.load(kept) for kept in chosen]

    def _call(self, node: ast.Call, callee: FunctionType) -> list[Value]:
        kinds, given = self._given(node)
        return self._results(*self.unit.translated(callee, kinds), given)

    def _given(self, node: ast.Call) -> tuple[tuple[Kind, ...], list[str]]:
        """The kinds of a call's arguments, and how they are passed."""
        kinds: list[Kind] = []
        given: list[str] = []
        for argument in node.args:
            name = argument.id if isinstance(argument, ast.Name) else ""
            if name in self.arrays:
                kind: Kind = self.arrays[name]
                given.extend(argument_texts(name, kind))
            else:
                value = self.value(argument)
                kind = value.kind
                given.append(f"{kind.value} {value.text}")
            kinds.append(kind)
        return tuple(kinds), given

    def _results(self, name: str, results: tuple[Scalar, ...], given: list[str]) -> list[Value]:
        """Call a translated function."""
        call = f"call fastcc {result_type(results)} @{name}({', '.join(given)})"
        if not results:
            self.do(call)
            return []
        whole = self.make(results[0], call)
        if len(results) == 1:
            return [whole]
        return [
            self.make(kind, f"extractvalue {result_type(results)} {whole.text}, {i}") for i, kind in enumerate(results)
        ]


def argument_texts(name: str, kind: Kind) -> list[str]:
    """How a parameter is declared, and passed on: an array as its address, its length and perhaps its step."""
    if isinstance(kind, Scalar):
        return [f"{kind.value} %{name}"]
    return [f"ptr %{name}", f"i64 %{name}.length", *([f"i64 %{name}.step"] if kind.is_strided else [])]


def result_type(results: tuple[Scalar, ...]) -> str:
    """The LLVM type of a function's results together."""
    if len(results) == 1:
        return results[0].value
    return "{" + ", ".join(kind.value for kind in results) + "}" if results else "void"


def _length(write: Expressions, node: ast.Call) -> Value:
    match node.args:
        case [ast.Name(id=name)] if name in write.arrays:
            return Value(Scalar.INT, f"%{name}.length")
        case _:
            raise write.refusal(node, "the length of something else than a parameter")


def _extreme(comparison: ast.cmpop) -> Callable[[Expressions, ast.Call], Value]:
    def translate(write: Expressions, node: ast.Call) -> Value:
        if len(node.args) != 2:
            raise write.refusal(node, f"{ast.unparse(node.func)} of other than two numbers")
        first, second = (write.value(argument) for argument in node.args)
        if first.kind is not second.kind or first.kind is Scalar.BOOL:
            raise write.refusal(node, "the smaller or greater of numbers of two kinds")
        # As Python does it, also with NaN: the second only where it is smaller (greater) than the first.
        is_float = first.kind is Scalar.FLOAT
        name = (
            f"fcmp {_FLOAT_COMPARISONS[type(comparison)]}" if is_float else f"icmp {_INT_COMPARISONS[type(comparison)]}"
        )
        kind = first.kind.value
        wins = write.make(Scalar.BOOL, f"{name} {kind} {second.text}, {first.text}").text
        return write.make(first.kind, f"select i1 {wins}, {kind} {second.text}, {kind} {first.text}")

    return translate


def _only(write: Expressions, node: ast.Call) -> Value:
    if len(node.args) != 1:
        raise write.refusal(node, ast.unparse(node))
    return write.value(node.args[0])


def _absolute(write: Expressions, node: ast.Call) -> Value:
    value = _only(write, node)
    if value.kind is Scalar.FLOAT:
        return write.make(Scalar.FLOAT, f"call double @llvm.fabs.f64(double {value.text})")
    return write.make(
        Scalar.INT, f"call i64 @llvm.abs.i64(i64 {write.convert(value, Scalar.INT, node).text}, i1 false)"
    )


def _as_int(write: Expressions, node: ast.Call) -> Value:
    value = _only(write, node)
    if value.kind is Scalar.FLOAT:
        return write.make(Scalar.INT, f"call i64 @llvm.fptosi.sat.i64.f64(double {value.text})")
    return write.convert(value, Scalar.INT, node)


def _as_float(write: Expressions, node: ast.Call) -> Value:
    return write.convert(_only(write, node), Scalar.FLOAT, node)


DECLARATIONS: Final = (
    c_math.DECLARATIONS
    + """\
declare double @llvm.fabs.f64(double)
declare i64 @llvm.abs.i64(i64, i1)
declare i64 @llvm.fptosi.sat.i64.f64(double)
"""
)
_BUILT_INS: Final[Mapping[str, Callable[[Expressions, ast.Call], Value]]] = {
    "len": _length,
    "min": _extreme(ast.Lt()),
    "max": _extreme(ast.Gt()),
    "abs": _absolute,
    "int": _as_int,
    "float": _as_float,
}
_BYTES: Final = ArrayKind("i8", Scalar.INT, False, False)
