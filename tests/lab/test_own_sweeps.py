"""The sweeps of one's own work, on benches on which no time passes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab_records import record, way

from xlmill.exceptions import UnequalResultsError
from xlmill.lab.bench import Report
from xlmill.lab.findings import Sweep
from xlmill.lab.own_process import BenchError
from xlmill.lab.own_sweeps import Contestant, OwnSweeps, counts, worker_counts
from xlmill.lab.timed_run import Timing

ROWS = 1000


class FakeBench:
    """Starts in `start` seconds and shares out rows that take a millisecond each; dies at `deadly` workers."""

    def __init__(self, start: float = 0.0, workers: int = 1, digest: str = "same", deadly: int | None = None) -> None:
        self.start = start
        self.workers = workers
        self.digest = digest
        self.deadly = deadly

    def run(self, rows: int, seconds: float, *, workers: int | None = None) -> Report:
        if workers is not None and workers == self.deadly:
            raise BenchError("it is no more")
        run = 0.001 * rows / min(2, workers or self.workers)
        return Report(Timing(self.start, run, 0.0, 0.0, 0.0, rows), None, None, {1: self.digest, rows: self.digest})


def contestant(strategy: str, bench: FakeBench, rows: int = ROWS, memory: int = 10**7) -> Contestant:
    whole = bench.start + 0.001 * rows / bench.workers
    measured = way(strategy, [whole, whole], rows, None if rows == ROWS else (rows // 2, whole / 2))
    return Contestant(measured, bench, {1: "same"}, {1: memory, rows: memory * 2})  # type: ignore[arg-type]


def swept(*contestants: Contestant, seconds: float = 1000.0) -> dict[str, Sweep]:
    made = record(*(each.record for each in contestants))
    sweeps = OwnSweeps(made, contestants, 10.0, lambda text: None).measure(seconds)
    return {sweep.name: sweep for sweep in sweeps}


def medians(sweep: Sweep, strategy: str) -> dict[float, float]:
    [found] = [each for each in sweep.series if each.strategy == strategy]
    return {point.x: point.median for point in found.points}


@given(st.integers(0, 10**9))
def test_numbers_of_tasks_are_powers_of_two_below_all(rows: int) -> None:
    found = counts(rows)

    assert all(0 < count < rows and count & (count - 1) == 0 for count in found)
    assert found == sorted(set(found))
    assert found or rows < 2


@given(st.integers(1, 300))
def test_numbers_of_workers_go_from_one_to_twice_as_many_as_usual(workers: int) -> None:
    found = worker_counts(workers)

    assert found[0] == 1
    assert found[-1] == 2 * workers
    assert workers in found


def test_time_and_memory_are_told_by_the_number_of_tasks() -> None:
    found = swept(contestant("serial", FakeBench()), contestant("pool", FakeBench(0.1, 2), memory=3 * 10**7))

    assert medians(found["count"], "serial") == pytest.approx({1: 0.001, 8: 0.008, 64: 0.064, ROWS: 1.0})
    assert medians(found["count"], "pool") == pytest.approx({1: 0.1005, 8: 0.104, 64: 0.132, ROWS: 0.6})
    assert found["count"].teaches == "By its median, serial is fastest for 1, 8 and 64 expressions and pool for 1,000."
    assert medians(found["memory"], "pool") == {1: 3e7, ROWS: 6e7}
    assert found["memory"].teaches == (
        "pool grows most, from 30 MB for 1 to 60 MB for 1,000 expressions; serial ends with the least, 20 MB."
    )


def test_what_ran_fewer_tasks_is_not_said_to_take_the_least_memory() -> None:
    found = swept(contestant("serial", FakeBench()), contestant("mp-process", FakeBench(), rows=8, memory=10**6))

    assert "serial ends with the least" in found["memory"].teaches


def test_speedup_is_told_by_the_number_of_workers() -> None:
    found = swept(contestant("serial", FakeBench()), contestant("pool", FakeBench(0.0, 2)))

    assert medians(found["workers"], "pool") == pytest.approx({1: 1.0, 2: 2.0, 4: 2.0})
    assert found["workers"].teaches == "At most, times as fast as serial: pool 2.0 with 2, on 2 cores."


def test_what_was_measured_on_fewer_rows_is_extrapolated_and_not_run_with_other_workers() -> None:
    found = swept(contestant("serial", FakeBench()), contestant("pool", FakeBench(0.0, 2), rows=64))

    [pool] = [each for each in found["count"].series if each.strategy == "pool"]
    assert [(point.x, point.extrapolated) for point in pool.points] == [
        (1, False), (8, False), (64, False), (ROWS, True),
    ]  # fmt: skip
    assert "workers" not in found


def test_little_time_leaves_out_the_dear_points_and_takes_fewer_rows_for_workers() -> None:
    found = swept(contestant("serial", FakeBench()), contestant("pool", FakeBench(0.0, 2)), seconds=3.0)

    assert found["workers"].y.label == "times as fast as serial, 64 expressions"
    nothing = swept(contestant("serial", FakeBench()), contestant("pool", FakeBench(0.0, 2)), seconds=0.01)
    assert set(nothing) == {"memory"}


def test_a_way_that_dies_is_left_out_and_the_others_stay() -> None:
    found = swept(
        contestant("serial", FakeBench()),
        contestant("threads", FakeBench(0.0, 2, deadly=4)),
        contestant("pool", FakeBench(0.0, 2)),
    )

    assert [each.strategy for each in found["workers"].series] == ["pool"]


def test_one_way_alone_has_nothing_to_be_compared_with() -> None:
    assert swept(contestant("serial", FakeBench())) == {}


def test_other_results_than_before_are_refused() -> None:
    with pytest.raises(UnequalResultsError, match="pool"):
        swept(contestant("serial", FakeBench()), contestant("pool", FakeBench(0.0, 2, digest="other")))
