"""Durations as people write them."""

from __future__ import annotations

import re

from xlmill.exceptions import InputError

_UNITS = {"": 1, "s": 1, "m": 60, "min": 60, "h": 3600}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|min|m|h)?", re.IGNORECASE)


def seconds_of(text: str, option: str) -> float:
    """The seconds of a duration such as 90, 90s, 5m or 1.5h. `option` is named in the error."""
    found = _DURATION.fullmatch(text.strip())
    if found is None or float(found[1]) == 0:
        raise InputError(f"{option} {text}: write it like 90s or 5m")
    return float(found[1]) * _UNITS[(found[2] or "").lower()]
