"""The readable view of a tree."""

from __future__ import annotations

from formulas import FUNCTIONS
from xlmill.syntax.parser import parse_text
from xlmill.syntax.tree import Tree


def test_a_tree_shows_labels_children_and_text() -> None:
    forest = parse_text("=SUM(1, é*A1:B2, IF(,1,))", FUNCTIONS)

    tree = Tree.of_row(forest, 0, FUNCTIONS)

    assert str(tree).splitlines() == [
        "SUM",
        "  NUMBER 1",
        "  MULTIPLY",
        "    NAME é",
        "    REFERENCE A1:B2",
        "  IF",
        "    OMITTED",
        "    NUMBER 1",
        "    OMITTED",
    ]
    product = tree.children[1]
    assert (product.text, product.token, product.position) == ("é*A1:B2", "*", 9)


def test_a_deep_tree_can_be_walked() -> None:
    forest = parse_text("-" * 5000 + "1", FUNCTIONS)

    assert sum(1 for _ in Tree.of_row(forest, 0, FUNCTIONS).walk()) == 5001
