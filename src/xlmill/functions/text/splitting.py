"""Texts taken apart at delimiters: TEXTBEFORE, TEXTAFTER, TEXTSPLIT."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from xlmill.functions.parameter import Number, Range, Scalar, Text, Value, optional
from xlmill.functions.registry import function
from xlmill.values.coercion import to_texts
from xlmill.values.column import (
    EMPTY,
    ERROR,
    MIXED,
    OMITTED,
    TEXT,
    Arrays,
    Column,
    Index,
    Mask,
    arrays_column,
    choose_rows,
    constant_column,
    error_where,
    errors_column,
    stack,
    texts_column,
)
from xlmill.values.error_value import ExcelError
from xlmill.values.text_column import LONGEST_TEXT, Texts, concatenate
from xlmill.values.text_kernels import character_counts, lower, substring
from xlmill.values.text_search import occurrences


@function("TEXTBEFORE", omitted_is_default=True)
def textbefore(
    text: Text,
    delimiter: Range,
    instance_num: Number | None = optional(None),
    match_mode: Number = optional(0),
    match_end: Number = optional(0),
    if_not_found: Value | None = optional(None),
) -> Column:
    """TEXTBEFORE(text, delimiter, [instance_num], [match_mode], [match_end], [if_not_found]): text before a delimiter.

    The delimiter may be an array of several. A negative instance_num counts from the end. With match_mode 1
    case does not matter; with match_end 1 the end of the text counts as a delimiter.

    Arrays: elementwise over the text.
    Errors: #N/A (or if_not_found) where the delimiter is not found; #VALUE! where instance_num is 0 or larger
    than the text is long, and for another match_mode or match_end.
    Source: Microsoft Support, "TEXTBEFORE function".

    =TEXTBEFORE("Red riding hood's, red hood","hood")  -> "Red riding "
    =TEXTBEFORE("a-b-c","-",-1)  -> "a-b"
    =TEXTBEFORE("abc","x")  -> #N/A
    =TEXTBEFORE("abc","x",,,1)  -> "abc"
    """
    at = _instance(text, delimiter, instance_num, match_mode, match_end)
    result = substring(text, np.zeros(len(text), np.int64), at.begins)
    return at.settled(texts_column(result), if_not_found)


@function("TEXTAFTER", omitted_is_default=True)
def textafter(
    text: Text,
    delimiter: Range,
    instance_num: Number | None = optional(None),
    match_mode: Number = optional(0),
    match_end: Number = optional(0),
    if_not_found: Value | None = optional(None),
) -> Column:
    """TEXTAFTER(text, delimiter, [instance_num], [match_mode], [match_end], [if_not_found]): text after a delimiter.

    The delimiter may be an array of several. A negative instance_num counts from the end. With match_mode 1
    case does not matter; with match_end 1 the end of the text counts as a delimiter.

    Arrays: elementwise over the text.
    Errors: #N/A (or if_not_found) where the delimiter is not found; #VALUE! where instance_num is 0 or larger
    than the text is long, and for another match_mode or match_end.
    Source: Microsoft Support, "TEXTAFTER function".

    =TEXTAFTER("Red riding hood's, red hood","hood")  -> "'s, red hood"
    =TEXTAFTER("a-b.c",{"-","."},2)  -> "c"
    =TEXTAFTER("a-b","-",0)  -> #VALUE!
    =TEXTAFTER("abc","B",1,1)  -> "c"
    """
    at = _instance(text, delimiter, instance_num, match_mode, match_end)
    result = substring(text, at.ends, np.full(len(text), LONGEST_TEXT))
    return at.settled(texts_column(result), if_not_found)


@function("TEXTSPLIT", omitted_is_default=True)
def textsplit(
    text: Text,
    col_delimiter: Range,
    row_delimiter: Range | None = optional(None),
    ignore_empty: Number = optional(0),
    match_mode: Number = optional(0),
    pad_with: Scalar | None = optional(None),
) -> Column:
    """TEXTSPLIT(text, col_delimiter, [row_delimiter], [ignore_empty], [match_mode], [pad_with]): the parts of a text.

    Parts between column delimiters stand side by side, those between row delimiters below each other; short
    rows are filled up with pad_with. Each delimiter may be an array of several. With match_mode 1 case does
    not matter.

    Arrays: the result is an array.
    Errors: #VALUE! for an empty delimiter or another match_mode; #CALC! where no part is left; #N/A fills
    short rows if there is no pad_with.
    Source: Microsoft Support, "TEXTSPLIT function".

    =TEXTSPLIT("Dakota Lennon Sanchez"," ")  -> {"Dakota","Lennon","Sanchez"}
    =TEXTSPLIT("1,2;3",",",";")  -> {"1","2";"3",#N/A}
    =TEXTSPLIT("a,,b",",",,TRUE)  -> {"a","b"}
    """
    count = len(text)
    mode = np.trunc(match_mode)
    wrong = ((mode != 0) & (mode != 1)) | _has_empty(col_delimiter)
    lines, line_owner = text, np.arange(count)
    if row_delimiter is not None:
        wrong = wrong | _has_empty(row_delimiter)
        lines, line_owner = _parts(text, _matches(text, row_delimiter, mode == 1))
    pieces, piece_line = _parts(lines, _matches(lines, col_delimiter.take(line_owner), (mode == 1)[line_owner]))
    kept = np.flatnonzero((ignore_empty == 0)[line_owner[piece_line]] | (pieces.lengths > 0))
    pieces, piece_line = pieces.take(kept), piece_line[kept]
    # Lines that lost all their parts are no lines.
    widths = np.bincount(piece_line, minlength=len(lines))
    real = np.flatnonzero(widths > 0)
    owners = line_owner[real]
    heights = np.bincount(owners, minlength=count)
    width = np.zeros(count, np.int64)
    np.maximum.at(width, owners, widths[real])
    starts = np.cumsum(heights * width) - heights * width
    line_number = np.empty(len(lines), np.int64)
    line_number[real] = np.arange(len(real)) - (np.cumsum(heights) - heights)[owners]
    owner = line_owner[piece_line]
    column = np.arange(len(pieces)) - (np.cumsum(widths) - widths)[piece_line]
    place = np.repeat(len(pieces) + np.arange(count), heights * width)  # the padding of each row
    place[starts[owner] + line_number[piece_line] * width[owner] + column] = np.arange(len(pieces))
    padding = constant_column(ERROR, ExcelError.NA.code, count) if pad_with is None else pad_with
    cells = stack([texts_column(pieces), padding]).take(place).settled()
    result = arrays_column(Arrays(starts, np.maximum(heights, 1), np.maximum(width, 1), cells))
    return error_where(wrong, ExcelError.VALUE, error_where(heights == 0, ExcelError.CALC, result))


@dataclass(frozen=True, slots=True)
class _Matches:
    """Where delimiters stand: `counts` of them in each row, in characters from `begins` to `ends`, row after row."""

    counts: Index
    begins: Index
    ends: Index


@dataclass(frozen=True, slots=True)
class _Instance:
    """One delimiter a row, in characters; rows where it was not found, and where it was asked for wrongly."""

    begins: Index
    ends: Index
    missing: Mask
    wrong: Mask

    def settled(self, result: Column, if_not_found: Column | None) -> Column:
        """The result with what takes its place where there is no such delimiter."""
        if if_not_found is None:
            result = error_where(self.missing, ExcelError.NA, result)
        else:
            nothing = np.where(if_not_found.is_kind(EMPTY), np.uint8(TEXT), if_not_found.kinds)
            texts = if_not_found.text_rows()
            texts = texts.sliced(texts.starts, np.where(if_not_found.is_kind(TEXT), texts.lengths, 0))
            given = replace(if_not_found, kinds=nothing, texts=texts, uniform=MIXED)
            result = choose_rows(self.missing, given, result)
        if not self.wrong.any():
            return result
        return choose_rows(self.wrong, errors_column(np.full(len(result), ExcelError.VALUE.code)), result)


def _instance(
    text: Text, delimiter: Range, instance_num: Number | None, match_mode: Number, match_end: Number
) -> _Instance:
    lengths = character_counts(text)
    mode, end = np.trunc(match_mode), np.trunc(match_end)
    wrong = ((mode != 0) & (mode != 1)) | ((end != 0) & (end != 1))
    number = np.ones(len(text), np.int64)
    if instance_num is not None:
        number = np.clip(np.floor(instance_num), -2 * LONGEST_TEXT, 2 * LONGEST_TEXT).astype(np.int64)
        wrong |= (number == 0) | (np.abs(number) * _shortest(delimiter) > lengths)
    matches = _matches(text, delimiter, mode == 1)
    counts = matches.counts
    index = np.where(number > 0, number - 1, counts + number)
    found = (index >= 0) & (index < counts)
    at = (np.cumsum(counts) - counts + index)[found]
    begins = np.zeros(len(text), np.int64)
    ends = np.zeros(len(text), np.int64)
    begins[found], ends[found] = matches.begins[at], matches.ends[at]
    # The end of the text as a delimiter, or its beginning where one counts from the end; an empty delimiter
    # stands at the beginning, or at the end.
    at_edge = (end == 1) & (np.abs(number) == counts + 1)
    edge = np.where(number > 0, lengths, 0)
    empty = _has_empty(delimiter)
    at_edge |= empty
    edge = np.where(empty, np.where(number > 0, 0, lengths), edge)
    begins, ends = np.where(at_edge, edge, begins), np.where(at_edge, edge, ends)
    return _Instance(begins, ends, ~found & ~at_edge & ~wrong, wrong)


def _matches(texts: Texts, delimiters: Arrays, without_case: Mask) -> _Matches:
    """Where delimiters stand that do not overlap, from left to right."""
    sought = to_texts(delimiters.cells)[0]
    if without_case.any():
        texts = _in_rows(without_case, lower(texts), texts)
        cells = lower(sought)
        sought = concatenate([cells, sought])
        starts = np.where(without_case, delimiters.starts, len(cells) + delimiters.starts)
    else:
        starts = delimiters.starts
    several = np.flatnonzero(delimiters.sizes > 1)
    first = sought.take(starts)
    if len(several):
        first = first.sliced(first.starts, np.where(delimiters.sizes > 1, 0, first.lengths))
    counts, places = occurrences(texts, first, LONGEST_TEXT)
    owners = np.repeat(np.arange(len(texts)), counts)
    begins = character_counts(texts.sliced(texts.starts[owners], places - texts.starts[owners]))
    ends = begins + character_counts(first)[owners]
    if not len(several):
        return _Matches(counts, begins, ends)
    rows, more_begins, more_ends = _matches_of_several(texts, sought, starts, delimiters.sizes, several)
    owners = np.concatenate([owners, rows])
    order = np.argsort(owners, kind="stable")
    counts = np.bincount(owners, minlength=len(texts))
    return _Matches(counts, np.concatenate([begins, more_begins])[order], np.concatenate([ends, more_ends])[order])


def _matches_of_several(
    texts: Texts, sought: Texts, starts: Index, sizes: Index, several: Index
) -> tuple[Index, Index, Index]:
    """Where any of several delimiters stands, a row at a time: rows, begins and ends."""
    found: list[tuple[int, int, int]] = []
    patterns: dict[tuple[int, int], re.Pattern[str]] = {}
    for row, text in zip(several.tolist(), texts.take(several).to_strings(), strict=True):
        key = (int(starts[row]), int(sizes[row]))
        if key not in patterns:
            wanted = sought.take(np.arange(key[0], key[0] + key[1])).to_strings()
            patterns[key] = re.compile("|".join(re.escape(one) for one in wanted if one))
        astral = 0  # characters so far that count 2
        last = 0
        for match in patterns[key].finditer(text):
            astral += _beyond_plane(text[last : match.start()])
            begin = match.start() + astral
            astral += _beyond_plane(match.group())
            last = match.end()
            found.append((row, begin, last + astral))
    table = np.array(found, np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]


def _beyond_plane(text: str) -> int:
    return 0 if text.isascii() else sum(character > "\uffff" for character in text)


def _parts(texts: Texts, matches: _Matches) -> tuple[Texts, Index]:
    """What stands between delimiters, and the row of each part."""
    counts = matches.counts
    owners = np.repeat(np.arange(len(texts)), counts + 1)
    firsts = np.cumsum(counts + 1) - (counts + 1)
    begins = np.zeros(len(owners), np.int64)
    ends = np.empty(len(owners), np.int64)
    inner = np.ones(len(owners), np.bool_)
    inner[firsts] = False
    begins[inner] = matches.ends
    outer = np.ones(len(owners), np.bool_)
    outer[firsts + counts] = False
    ends[outer] = matches.begins
    ends[firsts + counts] = character_counts(texts)
    return substring(texts.take(owners), begins, ends - begins), owners


def _in_rows(mask: Mask, inside: Texts, outside: Texts) -> Texts:
    count = len(mask)
    return concatenate([inside, outside]).take(np.where(mask, 0, count) + np.arange(count))


def _has_empty(delimiters: Arrays) -> Mask:
    """Rows with an empty text among the delimiters; one left out is none."""
    cells = delimiters.cells
    empty = (to_texts(cells)[0].lengths == 0) & ~cells.is_kind(OMITTED)
    return _any_in_arrays(delimiters, empty)


def _any_in_arrays(arrays: Arrays, mask: Mask) -> Mask:
    passed = np.concatenate([[0], np.cumsum(mask)])
    result: Mask = passed[arrays.starts + arrays.sizes] > passed[arrays.starts]
    return result


def _shortest(delimiters: Arrays) -> Index:
    """The characters of the shortest delimiter of each row, at least 1."""
    counts = np.maximum(character_counts(to_texts(delimiters.cells)[0]), 1)
    result = counts[delimiters.starts]
    for row in np.flatnonzero(delimiters.sizes > 1).tolist():
        start = int(delimiters.starts[row])
        result[row] = counts[start : start + int(delimiters.sizes[row])].min()
    return result
