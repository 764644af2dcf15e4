"""Records of a database that meet the conditions of a criteria area, for DSUM and its kind.

A database is an area whose first row names its fields. A criteria area has field names in its first row and
conditions below them: those of one row must hold together, and one row is enough. An empty condition always
holds; a text without an operator asks for what begins with it. Under a name that is no field stands a
condition that is worked out already: TRUE holds for every record, anything else for none.

Source: Microsoft Support, "DSUM function"; "Filter by using advanced criteria".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlmill.functions.criteria import Comparison, read_criteria
from xlmill.values.coercion import to_texts
from xlmill.values.column import (
    BOOLEAN,
    EMPTY,
    ERROR,
    NUMBER,
    OMITTED,
    TEXT,
    Arrays,
    Column,
    Index,
    Mask,
    runs,
    stack,
    texts_column,
)
from xlmill.values.distinct_rows import distinct_rows
from xlmill.values.text_column import Texts
from xlmill.values.text_identity import identify
from xlmill.values.text_kernels import joined

# Pairs of a condition and a record that are looked at together.
_PAIRS_AT_ONCE = 1 << 20

_STAR = Texts.from_strings(["*"])


@dataclass(frozen=True, slots=True)
class Records:
    """The records that meet each question, and what they hold in its field.

    Question q's records are those with owner q, in order; `cells` are theirs in the field that it names.
    `wrong` are questions that have no answer: no records, no
    conditions, no such field. `inverse` is the question of each row of the batch.
    """

    owners: Index
    cells: Column
    count: int
    wrong: Mask
    without_field: Mask
    inverse: Index


def find_records(database: Arrays, field: Column, criteria: Arrays, date1904: bool) -> Records:
    """The records that each row of the batch asks for; rows that ask the same are one question."""
    keys = [database.starts, database.rows, database.columns, criteria.starts, criteria.rows, criteria.columns]
    text_keys = identify([field.text_rows()])[0] if field.texts is not None else np.zeros(len(field), np.int64)
    keys += [field.kinds.astype(np.int64), field.numbers.view(np.int64), np.where(field.is_kind(TEXT), text_keys, 0)]
    asked, inverse = distinct_rows(keys)
    database, field, criteria = database.take(asked), field.take(asked), criteria.take(asked)

    place = _field_places(database, field)
    without_field = field.is_kind(OMITTED)
    wrong = (database.rows < 2) | (criteria.rows < 2) | ((place < 0) & ~without_field)
    records = np.where(wrong, 0, database.rows - 1)
    conditions = _Conditions.of(database, criteria, date1904)
    owners, numbers = conditions.matches(database, criteria, records)
    cells = database.starts[owners] + (numbers + 1) * database.columns[owners] + np.maximum(place[owners], 0)
    return Records(owners, database.cells.take(cells).settled(), len(asked), wrong, without_field, inverse)


def _field_places(database: Arrays, field: Column) -> Index:
    """The column of the database that each field argument names, by its number or by its name; -1 for none."""
    number = np.trunc(field.numbers)
    is_number = field.is_kind(NUMBER) | field.is_kind(BOOLEAN)
    by_number = np.where(is_number & (number >= 1) & (number <= database.columns), number - 1, -1).astype(np.int64)
    names = np.arange(len(field))
    by_name = _places_of(database, field, names, names)
    return np.where(is_number, by_number, np.where(field.is_kind(TEXT), by_name, -1))


def _places_of(database: Arrays, names: Column, at: Index, questions: Index) -> Index:
    """For each name `names[at]` the first column with that heading in its question's database; -1 for none."""
    once, group = distinct_rows([database.starts, database.columns])
    widths = database.columns[once]
    headings = database.cells.take(runs(database.starts[once], widths))
    offsets = np.cumsum(widths) - widths
    wanted = names.take(at)
    heading_keys, wanted_keys = _heading_keys(headings, wanted)
    tables = group[questions]
    sizes = widths[tables]
    pair = np.repeat(np.arange(len(at)), sizes)
    same = heading_keys[runs(offsets[tables], sizes)] == wanted_keys[pair]
    hits = np.flatnonzero(same)[::-1]
    starts = np.cumsum(sizes) - sizes
    place = np.full(len(at), -1, np.int64)
    place[pair[hits]] = hits - starts[pair[hits]]
    return place


def _heading_keys(headings: Column, wanted: Column) -> tuple[Index, Index]:
    """Numbers that are equal for equal names; numbers and truth values are names as they are written."""
    both = stack([headings, wanted]).settled()
    texts, _ = to_texts(both)
    keys = -1 - np.arange(len(both))  # no two of what is no name are equal
    names = np.flatnonzero(texts.lengths > 0)
    if len(names):
        keys[names] = identify([texts.take(names)])[0]
    return keys[: len(headings)], keys[len(headings) :]


@dataclass(frozen=True, slots=True)
class _Conditions:
    """All conditions of all questions: the question and line that each is of, and the field that it is about.

    Where `field` is -1, `holds` says whether the condition is TRUE by itself.
    """

    question: Index
    line: Index
    field: Index
    holds: Mask
    comparison: Comparison

    @classmethod
    def of(cls, database: Arrays, criteria: Arrays, date1904: bool) -> _Conditions:
        """The conditions under the headings of criteria areas; empty ones are left out."""
        lines = np.maximum(criteria.rows - 1, 0)
        sizes = lines * criteria.columns
        question = np.repeat(np.arange(len(criteria)), sizes)
        cell = runs(criteria.starts + criteria.columns, sizes)
        at = cell - criteria.starts[question]
        width = criteria.columns[question]
        filled = ~criteria.cells.take(cell).is_kind(EMPTY)
        question, cell, at, width = question[filled], cell[filled], at[filled], width[filled]
        field = _places_of(database, criteria.cells, criteria.starts[question] + at % width, question)
        given = criteria.cells.take(cell).settled()
        holds = (given.is_kind(BOOLEAN) | given.is_kind(NUMBER)) & (given.numbers != 0)
        comparison = Comparison(read_criteria(_beginnings(given, date1904), date1904), database.cells, date1904)
        return cls(question, at // width - 1, field, holds, comparison)

    def matches(self, database: Arrays, criteria: Arrays, records: Index) -> tuple[Index, Index]:
        """The records that meet a line of their question: questions, and numbers of records from 0."""
        found_owners, found_records = [], []
        pairs = np.cumsum(np.bincount(self.question, minlength=len(records)) * records + records)
        begin = 0
        while begin < len(records):
            before = int(pairs[begin - 1]) if begin else 0
            end = max(begin + 1, int(np.searchsorted(pairs, before + _PAIRS_AT_ONCE, side="right")))
            owners, numbers = self._matches_between(begin, end, database, criteria, records)
            found_owners.append(owners)
            found_records.append(numbers)
            begin = end
        return np.concatenate(found_owners), np.concatenate(found_records)

    def _matches_between(
        self, begin: int, end: int, database: Arrays, criteria: Arrays, records: Index
    ) -> tuple[Index, Index]:
        first, last = np.searchsorted(self.question, (begin, end))
        question = self.question[first:last]
        sizes = records[question]
        condition = np.repeat(np.arange(first, last), sizes)
        record = runs(np.zeros(last - first, np.int64), sizes)
        owner = self.question[condition]
        field = self.field[condition]
        cell = database.starts[owner] + (record + 1) * database.columns[owner] + np.maximum(field, 0)
        met = np.where(field >= 0, self.comparison.holds(cell, condition), self.holds[condition])
        # A slot for each line and record of each question counts the conditions that fail.
        lines = np.maximum(criteria.rows[begin:end] - 1, 0)
        slots = lines * records[begin:end]
        slot_starts = np.cumsum(slots) - slots
        slot = slot_starts[owner - begin] + self.line[condition] * records[owner] + record
        passed = np.flatnonzero(np.bincount(slot[~met], minlength=int(slots.sum())) == 0)
        who = np.repeat(np.arange(begin, end), slots)[passed]
        # A record that meets several lines counts once.
        number = (passed - slot_starts[who - begin]) % records[who]
        widest = int(records[begin:end].max()) + 1
        unique = np.unique(who * widest + number)
        return unique // widest, unique % widest


def _beginnings(given: Column, date1904: bool) -> Column:
    """Conditions with a star after texts that have no operator and name no number, truth value or error."""
    if not given.has(TEXT):
        return given
    texts = given.text_rows()
    plain = given.is_kind(TEXT)
    read = read_criteria(given, date1904)
    first = texts.buffer[np.minimum(texts.starts, max(len(texts.buffer) - 1, 0))] if len(texts.buffer) else 0
    operator = (texts.lengths > 0) & np.isin(first, np.frombuffer(b"<=>", np.uint8))
    named = (read.kinds == NUMBER) | (read.kinds == BOOLEAN) | (read.kinds == ERROR)
    starred = plain & ~operator & ~named
    rows = np.flatnonzero(starred)
    if not len(rows):
        return given
    with_star = texts_column(joined([texts.take(rows), _STAR.repeat(len(rows))]))
    place = np.arange(len(given))
    place[rows] = len(given) + np.arange(len(rows))
    return stack([given, with_star]).take(place).settled()
