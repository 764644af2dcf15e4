from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from xlmill.mill.chunk_sizes import FIRST_ROWS, LEAST_ROWS, LIMIT_SHARE, ChunkSizes, even_rows
from xlmill.mill.workload import CHUNK_ROWS, Chunk

sizes = st.lists(st.integers(0, 70_000), min_size=1, max_size=8)


def chunks_of(lengths: list[int]) -> list[Chunk]:
    chunks, at = [], 0
    for length in lengths:
        chunks.append(Chunk(at, pa.record_batch({"n": pa.array(range(at, at + length), pa.int64())})))
        at += length
    return chunks


@given(
    lengths=sizes,
    total=st.none() | st.integers(0, 500_000),
    workers=st.integers(1, 8),
    limit=st.none() | st.floats(0.1, 100),
    seconds=st.floats(0, 10),
)
def test_the_same_rows_come_in_the_same_order(
    lengths: list[int], total: int | None, workers: int, limit: float | None, seconds: float
) -> None:
    sizes, rows, longest = ChunkSizes(total, workers, limit), [], 0
    for chunk in sizes.cut(chunks_of(lengths)):
        assert chunk.first_row == len(rows)
        rows += chunk.batch.column("n").to_pylist()
        longest = max(longest, len(chunk))
        sizes.learn(len(chunk), seconds)

    assert rows == list(range(sum(lengths)))
    assert longest <= max(lengths)


@given(workers=st.integers(2, 8))
def test_chunks_shrink_towards_the_end(workers: int) -> None:
    lengths = [65_536] * 8
    total = sum(lengths)

    cut = list(ChunkSizes(total, workers, None).cut(chunks_of(lengths)))

    for chunk in cut:
        assert len(chunk) <= max(2 * LEAST_ROWS, (total - chunk.first_row) / workers)
    assert len(cut[-1]) <= LEAST_ROWS < len(cut[0])


@given(total=st.integers(1, 10_000_000), workers=st.integers(1, 64))
def test_rows_in_memory_make_chunks_of_one_size_for_all_workers(total: int, workers: int) -> None:
    rows = even_rows(total, workers)
    chunks = -(-total // rows)

    assert LEAST_ROWS <= rows <= CHUNK_ROWS
    assert chunks <= workers or chunks * rows - total < workers * rows


def test_one_worker_gets_chunks_whole() -> None:
    chunks = chunks_of([65_536, 65_536, 10])

    assert [len(chunk) for chunk in ChunkSizes(131_082, 1, None).cut(chunks)] == [65_536, 65_536, 10]


def test_chunks_are_small_under_a_limit_until_it_is_known_what_rows_cost() -> None:
    sizes = ChunkSizes(None, 2, limit=2.0)
    found = []
    for chunk in sizes.cut(chunks_of([65_536] * 4)):
        found.append(len(chunk))
        sizes.learn(len(chunk), len(chunk) / 40_000)  # 40,000 rows a second

    fitting = int(40_000 * 2.0 * LIMIT_SHARE)
    assert found[0] == FIRST_ROWS
    assert max(found) <= fitting
    assert fitting - 1 in found or fitting in found


def test_rows_that_take_long_come_one_by_one() -> None:
    sizes = ChunkSizes(None, 2, limit=1.0)

    sizes.learn(FIRST_ROWS, 1_000.0)

    assert len(next(sizes.cut(chunks_of([100])))) == 1
