from __future__ import annotations

import sys

import pytest

import xlmill as xl
from xlmill.engine.profile import SMALL_BATCH, profile, row_loops
from xlmill.engine.run import Run
from xlmill.exceptions import InputError
from xlmill.values.text_column import Texts

RUN = Run(now=45_000.0)


def loops(formula: str) -> dict[str, float]:
    return row_loops(Texts.from_strings([formula.replace("#n", str(row)) for row in range(200)]), RUN)


@pytest.mark.parametrize(
    "formula",
    [
        '=UPPER("ab#n")&LEFT("abc#n",2)&TRIM(" x#n ")',
        '=TEXT(#n.5,"#,##0.00")&TEXT(#n,"yyyy-mm-dd")&TEXT(#n,"0.0E+00")',
        '=SUBSTITUTE("a-#n","-","+")&FIND("#n","a#n")&CONCAT("a",#n,"b")',
        "=VLOOKUP(#n,{0,1;100,2},2)+MATCH(#n,{1,2,3},1)+SUM(#n,1,2)",
        "=EDATE(#n,3)+YEAR(#n)+IF(#n>100,1,2)",
    ],
)
def test_functions_by_whole_columns_do_not_loop(formula: str) -> None:
    assert loops(formula) == {}


@pytest.mark.parametrize(
    ("formula", "function"),
    [
        ('=REGEXTEST("a#n","[0-9]")', "REGEXTEST"),
        ("=BAHTTEXT(#n)", "BAHTTEXT"),
        ('=ENCODEURL("a b#n")', "ENCODEURL"),
        ('=TEXT(#n.25,"# ?/?")', "TEXT"),
        ('=DATEVALUE("2024-01-02")+#n', "DATEVALUE"),
    ],
)
def test_a_function_that_goes_row_by_row_is_seen_at_it(formula: str, function: str) -> None:
    found = loops(formula)

    assert set(found) == {function}
    assert found[function] >= 1


def test_a_function_of_the_users_own_is_seen_too() -> None:
    @xl.function("PROFILED.LOOP")
    def profiled(number: float) -> float:
        return number + 1

    assert "PROFILED.LOOP" in loops("=PROFILED.LOOP(#n)")


def test_counting_lines_leaves_a_debugger_where_it_was() -> None:
    before = sys.gettrace()
    loops('=UPPER("ab#n")')

    assert sys.gettrace() is before


def test_a_profile_counts_nodes_and_small_batches() -> None:
    many = [f'=PROPER("a{row}")' for row in range(SMALL_BATCH)]
    told = profile(Texts.from_strings([*many, '=CLEAN("B")', "=1+2*3", "=1+"]), RUN)
    shares = {share.function: share for share in told.shares}

    assert told.rows == SMALL_BATCH + 3
    assert (shares["PROPER"].nodes, shares["PROPER"].small_batches) == (SMALL_BATCH, 0)
    assert (shares["CLEAN"].nodes, shares["CLEAN"].small_batches) == (1, 1)
    assert told.settled == 2 - sum(share.nodes for share in told.shares if share.function in "+*")
    assert all(share.seconds >= 0 for share in told.shares)


def test_a_workload_in_memory_is_explained_with_its_columns() -> None:
    import pyarrow as pa

    told = xl.explain(["=PROPER(name)"] * 3, columns=pa.table({"name": ["a", "b", "c"]}))

    assert {"PROPER", "NAME"} <= {share.function for share in told.shares}
    with pytest.raises(InputError, match="no expressions"):
        xl.explain(iter(()))
