"""Object code kept on disk, so that a machine compiles a function once."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import xlmill.values.compiler as compiler_package
from xlmill.cache_folder import cache_folder

_DIGEST_BYTES: Final = 32
_SUFFIX: Final = ".code"

_log = logging.getLogger(__name__)


def folders() -> list[Path]:
    """Where object code is looked for, and kept in the first of them that can be written.

    Beside the package's own compiled Python, which goes when the package goes; or in the user's cache, in a folder
    for each installation, so that two versions of the package do not take turns in throwing out each other's.
    """
    package = Path(compiler_package.__path__[0]).resolve()
    installation = hashlib.sha256(os.fsencode(package)).hexdigest()[:16]
    return [package / "__pycache__", cache_folder() / "code" / installation]


def writable_folder() -> Path | None:
    """The folder in which object code is kept; None if there is none, so that every process compiles."""
    for folder in folders():
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK | os.X_OK):
            return folder
    return None


def fetch(name: str, version: str) -> bytes | None:
    """What was kept under a name in this version, whole; None if there is none."""
    for folder in folders():
        try:
            content = (folder / _file(name, version)).read_bytes()
        except OSError:
            continue
        # A full disk or a power failure may have left less than was written, and LLVM trusts what it loads.
        kept = content[_DIGEST_BYTES:]
        if hashlib.sha256(kept).digest() == content[:_DIGEST_BYTES]:
            return kept
    return None


def keep(name: str, version: str, content: bytes) -> None:
    """Keep this under a name instead of other versions; without a folder to write in, it is not kept."""
    folder = writable_folder()
    if folder is None:
        _log.info("%s is not kept: no folder can be written", name)
        return
    target = folder / _file(name, version)
    aside = folder / f"{name}.{os.getpid()}.tmp"
    try:
        aside.write_bytes(hashlib.sha256(content).digest() + content)
        aside.replace(target)  # whole or not at all, also beside another process that does the same
        for old in _versions(folder, name):
            if old != target:
                old.unlink(missing_ok=True)
    except OSError as error:
        _log.info("%s is not kept: %s", name, error)
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)


def count() -> int:
    """How many functions are kept in the folder that is written."""
    folder = writable_folder()
    return 0 if folder is None else sum(1 for _ in folder.glob(f"*{_SUFFIX}"))


def _file(name: str, version: str) -> str:
    return f"{name}-{version}{_SUFFIX}"


def _versions(folder: Path, name: str) -> Iterator[Path]:
    return folder.glob(_file(name, "*"))
