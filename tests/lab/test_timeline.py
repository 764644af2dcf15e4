from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab_records import article_record

from xlmill.execution import Items, Outcome
from xlmill.lab.timeline import timeline_of
from xlmill.lab.trace import trace

spans = st.lists(
    st.tuples(st.integers(1, 4), st.integers(0, 50), st.integers(1, 10)).map(
        lambda one: (one[0], one[1], one[1] + one[2])
    ),
    max_size=40,
)


def outcome(worker: int, began: float, ended: float) -> Outcome[Items[int], int]:
    return Outcome(Items(0, [1, 2]), 0, None, worker, began, ended)


@given(spans, st.integers(1, 50))
def test_no_two_spans_at_one_place_overlap_and_no_row_is_lost(given: list[tuple[int, int, int]], most: int) -> None:
    found = timeline_of(
        "pool", 0.0, [outcome(worker, begin, begin + seconds) for worker, begin, seconds in given], most
    )

    for one in found:
        others = [other for other in found if other.worker == one.worker and other is not one]
        assert all(other.end <= one.start or other.start >= one.end for other in others)
    assert sum(span.rows for span in found) == 2 * len(given)
    assert sum(span.chunks for span in found) == len(given)


def test_a_process_takes_the_place_of_one_that_has_ended() -> None:
    found = timeline_of("process", 10.0, [outcome(501, 10, 11), outcome(502, 10, 12), outcome(503, 11, 13)])

    assert [(span.worker, span.start, span.end) for span in found] == [(0, 0, 1), (1, 0, 2), (0, 1, 3)]


def test_what_an_event_loop_does_at_the_same_time_stands_at_places_of_its_own() -> None:
    found = timeline_of("asyncio", 0.0, [outcome(1, 0, 5), outcome(1, 1, 6)])

    assert [span.worker for span in found] == [0, 1]


def test_a_chunk_that_nobody_computed_has_no_span() -> None:
    assert timeline_of("pool", 0.0, [outcome(0, 0.0, 0.0)]) == []


def test_a_trace_has_a_process_for_each_strategy_and_an_event_for_each_span() -> None:
    record = article_record()

    events = json.loads(trace(record))["traceEvents"]

    names = [event["args"]["name"] for event in events if event["name"] == "process_name"]
    assert names == ["serial", "threads", "pool"]
    complete = [event for event in events if event["ph"] == "X"]
    assert len(complete) == len(record.timeline)
    assert all(event["dur"] > 0 and event["ts"] >= 0 for event in complete)


@given(spans)
def test_a_trace_keeps_to_the_trace_event_format(given: list[tuple[int, int, int]]) -> None:
    record = article_record()
    record.timeline = [
        span
        for strategy in ("threads", "mp-pool")
        for span in timeline_of(strategy, 0.0, [outcome(worker, begin, end) for worker, begin, end in given])
    ]

    found = json.loads(trace(record))

    assert found["displayTimeUnit"] in ("ms", "ns")
    assert {event["ph"] for event in found["traceEvents"]} <= {"M", "X"}
    for event in found["traceEvents"]:
        assert isinstance(event["name"], str)
        assert type(event["pid"]) is int
        assert isinstance(event["args"], dict)
        if event["ph"] == "X":
            assert type(event["tid"]) is int
            assert all(isinstance(event[key], (int, float)) and event[key] >= 0 for key in ("ts", "dur"))


def test_a_trace_is_in_microseconds_with_one_track_for_each_worker() -> None:
    record = article_record()

    events = json.loads(trace(record))["traceEvents"]

    complete = [event for event in events if event["ph"] == "X"]
    assert [(event["ts"], event["dur"]) for event in complete] == [
        pytest.approx((1e6 * span.start, 1e6 * (span.end - span.start))) for span in record.timeline
    ]
    processes = {event["pid"]: event["args"]["name"] for event in events if event["name"] == "process_name"}
    tracks = [(event["pid"], event["tid"]) for event in events if event["name"] == "thread_name"]
    assert len(set(tracks)) == len(tracks)
    assert {(processes[pid], tid) for pid, tid in tracks} == {(span.strategy, span.worker) for span in record.timeline}
    assert {(event["pid"], event["tid"]) for event in complete} == set(tracks)
    for track in tracks:
        own = sorted((event["ts"], event["dur"]) for event in complete if (event["pid"], event["tid"]) == track)
        assert all(ts + dur <= later + 1e-3 for (ts, dur), (later, _) in pairwise(own))
