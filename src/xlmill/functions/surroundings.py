"""What a function may ask of the run that it is part of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from xlmill.functions.outside import Outside
from xlmill.values.column import Column, Index
from xlmill.values.reference_value import Area


class ChunkTooLargeError(Exception):
    """The arrays of a chunk outgrow its budget: it is evaluated again in halves, a single row becomes #NUM!."""


class Surroundings(Protocol):
    """The run as a kernel sees it."""

    @property
    def date1904(self) -> bool:
        """Whether serial dates count from 1904."""

    @property
    def now(self) -> float:
        """The run's clock: a serial date with time, the same during the whole run."""

    @property
    def seed(self) -> int:
        """What the RAND family starts from."""

    @property
    def outside(self) -> Outside:
        """Whom the run may ask, and what it was answered."""

    @property
    def rows(self) -> Index:
        """For each row of the batch the number of its expression in the whole run, from 0."""

    def draws(self) -> Index:
        """For each row of the batch how many random numbers its expression has drawn before; counts one more."""

    @property
    def formula_cell(self) -> Area:
        """Where the formula stands."""

    @property
    def most_cells(self) -> int:
        """How many cells one row's array may have."""

    @property
    def most_calls_in_turn(self) -> int:
        """How many calls of a LAMBDA one row may make one after the other."""

    def reserve(self, cells: int) -> None:
        """Make sure, before they are allocated, that so many cells of arrays may still be made for this chunk.

        Raises ChunkTooLargeError, which a kernel lets pass.
        """

    @property
    def sheets(self) -> Sequence[str]:
        """The names of the sheets, in order."""

    def subset(self, rows: Any) -> Surroundings:
        """The same for some rows of the batch, or for their elements: `rows` may repeat a row."""

    def read(self, column: Column) -> Column:
        """References replaced by what their cells hold: one value, or an array."""

    def intersect(self, column: Column) -> Column:
        """One value of each reference or array: implicit intersection with the formula's cell."""

    def call(self, functions: Column, arguments: Sequence[Column]) -> Column:
        """Call the LAMBDA in each row of `functions` with that row's arguments."""

    def formula_text(self, area: Area) -> str | None:
        """The formula in a cell, or None where there is none."""

    def hidden_rows(self, area: Area) -> Sequence[bool]:
        """For each row of an area whether it is hidden."""

    def is_filtered(self, area: Area) -> bool:
        """Whether the area's sheet has a filter on, so that its hidden rows are those filtered out."""

    def parse_reference(self, text: str, r1c1: bool) -> Column:
        """The reference that a text spells (INDIRECT), or #REF!."""
