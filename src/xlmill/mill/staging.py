"""The hidden folder in which a run by parts gathers what its workers write, until the output is whole."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from xlmill.exceptions import InputError
from xlmill.functions.outside import failures_in
from xlmill.io.folder_output import asks_for_folder
from xlmill.io.output_file import reason
from xlmill.io.table_format import Source
from xlmill.mill.frame_file import FrameFile
from xlmill.mill.identity import Identity
from xlmill.mill.journal import Header
from xlmill.mill.piece import Written
from xlmill.mill.workload import Tally

if TYPE_CHECKING:
    import pyarrow as pa

_JOURNAL = "journal"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the output that is done: its pieces, in order; in a folder of parts, a single one."""

    pieces: tuple[Written, ...]

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return sum(piece.rows for piece in self.pieces)


class Staging:
    """Used as a block round a run by parts; the folder outlives it only where it ends with an exception.

    A journal in the folder says which parts are done. With `resume` a run goes on behind them, with parts of as many
    rows. Raises InputError where the folder is of another run, or that run has not ended; and, without `resume`, where
    it could be resumed: nobody throws a night's work away by forgetting a word.
    """

    def __init__(self, target: Source, identity: Identity | None, resume: bool) -> None:
        self.folder = staging_folder(target)
        self.parts: list[Part] = []
        self.part_rows: int | None = None
        self._target = os.fspath(target)
        self._identity = identity
        self._header: Header | None = None
        self._file: FrameFile | None = None
        try:
            self._file = FrameFile(self.folder / _JOURNAL, create=False)
        except FileNotFoundError:
            return
        except BlockingIOError:
            raise InputError(f"another run is writing {self._target} now; wait for its end, or end it") from None
        except OSError as error:
            raise InputError(f"cannot open {self.folder}, of an unfinished run: {reason(error)}") from error
        try:
            self._look_at_earlier(resume)
        except BaseException:
            self._file.close()
            raise

    @property
    def now(self) -> float | None:
        """What NOW read in the run that this one goes on with; None if it goes on with none."""
        return None if self._header is None else self._header.now

    @property
    def types(self) -> dict[str, Any]:
        """The types that calculated columns have in the run that this one goes on with."""
        schema = None if self._header is None else self._header.types
        return {} if schema is None else {field.name: field.type for field in schema}

    def begin(self, now: float, types: Mapping[str, pa.DataType] | None = None) -> None:
        """Be ready to keep parts, of a run in which NOW reads `now`. Raises InputError where there can be no folder."""
        import pyarrow as pa

        if self._header is not None:
            return
        schema = None if types is None else pa.schema(list(types.items()))
        try:
            self.remove()
            self.folder.mkdir()
            self._file = FrameFile(self.folder / _JOURNAL, create=True)
            self._file.append([Header(self._identity, now, schema).packed()], 0)
        except FileNotFoundError:
            raise InputError(f"cannot write {self._target}: there is no folder {self.folder.parent}") from None
        except OSError as error:
            raise InputError(f"cannot write {self._target}: {reason(error)}") from error

    def begin_again(self) -> None:
        """Forget the parts so far; `begin` is to be called once more."""
        self._header = None
        self.parts = []

    def settle(self, part_rows: int) -> int:
        """How many rows a part has: `part_rows`, or as many as in the run that this one goes on with."""
        if self.part_rows is None:
            self.part_rows = part_rows
            self._append({"part_rows": part_rows}, 0)
        return self.part_rows

    def append(self, part: Part) -> None:
        """Take note that a part is done, and its files written. Raises InputError where that cannot be noted."""
        self.parts.append(part)
        self._append({"pieces": [_plain(piece) for piece in part.pieces]}, part.rows)

    def remove(self) -> None:
        """Remove the folder with all that is in it, as far as the system lets that happen."""
        if self._file is not None:
            self._file.close()
            self._file = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def only_parts(self) -> Path:
        """The folder, in which nothing is left but the files of its parts."""
        names = {piece.name for part in self.parts for piece in part.pieces}
        if self._file is not None:
            self._file.close()
            self._file = None
        for path in self.folder.iterdir():
            if path.name not in names:
                path.unlink()
        return self.folder

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        rows = sum(part.rows for part in self.parts)
        if error is None or not rows:
            self.remove()
            return
        if self._file is not None:
            self._file.close()
        if self._identity is not None:
            error.add_note(f"{rows:,} rows are done and kept: the same run with --resume goes on from there")

    def _look_at_earlier(self, resume: bool) -> None:
        assert self._file is not None
        frames = [payload for payload, _ in self._file.frames()]
        if len(frames) < 3 or self._identity is None:  # nothing is done, or nobody can say of what it is
            return
        header = Header.unpacked(frames[0])
        change = header.change(self._identity)
        rows = self._file.rows()
        if change is None and not resume:
            raise InputError(
                f"{rows:,} rows of an unfinished run into {self._target} are kept: say --resume to go on with them, "
                f"or remove {self.folder} to begin anew"
            )
        if not resume:
            return
        if change is not None:
            raise InputError(
                f"the unfinished run into {self._target} cannot go on: {change}. Without --resume it begins anew"
            )
        self._header = header
        self.part_rows = json.loads(frames[1])["part_rows"]
        self.parts = [Part(tuple(map(_revived, json.loads(frame)["pieces"]))) for frame in frames[2:]]

    def _append(self, content: dict[str, Any], rows: int) -> None:
        assert self._file is not None
        try:
            self._file.append([json.dumps(content).encode()], rows)
        except OSError as error:
            raise InputError(f"cannot write {self._target}: {reason(error)}") from error


def staging_folder(target: Source) -> Path:
    """Where a run by parts into `target` gathers them: beside it, hidden."""
    final = Path(target).resolve()
    return final.with_name(f".{final.name}.{'parts' if asks_for_folder(target) else 'pieces'}")


def _plain(piece: Written) -> dict[str, Any]:
    tally = piece.tally
    return {
        "name": piece.name,
        "rows": piece.rows,
        "failed": piece.failed,
        "problems": piece.problems,
        "tallied": tally.rows,
        "types": tally.types,
        "errors": tally.errors,
        "failures": [*failures_in(tally.failures)],
        "templates": sorted(tally.templates),
    }


def _revived(data: dict[str, Any]) -> Written:
    failures = Counter({(name, reason): values for name, reason, values in data["failures"]})
    types, errors = Counter(data["types"]), Counter(data["errors"])
    tally = Tally(data["tallied"], types, errors, frozenset(data["templates"]), failures)
    problems = tuple((row, problem) for row, problem in data["problems"])
    return Written(data["name"], data["rows"], tally, problems, data["failed"])
