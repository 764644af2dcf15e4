from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from xlmill.values.error_value import ExcelError
from xlmill.values.general_format import general_cell_column, general_cell_text
from xlmill.values.number_format import parse_format
from xlmill.values.number_format.digits import DigitsLayout
from xlmill.values.number_format.section import FormatCodeError, split_sections

CODES = [
    *("0", "0.00", "#,##0", "#,##0.00", "0%", "0.0%", "$#,##0.00", "000,000.0", '#,##0.0,"k€"', "0.000000000000"),
    *("#", "0.0#", "?0", "00-00", '0"0"0', ".00", "0.", "#.###", "?,???", "#x,0,#.00.0", "0.??", '"a".00"b"0', "#,,"),
    *("0.00E+00", "##0.0E+0", "0.0E-00", "#E+0", ".00E+0", "?.#E-?", "0.0E+0x0", "#,##0.0E+00", "00.0E+000%"),
]
numbers = st.floats(allow_nan=False, allow_infinity=False) | st.builds(
    lambda digits, places: digits / 10**places, st.integers(-(10**16), 10**16), st.integers(0, 20)
)


def agrees(code: str, column: list[float], minus: bool) -> None:
    """The pass writes what the layout writes number by number, except for rows that it leaves out."""
    layout = DigitsLayout(split_sections(code)[0])
    if not layout.pattern.fits:
        return
    texts, left_out = layout.pattern.written(np.array(column), minus)

    rows = zip(texts.to_strings(), left_out.tolist(), layout.texts(column, minus), strict=True)
    assert all(skipped or text == expected for text, skipped, expected in rows)


@pytest.mark.parametrize("code", CODES)
@given(column=st.lists(numbers, min_size=1, max_size=20), minus=st.booleans())
@example(column=[0.0, -0.0, -0.001, 999.995, 1e15, 1e-8, 1.005, -1234567.895, 99999999999999.5, 9.99e17], minus=True)
def test_the_compiled_pass_writes_what_the_layout_writes(code: str, column: list[float], minus: bool) -> None:
    agrees(code, column, minus)


@given(
    code=st.text(alphabet="0#?.,%-x ", min_size=1, max_size=10),
    exponent=st.sampled_from(["", "E+0", "E-00", "E+#", "E-?x0"]),
    column=st.lists(numbers, min_size=1, max_size=10),
)
def test_so_it_does_for_any_placeholders(code: str, exponent: str, column: list[float]) -> None:
    try:
        agrees("#" + code + exponent, column, True)
    except FormatCodeError:
        assert not parse_format("#" + code + exponent).is_valid


@pytest.mark.parametrize("code", CODES)
def test_ordinary_numbers_are_not_left_out(code: str) -> None:
    pattern = DigitsLayout(split_sections(code)[0]).pattern
    _, left_out = pattern.written(np.array([0, 1.5, -12345.678, 0.01]), True)

    assert pattern.fits
    assert not left_out.any()


@pytest.mark.parametrize("code", ["$#,##0.00", "0.00E+00", "000-0000", "0.0;[Red](0.00);-", "[>5]0.0", "[>100]0.0;0"])
def test_a_long_column_is_written_as_its_numbers_are_one_by_one(code: str) -> None:
    random = np.random.default_rng(5)
    column = random.normal(size=20_000) * 10.0 ** random.integers(-10, 19, 20_000)
    form = parse_format(code)
    texts, failed = form.format_column(column)

    assert texts.to_strings()[:500] == [form.format_number(number) for number in column[:500]]
    assert not failed.any()


@given(st.lists(numbers, min_size=1, max_size=20))
@example([0.0, -0.0, 99999999999.5, 9999999999.95, 0.0000999999999999, 0.00001, 0.000012345678, 123456789.123, 1e18])
def test_general_in_cells_is_written_by_the_pass_as_number_by_number(column: list[float]) -> None:
    general_cell_column(np.zeros(100_000))  # from here on the pass writes short columns too

    assert general_cell_column(np.array(column)).to_strings() == [general_cell_text(number) for number in column]


def test_a_number_that_one_section_refuses_leaves_the_others_alone() -> None:
    texts, failed = parse_format("[>5]yyyy;[<-5]0").format_column(np.array([9.0, 1e9, -7.0, 0.0]))

    assert texts.to_strings() == ["1900", "", "7", ""]
    assert failed.tolist() == [False, True, False, True]
    assert parse_format("[>5]yyyy;[<-5]0").format_numbers([0.0]) == [ExcelError.VALUE]
