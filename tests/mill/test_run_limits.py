"""Rows over a limit, or fatal: they say why, and their neighbours have their values."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import xlmill as xl
from xlmill.execution.progress import Event, RowsDone
from xlmill.functions import registry
from xlmill.functions.user_function import own_functions
from xlmill.mill.pipeline import Options
from xlmill.mill.run import run
from xlmill.mill.workload import Chunk, ExpressionJob

pytestmark = [pytest.mark.drill, pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")]

ROWS = 60
HOSTILE_ROW = 21


@pytest.fixture(autouse=True)
def hostile_functions() -> Iterator[None]:
    xl.function("TEST.STUCK")(lambda value: time.sleep(3600))
    xl.function("TEST.HOARD")(lambda value: float(len(bytearray(int(value)))))
    xl.function("TEST.FATAL")(lambda value: os.kill(os.getpid(), signal.SIGKILL))
    yield
    for _, entry in own_functions():
        del registry._functions[entry.name]
    registry._own_registrations += 1


def workload(folder: Path, hostile: str) -> Path:
    path = folder / "in.txt"
    path.write_text("".join(f"{hostile if row == HOSTILE_ROW else f'={row}*2'}\n" for row in range(ROWS)))
    return path


def results(target: Path) -> tuple[str, str]:
    """The type and text of the hostile row; all others must have their values."""
    table = pq.read_table(target)
    types, numbers, texts = (table.column(name).to_pylist() for name in ("type", "number", "text"))
    assert all(number == row * 2 for row, number in enumerate(numbers) if row != HOSTILE_ROW)
    return types[HOSTILE_ROW], texts[HOSTILE_ROW]


@pytest.mark.drill(8)
@pytest.mark.parametrize("strategy", ["auto", "process"])
def test_a_row_that_never_ends_is_invalid_and_says_so(strategy: str, tmp_path: Path) -> None:
    source, target = workload(tmp_path, "=1+TEST.STUCK(1)"), tmp_path / "out.parquet"

    done = run(source, target, options=Options(strategy, workers=2, timeout=1.0))

    assert results(target) == ("invalid", "not done within 1 s, and ended")
    assert (done.failed, done.invalid) == (1, 1)
    assert done.first_problems == [(HOSTILE_ROW + 1, "not done within 1 s, and ended")]


@pytest.mark.drill(1)
def test_a_row_whose_formula_kills_its_workers_is_told_and_counted(tmp_path: Path) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.parquet"
    source.write_text("".join(["amount\n", *(f"{row}\n" for row in range(ROWS))]))
    formula = {"double": f"=IF(amount={HOSTILE_ROW},TEST.FATAL(amount),amount*2)"}

    done = run(source, target, formulas=formula, options=Options("pool", workers=2, chunk_size=20))

    doubles = pq.read_table(target).column("double").to_pylist()
    assert doubles == [None if row == HOSTILE_ROW else row * 2 for row in range(ROWS)]
    assert (done.failed, done.first_problems) == (1, [(HOSTILE_ROW + 1, "the worker was killed by SIGKILL")])


@pytest.mark.drill(4)
def test_a_row_that_wants_more_memory_than_the_limit_does_not_get_it(tmp_path: Path) -> None:
    source, target = workload(tmp_path, "=TEST.HOARD(4E9)"), tmp_path / "out.parquet"

    run(source, target, options=Options("pool", workers=2, memory_limit=500 << 20))

    assert results(target)[0] in ("error", "invalid")


@pytest.mark.drill(3)
def test_what_is_wrong_inside_costs_its_row_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = workload(tmp_path, "=1+2"), tmp_path / "out.parquet"
    evaluate = ExpressionJob.evaluate

    def fail_at_the_hostile_row(self: ExpressionJob, chunk: Chunk, *more: Any) -> Any:
        if chunk.first_row <= HOSTILE_ROW < chunk.first_row + len(chunk):
            raise ZeroDivisionError("a defect")
        return evaluate(self, chunk, *more)

    monkeypatch.setattr(ExpressionJob, "evaluate", fail_at_the_hostile_row)
    for strategy in ("auto", "serial", "threads"):
        done = run(source, target, options=Options(strategy, workers=2))

        assert results(target) == ("invalid", "ZeroDivisionError: a defect")
        assert (done.failed, done.rows) == (1, ROWS)


@pytest.mark.drill(1)
def test_a_row_that_kills_its_workers_is_invalid_and_is_not_tried_again_by_a_resumed_run(tmp_path: Path) -> None:
    source, target = workload(tmp_path, "=TEST.FATAL(1)"), tmp_path / "out.parquet"

    def stop_at_the_end(event: Event) -> None:
        if isinstance(event, RowsDone) and event.rows == ROWS:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(source, target, options=Options("pool", workers=2, chunk_size=10, progress=stop_at_the_end))

    done = run(source, target, options=Options("serial"), resume=True)

    assert (done.resumed, done.failed) == (ROWS, 1)
    assert results(target) == ("invalid", "the worker was killed by SIGKILL")
