"""JSON Lines: one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from xlmill.exceptions import InputError
from xlmill.io.batches import rebatch, with_schema, without_rows
from xlmill.io.input_file import UTF8_MARK, check_text_start, rewindable, shown, whole_lines
from xlmill.io.output_file import replacing
from xlmill.io.table_format import Source, TableFormat, table_format
from xlmill.io.text_cells import CellStyle, joined, rendered, slices

if TYPE_CHECKING:
    import pyarrow as pa

BLOCK_BYTES = 4 << 20


@table_format
class JsonlFile(TableFormat):
    """One JSON object a line, its keys the columns; blank lines count for nothing.

    Reading looks at the whole file once before it gives the first row. A column whose cells differ in kind (a
    number here, text there) is text. Expression columns are ``binary``, so that a row that is no UTF-8 costs
    only itself. A key that is missing in a row is null there.
    """

    name = "jsonl"
    suffixes = (".jsonl", ".ndjson")
    is_typed = False

    def read(self, source: Source, batch_rows: int) -> Iterator[pa.RecordBatch]:
        with rewindable(source) as file:
            schema = self._schema(file, source)
            yield from rebatch(self._typed(file, source, schema), batch_rows)

    def write(self, batches: Iterable[pa.RecordBatch], target: Source) -> None:
        with replacing(target) as file:
            schema, batches = with_schema(batches)
            keys = [json.dumps(name, ensure_ascii=False) + ":" for name in schema.names]
            for batch in batches:
                for part in slices(batch):
                    file.write(_rows(keys, part))

    def _schema(self, file: BinaryIO, source: Source) -> pa.Schema:
        """The columns in the order in which they first come up, with the types that hold all of their cells."""
        import pyarrow as pa

        types: dict[str, pa.DataType] = {}
        for first_line, block in _blocks(file, source):
            for field in _parsed(block, None, source, first_line).schema:
                types[field.name] = _unified(types.get(field.name, pa.null()), field.type)
        if not types:
            raise InputError(f"{shown(source)}: no row has a key")
        for name, kind in types.items():
            if pa.types.is_null(kind) or name in self.settings.expression_columns:
                types[name] = pa.string()
        return pa.schema(types)

    def _typed(self, file: BinaryIO, source: Source, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        for first_line, block in _blocks(file, source):
            table = _parsed(block, schema, source, first_line)
            for position, name in enumerate(table.schema.names):
                column = table.column(position)
                if name in self.settings.expression_columns:
                    table = table.set_column(position, name, column.cast(pa.binary()))
                elif pa.types.is_string(column.type):
                    _check_utf8(column, name, source)
            yield from table.combine_chunks().to_batches() or [without_rows(table.schema)]


def _blocks(file: BinaryIO, source: Source) -> Iterator[tuple[int, bytes]]:
    """The file from its beginning in blocks of whole lines, each with the number of its first line."""
    file.seek(0)
    line = 1
    for block in whole_lines(file, source, BLOCK_BYTES):
        if line == 1:
            check_text_start(block, source)
            block = block.removeprefix(UTF8_MARK)
        yield line, block
        line += block.count(b"\n")


def _parsed(block: bytes, schema: pa.Schema | None, source: Source, first_line: int) -> pa.Table:
    """The rows of `block` in the columns of `schema`, or in those that it has itself."""
    import pyarrow as pa
    from pyarrow import json as arrow_json

    try:
        return arrow_json.read_json(
            pa.BufferReader(block),
            parse_options=arrow_json.ParseOptions(
                explicit_schema=schema, unexpected_field_behavior="ignore" if schema else "infer"
            ),
        )
    except (pa.ArrowException, UnicodeDecodeError):
        # Arrow wants one kind of cell a column, and does not say in which line something is wrong.
        return _parsed_by_line(block, schema, source, first_line)


def _parsed_by_line(block: bytes, schema: pa.Schema | None, source: Source, first_line: int) -> pa.Table:
    import pyarrow as pa

    rows = _objects(block, source, first_line)
    names = schema.names if schema else list(dict.fromkeys(name for row in rows for name in row))
    columns = [_column([row.get(name) for row in rows], schema.field(name).type if schema else None) for name in names]
    return pa.table(columns, schema=schema) if schema else pa.table(columns, names=names)


def _objects(block: bytes, source: Source, first_line: int) -> list[dict[str, object]]:
    lines = block.split(b"\n")
    filled = [line for line in lines if line.strip()]
    rows: list[dict[str, object]] = []
    with suppress(ValueError):  # the line at fault is looked for below
        # All at once is several times faster than line by line.
        rows = json.loads(b"[" + b",".join(filled) + b"]")
    if len(rows) == len(filled) and all(isinstance(row, dict) for row in rows):
        return rows
    for number, line in enumerate(lines, first_line):
        try:
            if line.strip() and not isinstance(json.loads(line), dict):
                raise InputError(f"{shown(source)}, line {number}: not a JSON object")
        except ValueError as error:
            raise InputError(f"{shown(source)}, line {number}: {error}") from error
    raise InputError(f"{shown(source)}, after line {first_line}: not one JSON object a line")


def _column(cells: list[object], kind: pa.DataType | None) -> pa.Array:
    """`cells` in the type `kind`, or in the one that they ask for; as text where they differ."""
    import pyarrow as pa

    try:
        if kind is None or not pa.types.is_string(kind):
            return pa.array(cells, kind)
    except (pa.ArrowException, OverflowError):
        pass
    texts = [c if c is None or isinstance(c, str) else _ENCODER.encode(c) for c in cells]
    return pa.array(texts, pa.string())


def _unified(one: pa.DataType, other: pa.DataType) -> pa.DataType:
    """The type that holds the cells of both; text where nothing else does."""
    import pyarrow as pa

    if pa.types.is_timestamp(other):  # Arrow's guess: to JSON it is text
        other = pa.string()
    if pa.types.is_null(one) or one == other:
        return other
    if pa.types.is_null(other):
        return one
    if {one, other} == {pa.int64(), pa.float64()}:
        return pa.float64()
    return pa.string()


def _check_utf8(column: pa.ChunkedArray, name: str, source: Source) -> None:
    import pyarrow as pa

    try:
        column.validate(full=True)
    except pa.ArrowInvalid as error:
        raise InputError(f"{shown(source)}: column {name!r} is not UTF-8; save the file as UTF-8") from error


# Made once: json.dumps with an argument makes one a call.
_ENCODER = json.JSONEncoder(ensure_ascii=False)


def _rows(keys: list[str], batch: pa.RecordBatch) -> pa.Buffer:
    import pyarrow.compute as pc

    pieces: list[pa.Array | str] = []
    for key, column in zip(keys, batch.columns, strict=True):
        pieces += [("," if pieces else "{") + key, pc.fill_null(rendered(column, STYLE), "null")]
    return joined([*pieces, "}\n"])


def _quoted(text: pa.Array) -> pa.Array:
    """`text` as JSON strings."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for character in _to_escape(text):
        text = pc.replace_substring(text, character, json.dumps(character)[1:-1])
    return pc.binary_join_element_wise(pa.scalar('"'), text, pa.scalar('"'), "")


def _to_escape(text: pa.Array) -> list[str]:
    """The characters in `text` that JSON must escape, the backslash first."""
    _, offsets, data = text.buffers()
    if data is None:
        return []
    ends = np.frombuffer(offsets, np.int32)[text.offset : text.offset + len(text) + 1]
    seen = np.bincount(np.frombuffer(data, np.uint8)[ends[0] : ends[-1]], minlength=256)
    return [c for c in _ESCAPED if seen[ord(c)]]


_ESCAPED = ["\\", '"', *map(chr, range(32))]

STYLE = CellStyle(text=_quoted, json=lambda text: text, true="true", false="false")
