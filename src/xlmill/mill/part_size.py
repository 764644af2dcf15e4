"""How many rows a part has: worth a worker's while, few enough to balance and to lose."""

from __future__ import annotations

import time

from xlmill.mill.workload import Chunk, Job

# About a second of everyday expressions, and a file of a size that readers of folders like.
MOST_ROWS = 1 << 20
LEAST_ROWS = 1 << 10
MOST_BYTES = 256 << 20
# Longer, and what a lost worker costs is felt; on few machines workers would end at different times.
MOST_SECONDS = 10.0
PARTS_PER_WORKER = 4

# A trial of the first rows grows until it takes so long that the clock can be believed.
_TRIAL_ROWS = 64
_TRIAL_SECONDS = 0.05
_FACTOR = 4


def seconds_a_row(job: Job, chunk: Chunk) -> float:
    """What a row costs here, judged by the first rows of a chunk; what is compiled or loaded first is left out."""
    rows = min(_TRIAL_ROWS, len(chunk))
    while True:
        head = chunk.cut(rows)[0]
        seconds = min(_seconds(job, head), _seconds(job, head))
        if seconds >= _TRIAL_SECONDS or rows == len(chunk):
            return seconds / max(1, rows)
        rows = min(_FACTOR * rows, len(chunk))


def part_size(row_seconds: float, row_bytes: float, total: int | None, workers: int, least_seconds: float) -> int:
    """The rows of a part, where one takes `row_seconds` and `row_bytes` of input.

    At most a million, ten seconds and 256 MB; fewer where `total` rows would not give each of `workers` four parts, as
    long as a part takes `least_seconds`.
    """
    rows = MOST_ROWS

    def is_too_large() -> bool:
        return rows * row_seconds > MOST_SECONDS or rows * row_bytes > MOST_BYTES

    def could_be_smaller() -> bool:
        return (
            total is not None
            and rows * workers * PARTS_PER_WORKER > total
            and rows * row_seconds / _FACTOR >= least_seconds
        )

    while rows > LEAST_ROWS and (is_too_large() or could_be_smaller()):
        rows //= _FACTOR
    return rows


def _seconds(job: Job, chunk: Chunk) -> float:
    began = time.perf_counter()
    job(chunk)
    return time.perf_counter() - began
