"""The suites: what they are made of, and a short run of one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lab_records import STEADY, article_record, record, way

import xlmill as xl
from xlmill.cli import main
from xlmill.lab.claims.inquiry import Inquiry
from xlmill.lab.comparison import Comparison
from xlmill.lab.findings import Axis, Claim, Sweep
from xlmill.lab.measurement import Stage
from xlmill.lab.sampling import Samples, Trial, interleave
from xlmill.lab.suites import article
from xlmill.lab.suites.all_suites import SUITES, find_suite
from xlmill.lab.suites.suite import Effort, inquire


def test_a_suite_is_found_by_its_name() -> None:
    assert set(SUITES) == {"article", "io", "planner"}
    assert find_suite("io").name == "io"
    with pytest.raises(xl.InputError, match="no suite 'magic'; choose one of: article, planner, io"):
        xl.compare(suite="magic")


def test_a_suite_takes_no_workload_and_without_one_there_is_nothing_to_compare() -> None:
    with pytest.raises(xl.InputError, match="brings its own workload"):
        xl.compare(["=1"], suite="io")
    with pytest.raises(xl.InputError, match="nothing to compare"):
        xl.compare()


def test_experiments_share_the_seconds_and_put_what_they_say_in_order() -> None:
    given: list[float] = []

    def inquiry(number: int, seconds: float) -> Inquiry:
        def measure(allowed: float) -> Samples:
            given.append(allowed)
            return {}

        def rule(samples: Samples) -> Claim:
            return Claim(number, "", "holds", None, None, [], "", "")

        def sweep(samples: Samples) -> Sweep:
            return Sweep("count", str(number), Axis(""), Axis(""), [], "")

        return Inquiry(f"experiment {number}", seconds, measure, (rule,), (sweep,))

    made = record(way("serial", STEADY))
    told: list[tuple[int, str]] = []

    inquire([inquiry(2, 30.0), inquiry(1, 10.0)], 20.0, made, lambda number, text: told.append((number, text)))

    assert given == [15.0, 5.0]
    assert [claim.number for claim in made.claims] == [1, 2]
    assert [sweep.title for sweep in made.sweeps] == ["2", "1"]
    assert told == [(0, "experiment 2"), (1, "experiment 1")]


def test_the_stages_of_a_part_are_stages_of_the_whole() -> None:
    stages: list[Stage] = []
    effort = Effort(None, 3, 10.0, 0, stages.append)

    effort.part(1, 4, "part")(Stage("half of it", 5, 10))

    assert (stages[0].text, stages[0].done / stages[0].total) == ("part: half of it", 0.375)


def test_an_experiment_says_why_a_way_is_missing() -> None:
    made = record(way("serial", STEADY), way("mp-pool", []))
    made.ways[1].failure = "not done within 10 s, and ended"

    found = article.compared(article.EXPERIMENTS[1], made)

    assert [time.strategy for time in found.times] == ["serial"]
    assert found.text.endswith("mp-pool was not measured: not done within 10 s, and ended.")


def test_trials_are_interleaved_and_the_first_round_is_dropped() -> None:
    order: list[str] = []

    def trial(name: str) -> Trial:
        def measure() -> float:
            order.append(name)
            return float(len(order))

        return Trial(name, 0, measure)

    samples = interleave([trial("a"), trial("b"), trial("c")], 60.0)

    assert {name: len(found[0]) for name, found in samples.items()} == {"a": 5, "b": 5, "c": 5}
    assert min(number for found in samples.values() for number in found[0]) > 3
    rounds = ["".join(order[at : at + 3]) for at in range(0, 18, 3)]
    assert all(sorted(each) == ["a", "b", "c"] for each in rounds)
    assert len(set(rounds)) > 1


def test_what_takes_too_long_is_measured_three_times() -> None:
    samples = interleave([Trial("a", 0, lambda: 1.0)], seconds=-1.0)

    assert samples == {"a": {0: [1.0, 1.0, 1.0]}}


def test_what_a_suite_found_is_on_the_screen_and_replayed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, trace = tmp_path / "found.json", tmp_path / "found.trace"
    Comparison(article_record()).save_samples(file)

    main(["compare", "replay", str(file), "--trace", str(trace)])
    shown = capsys.readouterr().out

    for text in ("The GIL makes threads useless", "misleading", "When a worker is killed", "A million expressions"):
        assert text in shown
    assert json.loads(trace.read_text())["traceEvents"]


@pytest.mark.slow
def test_the_suite_on_waiting_judges_its_claims() -> None:
    comparison = xl.compare(suite="io", repeat=1, budget=5.0)

    found = comparison.record
    assert found.suite == "io"
    assert [claim.number for claim in found.claims] == [1, 4, 5, 10]
    assert {sweep.name for sweep in found.sweeps} == {"dial", "waiting", "workers"}
    assert comparison.recommendation.strategy in ("threads", "asyncio")
