"""The journal's part in one run: what it goes on with, what it keeps, and what is left in the end."""

from __future__ import annotations

import os
import stat
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from xlmill.exceptions import InputError
from xlmill.io.table_format import STANDARD_STREAM, Source
from xlmill.mill.identity import Identity
from xlmill.mill.journal import Header, Journal
from xlmill.mill.record import Record

if TYPE_CHECKING:
    import pyarrow as pa


class Journaling:
    """Used as a block round a run: a journal outlives it only where it ends with an exception.

    `identity` is None where there is nothing to go on with, ever: standard input is gone once it is read. With `resume`
    the run goes on with what an earlier one has left, if it has. Raises InputError where that is another's, or the
    earlier run has not ended.
    """

    def __init__(self, target: Source, identity: Identity | None, resume: bool) -> None:
        self._target = target
        self._identity = identity
        self._journal: Journal | None = None
        self._earlier = Journal.unfinished(target) if identity is not None and is_file_to_be(target) else None
        self._goes_on = resume and self._earlier is not None
        if self._earlier is not None and identity is not None:
            self._look_at(self._earlier, self._earlier.header.change(identity))

    def _look_at(self, earlier: Journal, change: str | None) -> None:
        name = os.fspath(self._target)
        if self._goes_on and change is not None:
            earlier.close()
            raise InputError(f"the unfinished run into {name} cannot go on: {change}. Without --resume it begins anew")
        if not self._goes_on and change is None:
            kept = f"{earlier.rows:,} rows of an unfinished run into {name} are kept"
            warnings.warn(f"{kept}: --resume goes on with them, and this run begins anew", stacklevel=3)

    @property
    def now(self) -> float | None:
        """What NOW read in the run that this one goes on with; None if it goes on with none."""
        return self._earlier.header.now if self._goes_on and self._earlier is not None else None

    @property
    def types(self) -> dict[str, Any]:
        """The types that calculated columns have in the run that this one goes on with."""
        schema = self._earlier.header.types if self._goes_on and self._earlier is not None else None
        return {} if schema is None else {field.name: field.type for field in schema}

    def begin(self, now: float, types: Mapping[str, pa.DataType] | None = None) -> None:
        """Be ready to keep results, of a run in which NOW reads `now`."""
        import pyarrow as pa

        if self._goes_on:
            self._journal, self._earlier = self._earlier, None
        elif self._identity is not None and is_file_to_be(self._target):
            schema = None if types is None else pa.schema(list(types.items()))
            self._journal = Journal.begun(self._target, Header(self._identity, now, schema), self._earlier)
            if self._journal is not None:
                self._earlier = None  # it is the new journal's to close

    def begin_again(self) -> None:
        """Forget the results so far; `begin` is to be called once more."""
        if self._journal is not None:
            self._earlier = self._journal.discard()
        self._journal = None
        self._goes_on = False

    def records(self) -> Iterator[Record]:
        """The results that need not be computed, from the first row on."""
        if self._journal is not None and self._goes_on:
            yield from self._journal.records()

    def append(self, record: Record) -> None:
        """Keep the results of the next rows."""
        if self._journal is not None:
            self._journal.append(record)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._earlier is not None:
            self._earlier.close()
        if self._journal is None:
            return
        if error is None:
            self._journal.finish()
        elif kept := self._journal.close():
            error.add_note(f"{kept:,} rows are done and kept: the same run with --resume goes on from there")


def is_file_to_be(target: Source) -> bool:
    """Whether what is written to `target` becomes a file, and not a stream's or device's."""
    if os.fspath(target) == STANDARD_STREAM:
        return False
    try:
        return stat.S_ISREG(Path(target).stat().st_mode)
    except OSError:
        return True
