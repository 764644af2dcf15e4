"""Quantities as people read them."""

from __future__ import annotations

import math
from collections.abc import Sequence


def seconds_text(seconds: float) -> str:
    """A duration to three digits: 412 µs, 41.2 ms, 1.23 s, 3 min 5 s, 2 h 10 min."""
    if seconds < 0.000_999_5:
        return f"{_three_digits(seconds * 1e6)} µs"
    if seconds < 0.999_5:
        return f"{_three_digits(seconds * 1e3)} ms"
    if seconds < 99.95:
        return f"{_three_digits(seconds)} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600:,} h {whole % 3600 // 60} min"


def tick_text(seconds: float) -> str:
    """A round duration in one unit: 0, 20 µs, 100 ms, 1,000 s."""
    if seconds == 0:
        return "0"
    for limit, factor, unit in ((1e-3, 1e6, "µs"), (1.0, 1e3, "ms"), (math.inf, 1.0, "s")):
        if seconds < limit * (1 - 1e-9):
            return f"{round(seconds * factor, 6):,.10g} {unit}"
    raise AssertionError("the last unit has no limit")


def quantity_text(value: float, unit: str) -> str:
    """A figure to three digits with its unit: s, bytes, ×, share (a part of one), or "" for things that are counted."""
    if unit == "s":
        return seconds_text(value)
    if unit == "bytes":
        return bytes_text(value)
    if unit == "×":
        return f"{factor_text(value)} ×"
    if unit == "share":
        return f"{value:.0%}"
    if value != round(value):
        return f"{value:,.3g} {unit}".rstrip()
    return f"{value:,.0f} {unit}".rstrip()


def axis_text(value: float, unit: str) -> str:
    """A round figure as it stands beside an axis."""
    if unit == "s":
        return tick_text(value)
    if unit == "bytes" and value >= 1000:
        return bytes_text(value).replace(".0 ", " ")
    if unit == "share":
        return f"{value * 100:.4g}%"
    for limit, word in ((1e9, "billion"), (1e6, "million")):
        if value >= limit:
            return f"{value / limit:g} {word}"
    text = f"{value:,.10g}"
    return f"{text} {unit}" if unit in ("×", "bytes") else text


def factor_text(factor: float) -> str:
    """How many times: 1,300, 12, 1.8, 0.56, 1/18, 1/10,900."""
    if factor >= 9.95:
        return f"{factor:,.0f}"
    if factor >= 0.995:
        return f"{factor:.1f}"
    return f"{factor:.2f}" if factor >= 0.0995 else f"1/{rate_text(1 / factor)}"


def bytes_text(count: float) -> str:
    """Bytes in decimal units: 870 kB, 41 MB, 1.2 GB."""
    for limit, unit in ((1e6, "kB"), (1e9, "MB"), (1e12, "GB")):
        if count < 0.9995 * limit or unit == "GB":
            scaled = count / limit * 1000
            return f"{scaled:,.1f} {unit}" if scaled < 9.95 else f"{scaled:,.0f} {unit}"
    raise AssertionError("the last unit returns")


def rate_text(rate: float) -> str:
    """Rows a second to two or three digits: 384, 12,300, 1.9 million."""
    if rate >= 999_500:
        return f"{_three_digits(rate / 1e6)} million"
    digits = max(0, len(str(int(rate))) - 3)
    return f"{round(rate, -digits):,.0f}" if rate >= 10 else f"{rate:.2g}"


def listed(texts: Sequence[str]) -> str:
    """Texts as one: one; one and another; one, another and a third."""
    *first, last = texts
    return f"{', '.join(first)} and {last}" if first else last


def _three_digits(number: float) -> str:
    return f"{number:.3g}" if number < 99.95 else f"{number:,.0f}"
