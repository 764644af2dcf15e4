"""The distinct names of a chunk, numbered as they are met."""

from __future__ import annotations

from xlmill.syntax.characters import UPPER
from xlmill.syntax.forest import Bytes, Int32, Int64
from xlmill.syntax.lexer import HASH_FACTOR, HASH_MASK, same_bytes
from xlmill.values.two_speed import two_speed


@two_speed
def hash_name(buffer: Bytes, start: int, stop: int, seed: int) -> int:
    """A hash of the name in buffer[start:stop] without regard to ASCII case.

    The seed is secret, so that nobody can write a million names that fall into one slot.
    """
    value = seed
    for i in range(start, stop):
        value = ((value ^ UPPER[buffer[i]]) * HASH_FACTOR) & HASH_MASK
    return value


@two_speed
def find_name(
    buffer: Bytes, start: int, stop: int, hashed: int, slots: Int32, name_start: Int64, name_stop: Int64
) -> tuple[int, int]:
    """The slot of the name in buffer[start:stop], and its number; the number is -1 if the slot is free."""
    mask = len(slots) - 1
    slot = hashed & mask
    while slots[slot]:
        name = slots[slot] - 1
        if same_bytes(buffer, start, stop, buffer, name_start[name], name_stop[name]):
            return slot, name
        slot = (slot + 1) & mask
    return slot, -1


@two_speed
def add_name(
    buffer: Bytes, start: int, stop: int, hashed: int, slots: Int32, name_start: Int64, name_stop: Int64, names: int
) -> tuple[int, int]:
    """The number of the name in buffer[start:stop], and how many names there are now instead of `names`."""
    slot, name = find_name(buffer, start, stop, hashed, slots, name_start, name_stop)
    if name >= 0:
        return name, names
    slots[slot] = names + 1
    name_start[names] = start
    name_stop[names] = stop
    return names, names + 1
