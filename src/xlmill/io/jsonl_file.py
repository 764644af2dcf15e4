"""JSON Lines: one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from xlmill.exceptions import InputError
from xlmill.io.batches import rebatch, with_schema
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
