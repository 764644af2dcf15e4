from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from xlmill.values.fifteen_digits import POWERS
from xlmill.values.general_format import general_text
from xlmill.values.rounding import equal_to_15_digits
from xlmill.values.text_column import Texts
from xlmill.values.text_number import (
    IS_NUMBER,
    LEFT,
    NOT_A_NUMBER,
    numbers_from_texts,
    parse_number,
    read_plain_numbers,
)

numeric_looking = st.text(alphabet="0123456789..--++eE ,%$()/:", max_size=24)
plain_numbers = st.from_regex(r" {0,2}[-+]?[0-9]{0,20}(\.[0-9]{0,20})?([eE][-+]?[0-9]{1,3})? {0,2}", fullmatch=True)
words = st.text(max_size=12)


@given(st.lists(numeric_looking | plain_numbers | words, min_size=1, max_size=20))
@example(
    [
        "-0.0",
        "1e22",
        "1e23",
        "1e-22",
        "123456789012345678",
        ".",
        "+",
        "0e99999999999",
        " 5 ",
        "5e",
        "000",
        "-",
        "1e0000000000002",
    ]
)
@example(["1e" + "9" * 5000, "1e-" + "9" * 5000, "9" * 32000, "." + "0" * 30000 + "1e30001"])
def test_the_kernel_reads_what_the_exact_way_reads(column: list[str]) -> None:
    texts = Texts.from_strings(column)
    numbers, status = np.zeros(len(column)), np.zeros(len(column), dtype=np.uint8)
    read_plain_numbers.interpreted(texts.buffer, texts.starts, texts.lengths, POWERS, numbers, status)

    for text, number, outcome in zip(column, numbers.tolist(), status.tolist(), strict=True):
        exact = parse_number(text)
        if outcome == IS_NUMBER:
            assert exact == number
            assert not (number == 0 and np.signbit(number))
        elif outcome == NOT_A_NUMBER:
            assert exact is None
        else:
            assert outcome == LEFT


def test_a_long_column_compiled_is_what_its_texts_are_one_by_one() -> None:
    random = np.random.default_rng(3)
    column = [repr(number) for number in random.normal(size=40_000) * 10.0 ** random.integers(-9, 20, 40_000)]
    column += [f"{number:.2f}" for number in random.normal(size=40_000)]
    column += ["$5", "word", "", "1/15/2024", "12:30", "1e400"] * 5_000
    numbers, valid = numbers_from_texts(Texts.from_strings(column))

    expected = [parse_number(text) for text in column]
    assert valid.tolist() == [number is not None for number in expected]
    assert numbers.tolist() == [number or 0.0 for number in expected]


@given(st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False))
def test_a_number_made_text_reads_as_the_same_fifteen_digits(number: float) -> None:
    back = parse_number(general_text(number))

    assert back is not None
    if 1e-98 < abs(number) < 1e98:
        assert equal_to_15_digits(back, number)


@given(words)
def test_any_text_is_a_number_or_none(text: str) -> None:
    number = parse_number(text, this_year=2026)

    assert number is None or np.isfinite(number)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (" 12 ", 12),
        ("- 5", -5),
        (".5", 0.5),
        ("5.", 5),
        ("1e-5", 1e-5),
        ("00000000000000000022", 22),
        ("1,234,567.89", 1234567.89),
        ("23.123%", 0.23123),
        ("10.8 %", 0.108),
        ("$1,000", 1000),
        ("-$5", -5),
        ("$-5", -5),
        ("23€", 23),
        ("($1,234.50)", -1234.5),
        ("(10.8)%", -0.108),
        ("1 1/2", 1.5),
        ("-2 3/4", -2.75),
        ("1234567890123456", 1234567890123450),
        ("3.14159265358979323846", 3.14159265358979),
        ("1E-400", 0),
    ],
)
def test_dressed_numbers_are_read(text: str, number: float) -> None:
    assert parse_number(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "abc",
        "13  8",
        "--8",
        "12,34",
        "1,2345",
        ",123",
        "1E",
        "1E400",
        "F100",
        "TRUE",
        "5-",
        "(-5)",
        "1 1/0",
        "5%%",
        "\u0665",
    ],
)
def test_other_text_is_no_number(text: str) -> None:
    assert parse_number(text) is None
