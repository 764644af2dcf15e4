"""Texts put together: CONCATENATE, CONCAT, TEXTJOIN, REPT."""

from __future__ import annotations

import numpy as np

from xlmill.functions.parameter import AllCells, Logical, Number, Range, Text, TextEach
from xlmill.functions.registry import function
from xlmill.values.cell_runs import CellRuns
from xlmill.values.coercion import Codes, to_texts
from xlmill.values.column import ERROR, Column, Index, choose_rows, error_where, errors_column, texts_column
from xlmill.values.error_value import ExcelError
from xlmill.values.text_column import LONGEST_TEXT, Texts, concatenate
from xlmill.values.text_kernels import character_counts
from xlmill.values.text_pieces import assembled, joined_column


@function("CONCATENATE")
def concatenate_(text1: Text, *text2: TextEach) -> Column:
    """CONCATENATE(text1, [text2], ...): texts joined into one.

    Arrays: elementwise.
    Errors: #VALUE! where the result is longer than 32,767 characters.
    Source: Microsoft Support, "CONCATENATE function".

    =CONCATENATE("Stream population for ","brook trout"," is ",32)  -> "Stream population for brook trout is 32"
    =CONCATENATE("a",TRUE,"")  -> "aTRUE"
    """
    return joined_column([text1, *text2])


@function("CONCAT")
def concat(text1: AllCells) -> Column:
    """CONCAT(text1, ...): the texts of all arguments joined, row by row in ranges and arrays.

    Arrays: taken as a whole.
    Errors: #VALUE! where the result is longer than 32,767 characters; an error value in the arguments is the
    result.
    Source: Microsoft Support, "CONCAT function".

    =CONCAT("The ","sun ",2)  -> "The sun 2"
    =CONCAT({"a","b";"c","d"})  -> "abcd"
    """
    pieces, refused = _pieces(text1)
    return _or_errors(assembled(pieces, text1.offsets), refused)


@function("TEXTJOIN")
def textjoin(delimiter: Range, ignore_empty: Logical, text1: AllCells) -> Column:
    """TEXTJOIN(delimiter, ignore_empty, text1, ...): the texts of all arguments, joined with a delimiter between.

    Several delimiters, in an array or range, take turns. Empty texts are passed over where ignore_empty is TRUE.

    Arrays: taken as a whole.
    Errors: #VALUE! where the result is longer than 32,767 characters; an error value in the arguments is the
    result.
    Source: Microsoft Support, "TEXTJOIN function".

    =TEXTJOIN(", ",TRUE,"a","","b")  -> "a, b"
    =TEXTJOIN(", ",FALSE,"a","","b")  -> "a, , b"
    =TEXTJOIN({"-","/"},TRUE,{1,2,3,4})  -> "1-2/3-4"
    """
    count = len(ignore_empty)
    texts, refused = _pieces(text1)
    delimiters, _ = to_texts(delimiter.cells)
    if delimiter.cells.has(ERROR):
        refused = _with_errors_of(delimiter, refused)
    owners = text1.owners
    kept = np.flatnonzero(~(ignore_empty[owners] & (texts.lengths == 0)))
    owners = owners[kept]
    sizes = np.bincount(owners, minlength=count)
    number = np.arange(len(kept)) - np.repeat(np.cumsum(sizes) - sizes, sizes)  # within its row
    # Before each text but a row's first stands a delimiter.
    later = number > 0
    places = np.arange(len(kept)) + np.cumsum(later)
    pieces = np.empty(len(kept) + int(later.sum()), np.int64)
    pieces[places] = kept
    turn = (number[later] - 1) % np.maximum(delimiter.sizes, 1)[owners[later]]
    pieces[places[later] - 1] = len(texts) + delimiter.starts[owners[later]] + turn
    sizes += np.maximum(sizes - 1, 0)
    result = assembled(concatenate([texts, delimiters]).take(pieces), np.concatenate([[0], np.cumsum(sizes)]))
    return _or_errors(result, refused)


@function("REPT")
def rept(text: Text, number_times: Number) -> Column:
    """REPT(text, number_times): a text repeated.

    Arrays: elementwise.
    Errors: #VALUE! where number_times is negative, or the result is longer than 32,767 characters.
    Source: Microsoft Support, "REPT function".

    =REPT("*-",3)  -> "*-*-*-"
    =REPT("-",0)  -> ""
    =REPT("x",1E9)  -> #VALUE!
    """
    lengths = character_counts(text)
    wrong = (number_times < 0) | (np.trunc(number_times) * lengths > LONGEST_TEXT)
    times = np.where(wrong | (lengths == 0), 0, number_times).astype(np.int64)
    return error_where(wrong, ExcelError.VALUE, texts_column(_repeated(text, times)))


def _repeated(texts: Texts, times: Index) -> Texts:
    if len(texts) and bool((texts.starts == texts.starts[0]).all()) and bool((texts.lengths == texts.lengths[0]).all()):
        # One text, more or less often: all results are the beginnings of the longest one.
        longest = texts.take(np.zeros(int(times.max()), np.int64)).compact()
        return longest.sliced(np.zeros(len(times), np.int64), times * texts.lengths)
    pieces = texts.take(np.repeat(np.arange(len(texts)), times))
    return Texts.packed(pieces.compact().buffer, times * texts.lengths)


def _pieces(cells: CellRuns) -> tuple[Texts, Codes | None]:
    """The cells as text, and the first error of each row."""
    return to_texts(cells.cells)[0], cells.first_errors()


def _with_errors_of(arrays: Range, refused: Codes | None) -> Codes:
    codes = np.zeros(len(arrays)) if refused is None else refused
    cells, owners = arrays.flat()
    at = np.flatnonzero(cells.is_kind(ERROR))[::-1]
    first = np.zeros(len(arrays))
    first[owners[at]] = cells.numbers[at]
    return np.where(first != 0, first, codes)


def _or_errors(column: Column, refused: Codes | None) -> Column:
    if refused is None:
        return column
    return choose_rows(refused != 0, errors_column(refused), column)
