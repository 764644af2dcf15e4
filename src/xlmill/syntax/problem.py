"""What can be wrong with a formula, and how to say so."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from xlmill.exceptions import FormulaSyntaxError
from xlmill.syntax.forest import Forest

LONGEST_FORMULA: Final = 8_192  # UTF-16 units
MOST_ARGUMENTS: Final = 255
DEEPEST_NESTING: Final = 64


class Problem(IntEnum):
    """Why a row is no formula. `message` says what is wrong and what was expected."""

    NONE = 0
    EMPTY = 1
    TOO_LONG = 2
    NOT_UTF8 = 3
    ENDS_EARLY = 4
    OPERAND_EXPECTED = 5
    OPERATOR_EXPECTED = 6
    REFERENCE_EXPECTED = 7
    COMMA_OUTSIDE_CALL = 8
    UNMATCHED_CLOSE = 9
    UNCLOSED_PARENTHESIS = 10
    UNCLOSED_TEXT = 11
    UNCLOSED_SHEET_NAME = 12
    UNCLOSED_BRACKET = 13
    SHEET_WITHOUT_REFERENCE = 14
    UNKNOWN_ERROR_VALUE = 15
    NUMBER_TOO_LARGE = 16
    ARRAY_ELEMENT_EXPECTED = 17
    ARRAY_SEPARATOR_EXPECTED = 18
    RAGGED_ARRAY = 19
    STRUCTURED_REFERENCE = 20
    WRONG_ARGUMENT_COUNT = 21
    TOO_MANY_ARGUMENTS = 22
    NESTED_TOO_DEEP = 23
    LET_NAME_EXPECTED = 24
    LET_INCOMPLETE = 25
    PARAMETER_EXPECTED = 26
    LAMBDA_WITHOUT_BODY = 27
    NAME_TWICE = 28

    def message(self, detail: int = 0) -> str:
        """What is wrong and what was expected; `detail` as in `Forest.problem_detail`."""
        if self is Problem.WRONG_ARGUMENT_COUNT:
            return f"wrong number of arguments: this function takes {_argument_counts(detail // 256, detail % 256)}"
        return _MESSAGES[self]


_MESSAGES: Final = {
    Problem.NONE: "nothing is wrong",
    Problem.EMPTY: "empty: expected a formula",
    Problem.TOO_LONG: f"too long: a formula has at most {LONGEST_FORMULA:,} characters",
    Problem.NOT_UTF8: "these bytes are not UTF-8 text",
    Problem.ENDS_EARLY: "the formula ends where a value, a reference or a function was expected",
    Problem.OPERAND_EXPECTED: "expected a value, a reference or a function here",
    Problem.OPERATOR_EXPECTED: "expected an operator here, or the end of the formula",
    Problem.REFERENCE_EXPECTED: "expected a reference here: the operators ':', '#', ',' and space join references only",
    Problem.COMMA_OUTSIDE_CALL: (
        "a comma stands between the arguments of a function; a union of references needs parentheses around it"
    ),
    Problem.UNMATCHED_CLOSE: "this closes nothing: expected an operator, or an opening parenthesis before",
    Problem.UNCLOSED_PARENTHESIS: "this parenthesis is never closed: expected ')'",
    Problem.UNCLOSED_TEXT: "this text never ends: expected a closing '\"'",
    Problem.UNCLOSED_SHEET_NAME: "this sheet name never ends: expected a closing \"'\" and '!'",
    Problem.UNCLOSED_BRACKET: "this bracket is never closed: expected ']'",
    Problem.SHEET_WITHOUT_REFERENCE: "expected a reference or a name after the sheet's name",
    Problem.UNKNOWN_ERROR_VALUE: "no error value of this name: expected one such as #N/A or #DIV/0!",
    Problem.NUMBER_TOO_LARGE: "this number is too large: expected one below 1.8E+308",
    Problem.ARRAY_ELEMENT_EXPECTED: "expected a number, a text, TRUE, FALSE or an error value in an array constant",
    Problem.ARRAY_SEPARATOR_EXPECTED: "expected ',' or ';' or '}' after an element of an array constant",
    Problem.RAGGED_ARRAY: "the rows of an array constant must have as many elements as the first",
    Problem.STRUCTURED_REFERENCE: "no structured reference: expected one such as Table1[column] or [@column]",
    Problem.TOO_MANY_ARGUMENTS: f"too many arguments: a function takes at most {MOST_ARGUMENTS}",
    Problem.NESTED_TOO_DEEP: f"nested too deeply: functions stand at most {DEEPEST_NESTING} levels inside each other",
    Problem.LET_NAME_EXPECTED: "expected a name: LET takes pairs of a name and its value, and a calculation last",
    Problem.LET_INCOMPLETE: "LET takes one or more pairs of a name and its value, and a calculation last",
    Problem.PARAMETER_EXPECTED: "expected a parameter's name: LAMBDA takes names, and a calculation last",
    Problem.LAMBDA_WITHOUT_BODY: "LAMBDA takes a calculation as its last argument",
    Problem.NAME_TWICE: "this name is given twice: expected another",
}


def _argument_counts(least: int, most: int) -> str:
    if most == MOST_ARGUMENTS:
        return f"{least} or more" if least else "any number"
    if least == most:
        return "none" if most == 0 else f"exactly {least}"
    return f"{least} or {most}" if most == least + 1 else f"{least} to {most}"


def syntax_error(forest: Forest, row: int) -> FormulaSyntaxError:
    """What to raise for a row that is no formula."""
    start, stop = int(forest.row_start[row]), int(forest.row_stop[row])
    at = min(max(int(forest.problem_at[row]), start), stop)
    formula = forest.buffer[start:stop].tobytes().decode(errors="replace")
    position = len(forest.buffer[start:at].tobytes().decode(errors="replace"))
    message = Problem(int(forest.problem[row])).message(int(forest.problem_detail[row]))
    return FormulaSyntaxError(formula, position, message)
