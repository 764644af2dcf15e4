"""Sums, products, quotients and powers of complex numbers."""

from __future__ import annotations

import numpy as np

from xlmill.functions.engineering.complex_numbers import (
    NO_SUFFIX,
    SUFFIX_I,
    SUFFIX_J,
    Complex,
    is_blank,
    joint_suffixes,
    read_complex,
    write_complex,
)
from xlmill.functions.parameter import AllCells, Scalar, StrictNumber
from xlmill.functions.registry import function
from xlmill.values.coercion import Codes
from xlmill.values.column import Column, Index
from xlmill.values.error_value import ExcelError


@function("IMSUM")
def imsum(inumber1: AllCells) -> Column:
    """IMSUM(inumber1, ...): the sum of complex numbers.

    Arrays: taken as a whole; empty cells are passed over.
    Errors: #NUM! for text that is no complex number; #VALUE! for TRUE and FALSE, and for i and j mixed.
    Source: Microsoft Support, "IMSUM function".

    =IMSUM("3+4i","5-3i")  -> "8+i"
    =IMSUM("2","j")  -> "2+j"
    =IMSUM("i","j")  -> #VALUE!
    """
    values, owners, suffixes, codes = _all(inumber1)
    count = len(codes)
    total = np.bincount(owners, values.real, count) + 1j * np.bincount(owners, values.imag, count)
    return write_complex(total, suffixes, codes)


@function("IMPRODUCT")
def improduct(inumber1: AllCells) -> Column:
    """IMPRODUCT(inumber1, ...): the product of complex numbers.

    Arrays: taken as a whole; empty cells are passed over.
    Errors: #NUM! for text that is no complex number; #VALUE! for TRUE and FALSE, and for i and j mixed.
    Source: Microsoft Support, "IMPRODUCT function".

    =IMPRODUCT("3+4i","5-3i")  -> "27+11i"
    =IMPRODUCT("1+2i",30)  -> "30+60i"
    """
    values, owners, suffixes, codes = _all(inumber1)
    product = np.ones(len(codes), np.complex128)
    counts = np.bincount(owners, minlength=len(codes))
    filled = counts > 0
    if filled.any():
        product[filled] = np.multiply.reduceat(values, (np.cumsum(counts) - counts)[filled])
    return write_complex(np.where(filled, product, 0.0), suffixes, codes)


@function("IMSUB")
def imsub(inumber1: Scalar, inumber2: Scalar) -> Column:
    """IMSUB(inumber1, inumber2): the difference of two complex numbers.

    Arrays: elementwise.
    Errors: #NUM! for text that is no complex number; #VALUE! for TRUE and FALSE, and for i and j mixed.
    Source: Microsoft Support, "IMSUB function".

    =IMSUB("13+4i","5+3i")  -> "8+i"
    =IMSUB(1,"j")  -> "1-j"
    """
    a, b, suffixes, codes = _pair(inumber1, inumber2)
    return write_complex(a - b, suffixes, codes)


@function("IMDIV")
def imdiv(inumber1: Scalar, inumber2: Scalar) -> Column:
    """IMDIV(inumber1, inumber2): the quotient of two complex numbers.

    Arrays: elementwise.
    Errors: #NUM! for a division by 0 and text that is no complex number; #VALUE! for TRUE and FALSE, and for i
    and j mixed.
    Source: Microsoft Support, "IMDIV function".

    =IMDIV("-238+240i","10+24i")  -> "5+12i"
    =IMDIV("1+i",0)  -> #NUM!
    """
    a, b, suffixes, codes = _pair(inumber1, inumber2)
    size = b.real * b.real + b.imag * b.imag
    real = (a.real * b.real + a.imag * b.imag) / size
    imaginary = (a.imag * b.real - a.real * b.imag) / size
    return write_complex(real + 1j * imaginary, suffixes, np.where((codes == 0) & (size == 0), _NUM, codes))


@function("IMPOWER")
def impower(inumber: Scalar, number: StrictNumber) -> Column:
    """IMPOWER(inumber, number): a power of a complex number.

    Arrays: elementwise.
    Errors: #NUM! for 0 to a power that is not positive, and for text that is no complex number; #VALUE! for TRUE
    and FALSE.
    Source: Microsoft Support, "IMPOWER function".

    =IMPOWER("2+3i",2)  -> "-5+12i"
    =IMPOWER(0,0)  -> #NUM!
    """
    base = read_complex(inumber)
    size, angle = np.abs(base.values), np.angle(base.values)
    raised = np.power(size, number)
    result = raised * np.cos(number * angle) + 1j * (raised * np.sin(number * angle))
    # A small whole power by multiplication has no rounding of angles in it.
    square = base.values * base.values
    result = np.where(number == 1, base.values, np.where(number == 2, square, result))
    undefined = (base.codes == 0) & (size == 0) & (number <= 0)
    return write_complex(result, base.suffixes, np.where(undefined, _NUM, base.codes))


_NUM = float(ExcelError.NUM.code)


def _pair(first: Column, second: Column) -> tuple[Complex, Complex, Index, Codes]:
    a, b = read_complex(first), read_complex(second)
    suffixes, mixed = joint_suffixes([a.suffixes, b.suffixes])
    codes = np.where(a.codes != 0, a.codes, np.where(b.codes != 0, b.codes, mixed))
    return a.values, b.values, suffixes, codes


def _all(cells: AllCells) -> tuple[Complex, Index, Index, Codes]:
    """The numbers among the cells, the rows that they belong to, and by row the letter and the error code."""
    count = len(cells.offsets) - 1
    number = read_complex(cells.cells)
    owners = cells.owners
    codes = np.zeros(count)
    wrong = np.flatnonzero(number.codes)[::-1]
    codes[owners[wrong]] = number.codes[wrong]
    has = [np.bincount(owners[number.suffixes == letter], minlength=count) > 0 for letter in (SUFFIX_I, SUFFIX_J)]
    suffixes = np.where(has[1], SUFFIX_J, np.where(has[0], SUFFIX_I, NO_SUFFIX))
    codes = np.where((codes == 0) & has[0] & has[1], float(ExcelError.VALUE.code), codes)
    kept = ~is_blank(cells.cells)
    return number.values[kept], owners[kept], suffixes, codes
