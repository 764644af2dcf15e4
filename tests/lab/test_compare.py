from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import psutil
import pyarrow as pa
import pytest

import xlmill as xl
from xlmill.lab import budget
from xlmill.lab.measurement import Stage
from xlmill.lab.way import ways
from xlmill.mill.generate import generate

BUDGET = 30.0


def benches() -> list[psutil.Process]:
    return [each for each in psutil.Process().children(recursive=True) if "xlmill.lab" in " ".join(each.cmdline())]


def cube(number: int) -> int:
    return number**3


def count_to_a_million(number: int) -> int:
    for _ in range(1_000_000):
        pass
    return number


def own_process(number: int) -> int:
    return os.getpid()


def the_time(number: int) -> float:
    return time.monotonic()


async def wait_and_negate(number: int) -> int:
    await asyncio.sleep(0.01)
    return -number


def refuse_five(number: int) -> int:
    if number == 5:
        raise ValueError("five is not welcome")
    return number


def die_in_a_thread(number: int) -> int:
    import threading

    if threading.current_thread() is not threading.main_thread():
        os._exit(3)
    return number


def wait_for_ever_in_a_thread(number: int) -> int:
    import threading

    if threading.current_thread() is not threading.main_thread():
        time.sleep(600)
    return number


def test_three_strategies_are_compared_on_500_expressions(tmp_path: Path) -> None:
    expressions = pa.Table.from_batches(list(generate(500)))
    stages: list[Stage] = []

    comparison = xl.compare(
        expressions, ["threads", "mp-pool"], workers=2, repeat=2, budget=BUDGET, progress=stages.append
    )

    assert [row["strategy"] for row in comparison.table] == ["serial", "threads", "mp-pool"]
    assert comparison.recommendation.strategy in ("serial", "threads", "mp-pool")
    for row in comparison.table:
        assert row["seconds"] > 0
        assert row["peak_memory"] > 1_000_000
        assert row["seconds"] >= row["minimum"]
        assert row["in_memory"] == row["rows_measured"] or row["strategy"] == "threads"
    for way in comparison.record.ways:
        assert len(way.samples) == 2
        assert {sample.round for sample in way.samples} == {0, 1}
    assert stages[-1].done < stages[-1].total
    assert benches() == []


def test_a_function_is_compared_over_its_tasks() -> None:
    comparison = xl.compare((count_to_a_million, range(12)), ["threads"], workers=2, repeat=1, budget=BUDGET)

    assert comparison.record.unit == "tasks"
    assert comparison.record.workload.endswith("count_to_a_million")
    assert [row["strategy"] for row in comparison.table] == ["serial", "threads"]
    assert [sweep.name for sweep in comparison.record.sweeps] == ["count", "memory", "workers"]
    assert {each.strategy for each in comparison.record.predicted} == {"serial", "threads"}
    assert set(comparison.pictures) == {"time", "count", "memory", "workers", "timeline", "predicted"}


def test_a_lambda_may_be_compared_by_all() -> None:
    comparison = xl.compare((lambda number: -number, [1, 2, 3]), ["mp-pool", "mp-process"], repeat=1, budget=BUDGET)

    assert [way.failure for way in comparison.record.ways] == [None, None, None]


def test_columns_are_names_and_lines_that_are_no_formulas_results() -> None:
    frame = pa.table({"formula": ["=qty*2", '=name&"!"', "=1+", "", "=SEQUENCE(2)"], "qty": [1, 2, 3, 4, 5]})
    frame = frame.append_column("name", pa.array(["a", "b", None, "d", "e"]))

    comparison = xl.compare(frame, ["mp-pool"], repeat=1, budget=BUDGET)

    assert [way.failure for way in comparison.record.ways] == [None, None]


def test_an_async_function_is_compared_by_what_can_run_it() -> None:
    comparison = xl.compare((wait_and_negate, range(20)), repeat=1, budget=BUDGET)

    assert [row["strategy"] for row in comparison.table] == ["serial", "asyncio"]
    assert [way.failure for way in comparison.record.ways] == [None, None]
    assert len({span.worker for span in comparison.record.timeline if span.strategy == "asyncio"}) == 20
    with pytest.raises(xl.InputError, match="pool cannot run an async function; choose from serial, asyncio"):
        xl.compare((wait_and_negate, range(3)), ["pool"])


def test_who_computed_what_when_is_told_of_one_run_of_each() -> None:
    comparison = xl.compare((cube, range(40)), ["loop", "mp-pool", "mp-process"], workers=2, repeat=2, budget=BUDGET)

    for strategy in ("serial", "loop", "mp-pool", "mp-process"):
        spans = [span for span in comparison.record.timeline if span.strategy == strategy]
        assert sum(span.rows for span in spans) == 40
        assert all(0 <= span.start <= span.end for span in spans)


def test_unequal_results_are_refused() -> None:
    with pytest.raises(xl.UnequalResultsError, match="row 1") as refused:
        xl.compare((own_process, range(8)), ["pool"], repeat=1, budget=BUDGET)

    assert (refused.value.strategy, refused.value.baseline, refused.value.row) == ("pool", "serial", 0)
    assert refused.value.expected != refused.value.found
    assert benches() == []


def test_results_that_change_from_run_to_run_are_refused() -> None:
    with pytest.raises(xl.UnequalResultsError, match="serial does not give the same results each time"):
        xl.compare((the_time, range(8)), [], repeat=1, budget=BUDGET)


def test_one_expression_at_a_time_draws_other_random_numbers() -> None:
    with pytest.raises(xl.UnequalResultsError, match=r"mp-pool differs from serial in row 2: =RAND\(\)"):
        xl.compare(["=1", "=RAND()"], ["mp-pool"], repeat=1, budget=BUDGET)


def test_a_task_that_fails_leaves_nothing_to_compare() -> None:
    with pytest.raises(xl.InputError, match="five is not welcome"):
        xl.compare((refuse_five, range(8)), ["threads"], repeat=1, budget=BUDGET)


def test_a_strategy_that_dies_does_not_stop_the_others() -> None:
    comparison = xl.compare((die_in_a_thread, range(8)), ["threads", "mp-pool"], repeat=1, budget=BUDGET)

    assert [row["strategy"] for row in comparison.table] == ["serial", "mp-pool"]
    assert comparison.record.ways[1].failure == "the process that ran it ended: exit code 3"


def test_a_strategy_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "_LEAST_PATIENCE", 0.5)

    comparison = xl.compare((wait_for_ever_in_a_thread, range(8)), ["threads"], repeat=1, budget=4.0)

    assert "and ended" in str(comparison.record.ways[1].failure)
    assert benches() == []


def test_a_strategy_that_would_take_too_long_is_measured_on_fewer_rows() -> None:
    comparison = xl.compare((cube, range(5000)), ["mp-process"], workers=2, repeat=1, budget=6.0)

    way = comparison.record.ways[1]
    assert 0 < way.rows < 5000
    assert comparison.table[1]["is_extrapolated"]
    assert any("mp-process" in warning for warning in comparison.warnings)


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(xl.InputError, match="holds no expressions"):
        xl.compare([])
    with pytest.raises(xl.InputError, match="3 is no expression"):
        xl.compare([3])
    with pytest.raises(xl.InputError, match="no such file"):
        xl.compare("nothing-here.txt")
    with pytest.raises(xl.UnknownStrategyError, match="magic"):
        xl.compare(["=1"], ["magic"])
    with pytest.raises(xl.InputError, match="above zero"):
        xl.compare(["=1"], repeat=0)


def test_serial_comes_first_and_alone_has_one_worker() -> None:
    found = ways(["pool", "serial"], 3)

    assert [(way.strategy, way.workers) for way in found] == [("serial", 1), ("pool", 3)]
    assert found[0].start_method is None
    assert found[1].start_method is not None


def test_a_process_each_has_as_many_workers_as_live_at_a_time() -> None:
    [_, named] = ways(["mp-process"], 3)
    [_, usual] = ways(["mp-process"])

    assert named.plain_settings().chunks_in_flight == named.workers == 3
    assert usual.plain_settings().chunks_in_flight == usual.workers >= 4
