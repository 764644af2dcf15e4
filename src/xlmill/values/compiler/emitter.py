"""The text of one LLVM function while it is written: instructions, blocks and variables."""

from __future__ import annotations

import ast
import struct
from typing import NamedTuple

from xlmill.values.compiler.kind import Scalar


class SubsetError(TypeError):
    """A two-speed function that does something for which there is no translation."""


class Value(NamedTuple):
    """A number on its way: its kind, and the LLVM constant or register that holds it."""

    kind: Scalar
    text: str


class Emitter:
    """Instructions in the order in which they are written, in blocks that begin with a label.

    Variables stand in memory: LLVM's first pass turns them to registers.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: list[str] = []
        self.variables: dict[str, Value] = {}  # by name: its kind and where it stands
        self._numbered = 0
        self._is_closed = False  # the block has its jump or return

    def refusal(self, node: ast.AST, what: str) -> SubsetError:
        """What to raise where the source does something that the compiled subset does not have."""
        return SubsetError(f"{self.file}:{getattr(node, 'lineno', '?')}: not in the compiled subset: {what}")

    def do(self, instruction: str) -> None:
        """Write an instruction without a result."""
        if self._is_closed:
            self.begin(self.new_label())  # never reached: it stands behind a jump
        self.lines.append(f"  {instruction}")

    def make(self, kind: Scalar, instruction: str) -> Value:
        """Write an instruction that has a result."""
        register = f"%.{self._number()}"
        self.do(f"{register} = {instruction}")
        return Value(kind, register)

    def new_label(self) -> str:
        """A label for a block that begins later."""
        return f"L{self._number()}"

    def begin(self, label: str) -> None:
        """Begin a block; the one before goes on into it."""
        self.jump(label)
        self.lines.append(f"{label}:")
        self._is_closed = False

    def jump(self, label: str) -> None:
        """Go on at a label."""
        self.close(f"br label %{label}")

    def branch(self, truth: str, yes: str, no: str) -> None:
        """Go on at one of two labels."""
        self.close(f"br i1 {truth}, label %{yes}, label %{no}")

    def close(self, instruction: str) -> None:
        """End the block, if it has no end yet."""
        if not self._is_closed:
            self.lines.append(f"  {instruction}")
            self._is_closed = True

    def new_variable(self, name: str, kind: Scalar) -> Value:
        """Room for a number, zero at first."""
        self.variables[name] = variable = Value(kind, f"%{name}.v")
        return variable

    def temporary(self, kind: Scalar) -> Value:
        """A variable that has no name in the source."""
        return self.new_variable(f".{self._number()}", kind)

    def load(self, variable: Value) -> Value:
        """What a variable holds."""
        return self.make(variable.kind, f"load {variable.kind.value}, ptr {variable.text}")

    def store(self, value: Value, variable: Value) -> None:
        """Let a variable hold something else."""
        self.do(f"store {value.kind.value} {value.text}, ptr {variable.text}")

    def convert(self, value: Value, kind: Scalar, node: ast.AST) -> Value:
        """The same number in a wider kind: a truth value as 0 or 1, a whole number as a float."""
        if value.kind is kind:
            return value
        if value.kind is Scalar.BOOL:
            if kind is Scalar.INT:
                return self.make(kind, f"zext i1 {value.text} to i64")
            return self.make(kind, f"uitofp i1 {value.text} to double")
        if value.kind is Scalar.INT and kind is Scalar.FLOAT:
            return self.make(kind, f"sitofp i64 {value.text} to double")
        raise self.refusal(node, f"{value.kind.name} where {kind.name} is expected")

    def constant(self, number: bool | float, node: ast.AST) -> Value:
        """A number that the source has."""
        if isinstance(number, bool):
            return Value(Scalar.BOOL, "true" if number else "false")
        if isinstance(number, int):
            if not -(2**63) <= number < 2**63:
                raise self.refusal(node, f"{number}, which takes more than 64 bits")
            return Value(Scalar.INT, f"{int(number)}")
        return Value(Scalar.FLOAT, f"0x{struct.unpack('<Q', struct.pack('<d', number))[0]:016X}")

    def truth(self, value: Value) -> str:
        """Whether a number is other than zero."""
        if value.kind is Scalar.BOOL:
            return value.text
        if value.kind is Scalar.INT:
            return self.make(Scalar.BOOL, f"icmp ne i64 {value.text}, 0").text
        return self.make(Scalar.BOOL, f"fcmp une double {value.text}, 0.0").text

    def _number(self) -> int:
        self._numbered += 1
        return self._numbered
