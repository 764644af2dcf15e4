"""Every way to be no formula, and where the caret then stands."""

from __future__ import annotations

import numpy as np
import pytest

from formulas import FUNCTIONS
from xlmill.exceptions import FormulaSyntaxError
from xlmill.syntax.parser import parse, parse_text
from xlmill.syntax.problem import Problem, syntax_error

# The caret stands under the character before which this mark is put.
MARK = "¶"


@pytest.mark.parametrize(
    ("marked", "problem"),
    [
        ("¶", Problem.EMPTY),
        ("¶  \t\n", Problem.EMPTY),
        ("=¶", Problem.ENDS_EARLY),
        ("=1+¶", Problem.ENDS_EARLY),
        ("=SUM(1,¶", Problem.ENDS_EARLY),
        ("=¶=1", Problem.OPERAND_EXPECTED),
        ("=1+¶*2", Problem.OPERAND_EXPECTED),
        ("=(¶)", Problem.OPERAND_EXPECTED),
        ("=SUM(1,-¶)", Problem.OPERAND_EXPECTED),
        ("=¶.", Problem.OPERAND_EXPECTED),
        ("=¶!A1", Problem.OPERAND_EXPECTED),
        ("=¶\0", Problem.OPERAND_EXPECTED),
        ("=¶$A", Problem.OPERAND_EXPECTED),
        ("=1 ¶2", Problem.OPERATOR_EXPECTED),
        ("=1.5¶.5", Problem.OPERATOR_EXPECTED),
        ("=5¶A", Problem.OPERATOR_EXPECTED),
        ('=¶"a""b', Problem.UNCLOSED_TEXT),
        ("=5 ¶A1", Problem.OPERATOR_EXPECTED),
        ("=5¶(1)", Problem.OPERATOR_EXPECTED),
        ("=1¶}", Problem.OPERATOR_EXPECTED),
        ("=(1+2) ¶A1", Problem.OPERATOR_EXPECTED),
        ("=1¶:A1", Problem.REFERENCE_EXPECTED),
        ("=1¶#", Problem.REFERENCE_EXPECTED),
        ("=A1:¶5", Problem.REFERENCE_EXPECTED),
        ("=(1¶,A1)", Problem.REFERENCE_EXPECTED),
        ("=A1¶,B1", Problem.COMMA_OUTSIDE_CALL),
        ("=1¶)", Problem.UNMATCHED_CLOSE),
        ("=2*¶(1+2", Problem.UNCLOSED_PARENTHESIS),
        ("=1+¶SUM(1,2", Problem.UNCLOSED_PARENTHESIS),
        ('=1&¶"abc', Problem.UNCLOSED_TEXT),
        ("=¶'Sheet1!A1", Problem.UNCLOSED_SHEET_NAME),
        ("=¶'Sheet1'", Problem.UNCLOSED_SHEET_NAME),
        ("=T¶[a", Problem.UNCLOSED_BRACKET),
        ("=¶[[a]", Problem.UNCLOSED_BRACKET),
        ("=Sheet1!¶1", Problem.SHEET_WITHOUT_REFERENCE),
        ("=Sheet1!¶#N/A", Problem.SHEET_WITHOUT_REFERENCE),
        ("=¶#NO!", Problem.UNKNOWN_ERROR_VALUE),
        ("=1+¶1E400", Problem.NUMBER_TOO_LARGE),
        ("={1,¶A1}", Problem.ARRAY_ELEMENT_EXPECTED),
        ("={¶}", Problem.ARRAY_ELEMENT_EXPECTED),
        ("={¶--1}", Problem.ARRAY_ELEMENT_EXPECTED),
        ("={1¶+2}", Problem.ARRAY_SEPARATOR_EXPECTED),
        ("={1,2¶", Problem.ARRAY_SEPARATOR_EXPECTED),
        ("={1,2;3¶}", Problem.RAGGED_ARRAY),
        ("={1;2¶,3}", Problem.RAGGED_ARRAY),
        ("=¶T[[#Rows],[a]]", Problem.STRUCTURED_REFERENCE),
        ("=1+¶IF(1)", Problem.WRONG_ARGUMENT_COUNT),
        ("=¶PI(1)", Problem.WRONG_ARGUMENT_COUNT),
        ("=SUM(" + "1," * 254 + "1¶,1)", Problem.TOO_MANY_ARGUMENTS),
        ("=" + "SUM(" * 64 + "¶SUM(1)" + ")" * 64, Problem.NESTED_TOO_DEEP),
        ("=LET(¶1,2,3)", Problem.LET_NAME_EXPECTED),
        ("=LET(¶A1,2,3)", Problem.LET_NAME_EXPECTED),
        ("=LET(¶,2,3)", Problem.LET_NAME_EXPECTED),
        ("=¶LET(a,1)", Problem.LET_INCOMPLETE),
        ("=¶LET(a,1,b,2)", Problem.LET_INCOMPLETE),
        ("=LAMBDA(¶1,2)", Problem.PARAMETER_EXPECTED),
        ("=¶LAMBDA()", Problem.LAMBDA_WITHOUT_BODY),
        ("=¶LAMBDA(x,)", Problem.LAMBDA_WITHOUT_BODY),
        ("=LAMBDA(x,¶X,1)", Problem.NAME_TWICE),
        ("=LET(a,1,¶a,2,a)", Problem.NAME_TWICE),
        ('="é"&"\N{GRINNING FACE}"&¶', Problem.ENDS_EARLY),
    ],
)
def test_the_caret_stands_where_the_problem_is(marked: str, problem: Problem) -> None:
    formula = marked.replace(MARK, "")

    with pytest.raises(FormulaSyntaxError) as caught:
        parse_text(formula, FUNCTIONS)

    assert caught.value.position == marked.index(MARK)
    expected = {"=1+IF(1)": 2 * 256 + 3}.get(formula, 0)
    assert caught.value.problem == problem.message(expected)


@pytest.mark.parametrize("problem", list(Problem))
def test_every_problem_has_a_message(problem: Problem) -> None:
    assert problem.message()


@pytest.mark.parametrize(
    ("least", "most", "words"),
    [(0, 0, "none"), (1, 1, "exactly 1"), (2, 3, "2 or 3"), (1, 4, "1 to 4"), (1, 255, "1 or more")],
)
def test_a_wrong_argument_count_says_how_many_it_takes(least: int, most: int, words: str) -> None:
    assert Problem.WRONG_ARGUMENT_COUNT.message(least * 256 + most).endswith(f"this function takes {words}")


@pytest.mark.parametrize(
    "raw", [b"=\xff", b'="\xc3"', b"=\xc0\x80", b"=\xed\xa0\x80", b"=\xf4\x90\x80\x80", b"=\xe2\x82", b"=\x80"]
)
def test_bytes_that_are_no_utf8_are_a_problem_of_their_own(raw: bytes) -> None:
    forest = parse(np.frombuffer(raw, np.uint8), np.array([0]), np.array([len(raw)]), FUNCTIONS)

    assert forest.problem[0] == Problem.NOT_UTF8
    assert "not UTF-8" in str(syntax_error(forest, 0))


@pytest.mark.parametrize(
    ("text", "is_too_long"),
    [
        ('="' + "x" * 8188 + '"', False),
        ('="' + "x" * 8190 + '"', True),
        ('="' + "é" * 8188 + '"', False),
        ('="' + "\N{GRINNING FACE}" * 4094 + '"', False),
        ('="' + "\N{GRINNING FACE}" * 4095 + '"', True),
        ("1" * 50_000_000, True),
    ],
)
def test_a_formula_has_at_most_8192_utf16_units(text: str, is_too_long: bool) -> None:
    buffer = np.frombuffer(text.encode(), np.uint8)

    forest = parse(buffer, np.array([0]), np.array([len(buffer)]), FUNCTIONS)

    assert (forest.problem[0] == Problem.TOO_LONG) == is_too_long


def test_64_levels_and_255_arguments_are_allowed() -> None:
    parse_text("=" + "SUM(" * 64 + "1" + ")" * 64, FUNCTIONS)
    parse_text("=SUM(" + "1," * 254 + "1)", FUNCTIONS)
    parse_text("=MYFN(" + "1," * 254 + "1)", FUNCTIONS)


def test_parentheses_and_signs_nest_as_deep_as_a_formula_is_long() -> None:
    parse_text("(" * 4000 + "1" + ")" * 4000, FUNCTIONS)
    parse_text("-" * 8000 + "1", FUNCTIONS)


def test_a_bad_row_leaves_its_neighbours_alone() -> None:
    rows = [b"=1+1", b"=LET(a,LAMBDA(x,x+)", b"=a+x", b"={1,2;3}", b"=SUM(1E400,2)", b"=2"]
    stops = np.cumsum([len(row) for row in rows])
    buffer = np.frombuffer(b"".join(rows), np.uint8)

    forest = parse(buffer, stops - [len(row) for row in rows], stops, FUNCTIONS)

    assert (forest.root >= 0).tolist() == [True, False, True, False, False, True]
    assert forest.row[forest.root[[0, 2, 5]]].tolist() == [0, 2, 5]


def test_bounds_outside_the_buffer_are_refused() -> None:
    with pytest.raises(ValueError, match="bounds"):
        parse(np.zeros(3, np.uint8), np.array([0]), np.array([4]), FUNCTIONS)
