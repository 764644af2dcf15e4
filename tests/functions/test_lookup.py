from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import xlmill as xl
from xlmill.functions.lookup import exact, nearest
from xlmill.functions.lookup.nearest import find_by_halves, find_nearest, last_not_above, last_not_below
from xlmill.functions.lookup.vectors import Vectors, gather, wanted_values
from xlmill.values.column import Column
from xlmill.values.error_value import ExcelError
from xlmill.values.python_value import column_from_python

NA, REF, VALUE = ExcelError.NA, ExcelError.REF, ExcelError.VALUE

numbers = st.sampled_from([-1.0, 0.0, 1.0, 1.5, 2.0, 3.0])
words = st.sampled_from(["", "a", "A", "ab", "b", "Ä", "ä", "z"])
values = st.one_of(numbers, words, st.booleans())
cells = st.one_of(values, st.none(), st.sampled_from([NA, ExcelError.DIV0]))
lists = st.lists(st.lists(cells, min_size=1, max_size=9), min_size=1, max_size=3)
searches = lists.flatmap(
    lambda some: st.tuples(st.just(some), st.lists(st.tuples(st.integers(0, len(some) - 1), values), min_size=1))
)
Search = tuple[list[list[Any]], list[tuple[int, Any]]]


def arranged(search: Search) -> tuple[Vectors, Column]:
    """Row i searches one of the lists for its value."""
    some, asked = search
    starts = np.cumsum([0, *map(len, some)])[:-1]
    which = np.array([number for number, _ in asked], np.int64)
    flat = column_from_python([cell for one in some for cell in one])
    lengths = np.array([len(one) for one in some])
    vectors = gather(flat, starts[which], np.ones(len(which), np.int64), lengths[which])
    return vectors, wanted_values(column_from_python([value for _, value in asked]), empty_is_zero=True)


def key(value: Any) -> tuple[int, Any]:
    """Excel's order: numbers, text without case, FALSE, TRUE."""
    if isinstance(value, bool):
        return 2, value
    return (1, value.lower()) if isinstance(value, str) else (0, value)


def comparable(cell: Any) -> bool:
    return cell is not None and not isinstance(cell, ExcelError)


@given(searches, st.booleans())
def test_an_equal_cell_is_found_where_a_plain_search_finds_it(search: Search, last: bool) -> None:
    vectors, wanted = arranged(search)
    by_pairs = exact._by_pairs(vectors, wanted, last)
    by_index = exact._by_index(vectors, wanted, last)

    for (number, value), pair, index in zip(search[1], by_pairs.tolist(), by_index.tolist(), strict=True):
        equal = [i for i, cell in enumerate(search[0][number]) if comparable(cell) and key(cell) == key(value)]
        assert pair == index == (equal[-1 if last else 0] if equal else -1)


@given(searches, st.booleans(), st.booleans())
def test_the_nearest_cell_is_the_best_of_all(search: Search, larger: bool, last: bool) -> None:
    vectors, wanted = arranged(search)
    found = find_nearest(vectors, wanted, larger, last)

    for (number, value), at in zip(search[1], found.tolist(), strict=True):
        keys = {i: key(cell) for i, cell in enumerate(search[0][number]) if comparable(cell)}
        fitting = [k for k in keys.values() if (k >= key(value) if larger else k <= key(value))]
        if not fitting:
            assert at == -1
            continue
        best = min(fitting) if larger else max(fitting)
        assert at == [i for i, k in keys.items() if k == best][-1 if last else 0]


@given(searches)
def test_in_an_ascending_list_the_last_cell_of_the_kind_not_above_is_found(search: Search) -> None:
    some = [sorted(filter(comparable, one), key=key) or [0.0] for one in search[0]]
    vectors, wanted = arranged((some, search[1]))
    found = last_not_above(vectors, wanted)

    for (number, value), at in zip(search[1], found.tolist(), strict=True):
        below = [i for i, cell in enumerate(some[number]) if key(cell)[0] == key(value)[0] and key(cell) <= key(value)]
        assert at == (below[-1] if below else -1)


@given(searches)
def test_in_a_descending_list_the_first_equal_or_the_last_cell_above_is_found(search: Search) -> None:
    some = [sorted(filter(comparable, one), key=key, reverse=True) or [0.0] for one in search[0]]
    vectors, wanted = arranged((some, search[1]))
    found = last_not_below(vectors, wanted)

    for (number, value), at in zip(search[1], found.tolist(), strict=True):
        same_kind = [i for i, cell in enumerate(some[number]) if key(cell)[0] == key(value)[0]]
        equal = [i for i in same_kind if key(some[number][i]) == key(value)]
        above = [i for i in same_kind if key(some[number][i]) > key(value)]
        assert at == (equal[0] if equal else above[-1] if above else -1)


@given(lists, st.data())
def test_numbers_stop_below_by_halves_where_reading_cell_by_cell_stops(
    some: list[list[Any]], data: st.DataObject
) -> None:
    asked = data.draw(st.lists(st.tuples(st.integers(0, len(some) - 1), numbers), min_size=1))
    vectors, wanted = arranged((some, asked))
    one_by_one = np.empty(len(wanted), np.int64)
    texts = vectors.cells.text_rows(), wanted.text_rows()
    nearest._last_not_below.interpreted(
        *(vectors.cells.kinds, vectors.cells.numbers, texts[0].buffer, texts[0].starts, texts[0].lengths),
        *(vectors.offsets[vectors.which], vectors.lengths[vectors.which]),
        *(wanted.kinds, wanted.numbers, texts[1].buffer, texts[1].starts, texts[1].lengths, one_by_one),
    )

    assert last_not_below(vectors, wanted).tolist() == one_by_one.tolist()


def test_a_long_descending_list_is_halved_by_machine_code() -> None:
    falling = [[float(cell)] for cell in range(30_000, 0, -1)]
    place = xl.compile("=MATCH(x,falling,-1)", names={"falling": falling}).over(
        pa.table({"x": [2.5, 30_000.0, 30_001.0]})
    )

    assert place.to_pylist() == [29_998.0, 1.0, None]


@given(searches, st.sampled_from([-1, 0, 1]), st.booleans())
def test_search_by_halves_finds_in_sorted_lists_a_value_as_near_as_any(search: Search, how: int, down: bool) -> None:
    some = [sorted(filter(comparable, one), key=key, reverse=down) or [0.0] for one in search[0]]
    vectors, wanted = arranged((some, search[1]))
    found = find_by_halves(vectors, wanted, how, down)
    best = find_nearest(vectors, wanted, larger=how > 0) if how else exact.find_equal(vectors, wanted)

    for (number, _), at, wished in zip(search[1], found.tolist(), best.tolist(), strict=True):
        assert (at < 0) == (wished < 0)
        assert at < 0 or key(some[number][at]) == key(some[number][wished])


@given(searches)
def test_rows_together_find_what_each_finds_alone(search: Search) -> None:
    vectors, wanted = arranged(search)
    finders = [exact.find_match, last_not_above, last_not_below]
    for find in finders:
        together = find(vectors, wanted)  # type: ignore[operator]
        alone = [int(find(vectors.take(row), wanted.take(row))[0]) for row in np.arange(len(wanted))[:, None]]  # type: ignore[operator]
        assert together.tolist() == alone


@given(st.lists(st.lists(numbers, min_size=3, max_size=3), min_size=1, max_size=4), st.data())
def test_index_gives_the_cell_of_an_array_and_of_a_reference(table: list[list[float]], data: st.DataObject) -> None:
    row = data.draw(st.integers(1, len(table)))
    column = data.draw(st.integers(1, 3))

    assert xl.evaluate(f"=INDEX(t,{row},{column})", names={"t": table}) == table[row - 1][column - 1]
    area = f"B2:D{len(table) + 1}"
    assert xl.evaluate(f"=INDEX({area},{row},{column})", cells={area: table}) == table[row - 1][column - 1]


SHEET = {"A1:C4": [[1, "a", 10], [2, "b", 20], [3, "c", 30], [4, "b*", 40]]}


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ('=MATCH("B",B1:B4,0)', 2.0),
        ('=MATCH("b~*",B:B,0)', 4.0),
        ("=VLOOKUP(E9,{0,7},2,FALSE)", 7.0),  # an empty cell stands for 0
        ('=XLOOKUP(,{"a";1},{1;2})', NA),  # but not for XLOOKUP
        ("=XLOOKUP(E9,A1:A6,A1:A6)&1", "1"),  # which finds an empty cell
        ('=VLOOKUP(9,A1:C4,"x",FALSE)', REF),
        ("=VLOOKUP(9,A1:C4,0,FALSE)", VALUE),
        ("=VLOOKUP(1/0,A1:C4,0,FALSE)", ExcelError.DIV0),
        ("=MATCH(1,A1:B4,0)", NA),
        ("=LOOKUP(2,1/(A1:A4<3),C1:C4)", 20.0),  # the last that is so
        ('=MATCH("zzz",{"a",1,"b",2})', 3.0),
        ("=XMATCH(3,{1,2,3,3},0,-2)", NA),  # ascending, searched as if descending
        ("=SUM(XLOOKUP(2,A1:A4,A1:C4):C3)", 55.0),  # two references make an area
        ("=SUM(INDEX(A1:C4,0,3))", 100.0),
        ("=INDEX(A1:C4,2)", REF),
        ("=INDEX((A1:A2,C1:C4),4,1,2)", 40.0),
        ("=SUM(OFFSET(C4,0,0,-2,1))", 70.0),
        ("=OFFSET(A1,0,0,0)", REF),
        ("=ROW(A1:C1048576 C7)", 7.0),
        ('=INDIRECT("R2C3",FALSE)', 20.0),
        ('=SUM(INDIRECT("C1:C"&2))', 30.0),
        ('=XLOOKUP("q",B1:B4,C1:C4,A1)', 1.0),
        ('=XLOOKUP("b?",B1:B4,C1:C4,,2)', 40.0),
        ("=XLOOKUP(2,A1:A4,C1:C3)", VALUE),
        ("=XLOOKUP(2,A1:A4,C1:C4,,3)", VALUE),
        ('=XLOOKUP({"a","c"},B1:B4,C1:C4)', [[10.0, 30.0]]),
        ('=ADDRESS(1,1,1,TRUE,"A1")', "'A1'!$A$1"),
        ('=ADDRESS(1,1,1,TRUE,"[Book1]Sheet1")', "[Book1]Sheet1!$A$1"),
        ("=ADDRESS(0,0,4,FALSE)", "RC"),
        ("=TRANSPOSE(A1:B2)", [[1.0, 2.0], ["a", "b"]]),
        ('=MATCH(REPT("x",256),B1:B4,0)', VALUE),
    ],
)
def test_lookups_do_as_excel_does(formula: str, expected: Any) -> None:
    assert xl.evaluate(formula, cells=SHEET, at="G9") == expected


def test_a_branch_of_xlookup_that_is_not_taken_calls_nothing() -> None:
    names = {"f": '=LAMBDA(n,XLOOKUP(n,{0,1,2},{"x","y","z"},f(n-1)))'}

    assert xl.evaluate("=f(5)", names=names) == "z"


def test_formulatext_shows_no_prefix_of_the_file_format() -> None:
    from xlmill.functions.lookup.formula_text import shown

    stored = '=_xlfn.XLOOKUP("_xlfn.x",_xlfn.ANCHORARRAY(A1),_xlfn.SINGLE(B1:B2))'

    assert shown(stored) == '=XLOOKUP("_xlfn.x",A1#,@B1:B2)'
