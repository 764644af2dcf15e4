"""What every kind of section does: numbers in, texts out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from xlmill.values.general_format import general_cell_text
from xlmill.values.number_format.section import Kind, Section


class Layout(ABC):
    """How one section of a format writes numbers."""

    @abstractmethod
    def texts(self, numbers: Sequence[float], minus: bool, date1904: bool) -> list[str | None]:
        """The texts of a column of numbers; None where Excel gives #VALUE!.

        `minus` says whether a negative number gets a minus sign, which stands before the whole text.
        """


class LiteralLayout(Layout):
    """A section of literal text and General."""

    def __init__(self, section: Section) -> None:
        self._tokens = section.tokens
        self._has_general = section.has(Kind.GENERAL)

    def texts(self, numbers: Sequence[float], minus: bool, date1904: bool) -> list[str | None]:
        """See Layout."""
        return [self._text(number, minus) for number in numbers]

    def _text(self, number: float, minus: bool) -> str:
        shown = general_cell_text(abs(number)) if self._has_general else ""
        body = "".join(shown if token.kind is Kind.GENERAL else token.text for token in self._tokens)
        return "-" + body if number < 0 and minus else body
