from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from xlmill.execution import strategies
from xlmill.io import format_for, formats

from .conftest import Arguments

SUFFIXES = [format_class.suffixes[0] for format_class in formats().values()]
ROWS = 1_200
BROKEN_EVERY = 100


def table_at(path: Path) -> pa.Table:
    return pa.Table.from_batches(list(format_for(path).read(path, 100_000)))


@pytest.fixture(scope="module")
def workload(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Expressions that differ, one in a hundred of which is broken."""
    lines = [
        f"=SUM({row},{row * 2})&" if row % BROKEN_EVERY == 7 else f'=IF({row}>5,{row}/4,"few")' for row in range(ROWS)
    ]
    path = tmp_path_factory.mktemp("workload") / "workload.txt"
    path.write_text("\n".join(lines) + "\n")
    return path


# Formats


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_is_read_and_written(suffix: str, tmp_path: Path, xlmill_here: Arguments) -> None:
    expressions = pa.record_batch({"expression": ["=1+2", "=1/4", "=6*7", "=2^10"]})
    source, target = tmp_path / f"in{suffix}", tmp_path / f"out{suffix}"
    format_for(source).write([expressions], source)

    done = xlmill_here("run", source, "-o", target)

    assert done.status == 0, done.err
    table = table_at(target)
    name = "number" if format_for(target).is_typed else "value" if "value" in table.schema.names else "expression"
    assert [float(cell) for cell in table.column(name).to_pylist()] == [3.0, 0.25, 42.0, 1024.0]


def test_typed_output_has_type_number_and_text(expressions: Path, tmp_path: Path, xlmill_here: Arguments) -> None:
    xlmill_here("run", expressions, "-o", tmp_path / "out.parquet")

    table = pq.read_table(tmp_path / "out.parquet")
    assert table.schema.names == ["expression", "type", "number", "text"]
    assert table.column("type").to_pylist() == ["number", "text", "boolean", "error", "empty", "invalid"]
    assert table.column("number").to_pylist() == [3.0, None, 0.0, None, None, None]
    assert table.column("text").to_pylist()[1:4] == ["ab", None, "#DIV/0!"]


def test_the_other_columns_are_names_that_expressions_may_use(tmp_path: Path, xlmill_here: Arguments) -> None:
    (tmp_path / "in.csv").write_text("qty,price,rule\n2,10,=qty*price\n3,20,=price/qty>6\n")

    xlmill_here("run", tmp_path / "in.csv", "-o", tmp_path / "out.jsonl", "--column", "rule")

    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [(row["type"], row["value"]) for row in rows] == [("number", 20), ("boolean", True)]
    assert rows[0]["qty"] == 2


def test_formulas_add_columns_of_their_own_types(tmp_path: Path, xlmill_here: Arguments) -> None:
    (tmp_path / "in.csv").write_text("qty,price\n2,10\n3,20\n")
    formulas = ["--formula", "tax==total*0.25", "--formula", "total==qty*price", "--formula", 'label="x"&qty']

    done = xlmill_here("run", tmp_path / "in.csv", "-o", tmp_path / "out.parquet", *formulas)

    assert done.status == 0, done.err
    table = pq.read_table(tmp_path / "out.parquet")
    assert table.column("total").to_pylist() == [20.0, 60.0]
    assert table.column("tax").to_pylist() == [5.0, 15.0]
    assert table.column("label").to_pylist() == ["x2", "x3"]


def test_lines_go_from_standard_input_to_standard_output(xlmill_alone: Arguments) -> None:
    done = xlmill_alone("run", "-", "-o", "-", stdin='=1+2\n="a"&1\n\n=1/0\n')

    assert done.out == "3\na1\n\n#DIV/0!\n"
    assert "4" in done.err and "\x1b" not in done.err


# The summary


def test_the_summary_counts_types_errors_and_problems(
    expressions: Path, tmp_path: Path, xlmill_here: Arguments
) -> None:
    done = xlmill_here("run", expressions, "-o", tmp_path / "out.csv", "--summary", "json")

    summary = json.loads(done.out)
    assert done.err == ""
    assert summary["rows"] == 6
    assert summary["types"] == {"number": 1, "text": 1, "boolean": 1, "error": 1, "empty": 1, "invalid": 1}
    assert summary["errors"] == {"#DIV/0!": 1}
    assert (summary["invalid"], summary["failed"], summary["templates"]) == (1, 0, 4)
    assert summary["strategy"] == "serial" and summary["reason"]
    (problem,) = summary["problems"]
    assert problem["row"] == 6 and "^" in problem["message"]


def test_the_summary_for_people_shows_the_first_problems(
    expressions: Path, tmp_path: Path, xlmill_here: Arguments
) -> None:
    done = xlmill_here("run", expressions, "-o", tmp_path / "out.csv")

    assert done.out == ""
    for shown in ("1 #DIV/0!", "4 distinct", "serial", "rows a second", "1 invalid row", "row 6: ", "=1+", "^"):
        assert shown in done.err


def test_json_makes_way_for_results_on_standard_output(xlmill_alone: Arguments) -> None:
    done = xlmill_alone("run", "-", "-o", "-", "--summary", "json", stdin="=1+2\n")

    assert done.out == "3\n"
    assert json.loads(done.err)["rows"] == 1


def test_strict_makes_invalid_rows_a_status(expressions: Path, tmp_path: Path, xlmill_here: Arguments) -> None:
    lax = xlmill_here("run", expressions, "-o", tmp_path / "out.csv")
    strict = xlmill_here("run", expressions, "-o", tmp_path / "out.csv", "--strict")

    assert (lax.status, strict.status) == (0, 1)
    assert (tmp_path / "out.csv").exists()


def test_strict_does_not_mind_error_values(tmp_path: Path, xlmill_here: Arguments) -> None:
    (tmp_path / "in.txt").write_text("=1/0\n")

    done = xlmill_here("run", tmp_path / "in.txt", "-o", tmp_path / "out.csv", "--strict")

    assert done.status == 0


# Clock, seed and limits


def test_a_clock_and_a_seed_make_a_run_that_can_be_repeated(tmp_path: Path, xlmill_here: Arguments) -> None:
    (tmp_path / "in.txt").write_text("=NOW()\n=RAND()\n")

    def values(*more: str) -> list[str]:
        xlmill_here("run", tmp_path / "in.txt", "-o", tmp_path / "out.txt", *more)
        return (tmp_path / "out.txt").read_text().splitlines()

    first = values("--clock", "2026-01-31T12:00", "--seed", "5")
    assert first[0] == "46053.5"
    assert values("--clock", "2026-01-31T12:00", "--seed", "5") == first
    assert values("--clock", "2026-01-31T12:00", "--seed", "6")[1] != first[1]


def test_limits_are_held_by_processes(expressions: Path, tmp_path: Path, xlmill_here: Arguments) -> None:
    limits = ["--timeout", "60", "--memory-limit", "1.5G", "--workers", "1"]

    done = xlmill_here("run", expressions, "-o", tmp_path / "out.csv", "--summary", "json", *limits)

    assert (done.status, json.loads(done.out)["strategy"]) == (0, "pool")


# Strategies


def test_all_strategies_write_the_same(workload: Path, tmp_path: Path, xlmill_here: Arguments) -> None:
    texts, tables = {}, {}
    here = strategies().keys() - {"dask", "ray"}  # clusters have tests of their own
    for name in sorted(here, key=lambda name: name != "pool"):  # its fork server serves the others sooner
        csv, parquet = tmp_path / f"{name}.csv", tmp_path / f"{name}.parquet"
        more = ["--strategy", name, "--workers", "2", "--chunk-size", "500"]
        assert xlmill_here("run", workload, "-o", csv, *more).status == 0
        assert xlmill_here("run", workload, "-o", parquet, *more).status == 0
        texts[name], tables[name] = csv.read_bytes(), pq.read_table(parquet)

    assert {"serial", "threads", "pool", "process"} <= texts.keys()
    assert all(text == texts["serial"] for text in texts.values())
    assert all(table.equals(tables["serial"]) for table in tables.values())


def test_broken_lines_are_invalid_rows_and_the_others_have_their_values(
    workload: Path, tmp_path: Path, xlmill_here: Arguments
) -> None:
    done = xlmill_here("run", workload, "-o", tmp_path / "out.parquet", "--summary", "json")

    table = pq.read_table(tmp_path / "out.parquet")
    types, numbers = table.column("type").to_pylist(), table.column("number").to_pylist()
    broken = [row for row, kind in enumerate(types) if kind == "invalid"]
    assert broken == list(range(7, ROWS, BROKEN_EVERY))
    assert json.loads(done.out)["invalid"] == len(broken)
    assert all(number == row / 4 for row, number in enumerate(numbers) if row > 5 and row not in broken)


# What goes wrong


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["missing.txt", "-o", "out.csv"], "missing.txt: no such file"),
        (["empty.txt", "-o", "out.csv"], "empty.txt is empty"),
        (["folder", "-o", "out.csv"], "folder: there is no file in this folder"),
        (["good.txt", "-o", "out.doc"], "out.doc: unknown suffix '.doc'"),
        (["good.txt", "-o", "nowhere/out.csv"], "cannot write nowhere/out.csv: there is no folder"),
        (["good.txt", "-o", "out.csv", "--column", "rule"], "no column 'rule'"),
        (["two.csv", "-o", "out.csv"], "say which holds the expressions"),
        (["good.txt", "-o", "out.csv", "--strategy", "best"], "there is no strategy 'best'; choose one of"),
        (["good.txt", "-o", "out.csv", "--strategy", "serial", "--timeout", "5"], "cannot hold a time or memory limit"),
        (["good.txt", "-o", "out.csv", "--workers", "0"], "workers is 0"),
        (["good.txt", "-o", "out.csv", "--memory-limit", "0M"], "--memory-limit 0M: write it like 500M or 2G"),
        (["good.txt", "-o", "out.csv", "--memory-limit", "lots"], "--memory-limit lots: write it like 500M or 2G"),
        (["good.txt", "-o", "out.csv", "--clock", "noon"], "--clock noon: write it like 2026-01-31T12:00"),
        (["good.txt", "-o", "out.csv", "--formula", "total"], "--formula total: write it like NAME=VALUE"),
        (["two.csv", "-o", "out.csv", "--formula", "a=1", "--formula", "a=2"], "--formula a is given twice"),
        (["two.csv", "-o", "out.csv", "--formula", "x=y", "--formula", "y=x"], "depend on each other in a circle"),
        (["two.csv", "-o", "out.csv", "--formula", "x=1+"], "the formula ends where"),
        (["broken.parquet", "-o", "out.csv"], "broken.parquet is no readable Parquet file"),
        (["good.txt", "-o", "folder.csv"], "cannot write folder.csv: it is a folder"),
    ],
)
def test_what_cannot_be_done_is_told_with_status_2(
    arguments: list[str], told: str, tmp_path: Path, xlmill_here: Arguments, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.txt").write_text("=1+2\n")
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "two.csv").write_text("a,b\nx,y\n")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 no more")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder.csv").mkdir()
    before = sorted(tmp_path.iterdir())

    done = xlmill_here("run", *arguments)

    assert done.status == 2
    assert done.err.startswith("xlmill: ") and told in done.err
    assert "Traceback" not in done.err and done.out == ""
    assert sorted(tmp_path.iterdir()) == before


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path, xlmill_here: Arguments) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("=1\n")
    secret.chmod(0)
    try:
        secret.read_text()
        pytest.skip("this user may read everything")
    except PermissionError:
        done = xlmill_here("run", secret, "-o", tmp_path / "out.csv")

    assert (done.status, done.err) == (2, f"xlmill: {secret}: Permission denied\n")
