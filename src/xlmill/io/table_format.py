"""What a file format is, and which one a path asks for."""

from __future__ import annotations

import importlib
import os
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeVar

from xlmill.exceptions import InputError

if TYPE_CHECKING:
    import pyarrow as pa

Source = str | os.PathLike[str]
"""A path, or ``-`` for standard input or output."""

STANDARD_STREAM = "-"


@dataclass(frozen=True, slots=True)
class FormatSettings:
    """What text formats need to be told about columns.

    `expression_columns` hold formulas as text: they are read as text whatever they look like, and written as
    they are. `escape_formulas` puts an apostrophe before every other text that a spreadsheet program would
    take for a formula: see `csv_file`.
    """

    expression_columns: tuple[str, ...] = ("expression", "formula")
    escape_formulas: bool = True


class TableFormat(ABC):
    """A file format, read and written in batches.

    `name` is what people call it; `suffixes` are its file names' endings, the usual one first; `is_typed`
    says whether a file carries the types of its columns; `extra` is the optional dependency that it needs.
    """

    name: ClassVar[str]
    suffixes: ClassVar[tuple[str, ...]]
    is_typed: ClassVar[bool]
    extra: ClassVar[str | None] = None

    def __init__(self, settings: FormatSettings | None = None) -> None:
        self.settings = settings or FormatSettings()

    @abstractmethod
    def read(self, source: Source, batch_rows: int) -> Iterator[pa.RecordBatch]:
        """The rows of `source` in order, at most `batch_rows` in a batch, fewer where rows are long.

        At least one batch comes, if without rows, so that the columns are known. All have one schema.
        Raises InputError where the source is missing, empty, unreadable or malformed.
        """

    @abstractmethod
    def write(self, batches: Iterable[pa.RecordBatch], target: Source) -> None:
        """Write `batches`, at least one and all of one schema; the target appears whole or not at all.

        Raises InputError where the target cannot be written. What `batches` raises passes through.
        """


_FORMATS: dict[str, type[TableFormat]] = {}

F = TypeVar("F", bound=type[TableFormat])


def table_format(format_class: F) -> F:
    """Register a format; a module of this package needs nothing more to be found."""
    _FORMATS[format_class.name] = format_class
    return format_class


def formats() -> dict[str, type[TableFormat]]:
    """Every format by name, in order of name."""
    folder = [str(Path(__file__).parent)]
    for module in pkgutil.iter_modules(folder):
        importlib.import_module(f"{__package__}.{module.name}")
    return dict(sorted(_FORMATS.items()))


def format_for(path_or_name: Source, settings: FormatSettings | None = None) -> TableFormat:
    """The format that a path's suffix asks for, or the one of that name; ``-`` is lines of text.

    Raises InputError, with the known suffixes, where there is none.
    """
    wanted = os.fspath(path_or_name)
    by_name = formats()
    if wanted == STANDARD_STREAM:
        return by_name["txt"](settings)
    if wanted in by_name:
        return by_name[wanted](settings)
    suffix = Path(wanted).suffix.lower()
    for format_class in by_name.values():
        if suffix in format_class.suffixes:
            return format_class(settings)
    known = ", ".join(s for format_class in by_name.values() for s in format_class.suffixes)
    problem = f"unknown suffix {suffix!r}" if suffix else "no suffix"
    raise InputError(f"{wanted}: {problem}; the known ones are {known}")
