"""A file of frames that only grows, and of which a torn or damaged end does no harm."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from xlmill.io.output_file import lock, write_whole

if TYPE_CHECKING:
    import pyarrow as pa

# Before each payload: its bytes, the rows that it stands for, and the CRC-32 of these two and of itself. A frame that
# was written in part, or is zeros, as after a power failure, or anything else, fails the check.
_SIZES = struct.Struct("<QQ")
_CHECK = struct.Struct("<I")
_HEAD_BYTES = _SIZES.size + _CHECK.size


class FrameFile:
    """Frames, each a payload and how many rows it stands for. The file is locked as long as it is open.

    Frames survive the end of the process, whatever ends it. They are not forced to the disk one by one, so after a
    power failure the last ones may be gone.
    """

    def __init__(self, path: Path, *, create: bool) -> None:
        """Open the file, and begin it anew if `create`.

        Raises BlockingIOError where another process has it open, FileNotFoundError, and OSError.
        """
        flags = os.O_RDWR | (os.O_CREAT if create else 0)
        self.path = path
        self._descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0), 0o666)
        try:
            _lock_where_possible(self._descriptor)
            if create:
                os.ftruncate(self._descriptor, 0)
        except BaseException:
            self.close()
            raise
        self._end = 0

    def append(self, payload: Sequence[bytes | pa.Buffer], rows: int) -> None:
        """Add a frame behind what was read or appended last. Raises OSError, and then the file is as before."""
        frame = bytearray().join([bytes(_HEAD_BYTES), *payload])
        _SIZES.pack_into(frame, 0, len(frame) - _HEAD_BYTES, rows)
        check = zlib.crc32(memoryview(frame)[_HEAD_BYTES:], zlib.crc32(frame[: _SIZES.size]))
        _CHECK.pack_into(frame, _SIZES.size, check)
        os.lseek(self._descriptor, self._end, os.SEEK_SET)
        try:
            # In one piece: between two calls other threads may keep the interpreter for long.
            self._end += write_whole(self._descriptor, frame)
        except BaseException:
            with suppress(OSError):
                os.ftruncate(self._descriptor, self._end)
            raise

    def frames(self) -> Iterator[tuple[bytes, int]]:
        """The payloads and their rows from the first on. What is behind the last whole frame is cut off."""
        self._end = 0
        while (frame := self._frame_at(self._end)) is not None:
            payload, rows = frame
            self._end += _HEAD_BYTES + len(payload)
            yield payload, rows
        os.ftruncate(self._descriptor, self._end)

    def rows(self) -> int:
        """How many rows all frames that are there in full say they stand for; the payloads are not read."""
        end, rows, size = 0, 0, os.fstat(self._descriptor).st_size
        while (head := self._head_at(end)) is not None and end + _HEAD_BYTES + head[0] <= size:
            end += _HEAD_BYTES + head[0]
            rows += head[1]
        return rows

    def rename(self, path: Path) -> None:
        """Give it another name; a file of that name is replaced."""
        self.path.replace(path)
        self.path = path

    def close(self) -> None:
        """Close it, and let others open it. Closing twice does no harm."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def remove(self) -> None:
        """Close and remove it, as far as the system lets that happen."""
        self.close()
        with suppress(OSError):
            self.path.unlink(missing_ok=True)

    def _head_at(self, position: int) -> tuple[int, int, int] | None:
        """A payload's bytes, its rows, and the check, if so much is there; a payload is never empty."""
        head = self._read(position, _HEAD_BYTES)
        if len(head) < _HEAD_BYTES:
            return None
        length, rows = _SIZES.unpack_from(head)
        return (length, rows, _CHECK.unpack_from(head, _SIZES.size)[0]) if length else None

    def _frame_at(self, position: int) -> tuple[bytes, int] | None:
        head = self._head_at(position)
        if head is None or position + _HEAD_BYTES + head[0] > os.fstat(self._descriptor).st_size:
            return None
        length, rows, check = head
        payload = self._read(position + _HEAD_BYTES, length)
        is_whole = zlib.crc32(payload, zlib.crc32(_SIZES.pack(length, rows))) == check
        return (payload, rows) if is_whole else None

    def _read(self, position: int, count: int) -> bytes:
        """Bytes from `position` on, fewer where the file ends."""
        os.lseek(self._descriptor, position, os.SEEK_SET)
        pieces = []
        while count and (piece := os.read(self._descriptor, count)):
            pieces.append(piece)
            count -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _lock_where_possible(descriptor: int) -> None:
    try:
        lock(descriptor)
    except BlockingIOError:
        raise
    except OSError:
        return  # not every file system knows locks; there, two runs at once into one file are the user's to avoid
