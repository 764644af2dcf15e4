"""Statements to LLVM instructions."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from xlmill.values.compiler.emitter import Value
from xlmill.values.compiler.expression import Expressions, Unit, argument_texts, result_type
from xlmill.values.compiler.kind import ArrayKind, Kind, Scalar


class Statements(Expressions):
    """Writes the instructions of a function's body.

    A variable has one kind, that of what is assigned to it first; a parameter that is an array stays what it is.
    """

    def __init__(self, file: str, unit: Unit, scope: Mapping[str, object]) -> None:
        super().__init__(file, unit, scope)
        self.results: tuple[Scalar, ...] | None = None  # of the first return
        self._loops: list[tuple[str, str]] = []  # where `continue` and `break` go

    def function(self, name: str, node: ast.FunctionDef, kinds: Sequence[Kind]) -> str:
        """The whole function, for arguments of these kinds, under a name."""
        parameters = [parameter.arg for parameter in node.args.args]
        if len(parameters) != len(kinds):
            raise self.refusal(node, f"{len(kinds)} arguments for {len(parameters)} parameters")
        declared: list[str] = []
        for parameter, kind in zip(parameters, kinds, strict=True):
            declared.extend(argument_texts(parameter, kind))
            if isinstance(kind, ArrayKind):
                self.arrays[parameter] = kind
            else:
                self.store(Value(kind, f"%{parameter}"), self.new_variable(parameter, kind))
        self.block(node.body)
        results = self.results or ()
        # A function that has results returns before its end.
        self.close("unreachable" if results else "ret void")
        room = [
            line
            for kind, at in self.variables.values()
            for line in (f"  {at} = alloca {kind.value}", f"  store {kind.value} zeroinitializer, ptr {at}")
        ]
        # Without calls of memcpy and the like, which a loop could become, the object code needs no other.
        attributes = 'nounwind "no-builtins"'
        head = f"define internal fastcc {result_type(results)} @{name}({', '.join(declared)}) {attributes} {{"
        return "\n".join([head, *room, *self.lines, "}\n"])

    def block(self, statements: Sequence[ast.stmt]) -> None:
        """Some statements, one behind the other."""
        for statement in statements:
            self._statement(statement)

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=ast.expr() as value):
                self._assign(node, target, value)
            case ast.AugAssign(target=target, op=operator, value=value):
                self._assign_operation(node, target, operator, value)
            case ast.If(test=test, body=body, orelse=other):
                yes, no, end = self.new_label(), self.new_label(), self.new_label()
                self.condition(test, yes, no)
                self.begin(yes)
                self.block(body)
                self.jump(end)
                self.begin(no)
                self.block(other)
                self.begin(end)
            case ast.While(test=test, body=body, orelse=[]):
                self._while(test, body)
            case ast.For(
                target=ast.Name(id=name), iter=ast.Call(func=ast.Name("range"), args=span), body=body, orelse=[]
            ):
                self._for(name, span, body)
            case ast.Break() if self._loops:
                self.jump(self._loops[-1][1])
            case ast.Continue() if self._loops:
                self.jump(self._loops[-1][0])
            case ast.Return(value=value):
                self._return(node, value)
            case ast.Expr(value=ast.Constant(value=str())):
                pass  # a docstring
            case ast.Expr(value=ast.Call() as call):
                self.call(call)
            case _:
                raise self.refusal(node, ast.unparse(node).partition("\n")[0])

    def _assign(self, node: ast.stmt, target: ast.expr, value: ast.expr) -> None:
        if not isinstance(target, ast.Tuple):
            self._put(target, self.value(value))
            return
        if isinstance(value, ast.Tuple):
            given = [self.value(element) for element in value.elts]
        elif isinstance(value, ast.Call):
            given = self.call(value)
        else:
            raise self.refusal(node, ast.unparse(node))
        if len(given) != len(target.elts):
            raise self.refusal(node, f"{len(given)} values for {len(target.elts)} names")
        for single, number in zip(target.elts, given, strict=True):
            self._put(single, number)

    def _put(self, target: ast.expr, value: Value) -> None:
        match target:
            case ast.Name(id=name) if name not in self.arrays:
                variable = self.variables.get(name) or self.new_variable(name, value.kind)
                if Scalar.FLOAT in (variable.kind, value.kind) and variable.kind is not value.kind:
                    raise self.refusal(target, f"{name} as {variable.kind.name} and as {value.kind.name}")
                self.store(self.convert(value, variable.kind, target), variable)
            case ast.Subscript():
                self._write(target, *self.element(target), value)
            case _:
                raise self.refusal(target, f"an assignment to {ast.unparse(target)}")

    def _write(self, node: ast.AST, kind: ArrayKind, address: str, value: Value) -> None:
        number = self.convert(value, kind.element, node)
        if kind.stored != kind.element.value:
            number = self.make(kind.element, f"trunc i64 {number.text} to {kind.stored}")
        self.do(f"store {kind.stored} {number.text}, ptr {address}, align 1")

    def _assign_operation(self, node: ast.stmt, target: ast.expr, operator: ast.operator, value: ast.expr) -> None:
        if isinstance(target, ast.Subscript):
            kind, address = self.element(target)
            before = self.read(kind, address)
            self._write(node, kind, address, self.binary(node, operator, before, self.value(value)))
        else:
            self._put(target, self.binary(node, operator, self.value(target), self.value(value)))

    def _while(self, test: ast.expr, body: Sequence[ast.stmt]) -> None:
        head, inside, end = self.new_label(), self.new_label(), self.new_label()
        self.begin(head)
        self.condition(test, inside, end)
        self.begin(inside)
        self._inside(body, head, end)
        self.jump(head)
        self.begin(end)

    def _for(self, name: str, span: list[ast.expr], body: Sequence[ast.stmt]) -> None:
        bounds = [self.convert(self.value(bound), Scalar.INT, bound) for bound in span[:2]]
        if len(bounds) == 1:
            bounds.insert(0, Value(Scalar.INT, "0"))
        step = self._step(span)
        # Python's loop counts by itself: what the body does to the variable does not change how often it runs.
        counter = self.temporary(Scalar.INT)
        self.store(bounds[0], counter)
        head, inside, further, end = (self.new_label() for _ in range(4))
        self.begin(head)
        at = self.load(counter)
        goes_on = self.make(Scalar.BOOL, f"icmp {'slt' if step > 0 else 'sgt'} i64 {at.text}, {bounds[1].text}")
        self.branch(goes_on.text, inside, end)
        self.begin(inside)
        self._put(ast.Name(name), at)
        self._inside(body, further, end)
        self.begin(further)
        self.store(self.make(Scalar.INT, f"add i64 {self.load(counter).text}, {step}"), counter)
        self.jump(head)
        self.begin(end)

    def _step(self, span: list[ast.expr]) -> int:
        match span[2:]:
            case []:
                return 1
            case [ast.Constant(value=int() as step)] if step > 0:
                return step
            case [ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as step))] if step > 0:
                return -step
            case _:
                raise self.refusal(span[2], "a range whose step is no constant")

    def _inside(self, body: Sequence[ast.stmt], further: str, end: str) -> None:
        self._loops.append((further, end))
        self.block(body)
        self._loops.pop()

    def _return(self, node: ast.stmt, value: ast.expr | None) -> None:
        if value is None:
            given = []
        elif isinstance(value, ast.Tuple):
            given = [self.value(element) for element in value.elts]
        elif isinstance(value, ast.Call):
            given = self.call(value)
        else:
            given = [self.value(value)]
        if self.results is None:
            self.results = tuple(number.kind for number in given)
        if len(given) != len(self.results):
            raise self.refusal(node, f"{len(given)} results where there were {len(self.results)} before")
        given = [self.convert(number, kind, node) for number, kind in zip(given, self.results, strict=True)]
        if not given:
            self.close("ret void")
        elif len(given) == 1:
            self.close(f"ret {given[0].kind.value} {given[0].text}")
        else:
            whole = "undef"
            kinds = result_type(self.results)
            for i, number in enumerate(given):
                whole = self.make(
                    number.kind, f"insertvalue {kinds} {whole}, {number.kind.value} {number.text}, {i}"
                ).text
            self.close(f"ret {kinds} {whole}")
