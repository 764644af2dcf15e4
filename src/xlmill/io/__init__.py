"""Files and tables to workloads, and results back."""

from xlmill.io.table_format import FormatSettings, Source, TableFormat, format_for, formats, table_format

__all__ = ["FormatSettings", "Source", "TableFormat", "format_for", "formats", "table_format"]
