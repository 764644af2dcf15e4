"""Complex numbers made of their parts, and taken apart."""

from __future__ import annotations

import numpy as np

from xlmill.functions.engineering.complex_numbers import (
    SUFFIX_I,
    SUFFIX_J,
    read_complex,
    write_complex,
)
from xlmill.functions.parameter import Scalar, StrictNumber, Text, optional
from xlmill.functions.registry import function
from xlmill.values.column import Column, error_where, numbers_column, with_errors
from xlmill.values.error_value import ExcelError

_LETTERS = {"i": SUFFIX_I, "j": SUFFIX_J, "": SUFFIX_I}


@function("COMPLEX", omitted_is_default=True)
def complex_(real_num: StrictNumber, i_num: StrictNumber, suffix: Text = optional("i")) -> Column:
    """COMPLEX(real_num, i_num, [suffix]): a complex number, as text.

    Arrays: elementwise over arrays; a range of several cells is #VALUE!.
    Errors: #VALUE! for a suffix other than "i" and "j", and for TRUE and FALSE.
    Source: Microsoft Support, "COMPLEX function".

    =COMPLEX(3,4)  -> "3+4i"
    =COMPLEX(0,1,"j")  -> "j"
    =COMPLEX(1,-1)  -> "1-i"
    =COMPLEX(3,4,"I")  -> #VALUE!
    """
    letters = np.array([_LETTERS.get(text, -1) for text in suffix.to_strings()])
    column = write_complex(real_num + 1j * i_num, letters, np.zeros(len(letters)))
    return error_where(letters < 0, ExcelError.VALUE, column)


@function("IMREAL")
def imreal(inumber: Scalar) -> Column:
    """IMREAL(inumber): the real part of a complex number.

    Arrays: elementwise.
    Errors: #NUM! for text that is no complex number; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "IMREAL function".

    =IMREAL("6-9i")  -> 6
    =IMREAL("j")  -> 0
    """
    number = read_complex(inumber)
    return with_errors(number.codes, numbers_column(number.values.real))


@function("IMAGINARY")
def imaginary(inumber: Scalar) -> Column:
    """IMAGINARY(inumber): the imaginary part of a complex number.

    Arrays: elementwise.
    Errors: #NUM! for text that is no complex number; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "IMAGINARY function".

    =IMAGINARY("3+4i")  -> 4
    =IMAGINARY("0-j")  -> -1
    =IMAGINARY("abcd")  -> #NUM!
    """
    number = read_complex(inumber)
    return with_errors(number.codes, numbers_column(number.values.imag))


@function("IMABS")
def imabs(inumber: Scalar) -> Column:
    """IMABS(inumber): how far a complex number is from 0.

    Arrays: elementwise.
    Errors: #NUM! for text that is no complex number; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "IMABS function".

    =IMABS("5+12i")  -> 13
    =IMABS(-2)  -> 2
    """
    number = read_complex(inumber)
    return with_errors(number.codes, numbers_column(np.abs(number.values)))


@function("IMARGUMENT")
def imargument(inumber: Scalar) -> Column:
    """IMARGUMENT(inumber): the angle at which a complex number stands.

    Arrays: elementwise.
    Units: the result in radians.
    Errors: #DIV/0! for 0; #NUM! for text that is no complex number; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "IMARGUMENT function".

    =ROUND(IMARGUMENT("3+4i"),8)  -> 0.92729522
    =IMARGUMENT(0)  -> #DIV/0!
    """
    number = read_complex(inumber)
    angle = np.arctan2(number.values.imag, number.values.real)
    return with_errors(number.codes, error_where(number.values == 0, ExcelError.DIV0, angle))


@function("IMCONJUGATE")
def imconjugate(inumber: Scalar) -> Column:
    """IMCONJUGATE(inumber): a complex number with its imaginary part of the other sign.

    Arrays: elementwise.
    Errors: #NUM! for text that is no complex number; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "IMCONJUGATE function".

    =IMCONJUGATE("3+4i")  -> "3-4i"
    =IMCONJUGATE("1-j")  -> "1+j"
    """
    number = read_complex(inumber)
    return write_complex(number.values.conj(), number.suffixes, number.codes)
