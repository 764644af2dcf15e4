from __future__ import annotations

from lab_records import record, way

from xlmill.lab.figures import figures
from xlmill.lab.reason import reason


def test_what_workers_could_give_at_best_stands_beside_what_they_gave() -> None:
    rows = figures(record(way("serial", [1.0] * 5), way("threads", [0.6] * 5)))

    assert reason(rows, "threads") == (
        "Shared out perfectly, the work of serial would take 2 workers 500 ms; threads takes 600 ms: 60 ms of that is "
        "starting."
    )


def test_where_serial_wins_the_best_of_the_others_is_explained() -> None:
    rows = figures(record(way("serial", [1.0] * 5), way("pool", [3.0] * 5), way("threads", [1.5] * 5)))

    text = reason(rows, "serial")

    assert "threads takes 1.5 s" in text
    assert "cost more than sharing saves" in text


def test_more_than_the_best_is_not_explained_away() -> None:
    assert reason(figures(record(way("serial", [1.0] * 5), way("pool", [0.4] * 5))), "pool").endswith(
        "pool takes 400 ms: all that they can give."
    )


def test_one_worker_needs_no_reason() -> None:
    assert reason(figures(record(way("serial", [1.0] * 5))), "serial") == ""
