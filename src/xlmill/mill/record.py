"""The results of one finished chunk as bytes, and back."""

from __future__ import annotations

import json
import struct
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xlmill.functions.outside import failures_in
from xlmill.mill.workload import Computed, Tally

if TYPE_CHECKING:
    import pyarrow as pa

_LENGTH = struct.Struct("<I")


@dataclass(frozen=True, slots=True)
class Record:
    """What was computed for the next `rows` rows of the input; `failed` of them because their worker did."""

    rows: int
    failed: int
    computed: Computed


def packed(record: Record) -> list[bytes | pa.Buffer]:
    """A record as pieces to be written one after another: counts as JSON, templates, columns as Arrow.

    Nothing in it can make a reader run code, as a pickle could.
    """
    import pyarrow as pa

    tally = record.computed.tally
    templates = np.fromiter(tally.templates, np.int64, len(tally.templates))
    counts = {
        "rows": record.rows,
        "failed": record.failed,
        "tallied": tally.rows,
        "types": tally.types,
        "errors": tally.errors,
        "failures": [*failures_in(tally.failures)],
        "templates": len(templates),
        "problem": tally.problem,
    }
    head = json.dumps(counts).encode()
    head += b" " * (-(_LENGTH.size + len(head)) % 8)  # numbers are read where they lie, and so must lie even
    columns = record.computed.columns
    batch = pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return [_LENGTH.pack(len(head)) + head + templates.tobytes(), sink.getvalue()]


def unpacked(payload: bytes) -> Record:
    """The record that `packed` made these bytes of."""
    import pyarrow as pa

    (length,) = _LENGTH.unpack_from(payload)
    begin = _LENGTH.size + length
    counts = json.loads(payload[_LENGTH.size : begin])
    templates = np.frombuffer(payload, np.int64, counts["templates"], begin)
    batch = pa.ipc.open_stream(pa.py_buffer(payload)[begin + templates.nbytes :]).read_next_batch()
    failures = Counter({(name, reason): values for name, reason, values in counts["failures"]})
    types, errors = Counter(counts["types"]), Counter(counts["errors"])
    known = frozenset(templates.tolist())
    tally = Tally(counts["tallied"], types, errors, known, failures, problem=counts["problem"])
    columns = dict(zip(batch.schema.names, batch.columns, strict=True))
    return Record(counts["rows"], counts["failed"], Computed(columns, tally))
