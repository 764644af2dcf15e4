"""Result columns laid beside the rows that they belong to."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from xlmill.execution.outcome import Cause, Fault
from xlmill.io.batches import as_text
from xlmill.io.value_column import value_column
from xlmill.mill.workload import Chunk, Computed, FormulaJob, Job, Tally

if TYPE_CHECKING:
    import pyarrow as pa

PROBLEMS_SHOWN = 5


def with_results(batch: pa.RecordBatch, computed: Computed, is_typed: bool) -> pa.RecordBatch:
    """The input's columns and the results'; a result column replaces one of the same name."""
    import pyarrow as pa

    results = dict(computed.columns)
    if "type" in results and not is_typed:
        value = value_column(results["type"], results.pop("number"), results.pop("text"))
        results["value"] = value
    columns = {name: batch.column(name) for name in batch.schema.names if name not in results}
    for name, column in columns.items():
        if pa.types.is_binary(column.type):
            columns[name] = as_text(column)
    columns.update(results)
    return pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))


def failed(chunk: Chunk, job: Job, fault: Fault) -> Computed:
    """What rows give whose worker died or was over its limit."""
    import pyarrow as pa

    count = len(chunk)
    lines = str(fault).splitlines() or ["the worker failed"]
    message = lines[-1] if fault.cause is Cause.EXCEPTION else lines[0]  # a traceback says it last
    types = Counter({"invalid": count})
    if isinstance(job, FormulaJob):
        columns = {name: pa.nulls(count, kind) for (name, _), kind in zip(job.formulas, job.types, strict=True)}
        return Computed(columns, Tally(count, types, problem=message))
    return Computed(
        {
            "type": pa.array(["invalid"] * count),
            "number": pa.nulls(count, pa.float64()),
            "text": pa.array([message] * count),
        },
        Tally(count, types),
    )


def problems_of(chunk: Chunk, computed: Computed, known: int = 0) -> list[tuple[int, str]]:
    """The first few invalid rows, by their numbers from 1, and what is wrong, where `known` are known before."""
    if not computed.tally.types["invalid"]:
        return []
    if computed.tally.problem:
        rows = range(chunk.first_row + 1, chunk.first_row + 1 + min(len(chunk), PROBLEMS_SHOWN - known))
        return [(row, computed.tally.problem) for row in rows]
    problems: list[tuple[int, str]] = []
    types, texts = computed.columns["type"].to_pylist(), computed.columns["text"]
    for row, kind in enumerate(types):
        if known + len(problems) >= PROBLEMS_SHOWN:
            break
        if kind == "invalid":
            problems.append((chunk.first_row + row + 1, texts[row].as_py()))
    return problems
