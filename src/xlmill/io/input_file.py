"""Input files, with errors for people."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from xlmill.exceptions import InputError
from xlmill.io.table_format import STANDARD_STREAM, Source

UTF8_MARK = b"\xef\xbb\xbf"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")

# Arrow's 32-bit offsets end at 2 GiB.
LONGEST_LINE_BYTES = 1 << 30


@contextmanager
def opened(source: Source) -> Iterator[BinaryIO]:
    """`source` for reading, unbuffered. Raises InputError where it is missing, a folder or unreadable."""
    if os.fspath(source) == STANDARD_STREAM:
        yield sys.stdin.buffer
        return
    with _opened_file(source) as file:
        yield file


def _opened_file(source: Source) -> BinaryIO:
    try:
        return cast("BinaryIO", Path(source).open("rb", buffering=0))
    except FileNotFoundError:
        raise InputError(f"{source}: no such file") from None
    except IsADirectoryError:
        raise InputError(f"{source}: is a folder, not a file") from None
    except OSError as error:
        raise InputError(f"{source}: {error.strerror}") from error


@contextmanager
def rewindable(source: Source) -> Iterator[BinaryIO]:
    """`source` for reading more than once: what cannot be rewound is first copied to a temporary file."""
    with opened(source) as file:
        if file.seekable():
            yield file
            return
        with tempfile.TemporaryFile() as copy:
            shutil.copyfileobj(file, copy, 1 << 20)
            copy.seek(0)
            yield cast("BinaryIO", copy)


def check_text_start(start: bytes, source: Source) -> None:
    """Raise InputError where the first bytes of a text file say that it is empty, or UTF-16."""
    name = shown(source)
    if not start or start == UTF8_MARK:
        raise InputError(f"{name} is empty")
    if start.startswith(UTF16_MARKS):
        raise InputError(f"{name} is UTF-16 text; save it as UTF-8")


def shown(source: Source) -> str:
    """What messages call `source`."""
    return "standard input" if os.fspath(source) == STANDARD_STREAM else os.fspath(source)


def check_names(names: Sequence[str], source: Source) -> None:
    """Raise InputError where two columns have one name."""
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"{shown(source)}: the column {twice!r} is there twice")


def path_of(source: Source, format_name: str) -> Path:
    """`source` as a file's path. Raises InputError for standard input, and where it is missing or a folder."""
    if os.fspath(source) == STANDARD_STREAM:
        raise InputError(f"{format_name} cannot be read from standard input: give a file")
    with opened(source):
        return Path(source)


def whole_lines(file: BinaryIO, source: Source, block_bytes: int) -> Iterator[bytes]:
    """The rest of `file` in blocks of about `block_bytes` that end where a line ends.

    At least one block comes, empty if the file is. Raises InputError where a line exceeds 1 GiB.
    """
    pieces: list[bytes] = []
    pieces_bytes = 0
    came = False
    while block := file.read(block_bytes):
        end = block.rfind(b"\n") + 1
        if end:
            yield b"".join([*pieces, block[:end]])
            came, pieces, pieces_bytes = True, [], 0
        pieces.append(block[end:])
        pieces_bytes += len(block) - end
        if pieces_bytes > LONGEST_LINE_BYTES:
            raise InputError(f"{shown(source)}: a line is longer than 1 GiB")
    rest = b"".join(pieces)
    if rest or not came:
        yield rest
