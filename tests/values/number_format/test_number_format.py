from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from xlmill.values.error_value import ExcelError
from xlmill.values.number_format import parse_format
from xlmill.values.rounding import round_half_away

finite = st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False)
decimals = st.builds(lambda digits, places: digits / 10**places, st.integers(-(10**15), 10**15), st.integers(0, 15))


def text(code: str, number: float) -> str | ExcelError:
    return parse_format(code).format_number(number)


@given(decimals, st.integers(0, 8))
def test_fixed_decimals_are_those_of_round(number: float, places: int) -> None:
    code = "0." + "0" * places if places else "0"

    assert float(str(text(code, number))) == round_half_away(number, places)


@given(decimals)
def test_grouping_adds_commas_and_nothing_else(number: float) -> None:
    grouped = str(text("#,##0.00", number))

    assert grouped.replace(",", "") == text("0.00", number)
    assert all(len(group) == 3 for group in grouped.partition(".")[0].lstrip("-").split(",")[1:])


@given(finite.filter(lambda x: abs(x) < 1e308))
def test_an_exponent_keeps_the_number(number: float) -> None:
    shown = str(text("0.00000000000000E+00", number))

    assert float(shown) == pytest.approx(number, rel=1e-14)


@given(decimals.filter(lambda x: abs(x) < 1e9))
def test_a_fraction_is_within_its_denominators_of_the_number(number: float) -> None:
    shown = str(text("??/???", number))
    above, below = shown.replace(" ", "").split("/")

    assert abs(int(above) / int(below) - number) <= 1 / int(below) ** 2 + 1e-9 * abs(number)


@given(st.text(alphabet='0#?.,%/@;E+-ymdhs[]"\\_*GeneralAM/P ', max_size=12), decimals)
@example("[h]:mm", -1.0)
def test_any_code_gives_text_or_value(code: str, number: float) -> None:
    form = parse_format(code)

    for result in (form.format_number(number), form.format_text("x")):
        assert isinstance(result, str) or result is ExcelError.VALUE
    assert form.is_valid or form.format_text("x") is ExcelError.VALUE


@given(st.lists(decimals, max_size=8))
def test_a_column_is_written_as_its_numbers_are(column: list[float]) -> None:
    form = parse_format('[>100]0.0;[<0](0);"small "0.000')
    texts, failed = form.format_column(np.array(column))

    assert texts.to_strings() == [form.format_number(number) for number in column]
    assert not failed.any()


@pytest.mark.parametrize(
    ("code", "number", "shown"),
    [
        ("0.00", 0.125, "0.13"),
        ("0.00", 1.005, "1.01"),
        ("0", 2.5, "3"),
        ("0.00", -2.5e-10, "0.00"),
        ("#.###", 0, "."),
        ("#.###", -1, "-1."),
        (".#", 890123.456789, "890123.5"),
        ("#x,0,#.00.0", 890123.456789, "890,1x,23.45.7"),
        (",#.00.0", 890123.456789, ",890123.45.7"),
        ('#,##0.0,,"M"', 1234567, "1.2M"),
        ("00,000.00,", 12345, "00,012.35"),
        ("?,???", 5, "    5"),
        ("0.0#%", 0.12345, "12.35%"),
        ("00000-0000", 941051630, "94105-1630"),
        ('"This is a ".00"test"000', -3.14159, "-This is a 3.14test159"),
        ("0.??", 1.5, "1.5 "),
        ("##0.0E+0", 123456, "123.5E+3"),
        ("##0.0E+0", 999960, "1.0E+6"),
        ("0.0E-00", 0.00012, "1.2E-04"),
        ("0E+0", 9.99, "1E+1"),
        ("0.00E+00", 0, "0.00E+00"),
        ("# ?/?", 0.0123456789, "0    "),
        ("# ?/?", 12.99, "13    "),
        ("# ??/??", 1234567.89, "1234567  8/9 "),
        ("#0#00??/??", 12.3456789, "01000/81"),
        ("# ?/8", -5.37, "-5 3/8"),
        ("General", 1 / 3, "0.333333333"),
        ('General" kg"', -2.5, "-2.5 kg"),
        ("[$€-407] #,##0.00", -1234.5, "-€ 1,234.50"),
        ('_($* #,##0_);_($* (#,##0);_($* "-"_)', -1, " $(1)"),
        ("", 5, ""),
        ("", -5, "-"),
    ],
)
def test_numbers_fill_placeholders(code: str, number: float, shown: str) -> None:
    assert text(code, number) == shown


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("w", ["w", "-w", "w"]),
        ("w;x", ["w", "x", "w"]),
        ("w;x;z", ["w", "x", "z"]),
        ("w;x;z@", ["w", "x", "w"]),
        ("0;;", ["7", "", ""]),
        ('[<5]0" low"', ["7", "-7 low", "0 low"]),
        ('[>5]0" high"', ["7 high", "-7", "0"]),
        ("[=7]General;[Blue]000", ["7", "-007", "000"]),
        ("[<-5]0;[>5]0.0;General", ["7.0", "7", "0"]),
        ("@", ["7", "-7", "0"]),
    ],
)
def test_sections_are_chosen_by_sign_or_condition(code: str, shown: list[str]) -> None:
    assert parse_format(code).format_numbers([7, -7, 0]) == shown


def test_a_number_that_no_section_wants_is_an_error() -> None:
    assert parse_format("[>5]0;[<-5]0").format_numbers([9, 0]) == ["9", ExcelError.VALUE]


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("0.00", "yes"),
        ("", "yes"),
        ("0;0;0;-@-@-", "-yes-yes-"),
        ('0;0;0;"h"\\I', "hI"),
        ("0;@!", "yes!"),
        ("[Red]General", "yes"),
        (";;;", ""),
    ],
)
def test_text_goes_through_the_text_section(code: str, shown: str) -> None:
    assert parse_format(code).format_text("yes") == shown


@pytest.mark.parametrize(
    "code",
    [
        '0"x',
        "[x]0",
        "0[",
        "mm###",
        "0.0Y00",
        "0@",
        ';0;"Z"@;"X"',
        "0;0;0;@;0",
        "ss.0000",
        "General0",
        "0\\",
        "0.0E+0E+0",
        "0" * 256,
    ],
)
def test_codes_that_mix_what_cannot_be_mixed_are_refused(code: str) -> None:
    assert text(code, 1) is ExcelError.VALUE
    assert not parse_format(code).is_valid
