from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import xlmill as xl

trees = st.sampled_from(["fig", "fir", "pear", "Plum", ""])
records = st.lists(st.tuples(trees, st.one_of(st.integers(0, 30), st.just("?"), st.none())), min_size=1, max_size=12)


def ask(function: str, database: list[list[Any]], criteria: list[list[Any]], field: str = '"age"') -> Any:
    cells: dict[str, Any] = {f"{'ABCD'[j]}{i + 1}": one for i, row in enumerate(database) for j, one in enumerate(row)}
    cells |= {f"{'KLM'[j]}{i + 1}": one for i, row in enumerate(criteria) for j, one in enumerate(row)}
    area = f"A1:{'ABCD'[len(database[0]) - 1]}{len(database)}"
    conditions = f"K1:{'KLM'[len(criteria[0]) - 1]}{len(criteria)}"
    return xl.evaluate(f"={function}({area},{field},{conditions})", cells=cells)


@given(rows=records, prefix=st.sampled_from(["f", "fi", "p", "plum", "x"]), least=st.integers(0, 30))
def test_lines_are_alternatives_and_conditions_of_a_line_hold_together(
    rows: list[tuple[str, Any]], prefix: str, least: int
) -> None:
    database = [["tree", "age"], *map(list, rows)]
    criteria = [["tree", "age"], [prefix, f">={least}"], ["fir", None]]

    met = [
        age
        for tree, age in rows
        if (tree.lower().startswith(prefix) and isinstance(age, int) and age >= least) or tree.startswith("fir")
    ]
    numbers = [age for age in met if isinstance(age, int)]

    assert ask("DSUM", database, criteria) == sum(numbers)
    assert ask("DCOUNT", database, criteria) == len(numbers)
    assert ask("DCOUNTA", database, criteria) == sum(age is not None for age in met)
    assert ask("DMAX", database, criteria) == max(numbers, default=0)


def test_many_questions_to_one_database_are_answered_as_each_alone() -> None:
    generator = np.random.default_rng(5)
    listed = ";".join(f'"{tree}",{age}' for tree, age in zip("abcab" * 4, generator.integers(0, 50, 20), strict=True))
    formulas = [
        f'=DSUM({{"tree","age";{listed}}},{field},{{"tree","age";"{tree}",">{age}"}})'
        for tree, age, field in zip("abcd" * 25, generator.integers(0, 50, 100), [2, '"age"', 1, 5] * 25, strict=True)
    ]

    assert xl.evaluate_many(formulas).to_list() == [xl.evaluate(formula) for formula in formulas]


def test_an_empty_line_is_met_by_every_record() -> None:
    database = [["tree", "age"], ["fig", 1], ["pear", 2]]

    assert ask("DSUM", database, [["tree"], ["fig"], [None]]) == 3


def test_an_equals_sign_asks_for_the_whole_text() -> None:
    database = [["tree", "age"], ["fig", 1], ["figs", 2]]

    assert ask("DSUM", database, [["tree"], ["fig"]]) == 3
    assert ask("DSUM", database, [["tree"], ["=fig"]]) == 1


def test_under_no_field_stands_a_condition_worked_out_already() -> None:
    database = [["tree", "age"], ["fig", 1], ["pear", 2]]

    assert ask("DSUM", database, [["tree", "older"], ["fig", True]]) == 1
    assert ask("DSUM", database, [["tree", "older"], ["fig", False]]) == 0
    assert ask("DSUM", database, [["tree", None], ["fig", None]]) == 1


def test_names_compare_as_they_are_written() -> None:
    database = [["tree", 1, True], ["fig", 10, 20]]

    assert ask("DSUM", database, [["TREE"], ["fig"]], field='"1"') == 10
    assert ask("DSUM", database, [["tree"], ["fig"]], field='"true"') == 20
    assert ask("DSUM", database, [["tree"], ["fig"]], field='"2"') is xl.ExcelError.VALUE


def test_an_error_in_the_field_counts_only_where_its_record_is_met() -> None:
    database = [["tree", "age"], ["fig", xl.ExcelError.DIV0], ["pear", 2]]

    assert ask("DSUM", database, [["tree"], ["pear"]]) == 2
    assert ask("DSUM", database, [["tree"], ["fig"]]) is xl.ExcelError.DIV0
    assert ask("DCOUNTA", database, [["tree"], ["fig"]]) == 1


def test_without_records_conditions_or_the_field_there_is_no_answer() -> None:
    for formula in ("=DSUM(A1:B1,1,K1:K2)", "=DSUM(A1:B2,1,K1)", "=DSUM(A1:B2,3,K1:K2)", "=DSUM(A1:B2,,K1:K2)"):
        assert xl.evaluate(formula, cells={"A1": "tree", "B1": "age", "K1": "tree"}) is xl.ExcelError.VALUE
