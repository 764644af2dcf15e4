"""Equal texts, letters without case, told by equal numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xlmill.values.text_column import Index, Texts
from xlmill.values.text_kernels import lower


def identify(columns: Sequence[Texts]) -> list[Index]:
    """For each text of each column a number, from 0, that all texts equal to it share."""
    known: dict[str, int] = {}
    numbered = []
    for texts in columns:
        words = lower(texts).to_strings()
        numbered.append(np.array([known.setdefault(word, len(known)) for word in words], np.int64))
    return numbered
