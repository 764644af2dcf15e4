"""Output files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import RawIOBase
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from xlmill.exceptions import InputError
from xlmill.io.table_format import STANDARD_STREAM, Source

try:
    import fcntl
except ImportError:  # Windows: nothing is locked, and so what killed processes left is not cleared away
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


@contextmanager
def replacing(target: Source) -> Iterator[BinaryIO]:
    """A binary file to write; it takes the name `target` when the block ends well, and vanishes otherwise.

    It is written beside the target and renamed when it is whole and on the disk, so that nobody ever sees half
    a file under that name, and an earlier file of that name stays until then. What killed processes left of such
    files is cleared away then. Standard output, pipes and devices are written as they are. An OSError in writing
    becomes an InputError; BrokenPipeError stays itself.
    """
    if os.fspath(target) == STANDARD_STREAM:
        with _Output(sys.stdout.fileno(), "standard output", closefd=False) as file:
            sys.stdout.flush()
            yield cast("BinaryIO", file)
        return
    name = os.fspath(target)
    final = Path(target).resolve()  # a link stays a link: what it points to is replaced
    try:
        mode = final.stat().st_mode
    except OSError:
        mode = None
    if mode is not None and stat.S_ISDIR(mode):
        raise InputError(f"cannot write {name}: it is a folder")
    if mode is not None and not stat.S_ISREG(mode):
        with _Output(_opened(final, os.O_WRONLY, name), name) as file:
            yield cast("BinaryIO", file)
        return
    partial = final.with_name(f".{final.name}.{secrets.token_hex(4)}.part")
    descriptor = _opened(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, name)
    try:
        with _Output(descriptor, name) as file:
            with suppress(OSError):  # not every file system knows locks; nobody else clears this file away there
                lock(descriptor)
            yield cast("BinaryIO", file)
            file.settle(stat.S_IMODE(mode) if mode is not None else None)
        partial.replace(final)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    _clear_leftovers(final)


def lock(descriptor: int) -> None:
    """Hold an open file until it is closed or this process ends, however it ends.

    Raises BlockingIOError where another process holds it, another OSError where files cannot be locked.
    """
    if fcntl is None:
        raise OSError(errno.ENOTSUP, "locks are not known here")
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def write_whole(descriptor: int, data: ReadableBuffer) -> int:
    """Write all of `data`, and say how many bytes that were. Raises OSError where the system takes no more."""
    rest = memoryview(data).cast("B")
    whole = len(rest)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
    return whole


def _clear_leftovers(final: Path) -> None:
    """Remove the unfinished files of this name that no living process holds."""
    leftover = re.compile(re.escape(f".{final.name}.") + r"[0-9a-f]{8}\.part")
    for path in final.parent.iterdir():
        if leftover.fullmatch(path.name):
            with suppress(OSError):  # it is held, or gone already
                _remove_unheld(path)


def _remove_unheld(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        lock(descriptor)
        path.unlink()
    finally:
        os.close(descriptor)


def _opened(path: Path, flags: int, name: str) -> int:
    try:
        return os.open(path, flags | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0), 0o666)
    except FileNotFoundError:
        raise InputError(f"cannot write {name}: there is no folder {path.parent}") from None
    except OSError as error:
        raise InputError(f"cannot write {name}: {error.strerror}") from error


class _Output(RawIOBase):
    """A file descriptor whose failures name the target."""

    def __init__(self, descriptor: int, name: str, closefd: bool = True) -> None:
        self._descriptor = descriptor
        self._name = name
        self._closefd = closefd

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return write_whole(self._descriptor, data)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise InputError(f"cannot write {self._name}: {reason(error)}") from error

    def settle(self, mode: int | None) -> None:
        """Bring the file to the disk, with the permissions of the file that it replaces."""
        try:
            if mode is not None and hasattr(os, "fchmod"):
                os.fchmod(self._descriptor, mode)
            os.fsync(self._descriptor)
        except OSError as error:
            raise InputError(f"cannot write {self._name}: {reason(error)}") from error

    def close(self) -> None:
        if not self.closed and self._closefd:
            os.close(self._descriptor)
        super().close()


def reason(error: OSError) -> str:
    """Why something could not be written, in words."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full"
    if error.errno == errno.EFBIG:
        return "the file would exceed the largest size allowed"
    return error.strerror or str(error)
