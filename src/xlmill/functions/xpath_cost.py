"""How much work an XPath may be, reckoned before it runs: the engine that runs it cannot be interrupted."""

from __future__ import annotations

import re

# Steps that can reach all nodes from any one: those that leave the subtree, or take in all of it. A step to children
# is none, for a node is the child of one only.
_WIDE = re.compile(
    r"//|\.\.|(?:parent|ancestor|ancestor-or-self|descendant|descendant-or-self|following|following-sibling"
    r"|preceding|preceding-sibling|namespace)\s*::|^\s*/"
)
_LITERAL = re.compile(r"\"[^\"]*\"|'[^']*'")
# What stands between two paths. A * or - may be part of a path.
_BETWEEN = re.compile(r"[,=<>+()|]|\b(?:and|or|div|mod)\b")


def most_visits(xpath: str, nodes: int) -> int:
    """A bound on how often a node is visited when `xpath` is evaluated over a tree of so many nodes.

    Each path is followed from every node that the predicates around it are asked of. A path with one wide step
    visits each node once; with several, every node from every other, and what is found is made one set, which costs
    as much again. So does each union.
    """
    nodes = max(2, nodes)
    own: list[str] = []  # what stands at this level of brackets
    inside = 0  # the visits of all predicates in it, for each node that they are asked of
    around: list[tuple[list[str], int]] = []
    for piece in re.split(r"([\[\]])", _LITERAL.sub("''", xpath)):
        if piece == "[":
            around.append((own, inside))
            own, inside = [], 0
        elif piece == "]" and around:
            visits = _visits("".join(own), inside, nodes)
            own, inside = around.pop()
            inside += visits
        else:
            own.append(piece)
    return _visits("".join(own), inside, nodes)


def _visits(text: str, inside: int, nodes: int) -> int:
    wide = [len(_WIDE.findall(path)) for path in _BETWEEN.split(text)]
    unions = text.count("|")
    visits = max(1, sum(wide)) * (nodes if max(wide) <= 1 else nodes**3)
    if unions:
        visits = max(visits, unions * nodes**2)
    return visits * max(1, inside)
