"""What each part of Excel's grammar parses to."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from trees import outline

from formulas import FUNCTIONS
from xlmill.syntax.forest import Forest
from xlmill.syntax.opcode import Opcode
from xlmill.syntax.parser import parse, parse_text


def node_of(forest: Forest, opcode: Opcode, nth: int = 0) -> int:
    return int(np.flatnonzero(forest.op == opcode)[nth])


@pytest.mark.parametrize(
    ("formula", "tree"),
    [
        ("=-2^2", "POWER(NEGATE(2),2)"),
        ("=2^-1", "POWER(2,NEGATE(1))"),
        ("=2^-1^3", "POWER(POWER(2,NEGATE(1)),3)"),
        ("=2^3^2", "POWER(POWER(2,3),2)"),
        ("=1--1", "SUBTRACT(1,NEGATE(1))"),
        ("=-5%", "PERCENT(NEGATE(5))"),
        ("=5%%", "PERCENT(PERCENT(5))"),
        ("=2^5%", "POWER(2,PERCENT(5))"),
        ("=+1", "PLUS(1)"),
        ("-1+2", "ADD(NEGATE(1),2)"),
        ("=1-2-3", "SUBTRACT(SUBTRACT(1,2),3)"),
        ("=1+2*3", "ADD(1,MULTIPLY(2,3))"),
        ("=(1+2)*3", "MULTIPLY(ADD(1,2),3)"),
        ("=8/4/2", "DIVIDE(DIVIDE(8,4),2)"),
        ('="a"&1+2', 'CONCATENATE("a",ADD(1,2))'),
        ("=1&2=3", "EQUAL(CONCATENATE(1,2),3)"),
        ("=1<2=TRUE", "EQUAL(LESS(1,2),TRUE)"),
        ("=1<>2", "NOT_EQUAL(1,2)"),
        ("=1<=2>=3>4", "GREATER(GREATER_EQUAL(LESS_EQUAL(1,2),3),4)"),
    ],
)
def test_operators_bind_as_excels_do(formula: str, tree: str) -> None:
    assert outline(formula) == tree


@pytest.mark.parametrize(
    ("formula", "tree"),
    [
        ("=A1:B2 B1:C3", "INTERSECTION(A1:B2,B1:C3)"),
        ("=SUM((A1,B2),C3)", "SUM(UNION(A1,B2),C3)"),
        ("=(A1,B2,C3)", "UNION(UNION(A1,B2),C3)"),
        ("=(A1 B1,C1)", "UNION(INTERSECTION(A1,B1),C1)"),
        ("=@A1:A3", "SINGLE(A1:A3)"),
        ("=-@A1", "NEGATE(SINGLE(A1))"),
        ("=A1#", "SPILL(A1)"),
        ("=@A1#", "SINGLE(SPILL(A1))"),
        ("=A1:B2#", "RANGE(A1,SPILL(B2))"),
        ("=A1:INDEX(B1:B9,2)", "RANGE(A1,INDEX(B1:B9,2))"),
        ("=INDEX(A:A,1):INDEX(A:A,2)", "RANGE(INDEX(A:A,1),INDEX(A:A,2))"),
        ("=Sheet1!A1:Sheet1!B2", "RANGE(Sheet1!A1,Sheet1!B2)"),
        ("=A1:B2:C3", "RANGE(A1:B2,C3)"),
        ("=first:last", "RANGE(name first,name last)"),
        ("=A1 #REF!", "INTERSECTION(A1,error 4)"),
        ("=A1 (B1)", "INTERSECTION(A1,B1)"),
        ("=A1:B2 1:3", "INTERSECTION(A1:B2,1:3)"),
        ("=A1 + B1", "ADD(A1,B1)"),
        ("=rate qty", "INTERSECTION(name rate,name qty)"),
    ],
)
def test_operators_on_references_bind_tightest(formula: str, tree: str) -> None:
    assert outline(formula) == tree


@pytest.mark.parametrize(
    ("formula", "tree"),
    [
        ("=A1", "A1"),
        ("=$xfd$1048576", "$XFD$1048576"),
        ("=XFE1", "name XFE1"),
        ("=A1048577", "name A1048577"),
        ("=A0", "name A0"),
        ("=A1:B2", "A1:B2"),
        ("=A1 : B2", "A1:B2"),
        ("=$B2:A$1", "A$1:$B2"),
        ("=A:$C", "A:$C"),
        ("=1:$3", "1:$3"),
        ("=$1:3", "$1:3"),
        ("=Sheet1!A1", "Sheet1!A1"),
        ("='It''s'!A1", "'It''s'!A1"),
        ("='My ''sheet'!A1:B2", "'My ''sheet'!A1:B2"),
        ("=Sheet1:Sheet3!A1", "Sheet1:Sheet3!A1"),
        ("=Jan:Dec!A:A", "Jan:Dec!A:A"),
        ("='A b:C d'!A1", "'A b:C d'!A1"),
        ("=[1]Sheet1!A1", "[1]Sheet1!A1"),
        ("='[Book one.xlsx]Sheet1'!A1", "'[Book one.xlsx]Sheet1'!A1"),
        ("=Sheet1!1:3", "Sheet1!1:3"),
        ("=Sheet1!#REF!", "Sheet1!#REF!"),
        ("=#REF!A1", "#REF!A1"),
        ("=Été!A1", "Été!A1"),
    ],
)
def test_a_reference_is_one_node(formula: str, tree: str) -> None:
    assert outline(formula) == tree


@pytest.mark.parametrize(
    ("formula", "tree"),
    [
        ("=R1C1", "R1C1"),
        ("=R[-1]C[2]", "R[-1]C[2]"),
        ("=rc", "RC"),
        ("=R", "R"),
        ("=C3", "C3"),
        ("=R1C1:R2C2", "R1C1:R2C2"),
        ("=R5C2:R2C7", "R2C2:R5C7"),
        ("=Sheet1!RC[1]", "Sheet1!RC[1]"),
        ("=C1:C[2]", "C1:C[2]"),
        ("=RATE", "name RATE"),
        ("=A1", "name A1"),
    ],
)
def test_r1c1_references_keep_offsets(formula: str, tree: str) -> None:
    assert outline(formula, r1c1=True) == tree


@pytest.mark.parametrize(
    ("formula", "tree"),
    [
        ("=rate", "name rate"),
        ("=_x.1?", "name _x.1?"),
        ("=\\a", "name \\a"),
        ("=größe", "name größe"),
        ("=Sheet1!rate", "name Sheet1!rate"),
        ("='My sheet'!rate", "name 'My sheet'!rate"),
        ("=[1]!rate", "name [1]!rate"),
        ("=[@qty]", "structured [@qty]"),
        ("=[@[unit price]]", "structured [@[unit price]]"),
        ("=[col]", "structured [col]"),
        ("=SUM(Table1[[a]:[b]])", "SUM(structured Table1[[a]:[b]])"),
        ("=T[[#This Row],[a]]*2", "MULTIPLY(structured T[[#This Row],[a]],2)"),
        ("=T[a'[b']]", "structured T[a'[b']]"),
    ],
)
def test_names_and_structured_references_keep_their_text(formula: str, tree: str) -> None:
    assert outline(formula) == tree


@pytest.mark.parametrize(
    ("formula", "tree"),
    [
        ("=PI()", "PI()"),
        ("=pi ( )", "PI()"),
        ("=IF(,1,)", "IF(,1,)"),
        ("=F(,)", "CALL(name F,,)"),
        ("=F()", "CALL(name F)"),
        ("=true", "TRUE"),
        ("=TRUE()", "TRUE()"),
        ("=FALSE", "FALSE"),
        ("=#n/a", "error 7"),
        ("=#N/A/2", "DIVIDE(error 7,2)"),
        ("=#GETTING_DATA", "error 8"),
        ("={1,2;-3,+4}", "ARRAY2(1,2,-3,4)"),
        ('={ "a" , TRUE ; #N/A , .5 }', 'ARRAY2("a",TRUE,error 7,0.5)'),
        ('="a""b"', '"a""b"'),
        ("=LOG10(5)", "LOG10(5)"),
        ("=LOG10", "LOG10"),
        ("=A1:LOG10(2)", "RANGE(A1,LOG10(2))"),
        ("=SUM\n(\t1 ,\r\n2 )", "SUM(1,2)"),
        ("  = 1", "1"),
    ],
)
def test_calls_and_constants(formula: str, tree: str) -> None:
    assert outline(formula) == tree


@pytest.mark.parametrize(
    ("formula", "tree"),
    [
        (
            "=LET(a,1,b,a+1,LET(a,5,a)+b)",
            "LET(declared a,1,declared b,ADD(a@1,1),ADD(LET(declared a,5,a@7),b@5))",
        ),
        ("=LET(a,1,LET(a,a+1,A))", "LET(declared a,1,LET(declared a,ADD(a@1,1),A@5))"),
        ("=LET(a,1,a)+a", "ADD(LET(declared a,1,a@1),name a)"),
        ("=LET(f,LAMBDA(x,x*2),f(2))", "LET(declared f,LAMBDA(parameter x,MULTIPLY(x@1,2)),CALL(f@5,2))"),
        ("=LAMBDA(x,[y],x)(1)", "CALL(LAMBDA(parameter x,optional_parameter y,x@0),1)"),
        ("=LAMBDA(x,x+1) (2)", "CALL(LAMBDA(parameter x,ADD(x@0,1)),2)"),
        ("=LAMBDA([x])", "LAMBDA(structured [x])"),
        ("=LAMBDA(x,LAMBDA(y,x+y))(1)(2)", "CALL(CALL(LAMBDA(parameter x,LAMBDA(parameter y,ADD(x@0,y@1))),1),2)"),
        ("=MYFN(2)", "CALL(name MYFN,2)"),
        ("=MYFN (2)", "CALL(name MYFN,2)"),
        ("=Sheet1!MYFN(2)", "CALL(name Sheet1!MYFN,2)"),
        ("=(SUM)(1,2)", "CALL(name SUM,1,2)"),
        ("=IF(1,SUM,SUM)(2)", "CALL(IF(1,name SUM,name SUM),2)"),
        ("=LET(x,A1,y,B2,x:y)", "LET(declared x,A1,declared y,B2,X:Y)"),
        ("=LET(from,A1,upto,B2,from:upto)", "LET(declared from,A1,declared upto,B2,RANGE(from@1,upto@3))"),
    ],
)
def test_names_of_let_and_lambda_are_lexical(formula: str, tree: str) -> None:
    assert outline(formula) == tree


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("=_xlfn._xlws.FILTER(A:A,B:B)", "=FILTER(A:A,B:B)"),
        ("=_xlfn.LET(_xlpm.x,1,_xlpm.x+1)", "=LET(x,1,x+1)"),
        ("=_xlfn.LAMBDA(_xlpm.x,_xlop.y,_xlpm.y)(1)", "=LAMBDA(x,[y],y)(1)"),
        ("=SUM(_xlfn.SINGLE(A1:A3))", "=SUM(@A1:A3)"),
        ("=_xlfn.ANCHORARRAY(A1)", "=A1#"),
        ("=MYFN(_xleta.SUM)", "=MYFN(SUM)"),
        ("=_xludf.MYFN(1)", "=MYFN(1)"),
        ("=_xlws.MYFN(1)", "=MYFN(1)"),
    ],
)
def test_stored_prefixes_are_no_part_of_a_name(stored: str, shown: str) -> None:
    assert outline(stored) == outline(shown)


@pytest.mark.parametrize("text", ["a\N{NO-BREAK SPACE}b", "été", "\N{GRINNING FACE}", "a.b?c"])
def test_letters_beyond_ascii_make_names(text: str) -> None:
    assert outline(f"={text}") == f"name {text}"


@given(st.floats(0, allow_infinity=False, allow_nan=False))
def test_a_number_reads_as_python_reads_it(number: float) -> None:
    assert parse_text(f"={number!r}", FUNCTIONS).number[0] == number


@given(st.from_regex(r"\A[0-9]{1,30}(\.[0-9]{0,30})?([eE][-+]?[0-9]{1,2})?\Z"))
def test_any_digits_read_as_python_reads_them(digits: str) -> None:
    assert parse_text(digits, FUNCTIONS).number[0] == float(digits)


def test_a_node_knows_its_token_height_and_depth() -> None:
    formula = "=SUM(1, LAMBDA(x, x+rate)(2))"

    forest = parse_text(formula, FUNCTIONS)

    tokens = [formula[a:b] for a, b in zip(forest.start, forest.stop, strict=True)]
    assert tokens == ["1", "x", "x", "rate", "+", "LAMBDA", "2", "(", "SUM"]
    assert forest.depth.tolist() == [0, 1, 1, 1, 1, 0, 0, 0, 0]
    assert forest.height.tolist() == [0, 0, 0, 0, 1, 0, 0, 1, 2]


def test_a_local_stands_as_high_as_what_it_stands_for() -> None:
    forest = parse_text("=LET(a,1+2*3,a)", FUNCTIONS)

    assert forest.height[node_of(forest, Opcode.LOCAL)] == 2


def test_a_lambda_stands_above_what_its_body_uses_from_outside() -> None:
    forest = parse_text("=LET(a,1+2,LAMBDA(x,x+a)(3))", FUNCTIONS)

    assert forest.height[node_of(forest, Opcode.LAMBDA)] == 2
    assert forest.height[node_of(forest, Opcode.CALL)] == 3


def test_a_name_is_one_whatever_its_case() -> None:
    forest = parse_text("=Rate+RATE+other", FUNCTIONS)

    names = [forest.buffer[a:b].tobytes() for a, b in zip(forest.name_start, forest.name_stop, strict=True)]
    assert names == [b"Rate", b"other"]


_listed = st.sampled_from(
    [*"1 2.5 .5 0 007 1E3 1E999 12345678901234567890 1:3 5% -1 A1 x . 1..2 5A".split(), "", "1 2"]
)


@given(function=st.sampled_from(["SUM", "IF", "LET", "LAMBDA", ""]), elements=st.lists(_listed, max_size=8))
@example(function="SUM", elements=["1"] * 255)
@example(function="SUM", elements=["1"] * 256)
def test_a_list_of_numbers_is_read_as_any_list_of_arguments(function: str, elements: list[str]) -> None:
    # A space before each comma keeps the parser from reading numbers one behind the other.
    close, apart = (_forest(f"={function}({comma.join(elements)})") for comma in (",", " ,"))

    assert close.problem.tolist() == apart.problem.tolist()
    for field in ("op", "argc", "first", "args", "height", "row", "number"):
        assert getattr(close, field).tolist() == getattr(apart, field).tolist()
    assert [close.buffer[a:b].tobytes() for a, b in zip(close.start, close.stop, strict=True)] == [
        apart.buffer[a:b].tobytes() for a, b in zip(apart.start, apart.stop, strict=True)
    ]


def _forest(formula: str) -> Forest:
    text = np.frombuffer(formula.encode(), np.uint8)
    return parse(text, np.zeros(1, np.int64), np.array([len(text)]), FUNCTIONS)
