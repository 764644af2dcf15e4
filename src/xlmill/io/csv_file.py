"""Values separated by commas or tabs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO, ClassVar

from xlmill.exceptions import InputError
from xlmill.io.batches import rebatch, with_schema, without_rows
from xlmill.io.column_kind import ColumnKind, converted, kind_of, unified
from xlmill.io.input_file import UTF8_MARK, check_names, check_text_start, rewindable, shown
from xlmill.io.output_file import replacing
from xlmill.io.table_format import Source, TableFormat, table_format
from xlmill.io.text_cells import CellStyle, joined, rendered, slices

if TYPE_CHECKING:
    import pyarrow as pa

BLOCK_BYTES = 4 << 20  # a row must fit

# A spreadsheet program takes a cell that begins so for a formula (OWASP, "CSV Injection").
# The apostrophes make the escape one that can be undone.
RISKY = r"^'*[=+\-@\t\r]"


@table_format
class CsvFile(TableFormat):
    """CSV with a header, quoted as RFC 4180 says, in UTF-8.

    Reading looks at the whole file once before it gives the first row: a column is integers, numbers, booleans
    (TRUE, FALSE), dates (2024-01-31) or times if all its filled cells are, else text. Expression columns are
    ``binary``, whatever they look like, so that a row that is no UTF-8 costs only itself. An empty cell is
    null; a quoted empty one is the empty text.

    Writing gives the shortest number that reads back the same, and TRUE and FALSE. Text that a spreadsheet
    program would run as a formula (it begins with ``= + - @``, tab or CR) gets an apostrophe before it, which
    reading takes away again. The expression columns stay as they are: they are formulas by declaration, the
    caller's own, and must compare equal with the input. Who runs the expressions of strangers, and opens the
    output in a spreadsheet program, leaves that column out.
    """

    name = "csv"
    suffixes = (".csv",)
    is_typed = False
    delimiter: ClassVar[str] = ","

    def read(self, source: Source, batch_rows: int) -> Iterator[pa.RecordBatch]:
        with rewindable(source) as file:
            check_text_start(file.read(len(UTF8_MARK) + 1), source)
            names = self._names(file, source)
            kinds = self._kinds(file, source, names)
            yield from rebatch(self._typed(file, source, names, kinds), batch_rows)

    def write(self, batches: Iterable[pa.RecordBatch], target: Source) -> None:
        with replacing(target) as file:
            schema, batches = with_schema(batches)
            file.write(self._header(schema.names))
            for batch in batches:
                for part in slices(batch):
                    file.write(self._rows(part))

    def _names(self, file: BinaryIO, source: Source) -> list[str]:
        names = list(self._cells(file, source, []).schema.names)
        check_names(names, source)
        return names

    def _kinds(self, file: BinaryIO, source: Source, names: list[str]) -> dict[str, ColumnKind]:
        """The kind of every column that is not an expression column, from all of its cells."""
        kinds = {name: ColumnKind.NOTHING for name in names if name not in self.settings.expression_columns}
        if not kinds:
            return kinds
        for batch in self._batches(file, source, names):
            for name, kind in kinds.items():
                if kind is not ColumnKind.TEXT:
                    kinds[name] = unified(kind, kind_of(self._text(batch, name, source)))
        return kinds

    def _typed(
        self, file: BinaryIO, source: Source, names: list[str], kinds: dict[str, ColumnKind]
    ) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        for batch in self._batches(file, source, names):
            columns = [
                self._converted(self._text(batch, name, source), kinds[name]) if name in kinds else batch.column(name)
                for name in names
            ]
            yield pa.record_batch(columns, names=names)

    def _converted(self, column: pa.Array, kind: ColumnKind) -> pa.Array:
        if kind is ColumnKind.TEXT and self.settings.escape_formulas:
            return _unescaped(column)
        return converted(column, kind)

    def _batches(self, file: BinaryIO, source: Source, names: list[str]) -> Iterator[pa.RecordBatch]:
        """All cells as bytes; at least one batch."""
        import pyarrow as pa

        reader = self._cells(file, source, names)
        yield without_rows(reader.schema)
        while True:
            try:
                yield reader.read_next_batch()
            except StopIteration:
                return
            except pa.ArrowInvalid as error:
                raise _problem(error, source) from error

    def _cells(self, file: BinaryIO, source: Source, binary: list[str]) -> pa.RecordBatchReader:
        """A reader from the beginning of the file, with the columns named in `binary` as bytes."""
        import pyarrow as pa
        from pyarrow import csv

        file.seek(0)
        try:
            return csv.open_csv(
                file,
                read_options=csv.ReadOptions(block_size=BLOCK_BYTES),
                parse_options=csv.ParseOptions(delimiter=self.delimiter, newlines_in_values=True),
                convert_options=csv.ConvertOptions(
                    column_types=dict.fromkeys(binary, pa.binary()),
                    null_values=[""],
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=False,
                    check_utf8=False,
                ),
            )
        except pa.ArrowInvalid as error:
            raise _problem(error, source) from error

    def _text(self, batch: pa.RecordBatch, name: str, source: Source) -> pa.Array:
        import pyarrow as pa

        try:
            return batch.column(name).cast(pa.string())
        except pa.ArrowInvalid as error:
            raise InputError(f"{shown(source)}: column {name!r} is not UTF-8; save the file as UTF-8") from error

    def _header(self, names: list[str]) -> bytes:
        import pyarrow as pa

        cells = self._quoted(pa.array(names, pa.string())).to_pylist()
        return (self.delimiter.join(cells) + "\n").encode()

    def _rows(self, batch: pa.RecordBatch) -> pa.Buffer:
        import pyarrow.compute as pc

        pieces: list[pa.Array | str] = []
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            pieces += [self.delimiter, rendered(column, self._style(name))]
        if len(pieces) == 2:
            # A line without anything would be no row.
            pieces[1] = pc.fill_null(pieces[1], '""')
        return joined([*pieces[1:], "\n"])

    def _style(self, name: str) -> CellStyle:
        is_verbatim = name in self.settings.expression_columns or not self.settings.escape_formulas
        text = self._quoted if is_verbatim else self._escaped_and_quoted
        return CellStyle(text=text, json=self._quoted, true="TRUE", false="FALSE")

    def _escaped_and_quoted(self, text: pa.Array) -> pa.Array:
        return self._quoted(_escaped(text))

    def _quoted(self, text: pa.Array) -> pa.Array:
        """`text` in quotes where it holds a delimiter, a quote or a line break, or is empty."""
        import pyarrow.compute as pc

        needs = pc.match_substring_regex(text, f'^$|["\r\n{self.delimiter}]')
        if not pc.any(needs).as_py():
            return text
        quoted = pc.binary_join_element_wise('"', pc.replace_substring(text, '"', '""'), '"', "")
        return pc.if_else(needs, quoted, text)


@table_format
class TsvFile(CsvFile):
    """Like CSV, with tabs for commas."""

    name = "tsv"
    suffixes = (".tsv",)
    delimiter = "\t"


def _escaped(text: pa.Array) -> pa.Array:
    import pyarrow.compute as pc

    risky = pc.match_substring_regex(text, RISKY)
    if not pc.any(risky).as_py():
        return text
    return pc.if_else(risky, pc.binary_join_element_wise("'", text, ""), text)


def _unescaped(text: pa.Array) -> pa.Array:
    import pyarrow.compute as pc

    escaped = pc.match_substring_regex(text, "^'" + RISKY[1:])
    if not pc.any(escaped).as_py():
        return text
    return pc.if_else(escaped, pc.utf8_slice_codeunits(text, 1), text)


def _problem(error: Exception, source: Source) -> InputError:
    """What is wrong with a file that the reader refuses, in words for people."""
    text = str(error).removeprefix("CSV parse error: ").removesuffix("\n")
    if "straddling" in text:
        text = f"a row is longer than {BLOCK_BYTES >> 20} MB, or a quote is never closed"
    elif "cannot infer number of columns" in text:
        text = "there is no whole row"
    first_line = text.splitlines()[0]
    return InputError(f"{shown(source)}: {first_line[:200]}")
