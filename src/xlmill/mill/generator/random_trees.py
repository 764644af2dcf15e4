"""Random trees, no two of one template."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

from xlmill.mill.generator.draws import Rows, distinct, draw
from xlmill.mill.generator.literals import filled

if TYPE_CHECKING:
    import pyarrow as pa

# A tree is a chain of these, each in the hole (_) of the one before, down to a literal. No two begin with the same
# function or operator, so that the chain can be read off the tree: two chains are two templates. All take any number
# and keep it small, so that few trees end as errors. A ~ is a branch: a small tree of its own.
LINKS = (
    "(_+~)",
    "(_-~)",
    "(_*$factor)",
    "(_/$price)",
    "(ABS(_)^$rate)",
    "(-_)",
    "ABS(_)",
    "ATAN(_)",
    "AVERAGE(_,~,~)",
    "CEILING.MATH(_,$small)",
    "CHOOSE(1+MOD(INT(ABS(_)),3),~,~,~)",
    "COUNT(_,~,$price)",
    "DAY(1+MOD(INT(ABS(_)),40000))",
    "FLOOR.MATH(_,$small)",
    "IF(_>$price,~,~)",
    "IFERROR(_,~)",
    "INDEX({$price;$price;$price},1+MOD(INT(ABS(_)),3))",
    "INT(_)",
    'LEN(TEXT(_,"#,##0.00"))',
    "LN(1+ABS(_))",
    "LOOKUP(ABS(_),{0,10,100},{$price,$price,$price})",
    "MATCH(ABS(_),{0,10,100,1000})",
    "MAX(_,~)",
    "MEDIAN(_,~,~)",
    "MIN(_,~)",
    "MOD(_,$quantity)",
    "MONTH(1+MOD(INT(ABS(_)),40000))",
    "N(_)",
    "PRODUCT(_,$rate)",
    "QUOTIENT(_,$small)",
    "ROUND(_,$digit)",
    "ROUNDDOWN(_,1)",
    "ROUNDUP(_,1)",
    "SIGN(_)",
    "SIN(_)",
    "SQRT(ABS(_))",
    "SUM(_,~,~,$price)",
    "TRUNC(_,1)",
    'VALUE(TEXT(_,"0.0000"))',
    "YEAR(1+MOD(INT(ABS(_)),40000))",
)

BRANCHES = (
    "$price",
    "$quantity",
    "$price*$rate",
    "ROUND($price/$quantity,2)",
    "SUM($price,$price,$quantity)",
    "IF($quantity>$small,$price,-$price)",
    'LEN("$goods")',
    'FIND("e","$city e")',
    "MAX($price,$price)-MIN($price,$price)",
    "YEAR($date)",
    'CODE("$person")',
    "PI()*$factor",
)

# Six links tell 40**6 trees apart, 4 billion; up to three more make some trees deeper.
TELLING_LINKS = 6
MORE_LINKS = 3
# How often each link is made with other literals and branches.
VARIANTS = 128


def random_trees(rows: Rows, seed: int) -> pa.Array:
    """One tree a row, for the first 4 billion rows no two of one template."""
    import pyarrow as pa
    import pyarrow.compute as pc

    before, after = _links(seed)
    number = distinct(seed, rows, len(LINKS) ** TELLING_LINKS)
    more = draw(seed, 0, rows, MORE_LINKS + 1)
    chain = []
    for level in range(TELLING_LINKS + MORE_LINKS):
        variant = draw(seed, 1 + level, rows, VARIANTS)
        if level < TELLING_LINKS:
            link = number // len(LINKS) ** level % len(LINKS)
        else:
            # The link after the last is none at all.
            link = np.where(more > level - TELLING_LINKS, draw(seed, 101 + level, rows, len(LINKS)), len(LINKS))
        chain.append(link * VARIANTS + variant)
    leaf = filled("$amount", rows, seed, 0)
    pieces = [before.take(link) for link in chain] + [leaf] + [after.take(link) for link in reversed(chain)]
    return pc.binary_join_element_wise(pa.scalar("="), *pieces, "")


@functools.lru_cache(1)
def _links(seed: int) -> tuple[pa.Array, pa.Array]:
    """What stands before and after the hole of each link, in all variants, and of no link at the end."""
    import pyarrow as pa

    rows = np.arange(VARIANTS, dtype=np.uint64)
    branches = pa.concat_arrays([filled(branch, rows, seed, 1 + i) for i, branch in enumerate(BRANCHES)])
    before, after = [], []
    for i, link in enumerate(LINKS):
        left, right = link.split("_")
        before.append(_with_branches(left, branches, rows, seed, 100 + 2 * i))
        after.append(_with_branches(right, branches, rows, seed, 101 + 2 * i))
    nothing = pa.array([""] * VARIANTS)
    return pa.concat_arrays([*before, nothing]), pa.concat_arrays([*after, nothing])


def _with_branches(text: str, branches: pa.Array, rows: Rows, seed: int, stream: int) -> pa.Array:
    import pyarrow.compute as pc

    pieces = []
    for position, part in enumerate(text.split("~")):
        if position:
            pieces.append(branches.take(draw(seed, stream * 1000 + position, rows, len(branches))))
        pieces.append(filled(part, rows, seed, stream * 10 + position))
    return pc.binary_join_element_wise(*pieces, "")
