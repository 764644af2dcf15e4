"""LET and LAMBDA, the forms of the language that look like functions.

The parser resolves their names and the engine evaluates them (engine.closure); they stand in the registry so that
the catalogue and the documentation know them. The kernels here say what the forms mean, for a caller who has values
already.
"""

from __future__ import annotations

from xlmill.functions.parameter import Whole, WholeEach
from xlmill.functions.registry import function
from xlmill.values.column import Column


@function("LET")
def let(name1: Whole, name_value1: Whole, calculation: Whole, *more: WholeEach) -> Column:
    """LET(name1, name_value1, calculation, ...): a calculation that may use names given to values before it.

    Further pairs of a name and a value may stand before the calculation; a value may use the names before it.
    Errors: #NAME? for a name that is not known there.
    Source: Microsoft Support, "LET function".

    =LET(a,2,b,a*3,a+b)  -> 8
    =LET(x,1,LET(x,5,x)+x)  -> 6
    """
    return more[-1] if more else calculation


@function("LAMBDA")
def lambda_(parameter_or_calculation: Whole, *more: WholeEach) -> Column:
    """LAMBDA([parameter1, ...], calculation): a function of one's own, to be called, named, or passed on.

    A parameter in brackets may be left out by the caller: see ISOMITTED. A LAMBDA may call itself by its name, or
    by a parameter that it is passed as; nested more than 1,024 deep, calls are #NUM!.
    Errors: #CALC! for a LAMBDA that is the result of a cell; #VALUE! for a wrong number of arguments in a call.
    Source: Microsoft Support, "LAMBDA function".

    =LAMBDA(x,y,x*y)(6,7)  -> 42
    =LET(f,LAMBDA(f,n,IF(n<2,1,n*f(f,n-1))),f(f,5))  -> 120
    =LAMBDA(x,x)  -> #CALC!
    """
    return more[-1] if more else parameter_or_calculation
