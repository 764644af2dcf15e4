"""Arrow IPC files, also called Feather."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from typing import TYPE_CHECKING

from xlmill.exceptions import InputError
from xlmill.io.batches import rebatch, with_schema, without_rows
from xlmill.io.input_file import check_names, path_of
from xlmill.io.output_file import replacing
from xlmill.io.span import Entry, SpanFormat
from xlmill.io.table_format import Source, table_format

if TYPE_CHECKING:
    import pyarrow as pa

# Always the same, so that the bytes of an output do not depend on the chunks that it was computed in.
FILE_BATCH_ROWS = 65_536


@table_format
class ArrowFile(SpanFormat):
    """The Arrow IPC file format, mapped into memory rather than read, and written uncompressed for that reason.

    The streaming form of the format is read as well. It cannot come from standard input. Reading may begin at each of
    its batches.
    """

    name = "arrow"
    suffixes = (".arrow", ".feather", ".ipc")
    is_typed = True

    def read(self, source: Source, batch_rows: int) -> Iterator[pa.RecordBatch]:
        yield from self.read_from(source, 0, batch_rows)

    def entries(self, source: Source) -> Iterator[Entry]:
        with _opened(source) as (_, batches):
            for place, batch in enumerate(batches):
                yield Entry(place, batch.num_rows)

    def read_from(self, source: Source, place: int, batch_rows: int) -> Iterator[pa.RecordBatch]:
        with _opened(source, place) as (schema, batches):
            check_names(schema.names, source)
            yield from rebatch(chain([without_rows(schema)], batches), batch_rows)

    def write(self, batches: Iterable[pa.RecordBatch], target: Source) -> None:
        import pyarrow as pa

        schema, batches = with_schema(rebatch(batches, FILE_BATCH_ROWS))
        with replacing(target) as file, pa.ipc.new_file(file, schema) as writer:
            for batch in batches:
                writer.write_batch(batch)


@contextmanager
def _opened(source: Source, place: int = 0) -> Iterator[tuple[pa.Schema, Iterator[pa.RecordBatch]]]:
    """The schema of a file, and its batches from number `place` on."""
    import pyarrow as pa

    path = path_of(source, "Arrow")
    try:
        with pa.memory_map(str(path)) as file:
            try:
                reader = pa.ipc.open_file(file)
            except pa.ArrowInvalid:
                file.seek(0)
                stream = pa.ipc.open_stream(file)
                yield stream.schema, islice(stream, place, None)
            else:
                yield reader.schema, (reader.get_batch(i) for i in range(place, reader.num_record_batches))
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path} is no readable Arrow file: {str(error).splitlines()[0]}") from error
