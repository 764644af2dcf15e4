"""Complex numbers as Excel has them: text such as "3+4i", read and written by the column."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlmill.values.coercion import Codes
from xlmill.values.column import (
    BOOLEAN,
    EMPTY,
    ERROR,
    NUMBER,
    OMITTED,
    TEXT,
    Column,
    Index,
    error_where,
    texts_column,
    with_errors,
)
from xlmill.values.error_value import ExcelError
from xlmill.values.general_format import general_column
from xlmill.values.text_column import Texts
from xlmill.values.text_kernels import joined

Complex = NDArray[np.complex128]

_UNSIGNED = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_REAL = re.compile(rf"[+-]?{_UNSIGNED}")
_IMAGINARY = re.compile(rf"([+-]?(?:{_UNSIGNED})?)([ij])")
_BOTH = re.compile(rf"([+-]?{_UNSIGNED})([+-](?:{_UNSIGNED})?)([ij])")

NO_SUFFIX, SUFFIX_I, SUFFIX_J = range(3)
_PARTS = Texts.from_strings(["+", "i", "j"])


@dataclass(frozen=True, slots=True)
class Complexes:
    """A column of complex numbers, with the letter that each is written with, and error codes (0: none)."""

    values: Complex
    suffixes: Index
    codes: Codes


def read_complex(column: Column) -> Complexes:
    """Read numbers and text; #NUM! for text of another form, #VALUE! for TRUE and FALSE; empty is 0."""
    count = len(column)
    codes = np.where(column.is_kind(ERROR), column.numbers, 0.0)
    codes[column.is_kind(BOOLEAN) | (column.kinds > OMITTED)] = float(ExcelError.VALUE.code)
    values = np.where(column.is_kind(NUMBER), column.numbers, 0.0).astype(np.complex128)
    suffixes = np.zeros(count, np.int64)
    rows = np.flatnonzero(column.is_kind(TEXT))
    if len(rows):
        strings = column.text_rows().take(rows).to_strings()
        known = {text: _parse(text) for text in set(strings)}
        read = [known[text] for text in strings]
        values[rows] = [one[0] for one in read]
        suffixes[rows] = [one[1] for one in read]
        codes[rows] = [one[2] for one in read]
    return Complexes(values, suffixes, codes)


def _parse(text: str) -> tuple[complex, int, float]:
    match = _BOTH.fullmatch(text)
    if match:
        return complex(float(match[1]), _imaginary(match[2])), _suffix(match[3]), 0.0
    match = _IMAGINARY.fullmatch(text)
    if match:
        return complex(0.0, _imaginary(match[1])), _suffix(match[2]), 0.0
    if _REAL.fullmatch(text):
        return complex(float(text)), NO_SUFFIX, 0.0
    return 0j, NO_SUFFIX, float(ExcelError.NUM.code)


def _imaginary(written: str) -> float:
    return float(written + "1") if written in ("", "+", "-") else float(written)


def _suffix(letter: str) -> int:
    return SUFFIX_I if letter == "i" else SUFFIX_J


def write_complex(values: Complex, suffixes: Index, codes: Codes) -> Column:
    """As text with fifteen digits; what is not finite is #NUM!."""
    finite = np.isfinite(values)
    real, imaginary = np.where(finite, values.real, 0.0), np.where(finite, values.imag, 0.0)
    with_real = (real != 0) | (imaginary == 0)
    with_imaginary = imaginary != 0
    real_texts = general_column(real)
    real_texts = real_texts.sliced(real_texts.starts, np.where(with_real, real_texts.lengths, 0))
    plus = _PARTS.take(np.zeros(len(values), np.int64))
    plus = plus.sliced(plus.starts, (with_real & (imaginary > 0)).astype(np.int64))
    imaginary_texts = general_column(imaginary)
    # 1 and -1 are written without the 1, and 0 not at all.
    kept = np.where(np.abs(imaginary) == 1, imaginary_texts.lengths - 1, imaginary_texts.lengths)
    imaginary_texts = imaginary_texts.sliced(imaginary_texts.starts, np.where(with_imaginary, kept, 0))
    letters = _PARTS.take(np.maximum(suffixes, SUFFIX_I))
    letters = letters.sliced(letters.starts, with_imaginary.astype(np.int64))
    column = texts_column(joined([real_texts, plus, imaginary_texts, letters]))
    return with_errors(codes, error_where(~finite, ExcelError.NUM, column))


def joint_suffixes(suffixes: list[Index]) -> tuple[Index, Codes]:
    """The letter for the result of several numbers; #VALUE! where they have different ones."""
    highest = np.max(suffixes, axis=0)
    lowest = np.min([np.where(suffix == NO_SUFFIX, highest, suffix) for suffix in suffixes], axis=0)
    return highest, np.where(lowest != highest, float(ExcelError.VALUE.code), 0.0)


def is_blank(column: Column) -> NDArray[np.bool_]:
    """Cells without a value."""
    return column.is_kind(EMPTY) | column.is_kind(OMITTED)
