"""A function with all that it calls, as one module in LLVM's language."""

from __future__ import annotations

import ast
import copy
import functools
import linecache
from collections.abc import Callable, Sequence
from types import CodeType, FunctionType
from typing import Final

from xlmill.values.compiler.emitter import SubsetError
from xlmill.values.compiler.expression import DECLARATIONS, Translated, argument_texts, result_type
from xlmill.values.compiler.kind import Kind, Scalar
from xlmill.values.compiler.statement import Statements

ENTRY: Final = "entry"

# What stands behind a global name, if it is a two-speed function.
Resolver = Callable[[object], FunctionType | None]


class Translation:
    """Collects the functions and constant bytes of a module; every function for the kinds it is called with."""

    def __init__(self, callee: Resolver) -> None:
        self.callee = callee
        self._translated: dict[tuple[FunctionType, tuple[Kind, ...]], Translated] = {}
        self._tables: dict[bytes, str] = {}
        self._functions: list[str] = []

    def translated(self, function: FunctionType, kinds: tuple[Kind, ...]) -> Translated:
        """The translation of a function for arguments of these kinds."""
        known = self._translated.get((function, kinds))
        if known is None:
            name = f"{function.__name__}.{len(self._translated)}"
            write = Statements(function.__code__.co_filename, self, function.__globals__)
            text = write.function(name, source_tree(function), kinds)
            known = self._translated[function, kinds] = Translated(name, write.results or ())
            self._functions.append(text)
        return known

    def table(self, data: bytes) -> str:
        """The global that holds constant bytes."""
        return self._tables.setdefault(data, f"@table.{len(self._tables)}")

    def module(self, function: FunctionType, kinds: Sequence[Kind]) -> tuple[str, tuple[Scalar, ...]]:
        """The module whose ENTRY calls `function`, and the kinds of the results.

        ENTRY finds its arguments in eight bytes each, an array by the address of what its `__array_struct__` holds
        (see "The array interface protocol" in NumPy's manual). It leaves the results there.
        """
        name, results = self.translated(function, tuple(kinds))
        lines = [f"define void @{ENTRY}(ptr %slots) nounwind {{"]
        given: list[str] = []
        for position, kind in enumerate(kinds):
            lines += _argument(f"%a{position}", position, kind)
            given += argument_texts(f"a{position}", kind)
        call = f"call fastcc {result_type(results)} @{name}({', '.join(given)})"
        lines.append(f"  %r = {call}" if results else f"  {call}")
        for i, kind in enumerate(results):
            part = "%r"
            if len(results) > 1:
                part = f"%r{i}"
                lines.append(f"  {part} = extractvalue {result_type(results)} %r, {i}")
            stored = kind.value
            if kind is Scalar.BOOL:
                lines.append(f"  %w{i} = zext i1 {part} to i64")
                part, stored = f"%w{i}", Scalar.INT.value
            lines.append(f"  %s{i} = getelementptr inbounds i64, ptr %slots, i64 {i}")
            lines.append(f"  store {stored} {part}, ptr %s{i}")
        tables = [_table(data, at) for data, at in self._tables.items()]
        text = "".join([DECLARATIONS, *tables, *self._functions, "\n".join([*lines, "  ret void", "}", ""])])
        return text, results


def _table(data: bytes, at: str) -> str:
    text = "".join(f"\\{byte:02X}" for byte in data)
    return f'{at} = private unnamed_addr constant [{len(data)} x i8] c"{text}"\n'


def _argument(name: str, position: int, kind: Kind) -> list[str]:
    """How ENTRY reads an argument from its slot."""
    lines = [f"  {name}.slot = getelementptr inbounds i64, ptr %slots, i64 {position}"]
    if kind is Scalar.BOOL:
        return [*lines, f"  {name}.wide = load i64, ptr {name}.slot", f"  {name} = icmp ne i64 {name}.wide, 0"]
    if isinstance(kind, Scalar):
        return [*lines, f"  {name} = load {kind.value}, ptr {name}.slot"]
    lines += [f"  {name}.struct = load ptr, ptr {name}.slot", *_field(name, "data", 40), *_field(name, "shape", 24)]
    lines += [f"  {name} = getelementptr i8, ptr {name}.data, i64 0", f"  {name}.length = load i64, ptr {name}.shape"]
    if kind.is_strided:
        lines += [*_field(name, "strides", 32), f"  {name}.step = load i64, ptr {name}.strides"]
    return lines


def _field(name: str, field: str, offset: int) -> list[str]:
    return [
        f"  {name}.{field}.at = getelementptr inbounds i8, ptr {name}.struct, i64 {offset}",
        f"  {name}.{field} = load ptr, ptr {name}.{field}.at",
    ]


def source_tree(function: FunctionType) -> ast.FunctionDef:
    """The syntax tree of a function's source; raises SubsetError if that is not at hand, or no longer what runs."""
    code = function.__code__
    for node in _module_tree(code.co_filename).body:
        if isinstance(node, ast.FunctionDef) and node.name == function.__name__ and _same_code(node, code):
            return node
    raise SubsetError(f"{code.co_filename}:{code.co_firstlineno}: the source of {function.__name__} is not at hand")


def _same_code(node: ast.FunctionDef, code: CodeType) -> bool:
    alone = copy.copy(node)
    alone.decorator_list = []
    module = compile(ast.Module([alone], []), code.co_filename, "exec", dont_inherit=True)
    found = next(inner for inner in module.co_consts if isinstance(inner, CodeType) and inner.co_name == node.name)
    return (found.co_code, found.co_consts, found.co_names) == (code.co_code, code.co_consts, code.co_names)


@functools.cache
def _module_tree(file: str) -> ast.Module:
    return ast.parse("".join(linecache.getlines(file)))
