"""A few bytes shared by a worker and its supervisor, in which the worker says on which row it is.

They outlive a worker that is killed, and cost it no message: so a supervisor knows at once which row to blame, and
that a long chunk gets on.
"""

from __future__ import annotations

import mmap
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.reduction import DupFd
from typing import Any, Protocol, TypeAlias, runtime_checkable

# The number of the chunk, and how many of its rows were begun; each is written in one piece.
SIZE = 16
CHUNK, BEGUN = 0, 1

Place: TypeAlias = tuple[int, int]


class Mark:
    """The shared bytes; `file` is the descriptor of a file of SIZE bytes, or on Windows a name."""

    def __init__(self, file: int | str) -> None:
        self.cells = memoryview(_mapped(file)).cast("Q")

    def begin(self, chunk: int) -> None:
        """In the worker: from now on it is the chunk of this number, none of whose rows was begun."""
        self.cells[BEGUN] = 0
        self.cells[CHUNK] = chunk

    def place(self) -> Place:
        """The number of the chunk, and how many of its rows were begun; 0 where a task does not say."""
        return self.cells[CHUNK], self.cells[BEGUN]

    def row(self, chunk: int) -> int | None:
        """The row, from 0, that was begun last in the chunk of this number, if that is known."""
        number, begun = self.place()
        return begun - 1 if number == chunk and begun else None


@runtime_checkable
class RowByRow(Protocol):
    """A task that can say which row of its chunk it is on."""

    def marking(self, mark: Mark) -> Callable[[Any], Any]:
        """The same task, which writes into `mark` how many rows it has begun."""
        ...


class SharedMark:
    """A mark to be sent to a process that starts: it gets the file, or its name, and maps it by itself."""

    def __init__(self, file: int | str) -> None:
        self._file = file

    def __getstate__(self) -> object:
        return DupFd(self._file) if isinstance(self._file, int) else self._file

    def __setstate__(self, state: Any) -> None:
        self._file = state if isinstance(state, str) else state.detach()

    def open(self) -> Mark:
        """The mark, once, in the process that was started."""
        mark = Mark(self._file)
        if isinstance(self._file, int):
            os.close(self._file)
        return mark


@contextmanager
def shared_mark() -> Iterator[tuple[Mark, SharedMark]]:
    """A new mark, and what a process that is started within the block is to be given. Raises OSError."""
    if sys.platform == "win32":
        name = f"xlmill-{os.getpid()}-{os.urandom(8).hex()}"
        yield Mark(name), SharedMark(name)
        return
    if hasattr(os, "memfd_create"):
        file = os.memfd_create("xlmill-mark")
    else:
        file, name = tempfile.mkstemp(prefix="xlmill-mark-")
        os.unlink(name)  # noqa: PTH108 (the file stays as long as it is open)
    try:
        # Written, not only made longer: where there is no room, this is an error here, and no signal later.
        os.write(file, bytes(SIZE))
        yield Mark(file), SharedMark(file)
    finally:
        os.close(file)


def _mapped(file: int | str) -> mmap.mmap:
    if sys.platform == "win32":
        return mmap.mmap(-1, SIZE, str(file))
    return mmap.mmap(int(file), SIZE)
