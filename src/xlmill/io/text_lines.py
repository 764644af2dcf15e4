"""Lines of text: one expression a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from xlmill.exceptions import InputError
from xlmill.io.batches import rebatch, with_schema
from xlmill.io.input_file import UTF8_MARK, check_text_start, opened, whole_lines
from xlmill.io.output_file import replacing
from xlmill.io.span import Entry, SpanFormat
from xlmill.io.table_format import Source, table_format
from xlmill.io.text_cells import CellStyle, joined, rendered, slices

if TYPE_CHECKING:
    import pyarrow as pa

COLUMN = "expression"
VALUE = "value"

# A block is a few thousand lines, and the passes over it stay in the cache.
BLOCK_BYTES = 1 << 20


@table_format
class TextLines(SpanFormat):
    """One expression a line, without a header; every line is a row, so that line numbers stay row numbers.

    Reading gives one ``binary`` column called ``expression``: bytes that are no UTF-8 and NULs reach the engine,
    which marks their rows invalid, and no other row suffers. Lines end in LF or CRLF, the last one with or
    without; a byte order mark is skipped. Reading may begin at the byte where a line does.

    Writing takes the column ``value``, else the only column. A line break inside a value becomes a blank, so
    that a row stays a line; CSV and JSONL keep it.
    """

    name = "txt"
    suffixes = (".txt",)
    is_typed = False

    def read(self, source: Source, batch_rows: int) -> Iterator[pa.RecordBatch]:
        with opened(source) as file:
            yield from rebatch(_batches(file, source), batch_rows)

    def entries(self, source: Source) -> Iterator[Entry]:
        with opened(source) as file:
            place = 0
            for block in whole_lines(file, source, BLOCK_BYTES):
                if place == 0:
                    check_text_start(block, source)
                yield Entry(place, block.count(b"\n") + (not block.endswith(b"\n")))
                place += len(block)

    def read_from(self, source: Source, place: int, batch_rows: int) -> Iterator[pa.RecordBatch]:
        with opened(source) as file:
            file.seek(place)
            yield from rebatch(_batches(file, source, is_start=place == 0), batch_rows)

    def write(self, batches: Iterable[pa.RecordBatch], target: Source) -> None:
        with replacing(target) as file:
            for batch in with_schema(batches)[1]:
                for lines in _lines(batch):
                    file.write(lines)


def _batches(file: BinaryIO, source: Source, is_start: bool = True) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    for block in whole_lines(file, source, BLOCK_BYTES):
        if is_start:
            check_text_start(block, source)
            block = block.removeprefix(UTF8_MARK)
            is_start = False
        yield pa.record_batch([_split(block)], names=[COLUMN])


def _split(block: bytes) -> pa.Array:
    """The lines of `block` as a binary array, without a Python object a line."""
    import pyarrow as pa

    if b"\r" in block:
        block = block.replace(b"\r\n", b"\n")
    if not block.endswith(b"\n"):
        block += b"\n"
    ends = np.flatnonzero(np.frombuffer(block, np.uint8) == ord("\n"))
    offsets = np.zeros(len(ends) + 1, np.int32)
    # Line i ends i line feeds further left once the line feeds before it are taken out.
    np.subtract(ends, np.arange(len(ends)), out=offsets[1:], casting="unsafe")
    text = block.replace(b"\n", b"")
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(text)]
    return pa.Array.from_buffers(pa.binary(), len(ends), buffers)


def _lines(batch: pa.RecordBatch) -> Iterator[pa.Buffer]:
    names = batch.schema.names
    if VALUE in names:
        column = batch.column(VALUE)
    elif len(names) == 1:
        column = batch.column(0)
    else:
        raise InputError(f"a .txt file holds one column, and there are {len(names)}: write .csv or .jsonl")
    for part in slices(column):
        yield joined([rendered(part, STYLE), "\n"])


def _on_one_line(text: pa.Array) -> pa.Array:
    import pyarrow.compute as pc

    return pc.replace_substring_regex(text, r"\r\n|\r|\n", " ")


STYLE = CellStyle(text=_on_one_line, json=_on_one_line, true="TRUE", false="FALSE")
