"""Excel's error values."""

from __future__ import annotations

from enum import Enum


class ExcelError(Enum):
    """An Excel error value such as ``#N/A``: data, never a Python exception.

    Look one up by its Excel spelling, and compare by identity:

    >>> ExcelError("#N/A") is ExcelError.NA
    True
    >>> str(ExcelError.DIV0)
    '#DIV/0!'

    Source: Microsoft Support, "ERROR.TYPE function" (the numbers in ``code``).
    """

    NULL = "#NULL!"
    DIV0 = "#DIV/0!"
    VALUE = "#VALUE!"
    REF = "#REF!"
    NAME = "#NAME?"
    NUM = "#NUM!"
    NA = "#N/A"
    GETTING_DATA = "#GETTING_DATA"
    SPILL = "#SPILL!"
    CONNECT = "#CONNECT!"
    BLOCKED = "#BLOCKED!"
    UNKNOWN = "#UNKNOWN!"
    FIELD = "#FIELD!"
    CALC = "#CALC!"

    @property
    def code(self) -> int:
        """The number that ERROR.TYPE gives: 1 for #NULL! up to 14 for #CALC!."""
        return _CODES[self]

    @classmethod
    def from_code(cls, code: int) -> ExcelError:
        """The error value whose ERROR.TYPE number is `code` (1 to 14)."""
        return _BY_CODE[code]

    def __str__(self) -> str:
        return self.value

    def __repr__(self) -> str:
        return f"ExcelError({self.value!r})"


_CODES = {error: number for number, error in enumerate(ExcelError, start=1)}
_BY_CODE = {number: error for error, number in _CODES.items()}
