"""Criteria such as ">5", "a*" or "<>": what COUNTIF, SUMIFS and their kind ask of cells.

A criterion is a value or a text. A text may begin with an operator; what follows is taken as a number, date,
truth value or error value if it reads as one, and is a pattern with wildcards otherwise.

Source: Microsoft Support, "COUNTIF function" and "SUMIFS function".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from xlmill.values.column import BOOLEAN, EMPTY, ERROR, NUMBER, OMITTED, TEXT, Column, Index, Mask, Numbers
from xlmill.values.error_value import ExcelError
from xlmill.values.text_column import Texts
from xlmill.values.text_identity import identify
from xlmill.values.text_kernels import compare_without_case
from xlmill.values.text_number import numbers_from_texts
from xlmill.values.two_speed import two_speed
from xlmill.values.wildcard import has_wildcards, wildcard_matches

# How a cell must stand to what the criterion names.
EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL = range(6)

# What a criterion names: EMPTY ("=" alone), NUMBER, BOOLEAN, TEXT or ERROR as in a column, or one of these.
NOTHING = 9  # "": empty cells and cells with an empty text
PATTERN = 10  # text with wildcards
NEVER = 11  # an order without anything to compare with, such as ">" alone

# Operators by the first two bytes of a text, and their lengths; -1, the last, is none.
_OPERATORS = np.full((256, 256), -1, np.int64)
_OPERATORS[ord("=")] = EQUAL
_OPERATORS[ord("<")] = LESS
_OPERATORS[ord(">")] = GREATER
_OPERATORS[ord("<"), ord(">")] = NOT_EQUAL
_OPERATORS[ord("<"), ord("=")] = LESS_EQUAL
_OPERATORS[ord(">"), ord("=")] = GREATER_EQUAL
_OPERATOR_LENGTHS = np.array([1, 2, 1, 2, 1, 2, 0])

_KINDS = 16
_WORDS = {"TRUE": (BOOLEAN, 1.0), "FALSE": (BOOLEAN, 0.0)}
_WORDS |= {str(error): (ERROR, float(error.code)) for error in ExcelError}
_LONGEST_WORD = max(map(len, _WORDS))


@dataclass(frozen=True, slots=True)
class Criteria:
    """A column of criteria, read: `forms` is an operator times 16 plus the kind of what it names."""

    forms: Index
    numbers: Numbers
    texts: Texts

    @property
    def kinds(self) -> Index:
        """What each criterion names."""
        return self.forms % _KINDS

    @property
    def operators(self) -> Index:
        """How a cell must stand to it."""
        return self.forms // _KINDS

    def accept_empty(self) -> Mask:
        """Which criteria an empty cell meets."""
        unequal, kinds = self.operators == NOT_EQUAL, self.kinds
        accepted: Mask = np.where(unequal, kinds != EMPTY, (kinds == EMPTY) | (kinds == NOTHING))
        return accepted


def read_criteria(column: Column, date1904: bool = False) -> Criteria:
    """Read a column of criteria; an empty cell as a criterion is 0, an error value asks for that error."""
    kinds = column.kinds.astype(np.int64)
    operators = np.zeros(len(kinds), np.int64)
    empty = (kinds == EMPTY) | (kinds == OMITTED)
    numbers = np.where(empty, 0.0, column.numbers)
    kinds[empty] = NUMBER
    if column.texts is None:
        return Criteria(operators * _KINDS + kinds, numbers, column.text_rows())
    rows = np.flatnonzero(kinds == TEXT)
    written, operands = _split(column.texts.take(rows))
    operators[rows] = np.maximum(written, EQUAL)
    kinds[rows], numbers[rows] = _operand_kinds(operands, written, date1904)
    starts, lengths = column.texts.starts.copy(), column.texts.lengths.copy()
    starts[rows], lengths[rows] = operands.starts, operands.lengths
    return Criteria(operators * _KINDS + kinds, numbers, Texts(column.texts.buffer, starts, lengths))


def _split(texts: Texts) -> tuple[Index, Texts]:
    """The operator that each text begins with (-1: none), and what follows it."""
    operator = _OPERATORS[_byte(texts, 0), _byte(texts, 1)]
    skip = _OPERATOR_LENGTHS[operator]
    return operator, texts.sliced(texts.starts + skip, texts.lengths - skip)


def _byte(texts: Texts, at: int) -> NDArray[np.uint8]:
    there = texts.lengths > at
    if not there.any():
        return np.zeros(len(texts), np.uint8)
    return np.where(there, texts.buffer[np.where(there, texts.starts + at, 0)], 0).astype(np.uint8)


def _operand_kinds(operands: Texts, written: Index, date1904: bool) -> tuple[Index, Numbers]:
    numbers, numeric = numbers_from_texts(operands, date1904)
    ordered = written >= LESS
    kinds = np.where(numeric, NUMBER, TEXT)
    kinds[operands.lengths == 0] = EMPTY
    kinds[(operands.lengths == 0) & (written < 0)] = NOTHING
    kinds[(operands.lengths == 0) & ordered] = NEVER
    perhaps_words = np.flatnonzero((kinds == TEXT) & (operands.lengths <= _LONGEST_WORD))
    for row, text in zip(perhaps_words.tolist(), operands.take(perhaps_words).to_strings(), strict=True):
        kinds[row], numbers[row] = _WORDS.get(text.upper(), (TEXT, 0.0))
    kinds[(kinds == TEXT) & ~ordered & has_wildcards(operands)] = PATTERN
    return kinds, numbers


class Comparison:
    """Criteria, and the cells that they are put to: any pair of them is quickly decided."""

    def __init__(self, criteria: Criteria, cells: Column, date1904: bool = False) -> None:
        self.criteria = criteria
        self.cells = cells
        self._date1904 = date1904
        forms = criteria.forms
        uniform = len(forms) and bool((forms == forms[0]).all())
        self._forms = [int(forms[0])] if uniform else np.unique(forms).tolist()

    def holds(self, cell: Index, criterion: Index) -> Mask:
        """Pair by pair, whether the cell meets the criterion; both by their index."""
        if len(self._forms) == 1:
            return self._holds(self._forms[0], cell, criterion)
        result = np.zeros(len(cell), np.bool_)
        forms = self.criteria.forms[criterion]
        for form in self._forms:
            pairs = np.flatnonzero(forms == form)
            result[pairs] = self._holds(form, cell[pairs], criterion[pairs])
        return result

    def met_in_runs(self, starts: Index, sizes: Index, first: int) -> tuple[Index, Index] | None:
        """Which criteria, and where in their runs of cells they hold: criterion `first + i` looks at `sizes[i]` cells.

        Those begin at `starts[i]`. None where a criterion names other than a number.
        """
        if any(form % _KINDS != NUMBER for form in self._forms):
            return None
        total = int(sizes.sum())
        owners, positions = np.empty(total, np.int64), np.empty(total, np.int64)
        asked = slice(first, first + len(starts))
        operators, limits = self.criteria.operators[asked], self.criteria.numbers[asked]
        readable, ordered = self._readable, self._ordered
        count = _compare_runs.run(total, starts, sizes, operators, limits, readable, ordered, owners, positions)
        return owners[:count] + first, positions[:count]

    def can_be_indexed(self) -> bool:
        """Whether every criterion asks for cells that are equal to a value, so that `keys` answer it."""
        indexed = (NUMBER, BOOLEAN, TEXT, ERROR)
        return all(form // _KINDS == EQUAL and form % _KINDS in indexed for form in self._forms)

    @cached_property
    def keys(self) -> tuple[Index, Index]:
        """Numbers for cells and for criteria: equal where the cell meets the criterion; -1 for other cells."""
        kinds, wanted = self.cells.kinds, self.criteria.kinds
        readable = ~np.isnan(self._readable)
        cell_keys = np.full(len(kinds), -1, np.int64)
        wanted_keys = np.full(len(wanted), -2, np.int64)
        numeric = wanted == NUMBER
        both = np.concatenate([self._readable[readable], self.criteria.numbers[numeric]])
        place = np.unique(both, return_inverse=True)[1]
        cell_keys[readable] = 4 * place[: int(readable.sum())]
        wanted_keys[numeric] = 4 * place[int(readable.sum()) :]
        for kind in (BOOLEAN, ERROR):
            cell_keys[kinds == kind] = 4 * self.cells.numbers[kinds == kind].astype(np.int64) + 1 + (kind == ERROR)
            rows = wanted == kind
            wanted_keys[rows] = 4 * self.criteria.numbers[rows].astype(np.int64) + 1 + (kind == ERROR)
        if (wanted == TEXT).any():
            cell_texts, wanted_texts = self._texts
            textual = (kinds == TEXT) & ~readable
            cell_keys[textual] = 4 * cell_texts[textual] + 3
            wanted_keys[wanted == TEXT] = 4 * wanted_texts[wanted == TEXT] + 3
        return cell_keys, wanted_keys

    @cached_property
    def _ordered(self) -> Numbers:
        """The numbers of the cells, NaN where they hold something else."""
        if self.cells.uniform == NUMBER:
            return self.cells.numbers
        return np.where(self.cells.kinds == NUMBER, self.cells.numbers, np.nan)

    @cached_property
    def _readable(self) -> Numbers:
        """The numbers of the cells and those that their texts read as: "=1" finds both, "<>1" and ">0" do not."""
        rows = np.flatnonzero(self.cells.is_kind(TEXT))
        if not len(rows) or self.cells.texts is None:
            return self._ordered
        readable = self._ordered.copy()
        numbers, numeric = numbers_from_texts(self.cells.texts.take(rows), self._date1904)
        readable[rows[numeric]] = numbers[numeric]
        return readable

    @cached_property
    def _texts(self) -> tuple[Index, Index]:
        """Numbers for the texts of cells and criteria: equal for equal texts; -1 for cells without text."""
        is_text = self.cells.is_kind(TEXT)
        cell_texts = np.full(len(self.cells), -1, np.int64)
        wanted_texts = np.full(len(self.criteria.forms), -2, np.int64)
        wanted = self.criteria.kinds == TEXT
        found, named = identify([self.cells.text_rows().take(is_text), self.criteria.texts.take(wanted)])
        cell_texts[is_text], wanted_texts[wanted] = found, named
        return cell_texts, wanted_texts

    def _holds(self, form: int, cell: Index, criterion: Index) -> Mask:
        operator, kind = divmod(form, _KINDS)
        if kind == NEVER:
            return np.zeros(len(cell), np.bool_)
        if operator in (EQUAL, NOT_EQUAL):
            same = self._equals(kind, cell, criterion, operator == EQUAL)
            return same if operator == EQUAL else ~same
        if kind == TEXT:
            return self._text_order(operator, cell, criterion)
        numbers = self._ordered[cell] if kind == NUMBER else self._numbers_of_kind(kind)[cell]
        return _in_order(operator, numbers, self.criteria.numbers[criterion])

    def _equals(self, kind: int, cell: Index, criterion: Index, reads_text: bool) -> Mask:
        cells = self.cells
        same: Mask
        if kind == NUMBER:
            numbers = self._readable if reads_text else self._ordered
            same = numbers[cell] == self.criteria.numbers[criterion]
        elif kind in (BOOLEAN, ERROR):
            same = (cells.kinds[cell] == kind) & (cells.numbers[cell] == self.criteria.numbers[criterion])
        elif kind in (EMPTY, NOTHING):
            same = (cells.kinds[cell] == EMPTY) | (cells.kinds[cell] == OMITTED)
            if kind == NOTHING and cells.texts is not None:
                same |= (cells.kinds[cell] == TEXT) & (cells.texts.lengths[cell] == 0)
        elif kind == TEXT:
            cell_texts, wanted = self._texts
            same = cell_texts[cell] == wanted[criterion]
        else:
            same = np.zeros(len(cell), np.bool_)
            at = np.flatnonzero(cells.kinds[cell] == TEXT)
            if len(at):
                same[at] = wildcard_matches(cells.text_rows().take(cell[at]), self.criteria.texts.take(criterion[at]))
        return same

    def _numbers_of_kind(self, kind: int) -> Numbers:
        return np.where(self.cells.kinds == kind, self.cells.numbers, np.nan)

    def _text_order(self, operator: int, cell: Index, criterion: Index) -> Mask:
        result = np.zeros(len(cell), np.bool_)
        at = np.flatnonzero(self.cells.kinds[cell] == TEXT)
        if len(at):
            texts, named = self.cells.text_rows().take(cell[at]), self.criteria.texts.take(criterion[at])
            order = compare_without_case(texts, named).astype(np.float64)
            result[at] = _in_order(operator, order, np.zeros(len(at)))
        return result


def _in_order(operator: int, left: Numbers, right: Numbers) -> Mask:
    result: Mask
    if operator == LESS:
        result = left < right
    elif operator == LESS_EQUAL:
        result = left <= right
    elif operator == GREATER:
        result = left > right
    else:
        result = left >= right
    return result


@two_speed
def _compare_runs(starts, sizes, operators, limits, readable, ordered, owners, positions):  # type: ignore[no-untyped-def]
    """Note the pairs that hold; gives how many. Numbers by EQUAL, GREATER_EQUAL and so on, NaN where there is none."""
    at = 0
    for i in range(len(starts)):
        first = starts[i]
        operator = operators[i]
        limit = limits[i]
        for k in range(sizes[i]):
            number = ordered[first + k]
            if operator == GREATER_EQUAL:
                met = number >= limit
            elif operator == LESS_EQUAL:
                met = number <= limit
            elif operator == GREATER:
                met = number > limit
            elif operator == LESS:
                met = number < limit
            elif operator == EQUAL:
                met = readable[first + k] == limit
            else:
                met = number != limit
            # The place is taken by the next pair where this one does not hold.
            owners[at] = i
            positions[at] = k
            at += 1 if met else 0
    return at
