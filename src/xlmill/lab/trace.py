"""The timeline as a trace file, which Perfetto (ui.perfetto.dev) and chrome://tracing open."""

from __future__ import annotations

import json
from typing import Any

from xlmill.lab.record import Record

_MICROSECONDS = 1e6


def trace(record: Record) -> str:
    """The timeline in the Trace Event Format: a process for each strategy, a thread for each worker's place."""
    strategies = list(dict.fromkeys(span.strategy for span in record.timeline))
    numbers = {strategy: number for number, strategy in enumerate(strategies, 1)}
    events: list[dict[str, Any]] = []
    for strategy, number in numbers.items():
        events += [
            {"ph": "M", "name": "process_name", "pid": number, "args": {"name": strategy}},
            {"ph": "M", "name": "process_sort_index", "pid": number, "args": {"sort_index": number}},
        ]
    for strategy, worker in dict.fromkeys((span.strategy, span.worker) for span in record.timeline):
        name = {"name": f"worker {worker + 1}"}
        events.append({"ph": "M", "name": "thread_name", "pid": numbers[strategy], "tid": worker, "args": name})
    for span in record.timeline:
        last = span.chunk + span.chunks - 1
        name_of_span = f"chunk {span.chunk}" if span.chunks == 1 else f"{span.chunks} chunks from {span.chunk}"
        events.append(
            {
                "ph": "X",
                "cat": "chunk",
                "name": name_of_span,
                "pid": numbers[span.strategy],
                "tid": span.worker,
                "ts": span.start * _MICROSECONDS,
                "dur": (span.end - span.start) * _MICROSECONDS,
                "args": {"rows": span.rows, "first chunk": span.chunk, "last chunk": last},
            }
        )
    facts = {"workload": record.workload, "rows": record.rows, "made": record.made}
    return json.dumps({"traceEvents": events, "displayTimeUnit": "ms", "otherData": facts})
