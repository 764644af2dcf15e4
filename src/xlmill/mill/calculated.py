"""Calculated columns that depend on each other, in an order in which each finds what it needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from xlmill.engine.program import program
from xlmill.exceptions import InputError
from xlmill.mill.workload import used_names
from xlmill.syntax.parser import parse_text


def ordered(formulas: Mapping[str, str], columns: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The formulas, each behind those whose columns it reads.

    A formula that reads a column of its own name reads the input's. Raises FormulaSyntaxError for text that is
    no formula, InputError where formulas depend on each other in a circle.
    """
    names = {name.casefold(): name for name in formulas}
    given = {name.casefold() for name in columns}
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for name, formula in formulas.items():
        used = used_names([parse_text(formula, program().table)])
        own = name.casefold()
        if used is None:  # structured references: by their text, which names every column in brackets
            folded = formula.casefold()
            used = frozenset(key for key in names if f"[{key}]" in folded or f"@{key}]" in folded)
        sorter.add(own, *(other for other in names if other in used and not (other == own and own in given)))
    try:
        order = list(sorter.static_order())
    except CycleError as error:
        circle = " → ".join(names[key] for key in error.args[1])
        raise InputError(f"calculated columns depend on each other in a circle: {circle}") from None
    return tuple((names[key], formulas[names[key]]) for key in order)
