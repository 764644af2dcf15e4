"""Workloads to try things on: expressions that all differ, the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from xlmill.exceptions import InputError
from xlmill.mill.generator.draws import Rows
from xlmill.mill.generator.literals import filled
from xlmill.mill.generator.mixes import TEMPLATES
from xlmill.mill.generator.random_trees import random_trees

if TYPE_CHECKING:
    import pyarrow as pa

# `everyday` is what business rules look like; `long` has 250 arguments an expression; in `diverse` every expression
# is of another template.
MIXES = (*TEMPLATES, "diverse")

BATCH_ROWS = 32_768


def generate(n: int, seed: int = 1, mix: str = "everyday") -> Iterator[pa.RecordBatch]:
    """`n` expressions in batches, in the column `expression`, as a file format writes them.

    No two are alike. A seed and a mix give the same expressions on every platform, of which a smaller `n` gives
    the first. Raises InputError for an unknown mix or a negative `n`.
    """
    if mix not in MIXES:
        raise InputError(f"unknown mix {mix!r}; the known ones are {', '.join(MIXES)}")
    if n < 0:
        raise InputError(f"cannot generate {n} expressions")
    return _batches(n, seed, mix)


def _batches(n: int, seed: int, mix: str) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    for begin in range(0, max(n, 1), BATCH_ROWS):
        rows = np.arange(begin, min(n, begin + BATCH_ROWS), dtype=np.uint64)
        column = random_trees(rows, seed) if mix == "diverse" else _in_turn(TEMPLATES[mix], rows, seed)
        yield pa.record_batch([column], names=["expression"])


def _in_turn(templates: tuple[str, ...], rows: Rows, seed: int) -> pa.Array:
    """The expressions of `rows`, one template after the other."""
    import pyarrow as pa

    turn = (rows % np.uint64(len(templates))).astype(np.int64)
    own = rows // np.uint64(len(templates))
    columns = [filled(template, own[turn == i], seed, 1 + i) for i, template in enumerate(templates)]
    # The columns one after the other hold the rows in order of their turn; this puts them back.
    places = np.empty(len(rows), np.int64)
    places[np.argsort(turn, kind="stable")] = np.arange(len(rows))
    return pa.concat_arrays(columns).take(pa.array(places))
