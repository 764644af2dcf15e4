from __future__ import annotations

import json
from pathlib import Path

import pytest

import xlmill
from xlmill.execution.planner import Plan

from .conftest import Arguments


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large.txt"
    path.write_text("".join(f"={row}+1\n" for row in range(20_000)))
    return path


def test_a_plan_names_the_best_of_its_alternatives(large: Path, xlmill_here: Arguments) -> None:
    done = xlmill_here("plan", large, "--json")

    plan = json.loads(done.out)
    assert done.status == 0
    assert {"serial", "threads", "pool"} == {each["strategy"] for each in plan["alternatives"]}
    assert plan["strategy"] in plan["reason"]


def test_the_table_marks_what_is_chosen(large: Path, xlmill_here: Arguments) -> None:
    done = xlmill_here("plan", large, "--chunk-size", "5000", "--workers", "3")

    rows = [line for line in done.out.splitlines() if line.startswith(("serial ", "threads ", "pool "))]
    assert sum("← chosen" in row for row in rows) == 1
    assert "5,000 rows a chunk" in done.out


def test_what_is_done_at_once_needs_no_alternatives(expressions: Path, xlmill_here: Arguments) -> None:
    done = xlmill_here("plan", expressions)

    assert done.out.startswith("serial\n6 rows are done")


def test_a_plan_can_be_for_formulas_over_rows(tmp_path: Path, xlmill_here: Arguments) -> None:
    (tmp_path / "rows.csv").write_text("a\n" + "".join(f"{row}\n" for row in range(20_000)))

    done = xlmill_here("plan", tmp_path / "rows.csv", "--formula", "b==a*2", "--json")

    assert len(json.loads(done.out)["alternatives"]) == 3


def test_a_plan_for_what_is_not_there_is_status_2(xlmill_here: Arguments) -> None:
    assert xlmill_here("plan", "missing.txt").err == "xlmill: missing.txt: no such file\n"


def test_from_python_a_plan_is_a_value(large: Path) -> None:
    of_file = xlmill.plan(large, workers=2)
    of_list = xlmill.plan([f"={row}" for row in range(20_000)])

    assert isinstance(of_file, Plan) and of_file.alternatives
    assert {each.strategy for each in of_list.alternatives} == {"serial", "threads", "pool"}
