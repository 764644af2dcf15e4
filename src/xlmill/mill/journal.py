"""The journal of a run: the results of its finished chunks, in a file that a killed run leaves behind."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xlmill.exceptions import InputError
from xlmill.io.output_file import reason
from xlmill.io.table_format import Source
from xlmill.mill.frame_file import FrameFile
from xlmill.mill.identity import Identity
from xlmill.mill.record import Record, packed, unpacked
from xlmill.version import __version__

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Header:
    """What stands first: whose results these are, what NOW was, and the types of calculated columns, if any.

    `identity` is None where another version wrote it, which may count other things to an identity.
    """

    identity: Identity | None
    now: float
    types: pa.Schema | None = None
    version: str = __version__

    def packed(self) -> bytes:
        """As JSON."""
        identity = None if self.identity is None else self.identity.to_dict()
        types = None if self.types is None else base64.b64encode(self.types.serialize().to_pybytes()).decode()
        return json.dumps({"version": self.version, "identity": identity, "now": self.now, "types": types}).encode()

    @classmethod
    def unpacked(cls, payload: bytes) -> Header:
        """From what `packed` gave."""
        import pyarrow as pa

        data = json.loads(payload)
        if data["version"] != __version__:
            return cls(None, 0.0, None, data["version"])
        types = data["types"]
        schema = None if types is None else pa.ipc.read_schema(pa.py_buffer(base64.b64decode(types)))
        return cls(Identity.from_dict(data["identity"]), data["now"], schema)

    def change(self, now: Identity) -> str | None:
        """What keeps a run of the identity `now` from going on with these results, in words; None if nothing."""
        if self.identity is None:
            return f"it was begun by xlmill {self.version}, and this is {__version__}"
        return self.identity.change(now)


class Journal:
    """Results in the order of the rows: appended as chunks finish, read back by the run that goes on.

    Where an unfinished run has left a journal, a new one stands beside it, and takes its place once it holds more
    rows: who begins anew by mistake, and stops at once, has lost nothing. No other run can open it while it is open.

    Journaling never ends a run. Where the disk takes no more the journal keeps what it has, and grows no further.
    """

    def __init__(self, file: FrameFile, header: Header, place: Path, before: Journal | None = None) -> None:
        self.header = header
        self.rows = 0
        self._file = file
        self._place = place
        self._before = before
        self._takes_more = True

    @classmethod
    def unfinished(cls, target: Source) -> Journal | None:
        """The journal that an earlier run into `target` left, if there is one.

        Raises InputError where it cannot be opened, or that run still goes on.
        """
        place = journal_path(target)
        try:
            file = FrameFile(place, create=False)
        except FileNotFoundError:
            return None
        except BlockingIOError:
            raise _is_busy(target) from None
        except OSError as error:
            raise InputError(f"cannot open {place}, of an unfinished run: {reason(error)}") from error
        first = next(file.frames(), None)
        rows = file.rows()
        if first is None or rows == 0:
            file.remove()
            return None
        journal = cls(file, Header.unpacked(first[0]), place)
        journal.rows = rows
        return journal

    @classmethod
    def begun(cls, target: Source, header: Header, before: Journal | None = None) -> Journal | None:
        """A new journal, which is to replace `before`; None where the system allows no such file.

        Raises InputError where another run writes `target`.
        """
        place = journal_path(target)
        try:
            file = FrameFile(_beside(place) if before else place, create=True)
        except BlockingIOError:
            raise _is_busy(target) from None
        except OSError:
            return None
        try:
            file.append([header.packed()], 0)
        except OSError:
            file.remove()
            return None
        return cls(file, header, place, before)

    def records(self) -> Iterator[Record]:
        """What an earlier run has left, from its first row on, as far as it is whole; `rows` is exact then."""
        frames = self._file.frames()
        next(frames)  # the header
        rows = 0
        for payload, count in frames:
            rows += count
            yield unpacked(payload)
        self.rows = rows

    def append(self, record: Record) -> None:
        """Keep the results of the next rows."""
        if not (self._takes_more and record.rows):
            return
        try:
            self._file.append(packed(record), record.rows)
            self.rows += record.rows
            if self._before is not None and self.rows > self._before.rows:
                self._file.rename(self._place)
                self._before._file.close()
                self._before = None
        except OSError:
            self._takes_more = False

    def close(self) -> int:
        """End without having finished; returns how many rows a later run need not compute again."""
        if self._before is not None:
            self._file.remove()
            self._before._file.close()
            is_same = self.header.identity is not None and self._before.header.change(self.header.identity) is None
            return self._before.rows if is_same else 0
        if self.rows:
            self._file.close()
        else:
            self._file.remove()
        return self.rows

    def discard(self) -> Journal | None:
        """Remove it, for its results hold no longer; returns the journal that it has not replaced yet."""
        self._file.remove()
        return self._before

    def finish(self) -> None:
        """Remove it, and all that unfinished runs into the same target left: the target is there."""
        self._file.remove()
        if self._before is not None:
            self._before._file.remove()
        with suppress(OSError):
            _beside(self._place).unlink()


def journal_path(target: Source) -> Path:
    """Where the journal of a run into `target` stands: beside it, hidden."""
    final = Path(target).resolve()
    return final.with_name(f".{final.name}.journal")


def _beside(place: Path) -> Path:
    return place.with_name(place.name + ".new")


def _is_busy(target: Source) -> InputError:
    return InputError(f"another run is writing {os.fspath(target)} now; wait for its end, or end it")
