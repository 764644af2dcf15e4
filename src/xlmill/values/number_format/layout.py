"""What every kind of section does: numbers in, texts out."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

from xlmill.values.general_format import general_cell_column
from xlmill.values.number_format.section import Kind, Section
from xlmill.values.text_column import Texts
from xlmill.values.text_kernels import joined

Float64 = NDArray[np.float64]
Mask = NDArray[np.bool_]


class Layout(ABC):
    """How one section of a format writes numbers."""

    @abstractmethod
    def column(self, numbers: Float64, minus: bool, date1904: bool) -> tuple[Texts, Mask | None]:
        """The texts of a column of finite numbers; and where Excel gives #VALUE! instead (the text means nothing).

        `minus` says whether a negative number gets a minus sign, which stands before the whole text.
        """


class LiteralLayout(Layout):
    """A section of literal text and General."""

    def __init__(self, section: Section) -> None:
        self._tokens = section.tokens

    def column(self, numbers: Float64, minus: bool, date1904: bool) -> tuple[Texts, Mask | None]:
        """See Layout."""
        count = len(numbers)
        pieces = [signs((numbers < 0) & minus)]
        for token in self._tokens:
            is_general = token.kind is Kind.GENERAL
            pieces.append(general_cell_column(np.abs(numbers)) if is_general else constant(token.text, count))
        return joined(pieces), None


def signs(negative: Mask) -> Texts:
    """A minus sign in some rows, nothing in the others."""
    return _SIGNS.take(negative.astype(np.int64))


def constant(text: str, count: int) -> Texts:
    """The same text in every row."""
    return Texts.from_strings([text]).repeat(count)


_SIGNS = Texts.from_strings(["", "-"])
