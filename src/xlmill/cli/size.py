"""Sizes of memory as people write them."""

from __future__ import annotations

import re

from xlmill.exceptions import InputError

_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(?:I?B)?", re.IGNORECASE)


def byte_count(text: str, option: str) -> int:
    """The bytes of a size such as 500M, 2G or 1.5GiB; units are powers of 1024. `option` is named in the error."""
    found = _SIZE.fullmatch(text.strip())
    count = 0 if found is None else int(float(found[1]) * _UNITS[found[2].upper()])
    if count == 0:
        raise InputError(f"{option} {text}: write it like 500M or 2G")
    return count


def size_text(count: float) -> str:
    """A number of bytes for people."""
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if count < 1024 or unit == "GiB":
            return f"{count:,.0f} {unit}" if unit == "bytes" or count >= 100 else f"{count:.3g} {unit}"
        count /= 1024
    raise AssertionError("the last unit returns")
