"""Files read from places within them."""

from __future__ import annotations

import itertools
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmill.exceptions import InputError
from xlmill.io import format_for, formats
from xlmill.io.batches import as_text
from xlmill.io.span import SpanFormat, spans

ROWS = 60
NAMES = [name for name, format_class in formats().items() if issubclass(format_class, SpanFormat)]


def texts_of(batches: list[pa.RecordBatch]) -> list[str | None]:
    return [text for batch in batches for text in as_text(batch.column("expression")).to_pylist()]


def write(path: Path, groups: list[int]) -> list[str]:
    """A file of ROWS expressions, in row groups, batches or blocks of the sizes given in turn."""
    expressions = [f"={row}&{'é' * (row % 7)!r}" for row in range(ROWS)]
    if path.suffix == ".txt":
        path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(expressions).encode())
        return expressions
    table = pa.table({"expression": expressions})
    with (pa.ipc.new_file if path.suffix == ".arrow" else _parquet_writer)(str(path), table.schema) as writer:
        begin = turn = 0
        while begin < ROWS:
            size = groups[turn % len(groups)]
            writer.write_table(table.slice(begin, size))
            begin += size
            turn += 1
    return expressions


def _parquet_writer(path: str, schema: pa.Schema) -> object:
    from pyarrow import parquet

    return parquet.ParquetWriter(path, schema)


@pytest.mark.parametrize("name", NAMES)
@given(
    groups=st.lists(st.integers(1, 25), min_size=1, max_size=4),
    rows=st.integers(1, 70),
    cut=st.integers(1, 70),
    batch_rows=st.integers(1, 30),
)
def test_spans_cut_anywhere_hold_all_rows_in_order(
    name: str, groups: list[int], rows: int, cut: int, batch_rows: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("spans") / f"in.{name}"
    expected = write(path, groups)
    read_format = format_for(path)
    assert isinstance(read_format, SpanFormat)
    read: list[str | None] = []
    first_rows = []

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("xlmill.io.text_lines.BLOCK_BYTES", 1 + 16 * groups[0])
        for span in spans(read_format, path, rows, first_row=7):
            parts = span.cut(cut) if cut < len(span) else (span,)
            for part in parts:
                first_rows.append((part.first_row, len(part)))
                read += texts_of(list(part.batches(read_format, batch_rows)))

    assert read == expected
    counts = [count for _, count in first_rows]
    assert [first for first, _ in first_rows] == list(itertools.accumulate(counts[:-1], initial=7))


def test_a_file_that_has_become_shorter_is_told(tmp_path: Path) -> None:
    path = tmp_path / "in.txt"
    write(path, [1])
    read_format = format_for(path)
    assert isinstance(read_format, SpanFormat)
    [span] = spans(read_format, path, ROWS)
    path.write_text("=1\n=2\n")

    with pytest.raises(InputError, match="has become shorter"):
        list(span.batches(read_format, 100))


@pytest.mark.parametrize("name", NAMES)
def test_what_cannot_be_read_is_told_before_the_first_span(name: str, tmp_path: Path) -> None:
    read_format = format_for(name)
    assert isinstance(read_format, SpanFormat)

    with pytest.raises(InputError, match="no such file"):
        next(spans(read_format, tmp_path / "in", 10))
