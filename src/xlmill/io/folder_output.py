"""Output folders that appear whole or not at all."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from pathlib import Path

from xlmill.exceptions import InputError
from xlmill.io.output_file import reason
from xlmill.io.table_format import STANDARD_STREAM, Source, format_for

_PART = re.compile(r"part-\d{6,}\.\w+")


def asks_for_folder(target: Source) -> bool:
    """Whether `target` is to be a folder of parts: it ends in a slash."""
    name = os.fspath(target)
    return name != STANDARD_STREAM and name.endswith(("/", os.sep))


def part_name(number: int, target: Source) -> str:
    """What part `number` of the folder `target` is called, from 0, in the format that the folder's suffix asks for."""
    return f"part-{number:06}{format_for(Path(target)).suffixes[0]}"


def check_folder(target: Source) -> None:
    """Raise InputError where `target` exists and is no folder of parts, which alone may be replaced."""
    final = Path(target)
    if final.exists() and not final.is_dir():
        raise InputError(f"cannot write {target}: it is a file")
    if final.is_dir() and any(_PART.fullmatch(path.name) is None for path in final.iterdir()):
        raise InputError(f"cannot write {target}: the folder holds other files than parts of an output")


def put_in_place(folder: Path, target: Source) -> None:
    """Give a folder the name `target`, and remove a folder of parts that has it.

    Raises InputError if that cannot be.
    """
    check_folder(target)
    final = Path(target).resolve()
    before = final.with_name(f".{final.name}.{secrets.token_hex(4)}.old")
    try:
        if final.exists():
            final.rename(before)  # no system renames a folder onto another that is not empty
        folder.rename(final)
    except OSError as error:
        raise InputError(f"cannot write {target}: {reason(error)}") from error
    shutil.rmtree(before, ignore_errors=True)
