"""Text patterns with wildcards: * is any run of characters, ? any one, ~ before *, ? or ~ takes it as it is.

Case does not matter. A character is a UTF-16 unit, as everywhere in Excel. A pattern of n characters with
stars in it costs at most n steps a character of the text, and usually one.

Source: Microsoft Support, "Using wildcard characters in searches".
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlmill.values.text_column import Index, Texts
from xlmill.values.two_speed import two_speed

Mask = NDArray[np.bool_]

_NO, _YES, _NOT_ASCII = range(3)


def has_wildcards(patterns: Texts) -> Mask:
    """Which texts hold a *, ? or ~, so that they are patterns and not just themselves."""
    found = np.empty(len(patterns), np.uint8)
    work = int(patterns.lengths.sum()) + len(patterns)
    _find_wildcards.run(work, patterns.buffer, patterns.starts, patterns.lengths, found)
    return found.astype(np.bool_)


def wildcard_matches(texts: Texts, patterns: Texts) -> Mask:
    """Row by row, whether the whole text fits the pattern."""
    matched = np.empty(len(texts), np.uint8)
    # A text without its pattern's first characters is left at once: count the pattern, and the text, once.
    work = 2 * int(texts.lengths.sum()) + len(texts)
    _match.run(
        work,
        *(texts.buffer, texts.starts, texts.lengths),
        *(patterns.buffer, patterns.starts, patterns.lengths),
        128,
        matched,
    )
    rest = np.flatnonzero(matched == _NOT_ASCII)
    if len(rest):
        found = np.empty(len(rest), np.uint8)
        _match.run(work, *_units(texts.take(rest)), *_units(patterns.take(rest)), 1 << 16, found)
        matched[rest] = found
    fits: Mask = matched == _YES
    return fits


def _units(texts: Texts) -> tuple[NDArray[np.uint16], Index, Index]:
    """Texts in lower case as slices of UTF-16 units."""
    encoded = [text.lower().encode("utf-16-le", "surrogatepass") for text in texts.to_strings()]
    lengths = np.array([len(units) // 2 for units in encoded], np.int64)
    return np.frombuffer(b"".join(encoded), np.uint16), np.cumsum(lengths) - lengths, lengths


@two_speed
def _find_wildcards(source: Any, starts: Any, lengths: Any, found: Any) -> None:
    for i in range(len(starts)):
        found[i] = 0
        for at in range(starts[i], starts[i] + lengths[i]):
            if source[at] == 42 or source[at] == 63 or source[at] == 126:
                found[i] = 1
                break


@two_speed
def _match(  # type: ignore[no-untyped-def]
    source, starts, lengths, pattern, pattern_starts, pattern_lengths, beyond, matched
):
    """Match units below `beyond`; a row that meets another one is left as _NOT_ASCII.

    After a star has been passed, a mismatch goes back to that star and lets it take one character more:
    earlier stars need never be tried again.
    """
    for i in range(len(starts)):
        at = starts[i]
        end = at + lengths[i]
        p = pattern_starts[i]
        p_end = p + pattern_lengths[i]
        after_star = -1
        retry = at
        result = 1
        for k in range(p, p_end):
            if pattern[k] >= beyond:
                result = 2
        for k in range(at, end):
            if source[k] >= beyond:
                result = 2
                break
        while result == 1:
            if p < p_end and pattern[p] == 42:
                p += 1
                after_star = p
                retry = at
                if p == p_end:
                    break
                continue
            if at == end:
                if p < p_end:
                    result = 0
                break
            fits = False
            step = 1
            if p < p_end:
                wanted = pattern[p]
                if wanted == 63:
                    fits = True
                else:
                    if wanted == 126 and p + 1 < p_end:
                        following = pattern[p + 1]
                        if following == 42 or following == 63 or following == 126:
                            wanted = following
                            step = 2
                    unit = source[at]
                    if 65 <= unit <= 90:
                        unit += 32
                    if 65 <= wanted <= 90:
                        wanted += 32
                    fits = unit == wanted
            if fits:
                at += 1
                p += step
            elif after_star >= 0:
                retry += 1
                at = retry
                p = after_star
            else:
                result = 0
        matched[i] = result
