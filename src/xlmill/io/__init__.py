"""Files and tables to workloads, and results back."""

from xlmill.io.arrow_table import batches_of, column_of, is_frame, like, table_of
from xlmill.io.batches import as_text, rebatch
from xlmill.io.expression_column import expression_column, require_column
from xlmill.io.table_format import FormatSettings, Source, TableFormat, format_for, formats, table_format
from xlmill.io.value_column import value_column

__all__ = [
    "FormatSettings",
    "Source",
    "TableFormat",
    "as_text",
    "batches_of",
    "column_of",
    "expression_column",
    "format_for",
    "formats",
    "is_frame",
    "like",
    "rebatch",
    "require_column",
    "table_format",
    "table_of",
    "value_column",
]
