"""FORMULATEXT: a cell's formula as Excel shows it."""

from __future__ import annotations

import re

import numpy as np

from xlmill.functions.grids import NA
from xlmill.functions.lookup.references import codes_of_others, references_by_row
from xlmill.functions.lookup.sections import with_errors
from xlmill.functions.parameter import Whole
from xlmill.functions.registry import function
from xlmill.functions.surroundings import Surroundings
from xlmill.values.column import Column, texts_column
from xlmill.values.text_column import Texts

# Files put prefixes before newer names, and spell @ and # as functions; nobody sees them in Excel.
_QUOTED = re.compile(r"""("(?:[^"]|"")*"|'(?:[^']|'')*')""")
_SINGLE = re.compile(r"_xlfn\.SINGLE\(([^()]*)\)")
_SPILL = re.compile(r"_xlfn\.ANCHORARRAY\(([^()]*)\)")
_PREFIX = re.compile(r"\b_xl(?:fn|ws|pm|op|eta|udf)\.")


@function("FORMULATEXT")
def formulatext(reference: Whole, *, surroundings: Surroundings) -> Column:
    """FORMULATEXT(reference): the formula in a cell, as text; of several cells the first.

    Errors: #N/A where the cell holds no formula; #VALUE! for what is no reference.
    Source: Microsoft Support, "FORMULATEXT function".

    =FORMULATEXT(Z99)  -> #N/A
    =FORMULATEXT("A1")  -> #VALUE!
    """
    codes = codes_of_others(reference)
    found = [""] * len(reference)
    for at, given in references_by_row(reference):
        text = surroundings.formula_text(given.areas[0])
        if text is None:
            codes[at] = NA
        else:
            found[at] = shown(text)
    return with_errors(np.asarray(codes), texts_column(Texts.from_strings(found)))


def shown(formula: str) -> str:
    """A stored formula as Excel shows it.

    >>> shown('=_xlfn.XLOOKUP("_xlfn.",_xlfn.ANCHORARRAY(A1),B:B)')
    '=XLOOKUP("_xlfn.",A1#,B:B)'
    """
    pieces = _QUOTED.split(formula)
    pieces[::2] = [_PREFIX.sub("", _SPILL.sub(r"\1#", _SINGLE.sub(r"@\1", piece))) for piece in pieces[::2]]
    return "".join(pieces)
