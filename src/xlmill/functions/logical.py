"""Logical functions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xlmill.functions.operators import compare
from xlmill.functions.parameter import AllCells, Branch, BranchEach, Logical, Number, Value, ValueAndBranch, optional
from xlmill.functions.registry import Branches, function
from xlmill.values.cell_runs import CellRuns
from xlmill.values.coercion import Codes, to_logicals
from xlmill.values.column import (
    ARRAY,
    BOOLEAN,
    EMPTY,
    ERROR,
    NUMBER,
    OMITTED,
    TEXT,
    Column,
    Index,
    Mask,
    booleans_column,
    choose_rows,
    error_where,
    errors_column,
)
from xlmill.values.error_value import ExcelError


@function("TRUE")
def true() -> Mask:
    """TRUE(): the truth value TRUE.

    Source: Microsoft Support, "TRUE function".

    =TRUE()  -> TRUE
    """
    return np.ones(1, np.bool_)


@function("FALSE")
def false() -> Mask:
    """FALSE(): the truth value FALSE.

    Source: Microsoft Support, "FALSE function".

    =FALSE()  -> FALSE
    """
    return np.zeros(1, np.bool_)


@function("NOT")
def not_(logical: Logical) -> Mask:
    """NOT(logical): the opposite truth value.

    Arrays: elementwise.
    Errors: #VALUE! for text other than TRUE and FALSE.
    Source: Microsoft Support, "NOT function".

    =NOT(1>2)  -> TRUE
    =NOT("x")  -> #VALUE!
    """
    return ~logical


def _taken_by_if(position: int, arguments: Sequence[Column]) -> Mask:
    truth, refused = to_logicals(arguments[0])
    taken = truth if position == 1 else ~truth
    return taken if refused is None else (taken & (refused == 0)) | _is_many(arguments[0])


def _is_many(column: Column) -> Mask:
    """Arrays and references, which may hold any value: whatever hangs on them is evaluated."""
    many: Mask = column.kinds >= ARRAY
    return many


@function("IF", branches=Branches(1, _taken_by_if))
def if_(logical_test: Logical, value_if_true: Branch, value_if_false: Branch = optional(False)) -> Column:
    """IF(logical_test, value_if_true, [value_if_false]): one of two values.

    Arrays: an array as the test gives an array. A branch that is a reference stays one.
    Errors: #VALUE! for a test that is text other than TRUE and FALSE; an error in the test is the result.
    Source: Microsoft Support, "IF function".

    =IF(2>1,"yes","no")  -> "yes"
    =IF(0,"yes")  -> FALSE
    =IF(FALSE,1/0,5)  -> 5
    """
    return choose_rows(logical_test, value_if_true, value_if_false)


def _taken_by_iferror(position: int, arguments: Sequence[Column]) -> Mask:
    return arguments[0].is_kind(ERROR) | _is_many(arguments[0])


@function("IFERROR", branches=Branches(1, _taken_by_iferror))
def iferror(value: Value, value_if_error: Branch) -> Column:
    """IFERROR(value, value_if_error): the value, or another one where it is an error.

    Arrays: elementwise.
    Source: Microsoft Support, "IFERROR function".

    =IFERROR(1/0,"none")  -> "none"
    =IFERROR(6/2,0)  -> 3
    """
    return choose_rows(value.is_kind(ERROR), value_if_error, value)


def _taken_by_ifna(position: int, arguments: Sequence[Column]) -> Mask:
    return _is_na(arguments[0]) | _is_many(arguments[0])


@function("IFNA", branches=Branches(1, _taken_by_ifna))
def ifna(value: Value, value_if_na: Branch) -> Column:
    """IFNA(value, value_if_na): the value, or another one where it is #N/A.

    Arrays: elementwise.
    Source: Microsoft Support, "IFNA function".

    =IFNA(#N/A,"absent")  -> "absent"
    =IFNA(1/0,"absent")  -> #DIV/0!
    """
    return choose_rows(_is_na(value), value_if_na, value)


def _is_na(column: Column) -> Mask:
    is_na: Mask = column.is_kind(ERROR) & (column.numbers == ExcelError.NA.code)
    return is_na


def _taken_by_ifs(position: int, arguments: Sequence[Column]) -> Mask:
    open_rows = np.ones(max(len(argument) for argument in arguments), np.bool_)
    for test in range(0, position, 2):
        truth, refused = to_logicals(arguments[test])
        went_wrong = np.zeros(1, np.bool_) if refused is None else refused != 0
        if test == position - 1:
            return open_rows & truth & ~went_wrong
        open_rows = open_rows & ~truth & ~went_wrong
    return open_rows


@function("IFS", branches=Branches(1, _taken_by_ifs))
def ifs(logical_test1: Value, value_if_true1: Branch, *tests: ValueAndBranch) -> Column:
    """IFS(logical_test1, value_if_true1, ...): the value behind the first test that is TRUE.

    Arrays: elementwise over the tests.
    Errors: #N/A where no test is TRUE; an error in a test that is reached is the result; #N/A for a test
    without a value.
    Source: Microsoft Support, "IFS function".

    =IFS(1>2,"a",2>1,"b")  -> "b"
    =IFS(FALSE,1)  -> #N/A
    """
    count = len(logical_test1)
    result = errors_column(np.full(count, ExcelError.NA.code))
    if len(tests) % 2:
        return result
    open_rows = np.ones(count, np.bool_)
    for test, value in zip((logical_test1, *tests[::2]), (value_if_true1, *tests[1::2]), strict=True):
        truth, refused = to_logicals(test)
        if refused is not None:
            result = choose_rows(open_rows & (refused != 0), _errors_with(refused), result)
            open_rows &= refused == 0
        result = choose_rows(open_rows & truth, value, result)
        open_rows &= ~truth
    return result


def _errors_with(codes: Codes) -> Column:
    return errors_column(codes)


def _taken_by_switch(position: int, arguments: Sequence[Column]) -> Mask:
    count = max(len(argument) for argument in arguments)
    open_rows = np.ones(count, np.bool_)
    expression = _spread(arguments[0], count)
    for at in range(1, position, 2):
        same = _same(expression, _spread(arguments[at], count))
        if at == position - 1:
            return open_rows & same
        open_rows &= ~same
    return open_rows


def _spread(column: Column, count: int) -> Column:
    return column if len(column) == count else column.repeat(count)


@function("SWITCH", branches=Branches(2, _taken_by_switch))
def switch(expression: Value, value1: Value, result1: Branch, *others: ValueAndBranch) -> Column:
    """SWITCH(expression, value1, result1, ..., [default]): the result behind the value that equals the expression.

    Arrays: elementwise over the expression.
    Errors: #N/A where no value is equal and there is no default; an error in the expression is the result.
    Source: Microsoft Support, "SWITCH function".

    =SWITCH(2,1,"one",2,"two","many")  -> "two"
    =SWITCH(9,1,"one","many")  -> "many"
    =SWITCH(9,1,"one")  -> #N/A
    """
    count = len(expression)
    pairs = len(others) // 2
    default = others[-1] if len(others) % 2 else errors_column(np.full(count, ExcelError.NA.code))
    result = default
    open_rows = ~expression.is_kind(ERROR)
    values = [(value1, result1)] + [(others[2 * k], others[2 * k + 1]) for k in range(pairs)]
    for value, outcome in values:
        wrong = open_rows & value.is_kind(ERROR)
        if wrong.any():
            result = choose_rows(wrong, value, result)
            open_rows = open_rows & ~wrong
        same = open_rows & _same(expression, value)
        result = choose_rows(same, outcome, result)
        open_rows = open_rows & ~same
    return choose_rows(expression.is_kind(ERROR), expression, result)


def _same(left: Column, right: Column) -> Mask:
    """Equality as SWITCH has it: an empty value is the number 0, and equals neither FALSE nor ""."""
    left, right = _empty_as_zero(left), _empty_as_zero(right)
    wrong = left.is_kind(ERROR) | right.is_kind(ERROR)
    if wrong.any():
        kinds = np.where(wrong, np.uint8(EMPTY), left.kinds), np.where(wrong, np.uint8(EMPTY), right.kinds)
        left = Column(kinds[0], left.numbers, left.texts)
        right = Column(kinds[1], right.numbers, right.texts)
    same: Mask = compare(left, right) == 0
    return same & ~wrong


def _empty_as_zero(column: Column) -> Column:
    empty = column.is_kind(EMPTY) | column.is_kind(OMITTED)
    if not empty.any():
        return column
    kinds = np.where(empty, np.uint8(NUMBER), column.kinds)
    return Column(kinds, np.where(empty, 0.0, column.numbers), column.texts)


@function("AND")
def and_(logical1: AllCells) -> Column:
    """AND(logical1, ...): TRUE where all arguments are.

    Arrays: taken as a whole; text and empty cells in references and arrays are passed over.
    Errors: #VALUE! where there is no truth value at all, or an argument is text other than TRUE and FALSE.
    Source: Microsoft Support, "AND function".

    =AND(TRUE,1,2>1)  -> TRUE
    =AND({TRUE,FALSE})  -> FALSE
    """
    truth, owners, count, refused = _truths(logical1)
    return _settled(np.bincount(owners[~truth], minlength=count) == 0, refused)


@function("OR")
def or_(logical1: AllCells) -> Column:
    """OR(logical1, ...): TRUE where any argument is.

    Arrays: taken as a whole; text and empty cells in references and arrays are passed over.
    Errors: #VALUE! where there is no truth value at all, or an argument is text other than TRUE and FALSE.
    Source: Microsoft Support, "OR function".

    =OR(FALSE,0,3)  -> TRUE
    """
    truth, owners, count, refused = _truths(logical1)
    return _settled(np.bincount(owners[truth], minlength=count) > 0, refused)


@function("XOR")
def xor(logical1: AllCells) -> Column:
    """XOR(logical1, ...): TRUE where an odd number of arguments is.

    Arrays: taken as a whole; text and empty cells in references and arrays are passed over.
    Errors: #VALUE! where there is no truth value at all, or an argument is text other than TRUE and FALSE.
    Source: Microsoft Support, "XOR function".

    =XOR(TRUE,TRUE,TRUE)  -> TRUE
    =XOR(TRUE,TRUE)  -> FALSE
    """
    truth, owners, count, refused = _truths(logical1)
    return _settled(np.bincount(owners[truth], minlength=count) % 2 == 1, refused)


def _truths(runs: CellRuns) -> tuple[Mask, Index, int, Codes | None]:
    """The truth values among the cells, the rows that they belong to, and the errors by row."""
    count = len(runs.offsets) - 1
    cells, owners = runs.cells, runs.owners
    refused = runs.first_errors()
    if cells.uniform in (BOOLEAN, NUMBER):
        return cells.numbers != 0, owners, count, _where_nothing(owners, count, refused)
    keep = (cells.kinds == NUMBER) | (cells.kinds == BOOLEAN)
    keep |= runs.direct & ((cells.kinds == TEXT) | (cells.kinds == EMPTY) | (cells.kinds == OMITTED))
    at = np.flatnonzero(keep)
    truth, wrong = to_logicals(cells.take(at).settled())
    if wrong is not None:
        refused = np.zeros(count) if refused is None else refused
        bad = owners[at[wrong != 0]]
        refused[bad] = np.where(refused[bad] != 0, refused[bad], float(ExcelError.VALUE.code))
    return truth, owners[at], count, _where_nothing(owners[at], count, refused)


def _where_nothing(owners: Index, count: int, refused: Codes | None) -> Codes | None:
    none = np.bincount(owners, minlength=count) == 0
    if not none.any():
        return refused
    codes = np.zeros(count) if refused is None else refused
    return np.where(none & (codes == 0), float(ExcelError.VALUE.code), codes)


def _settled(truth: Mask, refused: Codes | None) -> Column:
    column = booleans_column(truth)
    if refused is None or not refused.any():
        return column
    return choose_rows(refused != 0, errors_column(refused), column)


def _taken_by_choose(position: int, arguments: Sequence[Column]) -> Mask:
    chosen: Mask = np.trunc(arguments[0].numbers) == position
    return chosen | _is_many(arguments[0])


@function("CHOOSE", branches=Branches(1, _taken_by_choose))
def choose(index_num: Number, value1: Branch, *values: BranchEach) -> Column:
    """CHOOSE(index_num, value1, ...): the value at a position, from 1.

    Arrays: elementwise over index_num; a chosen reference stays one.
    Errors: #VALUE! where index_num is below 1 or above the number of values.
    Source: Microsoft Support, "CHOOSE function".

    =CHOOSE(2,"a","b","c")  -> "b"
    =CHOOSE(2.9,"a","b","c")  -> "b"
    =CHOOSE(4,"a","b","c")  -> #VALUE!
    """
    position = np.trunc(index_num)
    result = value1
    for at, value in enumerate(values, start=2):
        result = choose_rows(position == at, value, result)
    return error_where((position < 1) | (position > len(values) + 1), ExcelError.VALUE, result)
