"""Text functions, against plain Python on UTF-16 units."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import xlmill as xl
from xlmill.functions.text.case import lower, proper, upper
from xlmill.functions.text.characters import clean, trim, unichar, unicode_
from xlmill.functions.text.joining import concatenate_, rept
from xlmill.functions.text.searching import exact, find, search, substitute
from xlmill.functions.text.slicing import left, len_, mid, replace, right
from xlmill.functions.text.splitting import textafter, textbefore, textsplit
from xlmill.values.cell_runs import to_arrays
from xlmill.values.column import Arrays, Column, texts_column
from xlmill.values.error_value import ExcelError
from xlmill.values.python_value import python_from_column
from xlmill.values.text_column import Texts

letters = st.text(alphabet="ab A,.é😀~?*\t", max_size=12)
columns = st.lists(letters, min_size=1, max_size=5)
small = st.integers(-1, 14)


def units(text: str) -> list[bytes]:
    encoded = text.encode("utf-16-le", "surrogatepass")
    return [encoded[i : i + 2] for i in range(0, len(encoded), 2)]


def text_of(some_units: list[bytes]) -> str:
    return b"".join(some_units).decode("utf-16-le", "surrogatepass")


def column_of(strings: list[str]) -> Texts:
    return Texts.from_strings(strings)


def numbers(count: int, value: float) -> np.ndarray:
    return np.full(count, float(value))


def values(result: object) -> list[object]:
    if isinstance(result, Texts):
        return list(result.to_strings())
    assert isinstance(result, Column)
    return python_from_column(result)


def array_of(strings: list[str]) -> Arrays:
    return to_arrays(texts_column(column_of(strings)))


@given(columns, small)
def test_left_and_right_take_units_from_the_ends(strings: list[str], count: int) -> None:
    wanted = numbers(len(strings), count)

    lefts = values(left(column_of(strings), wanted))
    rights = values(right(column_of(strings), wanted))

    for text, head, tail in zip(strings, lefts, rights, strict=True):
        if count < 0:
            assert head is tail is ExcelError.VALUE
        else:
            assert head == text_of(units(text)[:count])
            assert tail == text_of(units(text)[max(len(units(text)) - count, 0) :])


@given(columns, small, small)
def test_mid_slices_units(strings: list[str], start: int, count: int) -> None:
    got = values(mid(column_of(strings), numbers(len(strings), start), numbers(len(strings), count)))

    for text, one in zip(strings, got, strict=True):
        if start < 1 or count < 0:
            assert one is ExcelError.VALUE
        else:
            assert one == text_of(units(text)[start - 1 : start - 1 + count])


@given(columns)
def test_len_counts_units(strings: list[str]) -> None:
    assert len_(column_of(strings)).tolist() == [len(units(text)) for text in strings]


@given(columns, small, small, letters)
def test_replace_is_what_was_before_the_new_text_and_what_was_after(
    strings: list[str], start: int, count: int, new: str
) -> None:
    rows = len(strings)

    got = values(replace(column_of(strings), numbers(rows, start), numbers(rows, count), column_of([new] * rows)))

    for text, one in zip(strings, got, strict=True):
        if start < 1 or count < 0:
            assert one is ExcelError.VALUE
        else:
            before, after = units(text)[: start - 1], units(text)[start - 1 + count :]
            assert one == text_of([*before, *units(new), *after])


@given(columns)
def test_case_changes_letter_by_letter(strings: list[str]) -> None:
    assert upper(column_of(strings)).to_strings() == [text.upper() for text in strings]
    assert lower(column_of(strings)).to_strings() == [text.lower() for text in strings]


@given(columns)
def test_proper_begins_words_after_anything_that_is_no_letter(strings: list[str]) -> None:
    titled = [re.sub(r"[a-zé]+", lambda word: word[0].capitalize(), text.lower()) for text in strings]

    assert proper(column_of(strings)).to_strings() == titled


@given(columns)
def test_trim_leaves_single_spaces_between_words(strings: list[str]) -> None:
    assert trim(column_of(strings)).to_strings() == [re.sub(" +", " ", text).strip(" ") for text in strings]


@given(columns)
def test_clean_takes_control_characters_out(strings: list[str]) -> None:
    assert clean(column_of(strings)).to_strings() == [text.replace("\t", "") for text in strings]


@given(columns, letters, st.integers(1, 14))
def test_find_gives_the_first_place_in_units(strings: list[str], sought: str, start: int) -> None:
    rows = len(strings)

    got = values(find(column_of([sought] * rows), column_of(strings), numbers(rows, start)))

    for text, position in zip(strings, got, strict=True):
        places = [
            place
            for place in range(start - 1, len(units(text)) + 1)
            if units(text)[place : place + len(units(sought))] == units(sought)
        ]
        assert position == (places[0] + 1 if places else ExcelError.VALUE)


@given(columns, letters.filter(lambda text: not set(text) & set("*?~")))
def test_search_is_find_in_lower_case_where_there_are_no_wildcards(strings: list[str], sought: str) -> None:
    rows = len(strings)
    ones = numbers(rows, 1)

    got = values(search(column_of([sought] * rows), column_of(strings), ones))

    lowered = find(column_of([sought.lower()] * rows), column_of([text.lower() for text in strings]), ones)
    assert got == values(lowered)


@given(st.text(alphabet="abA?", max_size=10), st.text(alphabet="ab*?", min_size=1, max_size=6))
def test_search_takes_stars_and_question_marks_as_wildcards(text: str, pattern: str) -> None:
    expression = "".join({"*": ".*", "?": "."}.get(letter, letter) for letter in pattern)
    match = re.search(expression, text.lower())

    (got,) = values(search(column_of([pattern]), column_of([text]), numbers(1, 1)))

    assert got == (match.start() + 1 if match else ExcelError.VALUE)


@given(columns, letters, letters)
def test_substitute_replaces_every_occurrence(strings: list[str], old: str, new: str) -> None:
    rows = len(strings)

    got = values(substitute(column_of(strings), column_of([old] * rows), column_of([new] * rows), None))

    assert got == [text.replace(old, new) if old else text for text in strings]


@given(st.lists(st.sampled_from("ab"), max_size=12).map("".join), st.integers(1, 6))
def test_substitute_replaces_only_the_instance_asked_for(text: str, instance: int) -> None:
    places = [match.start() for match in re.finditer("a", text)]

    (got,) = values(substitute(column_of([text]), column_of(["a"]), column_of(["xyz"]), numbers(1, instance)))

    at = places[instance - 1] if instance <= len(places) else None
    assert got == (text if at is None else text[:at] + "xyz" + text[at + 1 :])


@given(columns, columns)
def test_exact_compares_texts_as_they_are(one: list[str], other: list[str]) -> None:
    rows = min(len(one), len(other))

    got = exact(column_of(one[:rows]), column_of(other[:rows]))

    assert got.tolist() == [a == b for a, b in zip(one, other, strict=False)]


@given(columns, st.integers(0, 5))
def test_rept_repeats(strings: list[str], times: int) -> None:
    assert values(rept(column_of(strings), numbers(len(strings), times))) == [text * times for text in strings]


@given(columns, columns)
def test_concatenate_joins_row_by_row(one: list[str], other: list[str]) -> None:
    rows = min(len(one), len(other))

    got = values(concatenate_(column_of(one[:rows]), column_of(other[:rows])))

    assert got == [a + b for a, b in zip(one, other, strict=False)]


@given(st.lists(letters, min_size=1, max_size=4), st.sampled_from([",", "a", ".,", "😀"]))
def test_textbefore_the_delimiter_and_textafter_are_the_whole_text(strings: list[str], delimiter: str) -> None:
    rows = len(strings)
    zeros = numbers(rows, 0)
    arguments = (column_of(strings), array_of([delimiter] * rows), None, zeros, zeros, None)

    before, after = values(textbefore(*arguments)), values(textafter(*arguments))

    for text, head, tail in zip(strings, before, after, strict=True):
        if delimiter in text:
            assert (head, tail) == tuple(text.split(delimiter, 1))
        else:
            assert head is tail is ExcelError.NA


@given(letters, st.sampled_from([",", "a", ".,", "😀"]))
def test_textsplit_takes_a_text_apart_at_its_delimiter(text: str, delimiter: str) -> None:
    zeros = numbers(1, 0)

    (got,) = values(textsplit(column_of([text]), array_of([delimiter]), None, zeros, zeros, None))

    assert got == [text.split(delimiter)]


@given(st.integers(1, 0x10FFFF))
def test_unicode_gives_back_what_unichar_was_given(point: int) -> None:
    assume(not 0xD800 <= point < 0xE000 and point & 0xFFFE != 0xFFFE)

    (character,) = values(unichar(numbers(1, point)))

    assert character == chr(point)
    assert values(unicode_(column_of([str(character)]))) == [point]


@given(st.lists(letters, min_size=2, max_size=6))
def test_rows_do_not_depend_on_their_neighbours(strings: list[str]) -> None:
    for kernel in (upper, proper, trim, clean):
        alone = [kernel(column_of([text])).to_strings()[0] for text in strings]

        assert kernel(column_of(strings)).to_strings() == alone


def test_half_of_an_emoji_is_kept_as_a_half() -> None:
    assert xl.evaluate('=LEN(LEFT("😀",1))') == 1
    assert xl.evaluate('=LEFT("😀",1)&RIGHT("😀",1)="😀"') is True


@pytest.mark.parametrize(
    "formula",
    [
        '=REPT("x",1E9)',
        '=REPT("ab",16384)',
        '=SUBSTITUTE(REPT("a",32767),"a","bb")',
        '=CONCAT(REPT("a",32767),"b")',
        '=CONCATENATE(REPT("a",32767),"b")',
        '=TEXTJOIN(REPT(",",32767),TRUE,1,2)',
        '=REPLACE(REPT("a",32767),1,0,"b")',
        '=REPT("a",32767)&"b"',
    ],
)
def test_a_text_too_long_for_a_cell_is_an_error(formula: str) -> None:
    assert xl.evaluate(formula) is ExcelError.VALUE


def test_the_longest_text_is_measured_in_characters() -> None:
    assert xl.evaluate('=LEN(REPT("é",32767))') == 32_767
    assert xl.evaluate('=LEN(REPT("é",32766)&"é")') == 32_767
    assert xl.evaluate('=REPT("😀",16384)') is ExcelError.VALUE


def test_texts_of_many_pieces_keep_their_neighbours() -> None:
    cells = {"A1": "a", "A2": 1, "A3": None, "A4": True}

    assert xl.evaluate('=TEXTJOIN("-",TRUE,A1:A4)', cells=cells) == "a-1-TRUE"
    assert xl.evaluate('=TEXTJOIN("-",FALSE,A1:A4)', cells=cells) == "a-1--TRUE"
    assert xl.evaluate("=CONCAT(A1:A4,2)", cells=cells) == "a1TRUE2"
    assert xl.evaluate('=TEXTJOIN(",",TRUE,A1,1/0)', cells=cells) is ExcelError.DIV0


def test_fractional_instances_count_downwards() -> None:
    assert xl.evaluate('=TEXTBEFORE("a-b-c-d","-",-1.2)') == "a-b"
    assert xl.evaluate('=TEXTBEFORE("a-b-c-d","-",1.9)') == "a"


def test_an_empty_cell_for_what_is_not_found_is_an_empty_text() -> None:
    assert xl.evaluate('=TEXTAFTER("abc","x",,,,Z9)') == ""


def test_textsplit_fills_short_rows() -> None:
    assert xl.evaluate('=TEXTSPLIT("a,b;c",",",";",,,"-")') == [["a", "b"], ["c", "-"]]
    assert xl.evaluate('=TEXTSPLIT("a.b,c",{",","."})') == [["a", "b", "c"]]
    assert xl.evaluate('=TEXTSPLIT("aXbxc","x",,,1)') == [["a", "b", "c"]]
    assert xl.evaluate('=TEXTSPLIT("a,b","")') is ExcelError.VALUE
    assert xl.evaluate('=TEXTSPLIT(",",",",,TRUE)') is ExcelError.CALC


def test_dollars_in_a_replacement_stand_for_groups() -> None:
    assert xl.evaluate('=REGEXREPLACE("ab","(?<first>a)(b)","$2${first}$$$0")') == "ba$ab"
    assert xl.evaluate('=REGEXREPLACE("ab","a","$3")') is ExcelError.VALUE


def test_patterns_with_look_around_run_too() -> None:
    assert xl.evaluate('=REGEXEXTRACT("price 12 EUR","\\d+(?= EUR)")') == "12"


def test_a_hostile_pattern_takes_no_longer_than_its_budget() -> None:
    assert xl.evaluate('=REGEXTEST(REPT("a",5000)&"!","(a+)+$")') is False
    assert xl.evaluate('=REGEXTEST(REPT("a",40)&"!","^(a|a)+$(?!b)")') in (False, ExcelError.VALUE)
    assert xl.evaluate('=REGEXTEST("a","((a{1000}){1000}){1000}(?=b)")') is ExcelError.VALUE


def test_text_reads_dates_and_numbers_written_as_text() -> None:
    assert xl.evaluate('=TEXT("2020-03-01","d/m/yyyy")') == "1/3/2020"
    assert xl.evaluate('=TEXT("12","0.00")') == "12.00"
    assert xl.evaluate('=TEXT(TRUE,"0")') == "TRUE"
