"""The start method that somebody gets who names none."""

from __future__ import annotations

import multiprocessing


def interpreters_own_method() -> str:
    """The interpreter's own start method: on Linux fork before Python 3.14."""
    # The first is the default; asking for it by get_start_method would settle it for the whole process.
    return multiprocessing.get_all_start_methods()[0]
