"""A printed tree reads as the same tree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trees import outline

from formulas import FUNCTIONS, formulas
from properties import examples
from xlmill.syntax.opcode import Opcode
from xlmill.syntax.parser import parse_text
from xlmill.syntax.printer import print_formula, print_number


def printed(formula: str, *, stored: bool = False, r1c1: bool = False) -> str:
    return print_formula(parse_text(formula, FUNCTIONS, r1c1=r1c1), 0, FUNCTIONS, stored=stored)


@examples(3)
@given(formula=formulas, stored=st.booleans())
def test_a_printed_formula_parses_to_the_same_tree(formula: str, stored: bool) -> None:
    again = printed(formula, stored=stored)

    assert outline(again) == outline(formula)
    assert printed(again, stored=stored) == again


@given(st.floats(0, allow_infinity=False, allow_nan=False))
def test_a_printed_number_reads_as_the_same_number(number: float) -> None:
    assert float(print_number(number)) == number


@pytest.mark.parametrize(
    ("formula", "canonical"),
    [
        (" sum( 1 , 2 ) ", "=SUM(1,2)"),
        ("=((1+2))*(3)", "=(1+2)*3"),
        ("=(1*2)+3", "=1*2+3"),
        ("=1-(2-3)", "=1-(2-3)"),
        ("=(1-2)-3", "=1-2-3"),
        ("=(-2)^2", "=-2^2"),
        ("=-(2^2)", "=-(2^2)"),
        ("=(5%)%", "=5%%"),
        ("=-(5%)", "=-(5%)"),
        ("=(A1):(B2)", "=A1:(B2)"),
        ("=(A1:B2)#", "=(A1:B2)#"),
        ("=(A):(C)", "=A:(C)"),
        ("=(rate):(Sheet1!A1)", "=rate:(Sheet1!A1)"),
        ("=(rate) (A1,B1)", "=(rate) (A1,B1)"),
        ("=SUM((A1,B1))", "=SUM((A1,B1))"),
        ("=((A1,B1),C1)", "=(A1,B1,C1)"),
        ("=(A1,(B1,C1))", "=(A1,(B1,C1))"),
        ("=(SUM)(1)", "=(SUM)(1)"),
        ("=if(true,,{1 ,2;3,4})", "=IF(TRUE,,{1,2;3,4})"),
        ("=.5+5.+1e5+1e-9", "=0.5+5+100000+0.000000001"),
        ("=#n/a", "=#N/A"),
        ("=b2:$a$1", "=$A$1:B2"),
        ("=_xleta.LOG10", "=_xleta.LOG10"),
    ],
)
def test_the_canonical_form_has_only_the_parentheses_it_needs(formula: str, canonical: str) -> None:
    assert printed(formula) == canonical


@pytest.mark.parametrize(
    ("formula", "stored"),
    [
        ("=FILTER(A:A,B:B)", "=_xlfn._xlws.FILTER(A:A,B:B)"),
        ("=LET(x,1,LAMBDA(y,[z],x+y)(2))", "=_xlfn.LET(_xlpm.x,1,_xlfn.LAMBDA(_xlpm.y,_xlop.z,_xlpm.x+_xlpm.y)(2))"),
        ("=@A1:A3+SUM(B1#)", "=_xlfn.SINGLE(A1:A3)+SUM(_xlfn.ANCHORARRAY(B1))"),
        ("=MYFN(SUM)", "=MYFN(_xleta.SUM)"),
        ("=SUM(1)", "=SUM(1)"),
    ],
)
def test_the_stored_form_has_the_prefixes(formula: str, stored: str) -> None:
    assert printed(formula, stored=stored != formula) == stored


def test_r1c1_prints_in_r1c1() -> None:
    assert printed("=r[-1]c+SUM(R1C1:R2C[3])", r1c1=True) == "=R[-1]C+SUM(R1C1:R2C[3])"


def test_a_deep_tree_prints() -> None:
    formula = "=" + "-" * 8000 + "1"

    assert printed(formula) == formula
    assert Opcode.NEGATE in parse_text(formula, FUNCTIONS).op
