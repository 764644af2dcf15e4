"""Why two engines disagree on an expression: its smallest part on which they do, with its arguments as values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from benchmarks.answers import disagreements, shown
from benchmarks.engines.engine import Oracle
from xlmill.engine.program import program
from xlmill.syntax.opcode import FIRST_FUNCTION
from xlmill.syntax.parser import parse_text
from xlmill.syntax.printer import print_number
from xlmill.syntax.tree import Tree

# Within the first three, names stand for values that a part alone does not have.
_NO_PARTS = ("LET", "LAMBDA", "CALL", "ARRAY")
_NUMBER, _BOOLEAN = "number", "boolean"


@dataclass(frozen=True, slots=True)
class Case:
    """A disagreement: the row's expression, and its smallest part with what both engines say of that.

    `label` is the function's or operator's name, `core` the part with its arguments as values where it is still a
    disagreement then, else as it stood. `ours` and `theirs` are values as `answers.shown` shows them.
    """

    row: int
    expression: str
    engine: str
    label: str
    core: str
    ours: str
    theirs: str

    @property
    def cause(self) -> tuple[str, str, str]:
        """What cases of one cause share: the function, and the kind of each answer."""
        return self.label, _kind(self.ours), _kind(self.theirs)


def cases(rows: Iterable[int], expressions: Sequence[str], xlmill: Oracle, other: Oracle) -> list[Case]:
    """The case of each row on which two engines disagree. `expressions` are those of `rows`."""
    trees = [_tree(text) for text in expressions]
    parts = [_parts(tree) for tree in trees]
    known = _Known(xlmill, other)
    known.ask("=" + part.text for tree in parts for part in tree)
    smallest = [next((part for part in tree if known.differs("=" + part.text)), tree[-1]) for tree in parts]
    cores = ["=" + _with_values(part, known) for part in smallest]
    known.ask(cores)
    found = []
    for row, text, part, core in zip(rows, expressions, smallest, cores, strict=True):
        if not known.differs(core):
            core = "=" + part.text
        ours, theirs = known.both(core)
        found.append(Case(row, text, other.name, part.label, core, ours, theirs))
    return found


def _tree(text: str) -> Tree:
    table = program().table
    return Tree.of_row(parse_text(text, table), 0, table)


def _parts(tree: Tree) -> list[Tree]:
    """The parts of a tree that have a value by themselves, arguments before what they are arguments of."""
    if not tree.children or tree.label in _NO_PARTS:
        return [tree]
    return [part for child in tree.children for part in _parts(child)] + [tree]


class _Known:
    """What both engines say of many texts, each asked once."""

    def __init__(self, xlmill: Oracle, other: Oracle) -> None:
        self._engines = (xlmill, other)
        self._answers: dict[str, tuple[str, str]] = {}
        self._literals: dict[str, str | None] = {}
        self._differ: set[str] = set()

    def ask(self, texts: Iterable[str]) -> None:
        """Ask both engines about the texts that are not known yet."""
        new = list(dict.fromkeys(text for text in texts if text not in self._answers))
        if not new:
            return
        ours, theirs = (engine.evaluate(new) for engine in self._engines)
        types = ours.column("type").to_pylist()
        scalar = np.array([kind not in ("array", "invalid", "empty") for kind in types])
        for i, text in enumerate(new):
            self._answers[text] = shown(ours, i), shown(theirs, i)
            self._literals[text] = _literal(ours, i) if scalar[i] else None
        # A part whose value is an array has none in a single cell, so that nothing can be compared.
        self._differ.update(new[i] for i in disagreements(ours, theirs).tolist() if scalar[i])

    def differs(self, text: str) -> bool:
        """Whether the engines disagree on a text that was asked about."""
        return text in self._differ

    def both(self, text: str) -> tuple[str, str]:
        """The answers of both."""
        return self._answers[text]

    def literal(self, text: str) -> str | None:
        """xlmill's answer as a literal; None where there is no such literal."""
        return self._literals[text]


def _literal(answers: pa.Table, row: int) -> str:
    kind = answers.column("type")[row].as_py()
    if kind == _NUMBER:
        return print_number(answers.column("number")[row].as_py())
    if kind == _BOOLEAN:
        return "TRUE" if answers.column("number")[row].as_py() else "FALSE"
    text = str(answers.column("text")[row].as_py())
    return '"' + text.replace('"', '""') + '"' if kind == "text" else text


def _with_values(part: Tree, known: _Known) -> str:
    """The part with each argument that has a scalar value replaced by it."""
    if part.label in _NO_PARTS or not part.children:
        return part.text
    values = [_value(child, known) for child in part.children]
    if part.forest.op[part.node] >= FIRST_FUNCTION:
        return f"{part.label}({','.join(values)})"
    whole = [value if not child.children else f"({value})" for child, value in zip(part.children, values, strict=True)]
    if len(whole) == 2:
        return part.token.join(whole)
    return whole[0] + part.token if part.label in ("PERCENT", "SPILL") else part.token + whole[0]


def _value(part: Tree, known: _Known) -> str:
    literal = known.literal("=" + part.text) if part.children else None
    return part.text if literal is None else literal


def _kind(value: str) -> str:
    if value.startswith("#"):
        return value
    if value.startswith('"'):
        return "text"
    return "boolean" if value in ("TRUE", "FALSE") else "number"
