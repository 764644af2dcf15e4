from __future__ import annotations

import cmath
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import xlmill as xl
from xlmill.functions.engineering.units import find_unit

bases = st.sampled_from([("BIN", 2), ("OCT", 8), ("HEX", 16)])
parts = st.floats(-20, 20).map(lambda number: round(number, 6))
whole = st.integers(0, 2**48 - 1)


def parse(text: object) -> complex:
    if isinstance(text, float):
        return complex(text)
    assert isinstance(text, str), text
    return complex(re.sub(r"(?<![0-9.])j", "1j", text.replace("i", "j").replace("E", "e")))


def call(formula: str, **names: float | str) -> object:
    return xl.evaluate(formula, names=names)


@given(base=bases, data=st.data())
def test_a_number_written_and_read_is_itself(base: tuple[str, int], data: st.DataObject) -> None:
    name, radix = base
    number = data.draw(st.integers(-(radix**10) // 2, radix**10 // 2 - 1))

    assert call(f"={name}2DEC(DEC2{name}(n))", n=number) == number


@given(source=bases, target=bases, number=st.integers(-512, 511))
def test_notations_agree_whichever_way_one_takes(source: tuple[str, int], target: tuple[str, int], number: int) -> None:
    assume(source != target)

    direct = call(f"={source[0]}2{target[0]}(DEC2{source[0]}(n))", n=number)

    assert direct == call(f"=DEC2{target[0]}(n)", n=number)


@given(number=st.integers(0, 255), places=st.integers(1, 10))
def test_places_add_zeros_or_are_too_few(number: int, places: int) -> None:
    written = f"{number:X}"

    result = call("=DEC2HEX(n,p)", n=number, p=places)

    assert result == (written.zfill(places) if places >= len(written) else xl.ExcelError.NUM)


@given(whole, whole)
def test_bits_are_those_of_whole_numbers(a: int, b: int) -> None:
    assert call("=BITAND(a,b)", a=a, b=b) == a & b
    assert call("=BITOR(a,b)", a=a, b=b) == a | b
    assert call("=BITXOR(a,b)", a=a, b=b) == a ^ b


@given(number=whole, shift=st.integers(-53, 53))
def test_a_shift_is_a_multiplication_that_drops_bits(number: int, shift: int) -> None:
    moved = number << shift if shift >= 0 else number >> -shift

    assert call("=BITLSHIFT(n,s)", n=number, s=shift) == (moved if moved < 2**48 else xl.ExcelError.NUM)
    assert call("=BITRSHIFT(n,s)", n=number, s=-shift) == call("=BITLSHIFT(n,s)", n=number, s=shift)


@given(parts, parts)
def test_a_complex_number_is_taken_apart_as_it_was_made(real: float, imaginary: float) -> None:
    assert call("=IMREAL(COMPLEX(a,b))", a=real, b=imaginary) == real
    assert call("=IMAGINARY(COMPLEX(a,b))", a=real, b=imaginary) == imaginary


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("IMEXP", cmath.exp),
        ("IMSQRT", cmath.sqrt),
        ("IMLN", cmath.log),
        ("IMSIN", cmath.sin),
        ("IMCOS", cmath.cos),
        ("IMTAN", cmath.tan),
        ("IMCOT", lambda z: 1 / cmath.tan(z)),
        ("IMSEC", lambda z: 1 / cmath.cos(z)),
        ("IMCSC", lambda z: 1 / cmath.sin(z)),
        ("IMSINH", cmath.sinh),
        ("IMCOSH", cmath.cosh),
        ("IMSECH", lambda z: 1 / cmath.cosh(z)),
        ("IMCSCH", lambda z: 1 / cmath.sinh(z)),
    ],
)
def test_functions_of_complex_numbers_are_the_mathematical_ones(name: str, expected: object) -> None:
    assert callable(expected)
    for z in (1 + 1j, -2 + 0.5j, 0.3 - 4j, -1.5 - 1.5j, 2 + 0j):
        got = parse(call(f"={name}(COMPLEX(a,b))", a=z.real, b=z.imag))

        assert got == pytest.approx(expected(z), rel=1e-9, abs=1e-12)


@given(a=parts, b=parts, c=parts, d=parts)
def test_division_undoes_multiplication(a: float, b: float, c: float, d: float) -> None:
    assume(abs(complex(c, d)) > 1e-3)

    result = parse(call("=IMDIV(IMPRODUCT(COMPLEX(a,b),COMPLEX(c,d)),COMPLEX(c,d))", a=a, b=b, c=c, d=d))

    assert result == pytest.approx(complex(a, b), rel=1e-6, abs=1e-6)


@given(
    amount=st.floats(1e-6, 1e6), units=st.sampled_from(["ft km", "F C", "K Reau", "gal l", "lbm ozm", "Mibit kbyte"])
)
def test_a_measure_converted_there_and_back_is_itself(amount: float, units: str) -> None:
    one, other = units.split()

    there_and_back = call("=CONVERT(CONVERT(n,a,b),b,a)", n=amount, a=one, b=other)

    assert there_and_back == pytest.approx(amount, rel=1e-9, abs=1e-9)


def test_prefixes_go_to_the_power_of_the_unit() -> None:
    assert xl.evaluate('=CONVERT(1,"km","m")') == 1000
    assert xl.evaluate('=CONVERT(1,"km2","m2")') == 1e6
    assert xl.evaluate('=CONVERT(1,"Mm3","m3")') == 1e18
    assert xl.evaluate('=CONVERT(1,"kibyte","bit")') == 8192
    assert find_unit("kft") is None
    assert find_unit("kim") is None


def test_wrong_places_come_before_a_wrong_number() -> None:
    assert xl.evaluate('=DEC2BIN("E",0)') is xl.ExcelError.NUM
    assert xl.evaluate('=DEC2BIN("E",5)') is xl.ExcelError.VALUE


def test_i_and_j_do_not_mix() -> None:
    assert xl.evaluate('=IMSUM("1+i","1+j")') is xl.ExcelError.VALUE
    assert xl.evaluate('=IMSUB("1+i","1+j")') is xl.ExcelError.VALUE
    assert xl.evaluate('=IMSUM("1","1+j",{"2j",3})') == "5+3j"


def test_empty_cells_are_nothing_to_sums_and_products() -> None:
    assert xl.evaluate("=IMPRODUCT(A1:A3)", cells={"A1": "2i", "A3": 3}) == "6i"
