"""What strategies cost, and which is chosen."""

from __future__ import annotations

import hashlib
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmill.exceptions import InputError
from xlmill.execution import Plan, Workload, calibrate, calibration, costs, plan
from xlmill.execution.cost_model import SEEDS
from xlmill.execution.planner import CANDIDATES
from xlmill.execution.probe import probe

workloads = st.builds(
    Workload,
    tasks=st.none() | st.integers(0, 10**7),
    seconds=st.floats(0, 100),
    waiting=st.floats(0, 1),
    gil_free=st.floats(0, 1),
    bytes_in=st.floats(0, 1e8),
    bytes_out=st.floats(0, 1e8),
)


@given(workloads, st.none() | st.integers(1, 64), st.none() | st.integers(1, 10**6), st.integers(1, 128))
def test_every_workload_has_a_plan_that_says_why(
    workload: Workload, workers: int | None, chunk_size: int | None, cores: int
) -> None:
    chosen = plan(workload, workers, chunk_size, cores=cores)

    assert chosen.strategy in CANDIDATES
    assert chosen.workers >= 1
    assert chosen.chunk_size is not None
    assert chosen.chunk_size >= 1
    assert chosen.reason
    assert sum(bool(row["chosen"]) for row in chosen.table()) == 1
    assert {each.strategy for each in chosen.alternatives} == set(CANDIDATES)


@given(workloads)
def test_the_choice_is_never_much_worse_than_the_best_predicted(workload: Workload) -> None:
    chosen = plan(workload, cores=8)

    seconds = {each.strategy: each.seconds for each in chosen.alternatives}
    best = min(seconds.values())
    assert seconds[chosen.strategy] <= max(best / 0.9, best + 0.002) * 1.000001


@given(workloads, st.integers(1, 64), st.integers(1, 1000))
def test_what_was_asked_for_is_kept(workload: Workload, workers: int, chunk_size: int) -> None:
    for each in plan(workload, workers, chunk_size, candidates=("threads", "pool")).alternatives:
        assert (each.workers, each.chunk_size) == (workers, chunk_size)


@pytest.mark.parametrize(
    ("workload", "strategy"),
    [
        (Workload(tasks=10, seconds=1e-5), "serial"),
        (Workload(tasks=100_000, seconds=1e-3), "pool"),
        (Workload(tasks=100_000, seconds=1e-3, gil_free=1.0), "threads"),
        (Workload(tasks=32, seconds=0.2, waiting=1.0), "threads"),
        (Workload(tasks=1000, seconds=1e-3, bytes_in=5e7), "serial"),
        (Workload(tasks=0, seconds=0.0), "serial"),
        (Workload(tasks=None, seconds=1e-3), "pool"),
    ],
)
def test_typical_workloads_get_what_suits_them(workload: Workload, strategy: str) -> None:
    assert plan(workload, cores=4).strategy == strategy


def test_on_a_busy_machine_workers_must_promise_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    alone = plan(Workload(tasks=10, seconds=0.1), cores=2)
    beside_another = plan(Workload(tasks=10, seconds=0.1, others=1.0), cores=2)

    assert (alone.strategy, beside_another.strategy) == ("pool", "serial")


def test_tasks_that_wait_get_more_workers_than_cores() -> None:
    assert plan(Workload(tasks=100, seconds=0.2, waiting=0.99), cores=2).workers > 2


def test_long_tasks_go_one_at_a_time_and_short_ones_together() -> None:
    assert plan(Workload(tasks=1000, seconds=1.0), cores=2).chunk_size == 1
    assert (plan(Workload(tasks=10**6, seconds=1e-5), cores=2).chunk_size or 0) > 1000


def test_a_reason_reads_as_a_sentence() -> None:
    reason = plan(Workload(tasks=2000, seconds=0.002), cores=2).reason

    assert reason.startswith("2,000 tasks of 2 ms are 4 s of work; with 2 workers on 2 cores pool should take 2.")


@pytest.mark.parametrize(
    ("tasks", "begins"),
    [
        (61, "about 999,000 rows of 2 µs are 2 s of work; "),
        (None, "an unknown number of rows of 2 µs; "),
    ],
)
def test_where_tasks_are_chunks_of_rows_the_reason_counts_rows(tasks: int | None, begins: str) -> None:
    assert plan(Workload(tasks, 0.032768, rows_each=16_384), cores=2).reason.startswith(begins)


def test_a_plan_is_a_table_that_tells_what_was_predicted_and_what_was_measured() -> None:
    made = replace(plan(Workload(100, 0.1), costs=SEEDS, cores=2), measured=5.25)

    rows = made.table()
    [chosen] = [row for row in rows if row["chosen"]]
    assert (chosen["strategy"], chosen["measured_seconds"]) == (made.strategy, 5.25)
    assert chosen["predicted_seconds"] == pytest.approx(made.predicted, abs=1e-4)
    assert all(row["measured_seconds"] is None for row in rows if row is not chosen)
    assert str(made).splitlines()[1].split() == ["strategy", "workers", "predicted", "measured"]
    assert "5.25 s  ← chosen" in str(made)


def test_what_was_asked_for_by_name_was_not_predicted() -> None:
    assert Plan("pool", 2, None, "asked for").predicted is None
    assert str(Plan("pool", 2, None, "asked for")) == "pool, 2 workers: asked for"


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_share_is_between_nothing_and_all(share: float) -> None:
    with pytest.raises(InputError):
        Workload(tasks=1, seconds=1.0, waiting=share)


def test_a_probe_tells_waiting_from_computing() -> None:
    def spin(_: int) -> None:
        until = time.thread_time() + 0.01
        while time.thread_time() < until:
            pass

    assert probe(lambda _: time.sleep(0.01), iter(range(5)), 5).workload.waiting > 0.5
    assert probe(spin, iter(range(5)), 5).workload.gil_free < 0.5


def test_a_probe_sees_that_hashing_releases_the_gil() -> None:
    block = bytes(5_000_000)

    shares = [probe(lambda _: hashlib.sha256(block).digest(), iter(range(50)), 50).workload.gil_free for _ in range(3)]

    assert max(shares) > 0.5


def test_a_probe_of_nothing_is_no_work() -> None:
    assert probe(abs, iter([]), None).workload.tasks == 0


def test_costs_are_measured_once_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "cache_folder", lambda: tmp_path / "new" / "folder")
    monkeypatch.setattr(calibration, "has_started", lambda method: False)
    assert costs() is SEEDS

    measured = calibrate()

    assert measured.keys() == SEEDS.keys()
    assert costs() == measured
    assert measured["pool"].message > 0
    assert measured["process"].launch > measured["pool"].message


def test_what_is_paid_once_in_a_process_is_paid_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(calibration, "has_started", lambda method: True)

    assert SEEDS["pool"].first > 0
    assert costs()["pool"].first == 0
    assert costs()["pool"].start == SEEDS["pool"].start


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")

    calibration.save(in_the_way / "costs.json", SEEDS)

    assert calibration.load(in_the_way / "costs.json") is None


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"pool": {}}', '{"pool": 3}', "\x00"])
def test_a_cache_that_makes_no_sense_is_not_used(content: str, tmp_path: Path) -> None:
    file = tmp_path / "costs.json"
    file.write_text(content)

    assert calibration.load(file) is None


@pytest.mark.parametrize(
    ("platform", "variables", "folder"),
    [
        ("linux", {"XDG_CACHE_HOME": "/cache"}, "/cache/xlmill"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "/home/me/.cache/xlmill"),
        ("linux", {}, "/home/me/.cache/xlmill"),
        ("darwin", {}, "/home/me/Library/Caches/xlmill"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/xlmill/Cache"),
    ],
)
def test_the_cache_is_where_the_platform_keeps_such_things(
    platform: str, variables: dict[str, str], folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setattr(Path, "home", lambda: Path("/home/me"))
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert calibration.cache_folder() == Path(folder)


def test_the_last_round_of_single_tasks_counts_and_chunks_shrink_towards_the_end() -> None:
    nine = plan(Workload(tasks=9, seconds=1.0), 2, candidates=("pool",), cores=2).alternatives[0].seconds
    many = plan(Workload(tasks=9_000, seconds=1e-3), 2, candidates=("pool",), cores=2).alternatives[0].seconds

    assert nine > 5
    assert many < 4.7
