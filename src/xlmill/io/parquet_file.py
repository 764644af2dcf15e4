"""Parquet files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING

from xlmill.exceptions import InputError
from xlmill.io.batches import rebatch, with_schema, without_rows
from xlmill.io.input_file import check_names, path_of
from xlmill.io.output_file import replacing
from xlmill.io.span import Entry, SpanFormat
from xlmill.io.table_format import Source, table_format

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import parquet

# Rows read at once within a row group, which may hold millions.
READ_ROWS = 65_536
# Always the same, so that the bytes of an output do not depend on the chunks that it was computed in.
ROW_GROUP_ROWS = 131_072
# Rows by which it is told whether the values of a column repeat.
_SAMPLE_ROWS = 4_096


@table_format
class ParquetFile(SpanFormat):
    """Parquet, streamed row group by row group. It cannot come from standard input.

    Reading may begin at each row group.
    """

    name = "parquet"
    suffixes = (".parquet", ".pq")
    is_typed = True

    def read(self, source: Source, batch_rows: int) -> Iterator[pa.RecordBatch]:
        yield from self.read_from(source, 0, batch_rows)

    def entries(self, source: Source) -> Iterator[Entry]:
        with _opened(source) as file:
            for group in range(file.num_row_groups):
                yield Entry(group, file.metadata.row_group(group).num_rows)

    def read_from(self, source: Source, place: int, batch_rows: int) -> Iterator[pa.RecordBatch]:
        with _opened(source) as file:
            schema = file.schema_arrow
            check_names(schema.names, source)
            groups = list(range(place, file.num_row_groups))
            batches = file.iter_batches(min(batch_rows, READ_ROWS), row_groups=groups)
            yield from rebatch(chain([without_rows(schema)], batches), batch_rows)

    def write(self, batches: Iterable[pa.RecordBatch], target: Source) -> None:
        from pyarrow import parquet

        schema, batches = with_schema(rebatch(batches, ROW_GROUP_ROWS))
        first = next(batches)
        # Zstandard at its quickest writes sooner than Snappy, and a third less.
        settings = {"compression": "zstd", "compression_level": 1, "use_dictionary": _repeating(first)}
        with replacing(target) as file, parquet.ParquetWriter(file, schema, **settings) as writer:
            for batch in chain([first], batches):
                writer.write_batch(batch)


def _repeating(batch: pa.RecordBatch) -> list[str]:
    """The columns whose values come again and again: only there does a dictionary of them pay.

    The first rows decide for the whole file, so that its bytes depend on the rows alone.
    """
    first = batch.slice(0, _SAMPLE_ROWS)
    return [
        name
        for name, column in zip(first.schema.names, first.columns, strict=True)
        if not _is_nested(column.type) and 2 * len(column.unique()) <= len(column)
    ]


def _is_nested(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_nested(kind))


@contextmanager
def _opened(source: Source) -> Iterator[parquet.ParquetFile]:
    import pyarrow as pa
    from pyarrow import parquet

    path = path_of(source, "Parquet")
    try:
        with parquet.ParquetFile(path, memory_map=True) as file:
            yield file
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path} is no readable Parquet file: {str(error).splitlines()[0]}") from error
