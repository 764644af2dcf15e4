"""The code of a recommendation is run here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from lab_records import STEADY, record, way

import xlmill as xl
from xlmill.lab.advice_code import code, function_name
from xlmill.lab.conditions import break_even
from xlmill.lab.figures import figures
from xlmill.lab.recommendation import recommend

EXPRESSIONS = ["=1+2", '="a"&"b"', "=10/4"]
VALUES = [3.0, "ab", 2.5]


def cube(number: int) -> int:
    return number**3


def run(lines: str, **given: Any) -> list[Any]:
    names: dict[str, Any] = dict(given)
    exec(lines, names)
    return list(names["results"])


@pytest.mark.parametrize("strategy", ["serial", "threads", "loop", "mp-pool"])
def test_the_code_for_expressions_evaluates_them(strategy: str) -> None:
    made = record(way(strategy, STEADY))

    assert run(code(made, made.ways[0]), expressions=EXPRESSIONS) == VALUES


@pytest.mark.parametrize("strategy", ["serial", "threads", "loop", "pool"])
def test_the_code_for_a_function_maps_it(strategy: str) -> None:
    made = record(way(strategy, STEADY), workload="somewhere.cube")
    made.unit = "tasks"

    assert run(code(made, made.ways[0]), cube=cube, tasks=[1, 2, 3]) == [1, 8, 27]


@pytest.mark.parametrize("suffix", [".txt", ".parquet"])
def test_the_code_for_a_file_reads_it(suffix: str, tmp_path: Path) -> None:
    file = tmp_path / f"work{suffix}"
    if suffix == ".txt":
        file.write_text("\n".join(EXPRESSIONS) + "\n", "utf-8")
    else:
        pq.write_table(pa.table({"formula": ["=qty*2", "=qty+1"], "qty": [1, 2]}), file)

    comparison = xl.compare(file, [], repeat=1, budget=10.0)

    assert run(comparison.recommendation.code) == (VALUES if suffix == ".txt" else [2.0, 3.0])


def test_a_lambda_is_called_function() -> None:
    assert function_name("somewhere.<lambda>") == "function"
    assert function_name("somewhere.outer.<locals>.inner") == "inner"


def test_what_takes_time_to_start_breaks_even_at_some_number_of_rows() -> None:
    serial, pool = figures(record(way("serial", [1.0] * 5), way("pool", [0.6] * 5)))

    # A tenth of 0.6 s is starting; what is left is 0.54 s for 1,000 rows, 0.46 s less than serial takes.
    assert break_even(1000, serial, pool) == 131
    assert break_even(1000, serial, figures(record(way("serial", [1.0]), way("pool", [3.0])))[1]) is None


def test_a_recommendation_has_settings_and_says_when_it_changes() -> None:
    advice = recommend(record(way("serial", [1.0] * 5), way("pool", [0.6] * 5)))

    assert advice.settings == {"strategy": "pool", "workers": 2}
    assert advice.conditions[0] == "Below about 130 expressions, serial should be as fast."


def test_where_serial_is_best_it_says_from_how_many_rows_on_it_is_not() -> None:
    slow_start = way("pool", [1.05] * 5)
    for place, sample in enumerate(slow_start.samples):
        timing = sample.timing
        slow_start.samples[place] = type(sample)(
            sample.round, 0, type(timing)(0.5, 0.55, 0.0, 0.0, 0.1, 10), None, None
        )

    advice = recommend(record(way("serial", [1.0] * 5), slow_start))

    assert advice.strategy == "serial"
    assert advice.conditions[0] == "From about 1,100 expressions on, pool should be faster."
