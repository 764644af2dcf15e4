"""Single characters and their codes: CHAR, CODE, UNICHAR, UNICODE; characters taken out: TRIM, CLEAN."""

from __future__ import annotations

import numpy as np

from xlmill.functions.parameter import Number, Text
from xlmill.functions.registry import alias, function
from xlmill.values.column import Column, Index, Mask, error_where, numbers_column, texts_column
from xlmill.values.error_value import ExcelError
from xlmill.values.text_column import Texts, read_only
from xlmill.values.text_kernels import trimmed, with_others
from xlmill.values.text_pieces import sums_of_runs

# Windows code page 1252; codes that it leaves open are those of Unicode, as Windows has it.
_ANSI = [bytes([code]).decode("cp1252", "replace").replace("�", chr(code)) for code in range(256)]
_ANSI_TEXTS = Texts.from_strings(_ANSI)
_ANSI_CODES = {ord(character): code for code, character in enumerate(_ANSI)}
_NOT_IN_ANSI = ord("?")


@function("CHAR")
def char(number: Number) -> Column:
    """CHAR(number): the character with a code from 1 to 255 in the Windows character set.

    Arrays: elementwise.
    Errors: #VALUE! for other codes.
    Differs: on a Mac, older versions of Excel use the Macintosh character set.
    Source: Microsoft Support, "CHAR function".

    =CHAR(65)  -> "A"
    =CHAR(128)  -> "€"
    =CHAR(0)  -> #VALUE!
    """
    wrong = (number < 1) | (number >= 256)
    codes = np.where(wrong, 1, number).astype(np.int64)
    return error_where(wrong, ExcelError.VALUE, texts_column(_ANSI_TEXTS.take(codes)))


@function("CODE")
def code(text: Text) -> Column:
    """CODE(text): the code of a text's first character in the Windows character set; 63, a ?, if it is not there.

    Arrays: elementwise.
    Errors: #VALUE! for an empty text.
    Differs: on a Mac, older versions of Excel use the Macintosh character set.
    Source: Microsoft Support, "CODE function".

    =CODE("Alphabet")  -> 65
    =CODE("€")  -> 128
    =CODE("")  -> #VALUE!
    """
    points = _first_code_points(text)
    codes = points.astype(np.float64)
    for row in np.flatnonzero(points >= 128).tolist():
        codes[row] = _ANSI_CODES.get(int(points[row]), _NOT_IN_ANSI)
    return error_where(text.lengths == 0, ExcelError.VALUE, numbers_column(codes))


@function("UNICHAR")
def unichar(number: Number) -> Column:
    """UNICHAR(number): the character with a code in Unicode.

    Arrays: elementwise.
    Errors: #VALUE! for 0 and for numbers beyond Unicode; #N/A for halves of surrogate pairs and for codes that
    are no characters.
    Source: Microsoft Support, "UNICHAR function".

    =UNICHAR(66)  -> "B"
    =UNICHAR(8364)  -> "€"
    =UNICHAR(0)  -> #VALUE!
    =UNICHAR(55296)  -> #N/A
    """
    outside = (number < 1) | (number >= 0x110000)
    points = np.where(outside, 1, number).astype(np.int64)
    none = ((points >= 0xD800) & (points < 0xE000)) | (points & 0xFFFE == 0xFFFE)
    column = error_where(none, ExcelError.NA, texts_column(_encoded(points)))
    return error_where(outside, ExcelError.VALUE, column)


@function("UNICODE")
def unicode_(text: Text) -> Column:
    """UNICODE(text): the code of a text's first character in Unicode.

    Arrays: elementwise.
    Errors: #VALUE! for an empty text; #N/A for half of a surrogate pair.
    Source: Microsoft Support, "UNICODE function".

    =UNICODE(" ")  -> 32
    =UNICODE("😀!")  -> 128512
    =UNICODE("")  -> #VALUE!
    """
    points = _first_code_points(text)
    half = (points >= 0xD800) & (points < 0xE000)
    column = error_where(half, ExcelError.NA, numbers_column(points.astype(np.float64)))
    return error_where(text.lengths == 0, ExcelError.VALUE, column)


@function("TRIM")
def trim(text: Text) -> Texts:
    """TRIM(text): a text without spaces at its ends, and with single ones between words.

    Only the plain space, character 32, is taken out.

    Arrays: elementwise.
    Source: Microsoft Support, "TRIM function".

    =TRIM("  First  Quarter Earnings ")  -> "First Quarter Earnings"
    =TRIM("   ")  -> ""
    """
    return trimmed(text)


@function("CLEAN")
def clean(text: Text) -> Texts:
    """CLEAN(text): a text without the control characters 0 to 31.

    Arrays: elementwise.
    Source: Microsoft Support, "CLEAN function".

    =CLEAN(CHAR(9)&"Monthly report"&CHAR(10))  -> "Monthly report"
    =CLEAN("a b")  -> "a b"
    """
    packed = text.compact()
    return _kept(packed, packed.buffer >= 32)


@function("ASC")
def asc(text: Text) -> Texts:
    """ASC(text): a text with full-width letters, digits and katakana in half width.

    Arrays: elementwise.
    Source: Microsoft Support, "ASC function".

    =ASC("ＥＸＣＥＬ")  -> "EXCEL"
    =ASC("エクセル")  -> "ｴｸｾﾙ"
    """
    return with_others(text, text, lambda one: one.translate(_HALF_WIDTH))


@function("DBCS")
def dbcs(text: Text) -> Texts:
    """DBCS(text): a text with half-width letters, digits and katakana in full width. JIS is its older name.

    Arrays: elementwise.
    Source: Microsoft Support, "DBCS function".

    =DBCS("EXCEL")  -> "ＥＸＣＥＬ"
    =DBCS("ｶﾞ")  -> "ガ"
    """
    return Texts.from_strings([_full_width(one) for one in text.to_strings()])


alias("JIS", "DBCS")


@function("PHONETIC")
def phonetic(reference: Text) -> Texts:
    """PHONETIC(reference): the phonetic reading of a text; the text itself, as cells here carry no reading.

    Arrays: elementwise.
    Source: Microsoft Support, "PHONETIC function".

    =PHONETIC("a")  -> "a"
    =PHONETIC("")  -> ""
    """
    return reference


def _kept(packed: Texts, keep: Mask) -> Texts:
    """Packed texts with only the bytes of the mask."""
    if keep.all():
        return packed
    offsets = np.concatenate([packed.starts, [len(packed.buffer)]])
    return Texts.packed(packed.buffer[keep], sums_of_runs(keep.astype(np.int64), offsets))


def _first_code_points(texts: Texts) -> Index:
    """The Unicode code of each first character; anything for empty texts."""
    if not len(texts.buffer):
        return np.zeros(len(texts), np.int64)
    last = len(texts.buffer) - 1
    first = texts.buffer[np.minimum(texts.starts, last)].astype(np.int64)
    points = first.copy()
    rows = np.flatnonzero(first >= 128)
    if len(rows):
        lead = first[rows]
        size = np.where(lead >= 240, 4, np.where(lead >= 224, 3, 2))
        value = lead & (0xFF >> (size + 1))
        for k in range(1, 4):
            following = texts.buffer[np.minimum(texts.starts[rows] + k, last)].astype(np.int64) & 0x3F
            value = np.where(k < size, value << 6 | following, value)
        points[rows] = value
    return points


def _encoded(points: Index) -> Texts:
    """Each code as a text of one character."""
    sizes = 1 + (points >= 0x80).astype(np.int64) + (points >= 0x800) + (points >= 0x10000)
    lead = np.array([0, 0, 0xC0, 0xE0, 0xF0])[sizes]
    matrix = np.empty((len(points), 4), np.uint8)
    for k in range(4):
        shift = np.maximum(6 * (sizes - 1 - k), 0)
        bits = points >> shift
        matrix[:, k] = lead | bits if k == 0 else 0x80 | (bits & 0x3F)
    return Texts(read_only(matrix.ravel()), 4 * np.arange(len(points)), sizes)


_KATAKANA = (
    "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン"
)
_FULL = {**{0xFF66 + k: letter for k, letter in enumerate(_KATAKANA)}, 0xFF61: "。", 0xFF62: "「", 0xFF63: "」"}
_FULL |= {0xFF64: "、", 0xFF65: "・", 0xFF9E: "゛", 0xFF9F: "゜", 0x20: "\u3000"}
_FULL |= {code: chr(code + 0xFEE0) for code in range(0x21, 0x7F)}
_FULL |= {0x22: "”", 0x27: "’", 0x5C: "￥", 0x60: "‘"}
# A letter and its sound mark are one character in full width, two in half width.
_MARKED = {chr(ord(letter) + 1): letter + "\uff9e" for letter in "カキクケコサシスセソタチツテトハヒフヘホ"}
_MARKED |= {chr(ord(letter) + 2): letter + "\uff9f" for letter in "ハヒフヘホ"} | {"ヴ": "ウ\uff9e"}
_HALF = {full: chr(code) for code, full in _FULL.items()} | {
    chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F)
}
_HALF_WIDTH = str.maketrans(_HALF | {letter: _HALF[pair[0]] + pair[1] for letter, pair in _MARKED.items()})
_COMBINED = {_HALF[pair[0]] + pair[1]: letter for letter, pair in _MARKED.items()}


def _full_width(text: str) -> str:
    for pair, letter in _COMBINED.items():
        text = text.replace(pair, letter)
    return text.translate(_FULL)
