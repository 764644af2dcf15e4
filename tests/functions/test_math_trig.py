from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import xlmill as xl
from xlmill.engine.chunk import evaluate_over, evaluate_texts
from xlmill.engine.program import program
from xlmill.engine.run import Run
from xlmill.functions.math_trig.combinatorics import combin, multinomial
from xlmill.functions.math_trig.divisibility import gcd, lcm, mod
from xlmill.functions.math_trig.numerals import arabic, base, decimal, roman
from xlmill.functions.math_trig.rounding import ceiling_math, even, floor_math, odd
from xlmill.syntax.parser import parse_text
from xlmill.values.cell_runs import cell_runs
from xlmill.values.column import numbers_column
from xlmill.values.error_value import ExcelError
from xlmill.values.text_column import Texts

wholes = st.integers(0, 10**6)
finite = st.floats(-1e6, 1e6, allow_subnormal=False)


def column(*values: float) -> Any:
    return np.array(values, dtype=np.float64)


@given(finite, finite.filter(lambda d: abs(d) > 1e-3))
def test_mod_has_the_sign_of_the_divisor_and_is_smaller(number: float, divisor: float) -> None:
    (rest,) = mod(column(number), column(divisor)).numbers

    assert abs(rest) <= abs(divisor)
    assert rest == 0 or (rest > 0) == (divisor > 0)


@given(st.lists(wholes, min_size=1, max_size=4))
def test_gcd_and_lcm_are_those_of_whole_numbers(numbers: list[int]) -> None:
    cells = cell_runs([numbers_column(column(n)) for n in numbers])

    assert gcd(cells).numbers[0] == math.gcd(*numbers)
    expected = math.lcm(*numbers)
    assert lcm(cells).numbers[0] == (expected if expected < 2**53 else ExcelError.NUM.code)


@given(st.integers(0, 60), st.integers(0, 60))
def test_combin_is_exact_as_long_as_it_fits(n: int, k: int) -> None:
    result = combin(column(n), column(k))

    assert result.numbers[0] == pytest.approx(math.comb(n, k) if k <= n else ExcelError.NUM.code, rel=1e-14)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=4))
def test_multinomial_is_a_quotient_of_factorials(numbers: list[int]) -> None:
    result = multinomial(cell_runs([numbers_column(column(n)) for n in numbers]))

    assert result.numbers[0] == math.factorial(sum(numbers)) / math.prod(map(math.factorial, numbers))


@given(st.floats(-1e9, 1e9).filter(lambda x: x == 0 or abs(x) > 1e-9))
def test_even_and_odd_go_away_from_zero(number: float) -> None:
    for kernel, rest in ((even, 0), (odd, 1)):
        (result,) = kernel(column(number))

        assert abs(result) % 2 == rest
        assert abs(number) <= abs(result) <= abs(number) + 2


@given(st.integers(-10_000, 10_000), st.integers(1, 50), st.booleans())
def test_floor_and_ceiling_math_hold_the_number_between_them(number: int, step: int, away: bool) -> None:
    arguments = column(number), column(step), column(away)
    (low,), (high,) = sorted([floor_math(*arguments).tolist(), ceiling_math(*arguments).tolist()])

    assert low <= number <= high
    assert high - low == (0 if number % step == 0 else step)


@given(st.integers(0, 3999), st.integers(0, 4))
def test_arabic_reads_what_roman_writes(number: int, form: int) -> None:
    written = roman(column(number), column(form))

    assert written.texts is not None
    assert arabic(written.texts).numbers[0] == number


@given(st.integers(0, 2**53 - 1), st.integers(2, 36))
def test_decimal_reads_what_base_writes(number: int, radix: int) -> None:
    written = base(column(number), column(radix), column(0))

    assert written.texts is not None
    assert decimal(written.texts, column(radix)).numbers[0] == number


def test_kernels_take_constants_beside_columns() -> None:
    assert combin(column(4, 5, 6), column(2)).numbers.tolist() == [6, 10, 15]
    assert mod(column(7), column(2, 3, 4)).numbers.tolist() == [1, 1, 3]


def random_numbers(formulas: list[str], first_row: int = 0, seed: int = 0) -> list[float]:
    run = Run(seed=seed, first_row=first_row)
    return evaluate_texts(Texts.from_strings(formulas), run).values.numbers.tolist()


def test_random_numbers_depend_on_the_row_and_not_on_the_chunk() -> None:
    formulas = [
        "=RAND()",
        "=1+RAND()*RAND()",
        "=RANDBETWEEN(1,1000000)",
        "=SUM(RANDARRAY(3,2))+RAND()",
        "=2",
        "=RAND()",
    ]
    together = random_numbers(formulas)
    apart = [random_numbers([formula], first_row=row)[0] for row, formula in enumerate(formulas)]
    halves = random_numbers(formulas[:2]) + random_numbers(formulas[2:], first_row=2)

    assert together == apart == halves
    assert len(set(together)) == len(together)
    assert random_numbers(formulas, seed=1) != together


def test_one_formula_over_rows_draws_what_as_many_formulas_draw() -> None:
    formula = "=RAND()-RAND()+RANDBETWEEN(1,9)"
    over_rows = evaluate_over(parse_text(formula, program().table), Run(), 5).numbers.tolist()

    assert over_rows == random_numbers([formula] * 5)


def test_every_element_and_every_step_draws_anew() -> None:
    (elements,) = xl.evaluate("=RANDBETWEEN({1,1,1,1,1,1},1000000)")
    steps = xl.evaluate("=SCAN(0,{1,2,3,4,5,6},LAMBDA(a,b,RAND()))")

    assert len(set(elements)) == 6
    assert isinstance(steps, list)
    assert len(set(steps[0])) == 6


def test_random_numbers_are_spread_evenly() -> None:
    numbers = np.array(random_numbers(["=RAND()"] * 20_000))

    assert abs(numbers.mean() - 0.5) < 0.01
    assert np.bincount((numbers * 10).astype(np.int64), minlength=10).min() > 1_800
    assert abs(np.corrcoef(numbers[1:], numbers[:-1])[0, 1]) < 0.03


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("=SUBTOTAL(9,A1:A4)", 8),
        ("=SUBTOTAL(2,A1:A4)", 3),
        ("=SUBTOTAL(3,A1:A5)", 4),
        ("=SUBTOTAL(1,A1:A3,A1)", 9 / 4),
        ("=SUBTOTAL(9,{1,2})", ExcelError.VALUE),
        ("=SUBTOTAL(9,B1:B2)", ExcelError.DIV0),
        ("=AGGREGATE(9,6,B1:B2)", 7),
        ("=AGGREGATE(14,6,A1:A4,{1,2})", [[5, 2]]),
        ("=AGGREGATE(14,6,A1:A4/(A1:A4>1),2)", 2),
        ("=AGGREGATE(14,6,A1:A4)", ExcelError.VALUE),
        ("=SUMPRODUCT(A1:A4,A1:A4)", 30),
        ("=SUMPRODUCT(A4,2)", ExcelError.VALUE),
        ("=SUMPRODUCT(--(A1:A4>1))", 3),
    ],
)
def test_summaries_of_a_small_sheet(formula: str, expected: Any) -> None:
    cells = {"A1": 1, "A2": 2, "A3": 5, "A4": "x", "B1": ExcelError.DIV0, "B2": 7}

    assert xl.evaluate(formula, cells=cells, at="H20") == expected
