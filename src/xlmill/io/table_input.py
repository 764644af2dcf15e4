"""What is read: a file, the files of a folder one after the other, or standard input."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from xlmill.exceptions import InputError
from xlmill.io.span import Span, SpanFormat, spans
from xlmill.io.table_format import STANDARD_STREAM, FormatSettings, Source, format_for, formats

if TYPE_CHECKING:
    import pyarrow as pa


class TableInput:
    """The rows of a file, of standard input, or of all files in a folder, in order of their names.

    Of a folder those files count whose names end like the folder's own (`in.parquet/`), or, if that has no ending, all
    that end alike. Files whose names begin with `.` or `_` are passed over, as are folders within. Raises InputError
    where there is nothing to read, or files of several formats.
    """

    def __init__(self, source: Source, settings: FormatSettings | None = None) -> None:
        self.source = os.fspath(source)
        self._is_folder = self.source != STANDARD_STREAM and Path(source).is_dir()
        self.files = _files_in(Path(source)) if self._is_folder else [self.source]
        self.format = format_for(self.files[0], settings)

    def read(self, batch_rows: int) -> Iterator[pa.RecordBatch]:
        """The rows in order, at most `batch_rows` in a batch; at least one batch, if without rows.

        Raises InputError where something is missing, empty, unreadable or malformed, or files have other columns than
        the first.
        """
        schema = None
        for file in self.files:
            for place, batch in enumerate(self.format.read(file, batch_rows)):
                schema = _same(schema, batch.schema, file)
                if batch.num_rows or (place == 0 and file == self.files[0]):
                    yield batch

    def spans(self, rows: int) -> Iterator[Span] | None:
        """The rows as spans of `rows`, fewer at the end of a file; None where the format has none, or is a stream."""
        if self.source == STANDARD_STREAM or not isinstance(self.format, SpanFormat):
            return None
        return self._spans(self.format, rows)

    def _spans(self, read_format: SpanFormat, rows: int) -> Iterator[Span]:
        schema, first_row = None, 0
        for file in self.files:
            schema = _same(schema, next(read_format.read(file, 1)).schema, file)
            for span in spans(read_format, Path(file).resolve(), rows, first_row):
                yield span
                first_row += len(span)

    def total_rows(self, first: pa.RecordBatch) -> int | None:
        """About how many rows there are, judged by the first batch; exact for one Parquet file, None for a stream."""
        if self.source == STANDARD_STREAM or first.num_rows == 0:
            return None
        file, size = Path(self.files[0]), self.total_bytes()
        if self.format.name == "parquet":
            import pyarrow.parquet as pq

            rows: int = pq.read_metadata(file).num_rows
            return rows * size // max(1, file.stat().st_size)
        bytes_a_row: float = max(1.0, first.nbytes / first.num_rows - 3)
        return max(int(first.num_rows), int(size / bytes_a_row))

    def total_bytes(self) -> int:
        """How large the files are together."""
        return sum(Path(file).stat().st_size for file in self.files)


def _files_in(folder: Path) -> list[str]:
    known = {suffix for format_class in formats().values() for suffix in format_class.suffixes}
    wanted = {folder.suffix.lower()} & known or known
    found = sorted(
        path.name
        for path in folder.iterdir()
        if path.suffix.lower() in wanted and not path.name.startswith((".", "_")) and path.is_file()
    )
    suffixes = sorted({Path(name).suffix.lower() for name in found})
    if not found:
        raise InputError(f"{folder}: there is no file in this folder that ends in {', '.join(sorted(wanted))}")
    if len(suffixes) > 1:
        raise InputError(f"{folder}: this folder has files of several formats: {', '.join(suffixes)}")
    return [str(folder / name) for name in found]


def _same(schema: pa.Schema | None, found: pa.Schema, file: str) -> pa.Schema:
    if schema is not None and not schema.equals(found):
        ours, theirs = (", ".join(f"{field.name} ({field.type})" for field in each) for each in (schema, found))
        raise InputError(f"{file} has other columns than the files before it: {theirs}; they have {ours}")
    return found
