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
        with replacing(target) as file, parquet.ParquetWriter(file, schema) as writer:
            for batch in batches:
                writer.write_batch(batch)


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
