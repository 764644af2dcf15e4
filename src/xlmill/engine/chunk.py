"""A chunk of expressions: from bytes to a column of values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from xlmill.engine.apply import first_cells
from xlmill.engine.closure import BuiltIn
from xlmill.engine.evaluator import Evaluation, Lanes, Surroundings
from xlmill.engine.names import NameScope
from xlmill.engine.program import program
from xlmill.engine.run import Mode, Run
from xlmill.engine.store import AlignedStore, ScatteredStore, stands_for
from xlmill.engine.template import template_hashes
from xlmill.functions.surroundings import ChunkTooLargeError
from xlmill.syntax.forest import Forest
from xlmill.syntax.parser import parse
from xlmill.syntax.problem import Problem, syntax_error
from xlmill.values.column import (
    ARRAY,
    EMPTY,
    ERROR,
    FUNCTION,
    OMITTED,
    REFERENCE,
    Column,
    Index,
    Mask,
    counting,
    error_where,
    stack,
)
from xlmill.values.error_value import ExcelError
from xlmill.values.text_column import Texts, read_only
from xlmill.values.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Outcome:
    """The values of a chunk: one a row; `invalid` marks rows that are no formulas, `problems` says why.

    `templates` tells rows of different templates apart (-1: no formula), see engine.template.
    """

    values: Column
    invalid: Mask
    problems: dict[int, str]
    templates: Index


def evaluate_texts(texts: Texts, run: Run, tell_templates: bool = False, workspace: Workspace | None = None) -> Outcome:
    """Evaluate expressions, each in its own row; `tell_templates` also tells their templates apart.

    The texts among the values stand in `workspace`, and are of use until that is used again.
    """
    workspace = workspace or Workspace()
    count = len(texts)
    # The rows may be a small part of a large buffer; the chunk shall hold no more than its own bytes.
    low = int(texts.starts.min()) if count else 0
    high = int((texts.starts + texts.lengths).max()) if count else 0
    begins = texts.starts - low
    buffer = read_only(texts.buffer[low:high])
    forest = parse(buffer, begins, begins + texts.lengths, program().table, workspace=workspace)
    blank = forest.problem == Problem.EMPTY
    invalid = (forest.problem != 0) & ~blank
    problems = {row: str(syntax_error(forest, row)) for row in np.flatnonzero(invalid).tolist()}
    templates = template_hashes(forest) if tell_templates else np.full(count, -1)
    roots = np.flatnonzero(forest.root >= 0)
    if len(roots) == 0:
        return Outcome(_empty(count), invalid, problems, templates)
    parsed = replace(forest, root=forest.root[roots])
    try:
        values = evaluate_forest(parsed, run, workspace)
    except ChunkTooLargeError:
        return _in_halves(texts, run, invalid, problems, templates)
    if len(roots) != count:
        place = np.full(count, len(roots))
        place[roots] = np.arange(len(roots))
        values = stack([values, _empty(1)]).take(place).settled()
    return Outcome(values, invalid, problems, templates)


def evaluate_forest(forest: Forest, run: Run, workspace: Workspace | None = None) -> Column:
    """The values of trees that stand in a row each; texts among them stand in `workspace`."""
    evaluation = Evaluation(run, program(), NameScope())
    rows = np.arange(len(forest.row_start))
    with np.errstate(all="ignore"):
        store = ScatteredStore(forest, rows, workspace)
        column = evaluation.snapped(evaluation.evaluate(forest, store, len(forest.root)), forest, store)
        return finished(column, evaluation, rows[forest.row[forest.root]])


def evaluate_over(forest: Forest, run: Run, rows: int) -> Column:
    """The values of one tree over many rows of columns."""
    evaluation = Evaluation(run, program(), NameScope())
    indices = counting(rows)
    with np.errstate(all="ignore"):
        store = AlignedStore(forest, indices, stands_for(forest))
        column = evaluation.evaluate(forest, store, rows)
        if int(forest.root[0]) not in store.settled:
            column = evaluation.snapped(column, forest, store)
        column = finished(column, evaluation, indices)
    return column if len(column) == rows else column.repeat(rows)


def finished(column: Column, evaluation: Evaluation, rows: Index) -> Column:
    """Results as a cell shows them: references read, a LAMBDA is #CALC!, an empty cell referred to is 0."""
    run = evaluation.run
    surroundings = Surroundings(evaluation, Lanes.of(rows), False)
    if column.has(REFERENCE):
        column = surroundings.read_single(column)
        empty = column.is_kind(EMPTY)
        if empty.any():
            column = _as_zero(column, empty)
    if run.mode is Mode.SCALAR:
        column = first_cells(column)
    if column.has(FUNCTION):
        column = _without_functions(column)
    empty = column.is_kind(EMPTY) | column.is_kind(OMITTED)
    if empty.any():
        column = _as_zero(column, empty)
    if column.has(ARRAY):
        assert column.arrays is not None
        cells = column.arrays.cells
        blank = cells.is_kind(EMPTY) | cells.is_kind(OMITTED)
        if blank.any():
            column = replace(column, arrays=replace(column.arrays, laid=_as_zero(cells, blank)))
        column = _unwrap_single_cells(column)
    return column


def _as_zero(column: Column, empty: Mask) -> Column:
    kinds = np.where(empty, np.uint8(1), column.kinds)
    return replace(column, kinds=kinds, numbers=np.where(empty, 0.0, column.numbers), uniform=-1).settled()


def _without_functions(column: Column) -> Column:
    """A LAMBDA as a result is #CALC!; the bare name of a worksheet function is no name that anyone defined."""
    assert column.objects is not None
    rows = np.flatnonzero(column.is_kind(FUNCTION))
    kinds, numbers = column.kinds.copy(), column.numbers.copy()
    for row in rows.tolist():
        is_built_in = isinstance(column.objects[int(numbers[row])], BuiltIn)
        kinds[row] = ERROR
        numbers[row] = (ExcelError.NAME if is_built_in else ExcelError.CALC).code
    return replace(column, kinds=kinds, numbers=numbers, uniform=-1).settled()


def _unwrap_single_cells(column: Column) -> Column:
    """An array of one cell is shown as its value."""
    assert column.arrays is not None
    single = column.is_kind(ARRAY) & (column.arrays.sizes == 1)
    if not single.any():
        return column
    rows = np.flatnonzero(single)
    cells = column.arrays.cells.take(column.arrays.starts[rows])
    place = np.arange(len(column))
    place[rows] = len(column) + np.arange(len(rows))
    return stack([column, cells]).take(place).settled()


def _in_halves(texts: Texts, run: Run, invalid: Mask, problems: dict[int, str], templates: Index) -> Outcome:
    count = len(texts)
    if count == 1:
        value = error_where(np.ones(1, np.bool_), ExcelError.NUM, _empty(1))
        return Outcome(value.settled(), invalid, problems, templates)
    halves = []
    for part in (slice(0, count // 2), slice(count // 2, count)):
        rows = np.arange(count)[part]
        columns = {name: column.take(rows) for name, column in run.columns.items()}
        halves.append(
            evaluate_texts(texts.take(rows), replace(run, columns=columns, first_row=run.first_row + int(rows[0])))
        )
    return Outcome(stack([half.values for half in halves]), invalid, problems, templates)


def _empty(count: int) -> Column:
    return Column(np.full(count, EMPTY, np.uint8), np.zeros(count), uniform=EMPTY)


def join(outcomes: Sequence[Outcome]) -> Outcome:
    """Chunks in order, as one."""
    problems: dict[int, str] = {}
    at = 0
    for outcome in outcomes:
        problems.update({row + at: text for row, text in outcome.problems.items()})
        at += len(outcome.invalid)
    return Outcome(
        stack([outcome.values for outcome in outcomes]).settled(),
        np.concatenate([outcome.invalid for outcome in outcomes]),
        problems,
        np.concatenate([outcome.templates for outcome in outcomes]),
    )
