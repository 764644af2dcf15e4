"""Roots, logarithms, and circular and hyperbolic functions of complex numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from xlmill.functions.engineering.complex_numbers import Complex, read_complex, write_complex
from xlmill.functions.parameter import Scalar
from xlmill.functions.registry import function
from xlmill.values.column import Column


@function("IMSQRT")
def imsqrt(inumber: Scalar) -> Column:
    """IMSQRT(inumber): the square root of a complex number.

    Arrays: elementwise.
    Errors: #NUM! for text that is no complex number; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "IMSQRT function".

    =IMSQRT("3+4i")  -> "2+i"
    =IMSQRT("x")  -> #NUM!
    """
    return _of(inumber, _square_root)


@function("IMEXP")
def imexp(inumber: Scalar) -> Column:
    """IMEXP(inumber): the exponential of a complex number.

    Arrays: elementwise.
    Errors: #NUM! for text that is no complex number; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "IMEXP function".

    =IMEXP("1+i")  -> "1.46869393991589+2.28735528717884i"
    =IMEXP(0)  -> "1"
    """
    return _of(inumber, _exponential)


@function("IMLN")
def imln(inumber: Scalar) -> Column:
    """IMLN(inumber): the natural logarithm of a complex number.

    Arrays: elementwise.
    Errors: #NUM! for text that is no complex number and for 0; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "IMLN function".

    =IMLN("3+4i")  -> "1.6094379124341+0.927295218001612i"
    =IMLN(0)  -> #NUM!
    """
    return _of(inumber, _logarithm)


@function("IMLOG10")
def imlog10(inumber: Scalar) -> Column:
    """IMLOG10(inumber): the logarithm to base 10 of a complex number.

    Arrays: elementwise.
    Errors: #NUM! for text that is no complex number and for 0; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "IMLOG10 function".

    =IMLOG10("3+4i")  -> "0.698970004336019+0.402719196273373i"
    =IMLOG10(100)  -> "2"
    """
    return _of(inumber, lambda z: _logarithm(z) / np.log(10))


@function("IMLOG2")
def imlog2(inumber: Scalar) -> Column:
    """IMLOG2(inumber): the logarithm to base 2 of a complex number.

    Arrays: elementwise.
    Errors: #NUM! for text that is no complex number and for 0; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "IMLOG2 function".

    =IMLOG2("3+4i")  -> "2.32192809488736+1.33780421245098i"
    =IMLOG2(8)  -> "3"
    """
    return _of(inumber, lambda z: _logarithm(z) / np.log(2))


@function("IMSIN")
def imsin(inumber: Scalar) -> Column:
    """IMSIN(inumber): the sine of a complex number.

    Arrays: elementwise.
    Errors: #NUM! for text that is no complex number; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "IMSIN function".

    =IMSIN("4+3i")  -> "-7.61923172032141-6.548120040911i"
    =IMSIN(0)  -> "0"
    """
    return _of(inumber, _sine)


@function("IMCOS")
def imcos(inumber: Scalar) -> Column:
    """IMCOS(inumber): the cosine of a complex number.

    Arrays: elementwise.
    Errors: #NUM! for text that is no complex number; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "IMCOS function".

    =IMCOS("1+i")  -> "0.833730025131149-0.988897705762865i"
    =IMCOS(0)  -> "1"
    """
    return _of(inumber, _cosine)


@function("IMTAN")
def imtan(inumber: Scalar) -> Column:
    """IMTAN(inumber): the tangent of a complex number.

    Arrays: elementwise.
    Errors: #NUM! for text that is no complex number; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "IMTAN function".

    =IMTAN("4+3i")  -> "0.00490825806749606+1.00070953606723i"
    =IMTAN(0)  -> "0"
    """
    return _of(inumber, _tangent)


@function("IMCOT")
def imcot(inumber: Scalar) -> Column:
    """IMCOT(inumber): the cotangent of a complex number.

    Arrays: elementwise.
    Errors: #NUM! for text that is no complex number and for 0; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "IMCOT function".

    =IMCOT("4+3i")  -> "0.00490118239430447-0.999266927805902i"
    =IMCOT(0)  -> #NUM!
    """
    return _of(inumber, _cotangent)


@function("IMSEC")
def imsec(inumber: Scalar) -> Column:
    """IMSEC(inumber): the secant of a complex number.

    Arrays: elementwise.
    Errors: #NUM! for text that is no complex number; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "IMSEC function".

    =IMSEC("4+3i")  -> "-0.0652940278579471-0.0752249603027732i"
    =IMSEC(0)  -> "1"
    """
    return _of(inumber, lambda z: 1 / _cosine(z))


@function("IMCSC")
def imcsc(inumber: Scalar) -> Column:
    """IMCSC(inumber): the cosecant of a complex number.

    Arrays: elementwise.
    Errors: #NUM! for text that is no complex number and for 0; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "IMCSC function".

    =IMCSC("4+3i")  -> "-0.0754898329158637+0.0648774713706355i"
    =IMCSC(0)  -> #NUM!
    """
    return _of(inumber, lambda z: 1 / _sine(z))


@function("IMSINH")
def imsinh(inumber: Scalar) -> Column:
    """IMSINH(inumber): the hyperbolic sine of a complex number.

    Arrays: elementwise.
    Errors: #NUM! for text that is no complex number; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "IMSINH function".

    =IMSINH("4+3i")  -> "-27.0168132580039+3.85373803791938i"
    =IMSINH(0)  -> "0"
    """
    return _of(inumber, _hyperbolic_sine)


@function("IMCOSH")
def imcosh(inumber: Scalar) -> Column:
    """IMCOSH(inumber): the hyperbolic cosine of a complex number.

    Arrays: elementwise.
    Errors: #NUM! for text that is no complex number; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "IMCOSH function".

    =IMCOSH("4+3i")  -> "-27.0349456030742+3.85115333481178i"
    =IMCOSH(0)  -> "1"
    """
    return _of(inumber, _hyperbolic_cosine)


@function("IMSECH")
def imsech(inumber: Scalar) -> Column:
    """IMSECH(inumber): the hyperbolic secant of a complex number.

    Arrays: elementwise.
    Errors: #NUM! for text that is no complex number; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "IMSECH function".

    =IMSECH("4+3i")  -> "-0.0362534969158689-0.00516434460775318i"
    =IMSECH(0)  -> "1"
    """
    return _of(inumber, lambda z: 1 / _hyperbolic_cosine(z))


@function("IMCSCH")
def imcsch(inumber: Scalar) -> Column:
    """IMCSCH(inumber): the hyperbolic cosecant of a complex number.

    Arrays: elementwise.
    Errors: #NUM! for text that is no complex number and for 0; #VALUE! for TRUE and FALSE.
    Source: Microsoft Support, "IMCSCH function".

    =IMCSCH("4+3i")  -> "-0.036275889628626-0.0051744731840194i"
    =IMCSCH(0)  -> #NUM!
    """
    return _of(inumber, lambda z: 1 / _hyperbolic_sine(z))


def _of(inumber: Column, compute: Callable[[Complex], Complex]) -> Column:
    number = read_complex(inumber)
    return write_complex(compute(number.values), number.suffixes, number.codes)


def _square_root(z: Complex) -> Complex:
    root = np.sqrt(np.abs(z))
    angle = np.angle(z) / 2
    result: Complex = root * np.cos(angle) + 1j * (root * np.sin(angle))
    return result


def _exponential(z: Complex) -> Complex:
    size = np.exp(z.real)
    result: Complex = size * np.cos(z.imag) + 1j * (size * np.sin(z.imag))
    return result


def _logarithm(z: Complex) -> Complex:
    result: Complex = np.log(np.abs(z)) + 1j * np.angle(z)
    return result


def _sine(z: Complex) -> Complex:
    result: Complex = np.sin(z.real) * np.cosh(z.imag) + 1j * (np.cos(z.real) * np.sinh(z.imag))
    return result


def _cosine(z: Complex) -> Complex:
    result: Complex = np.cos(z.real) * np.cosh(z.imag) - 1j * (np.sin(z.real) * np.sinh(z.imag))
    return result


def _tangent(z: Complex) -> Complex:
    # By the double angle, where sine over cosine would lose digits.
    result: Complex = (np.sin(2 * z.real) + 1j * np.sinh(2 * z.imag)) / (np.cos(2 * z.real) + np.cosh(2 * z.imag))
    return result


def _cotangent(z: Complex) -> Complex:
    result: Complex = (np.sin(2 * z.real) - 1j * np.sinh(2 * z.imag)) / (np.cosh(2 * z.imag) - np.cos(2 * z.real))
    return result


def _hyperbolic_sine(z: Complex) -> Complex:
    result: Complex = np.sinh(z.real) * np.cos(z.imag) + 1j * (np.cosh(z.real) * np.sin(z.imag))
    return result


def _hyperbolic_cosine(z: Complex) -> Complex:
    result: Complex = np.cosh(z.real) * np.cos(z.imag) + 1j * (np.sinh(z.real) * np.sin(z.imag))
    return result
