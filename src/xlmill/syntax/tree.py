"""A readable view of one tree of a forest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlmill.syntax.forest import Forest
from xlmill.syntax.function_table import FunctionTable
from xlmill.syntax.opcode import FIRST_FUNCTION, Opcode
from xlmill.syntax.printer import print_node


@dataclass(frozen=True, slots=True)
class Tree:
    """A node of a forest with what stands under it, read from the arrays when asked."""

    forest: Forest
    node: int
    functions: FunctionTable

    @classmethod
    def of_row(cls, forest: Forest, row: int, functions: FunctionTable) -> Tree:
        """The tree of a row that parsed."""
        return cls(forest, int(forest.root[row]), functions)

    @property
    def label(self) -> str:
        """What the node is: a function's name, an operator or form by its Opcode, or a leaf with its text."""
        code = int(self.forest.op[self.node])
        if code >= FIRST_FUNCTION:
            return self.functions.names[code]
        opcode = Opcode(code)
        if self.forest.argc[self.node] or opcode is Opcode.OMITTED:
            return opcode.name
        return f"{opcode.name} {self.text}"

    @property
    def children(self) -> list[Tree]:
        """The arguments, in order."""
        first = int(self.forest.first[self.node])
        nodes = self.forest.args[first : first + int(self.forest.argc[self.node])].tolist()
        return [Tree(self.forest, node, self.functions) for node in nodes]

    @property
    def token(self) -> str:
        """The node's own token in the source: a literal, a name, an operator's sign."""
        start, stop = int(self.forest.start[self.node]), int(self.forest.stop[self.node])
        return self.forest.buffer[start:stop].tobytes().decode()

    @property
    def position(self) -> int:
        """Where the token stands in its formula, in characters from 0."""
        begin = int(self.forest.row_start[self.forest.row[self.node]])
        return len(self.forest.buffer[begin : int(self.forest.start[self.node])].tobytes().decode())

    @property
    def text(self) -> str:
        """The subtree as a formula, without an equals sign."""
        return print_node(self.forest, self.node, self.functions)

    def walk(self) -> Iterator[tuple[int, Tree]]:
        """Every node from the root down, with its depth under this one."""
        pending = [(0, self)]
        while pending:
            depth, tree = pending.pop()
            yield depth, tree
            pending.extend((depth + 1, child) for child in reversed(tree.children))

    def __str__(self) -> str:
        return "\n".join("  " * depth + tree.label for depth, tree in self.walk())
