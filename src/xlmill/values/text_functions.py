"""What text functions do with one text, for machine code and for kernels.

The engine evaluates nodes whose arguments are plain values one by one, in machine code (engine.settling); kernels
(text_kernels, text_search) take whole columns. Both call what stands here. A text is `length` bytes of an array
from `start` on, in UTF-8.
"""

# ruff: noqa: SIM110 (generators are not in the compiled subset)

from __future__ import annotations

from typing import Final

from xlmill.values.two_speed import two_speed

# What `order_of` gives where a text has letters beyond ASCII.
UNSURE: Final = 2

_SPACE: Final = 32
_UPPER_A: Final = 65
_UPPER_Z: Final = 90
_LOWER_A: Final = 97
_LOWER_Z: Final = 122
_CASE: Final = 32  # between a letter of ASCII and the same in the other case


@two_speed
def copied_to(source, start, length, target, to):  # type: ignore[no-untyped-def]
    """Copy a text to `target`; gives where it ends there."""
    for k in range(length):
        target[to + k] = source[start + k]
    return to + length


@two_speed
def is_ascii(source, start, length):  # type: ignore[no-untyped-def]
    """Whether each byte is a character."""
    seen = 0
    for k in range(start, start + length):
        seen |= source[k]
    return seen < 128


@two_speed
def characters_in(source, start, length):  # type: ignore[no-untyped-def]
    """How many characters a text has; those beyond the basic plane count 2."""
    count = 0
    for k in range(start, start + length):
        byte = source[k]
        if byte < 128 or byte >= 192:
            count += 1
        if byte >= 240:
            count += 1
    return count


@two_speed
def place_in(source, start, length, sought, sought_start, size):  # type: ignore[no-untyped-def]
    """Where in `source` another text first stands within a text; -1 where it does not. An empty one stands nowhere."""
    if size == 0:
        return -1
    for place in range(start, start + length - size + 1):
        k = 0
        while k < size and source[place + k] == sought[sought_start + k]:
            k += 1
        if k == size:
            return place
    return -1


@two_speed
def are_same(left, start, length, right, right_start, right_length):  # type: ignore[no-untyped-def]
    """Whether two texts have the same bytes."""
    if length != right_length:
        return False
    for k in range(length):
        if left[start + k] != right[right_start + k]:
            return False
    return True


@two_speed
def order_of(left, start, length, right, right_start, right_length):  # type: ignore[no-untyped-def]
    """-1, 0 or 1: which of two texts comes first, letters without case; UNSURE where one has others than ASCII's."""
    order = 0
    for k in range(min(length, right_length)):
        x = left[start + k]
        y = right[right_start + k]
        if x >= 128 or y >= 128:
            return UNSURE
        if x != y and order == 0:
            x = lower_letter(x)
            y = lower_letter(y)
            if x != y:
                order = 1 if x > y else -1
    if order == 0 and length != right_length:
        order = 1 if length > right_length else -1
    return order


@two_speed
def lower_letter(byte):  # type: ignore[no-untyped-def]
    """A byte of ASCII in lower case."""
    return byte + _CASE if byte >= _UPPER_A and byte <= _UPPER_Z else byte


@two_speed
def upper_letter(byte):  # type: ignore[no-untyped-def]
    """A byte of ASCII in upper case."""
    return byte - _CASE if byte >= _LOWER_A and byte <= _LOWER_Z else byte


@two_speed
def trimmed_to(source, start, length, target, to):  # type: ignore[no-untyped-def]
    """Copy a text without the spaces at its ends, and with one between words; gives where it ends in `target`."""
    first = to
    for k in range(start, start + length):
        byte = source[k]
        if byte != _SPACE:
            if k > start and source[k - 1] == _SPACE and to > first:
                target[to] = _SPACE
                to += 1
            target[to] = byte
            to += 1
    return to
