"""Parquet files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

from xlmill.exceptions import InputError
from xlmill.io.batches import rebatch, with_schema, without_rows
from xlmill.io.input_file import check_names, path_of
from xlmill.io.output_file import replacing
from xlmill.io.table_format import Source, TableFormat, table_format

if TYPE_CHECKING:
    import pyarrow as pa

# Rows read at once within a row group, which may hold millions.
READ_ROWS = 65_536
# Always the same, so that the bytes of an output do not depend on the chunks that it was computed in.
ROW_GROUP_ROWS = 131_072


@table_format
class ParquetFile(TableFormat):
    """Parquet, streamed row group by row group. It cannot come from standard input."""

    name = "parquet"
    suffixes = (".parquet", ".pq")
    is_typed = True

    def read(self, source: Source, batch_rows: int) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa
        from pyarrow import parquet

        path = path_of(source, "Parquet")
        try:
            with parquet.ParquetFile(path, memory_map=True) as file:
                schema = file.schema_arrow
                check_names(schema.names, source)
                batches = file.iter_batches(min(batch_rows, READ_ROWS))
                yield from rebatch(chain([without_rows(schema)], batches), batch_rows)
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"{path} is no readable Parquet file: {str(error).splitlines()[0]}") from error

    def write(self, batches: Iterable[pa.RecordBatch], target: Source) -> None:
        from pyarrow import parquet

        schema, batches = with_schema(rebatch(batches, ROW_GROUP_ROWS))
        with replacing(target) as file, parquet.ParquetWriter(file, schema) as writer:
            for batch in batches:
                writer.write_batch(batch)
