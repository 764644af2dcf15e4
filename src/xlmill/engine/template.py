"""Templates: what expressions have in common once their constants are lifted out."""

from __future__ import annotations

import zlib

import numpy as np

from xlmill.syntax.forest import Forest
from xlmill.syntax.opcode import Opcode
from xlmill.values.column import Index
from xlmill.values.two_speed import two_speed


def template_hashes(forest: Forest) -> Index:
    """A number for each row, -1 for one that is no formula: the same for rows of one template, and only for them.

    (The numbers are hashes of 62 bits: among a million templates, two fall together once in four million runs.)
    """
    codes = forest.op.astype(np.int64) * 256 + forest.argc
    named = np.flatnonzero((forest.op == Opcode.NAME) | (forest.op == Opcode.STRUCTURED))
    if len(named):
        hashes = [
            zlib.crc32(forest.buffer[start:stop].tobytes().upper())
            for start, stop in zip(forest.name_start.tolist(), forest.name_stop.tolist(), strict=True)
        ]
        codes[named] += np.array(hashes, np.int64)[forest.extra[named]] << 24
    wide = np.flatnonzero(forest.op == Opcode.ARRAY)
    codes[wide] += forest.extra[wide].astype(np.int64) << 24
    referring = np.flatnonzero(forest.op == Opcode.REFERENCE)
    if len(referring):
        facts = forest.refs[forest.extra[referring], 2:]
        codes[referring] += (facts * np.array([1, 1_048_583, 7_919, 104_729, 15_485_863])).sum(axis=1) % (1 << 32) << 24
    hashes_by_row = np.zeros(len(forest.row_start), np.int64)
    _hash_rows.run(len(codes), codes, forest.row, hashes_by_row)
    hashes_by_row[forest.root < 0] = -1
    return hashes_by_row


@two_speed
def _hash_rows(codes, rows, hashes):  # type: ignore[no-untyped-def]
    """Two polynomials, each modulo a prime below 2**31, so that no product leaves 63 bits."""
    for node in range(len(codes)):
        row = rows[node]
        high = hashes[row] >> 31
        low = hashes[row] & 2147483647
        code = codes[node] % 2147483629
        high = (high * 1048583 + code + 1) % 2147483629
        low = (low * 16777619 + code + 7) % 2147483647
        hashes[row] = (high << 31) | low
