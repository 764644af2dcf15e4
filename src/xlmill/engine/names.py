"""Defined names: values, or formulas that are evaluated when first used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xlmill.engine import leaves
from xlmill.engine.closure import BuiltIn, closures_column
from xlmill.engine.store import AlignedStore, stands_for
from xlmill.exceptions import FormulaSyntaxError
from xlmill.syntax.parser import parse_text
from xlmill.syntax.reference import parse_reference
from xlmill.values.column import Column
from xlmill.values.error_value import ExcelError
from xlmill.values.python_value import column_from_python

if TYPE_CHECKING:
    from xlmill.engine.evaluator import Evaluation


class NameScope:
    """The names of one chunk's evaluation, each evaluated at most once."""

    def __init__(self) -> None:
        self._values: dict[str, Column] = {}
        self._being_evaluated: set[str] = set()

    def value(self, text: str, evaluation: Evaluation) -> Column:
        """What a name stands for, as a column of one row: #NAME? where nobody defined it."""
        key = text.upper()
        known = self._values.get(key)
        if known is None:
            known = self._look_up(key, evaluation)
            if key not in self._being_evaluated:
                self._values[key] = known
        return known

    def spelled(self, text: str, r1c1: bool, evaluation: Evaluation) -> Column:
        """The reference that a text spells, for INDIRECT: an address, a name or a structured reference."""
        spelled = parse_reference(text, r1c1)
        if spelled is not None:
            corners = spelled.row1, spelled.column1, spelled.row2, spelled.column2
            reference = leaves.place_reference(corners, spelled.flags, spelled.sheet or "", evaluation.run)
            return leaves.references_column([reference])
        if "[" in text:
            return leaves.table_part(text, evaluation.run)
        column = self.value(text, evaluation)
        return column if column.objects is not None else leaves.errors(ExcelError.REF, 1)

    def _look_up(self, key: str, evaluation: Evaluation) -> Column:
        names = evaluation.run.names
        if key not in names and "!" in key:
            key = key.rpartition("!")[2]
        if key in names:
            definition = names[key]
            if isinstance(definition, str) and definition.startswith("="):
                return self._formula(key, definition, evaluation)
            return column_from_python([definition], evaluation.run.date1904)
        entry = evaluation.program.find(key)
        if entry is not None:
            return closures_column([BuiltIn(entry)])
        return leaves.errors(ExcelError.NAME, 1)

    def _formula(self, key: str, formula: str, evaluation: Evaluation) -> Column:
        if key in self._being_evaluated:  # defined by itself, outside a LAMBDA's body
            return leaves.errors(ExcelError.NAME, 1)
        try:
            forest = parse_text(formula, evaluation.program.table)
        except FormulaSyntaxError:
            return leaves.errors(ExcelError.NAME, 1)
        self._being_evaluated.add(key)
        try:
            return evaluation.evaluate(forest, AlignedStore(forest, np.zeros(1, np.int64), stands_for(forest)), 1)
        finally:
            self._being_evaluated.discard(key)
