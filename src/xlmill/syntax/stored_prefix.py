"""The prefixes that Excel puts before newer names when it stores a formula."""

# ruff: noqa: SIM109 (membership in a tuple is not in the compiled subset)

from __future__ import annotations

from typing import Final

from xlmill.syntax.characters import POINT, UNDERSCORE, UPPER
from xlmill.syntax.forest import Bytes
from xlmill.values.two_speed import two_speed


def _key(letters: str) -> int:
    return int.from_bytes(letters.encode(), "big")


# A prefix is _xl, these letters and a point. As numbers, so that one comparison tells them apart.
NO_PREFIX: Final = 0
FUNCTION_PREFIX: Final = _key("FN")  # a function newer than Excel 2007
WORKSHEET_PREFIX: Final = _key("WS")  # a function that only worksheets have
PARAMETER_PREFIX: Final = _key("PM")  # a name of LET or LAMBDA
OPTIONAL_PREFIX: Final = _key("OP")  # an optional parameter
FUNCTION_VALUE_PREFIX: Final = _key("ETA")  # a function passed as a value
USER_PREFIX: Final = _key("UDF")  # a function that this Excel did not know

_X: Final = ord("X")
_L: Final = ord("L")


@two_speed
def strip_prefix(buffer: Bytes, start: int, stop: int) -> tuple[int, int]:
    """Where the word begins behind its prefixes, and the last of them (NO_PREFIX, FUNCTION_PREFIX, ...)."""
    prefix = NO_PREFIX
    while (
        stop - start > 4
        and buffer[start] == UNDERSCORE
        and UPPER[buffer[start + 1]] == _X
        and UPPER[buffer[start + 2]] == _L
    ):
        key = 0
        i = start + 3
        while i < stop and i < start + 7 and buffer[i] != POINT:
            key = key * 256 + UPPER[buffer[i]]
            i += 1
        if i + 1 >= stop or buffer[i] != POINT:
            break
        if not (
            key == FUNCTION_PREFIX
            or key == WORKSHEET_PREFIX
            or key == PARAMETER_PREFIX
            or key == OPTIONAL_PREFIX
            or key == FUNCTION_VALUE_PREFIX
            or key == USER_PREFIX
        ):
            break
        prefix = key
        start = i + 1
    return start, prefix
