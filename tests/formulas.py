"""Formulas for property tests: drawn from Excel's grammar, and all of them valid.

They use the functions of `FUNCTIONS`, and mean nothing.
"""

from __future__ import annotations

from hypothesis import strategies as st

from xlmill.syntax.function_table import FunctionTable
from xlmill.syntax.opcode import FIRST_FUNCTION

_NAMES = [
    ("SUM", 1, 255),
    ("IF", 2, 3),
    ("PI", 0, 0),
    ("INDEX", 2, 4),
    ("LOG10", 1, 1),
    ("TRUE", 0, 0),
    ("FILTER", 2, 3),
]
FUNCTIONS = FunctionTable.build(
    (name, FIRST_FUNCTION + number, least, most) for number, (name, least, most) in enumerate(_NAMES)
)

_spaces = st.sampled_from(["", "", "", "", " ", "  ", "\n", "\t"])
_operators = st.sampled_from(["+", "-", "*", "/", "^", "&", "=", "<>", "<", "<=", ">", ">="])
_errors = st.sampled_from(
    ["#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#n/a", "#GETTING_DATA", "#CALC!"]
)
_numbers = st.one_of(
    st.integers(0, 10**18).map(str),
    st.floats(0, 1e300, allow_nan=False).map(repr),
    st.sampled_from(["1", "0", ".5", "5.", "1E5", "1.5e-3", "1e+2", "0.1", "123456789012345678901234567890"]),
)
_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=6).map(
    lambda text: '"' + text.replace('"', '""') + '"'
)
_letters = st.sampled_from(["A", "b", "Z", "AA", "XFD"])
_rows = st.sampled_from(["1", "7", "99", "1048576"])
_dollar = st.sampled_from(["", "", "$"])
_cells = st.builds("{}{}{}{}".format, _dollar, _letters, _dollar, _rows)
_areas = st.one_of(
    st.builds("{}:{}".format, _cells, _cells),
    st.builds("{}{}:{}{}".format, _dollar, _letters, _dollar, _letters),
    st.builds("{}{}:{}{}".format, _dollar, _rows, _dollar, _rows),
)
_sheets = st.sampled_from(
    [
        "Sheet1!",
        "'My ''sheet'!",
        "Sheet1:Sheet3!",
        "'A b:C d'!",
        "[1]Sheet1!",
        "'[Book one.xlsx]Sheet1'!",
        "Été!",
        "'x!y'!",
    ]
)
_references = st.one_of(
    _cells,
    _areas,
    st.builds("{}{}".format, _sheets, st.one_of(_cells, _areas, st.just("#REF!"))),
)
_words = st.sampled_from(["rate", "qty", "Total.2", "_x", "\\a", "größe", "été?", "LOG10x", "ABCD1", "A0", "XFE1"])
_names = st.one_of(_words, st.builds("{}{}".format, _sheets, st.sampled_from(["rate", "_x"])), st.just("[1]!rate"))
_structured = st.sampled_from(
    [
        "[@qty]",
        "[@[unit price]]",
        "[col]",
        "Table1[a]",
        "Table1[[a]:[b]]",
        "T[[#This Row],[a]]",
        "T[#All]",
        "T[]",
        "T[it's ']]",
    ]
)
_locals = st.sampled_from(["x", "y", "total", "Größe"])


def _array(rows: int, columns: int) -> st.SearchStrategy[str]:
    signed = st.builds("{}{}".format, st.sampled_from(["", "-", "+"]), _numbers)
    element = st.one_of(signed, _texts, _errors, st.sampled_from(["TRUE", "false"]))
    cells = st.lists(element, min_size=rows * columns, max_size=rows * columns)
    return cells.map(
        lambda flat: (
            "{" + ";".join(",".join(row) for row in (flat[i : i + columns] for i in range(0, len(flat), columns))) + "}"
        )
    )


_arrays = st.tuples(st.integers(1, 3), st.integers(1, 3)).flatmap(lambda size: _array(*size))
_constants = st.one_of(_numbers, _texts, _errors, _arrays, st.sampled_from(["TRUE", "FALSE", "True", "TRUE()"]))


def _larger_references(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    grouped = st.builds("({})".format, inner)
    return st.one_of(
        st.builds("{}:{}".format, grouped, grouped),
        st.builds("{} {}".format, inner, inner),
        st.builds("({},{})".format, inner, inner),
        st.builds("({},{},{})".format, inner, grouped, inner),
        st.builds("{}#".format, grouped),
        st.builds("INDEX({},1):INDEX({},2)".format, inner, inner),
        grouped,
    )


references = st.recursive(st.one_of(_references, _names, _structured), _larger_references, max_leaves=4)


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    argument = st.one_of(inner, st.just(""))
    return st.one_of(
        st.builds("{}{}{}{}{}".format, inner, _spaces, _operators, _spaces, inner),
        st.builds("{}{}".format, st.sampled_from(["-", "+", "@", "--"]), inner),
        st.builds("{}%".format, inner),
        st.builds("({}{})".format, _spaces, inner),
        st.builds("SUM{}({})".format, _spaces, st.lists(inner, min_size=1, max_size=4).map(",".join)),
        st.builds("if({},{},{})".format, argument, argument, argument),
        st.builds("_xlfn._xlws.FILTER({},{})".format, inner, inner),
        st.builds("MyFn({})".format, st.lists(argument, max_size=3).map(",".join)),
        st.builds("LET({0},{1},{0}+{2})".format, _locals, inner, inner),
        st.builds("LET(x,{},y,{},{})".format, inner, inner, inner),
        st.builds("LET({0},LAMBDA(x,{1}),{0}({2}))".format, _locals, inner, inner),
        st.builds("LAMBDA({})".format, inner),
        st.builds("LAMBDA(x,[y],{})({})".format, inner, inner),
        st.builds("LAMBDA(x,LAMBDA(y,x+y+{}))({})(1)".format, inner, inner),
    )


_leaves = st.one_of(_constants, references, _locals)
expressions = st.recursive(_leaves, _larger, max_leaves=12)
formulas = st.builds("{}{}{}".format, st.sampled_from(["=", "", " ="]), _spaces, expressions).filter(
    lambda formula: not formula.lstrip(" \n\t").startswith("==")
)
