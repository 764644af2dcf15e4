from __future__ import annotations

import pytest

from xlmill.engine.explain import Explanation, explain
from xlmill.mill.evaluate import evaluate, prepared


def explained(formula: str, **given: object) -> Explanation:
    return explain(*prepared(formula, **given))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("formula", "template"),
    [
        ('=IF(a>1,"x"&TRUE,#N/A)', "=IF(a>«number»,«text»&«boolean»,«error»)"),
        ("=SUM(1,2.5E+300)", "=SUM(«number»,«number»)"),
        ("={1,2;3,4}", "={«number»,«number»;«number»,«number»}"),
        ("=A1+$B$2+C$3+$D4", "=R[-2]C[-2]+R2C2+R3C+R[1]C4"),
        ("=SUM(B2:D4,Sheet2!A1)", "=SUM(R[-1]C[-1]:R[1]C[1],Sheet2!R[-2]C[-2])"),
        ("=SUM(A:C)", "=SUM(C[-2]:C)"),
    ],
)
def test_a_template_has_neither_constants_nor_absolute_places(formula: str, template: str) -> None:
    assert explained(formula, at="C3").template == template


def test_formulas_filled_down_have_one_template() -> None:
    templates = {explained(f"=A{row}*{row}+$Z$1", at=f"B{row}").template for row in range(1, 6)}

    assert len(templates) == 1


@pytest.mark.parametrize(
    "formula", ["=1+2*3", '=UPPER("a")&1', "=SUM({1,2;3,4}*2)", "=1/0", "=LET(x,2,x*x)", "=LAMBDA(x,x+1)(2)"]
)
def test_the_root_gives_the_value(formula: str) -> None:
    told = explained(formula)

    assert told.value == evaluate(formula)
    assert told.given[told.tree.node].value == told.value


def test_steps_go_from_the_leaves_up_and_put_equal_functions_together() -> None:
    told = explained("=ROUND(1.25,1)+ROUND(2.55,1)*ROUND(3.1,0)")

    assert [(step.height, step.nodes[0].label, len(step.nodes)) for step in told.steps] == [
        (1, "ROUND", 3),
        (2, "MULTIPLY", 1),
        (3, "ADD", 1),
    ]


def test_references_are_told_with_what_their_cells_hold() -> None:
    told = explained("=SUM(A1:B1,C1)", cells={"A1": 1, "B1": "x", "C1": 5})

    area, cell = (told.given[child.node] for child in told.tree.children)
    assert (area.kind, area.value) == ("area", [[1.0, "x"]])
    assert (cell.kind, cell.value) == ("cell", 5.0)


def test_a_call_in_a_branch_not_taken_has_no_value() -> None:
    told = explained("=IF(TRUE,1,LAMBDA(x,x)(2))")

    untaken = told.tree.children[2]
    assert untaken.label == "CALL" and untaken.node not in told.given
