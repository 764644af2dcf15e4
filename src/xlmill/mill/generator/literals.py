"""The literals that fill a template, as columns of text."""

from __future__ import annotations

import functools
import itertools
import re
from typing import TYPE_CHECKING

from xlmill.mill.generator.draws import Rows, distinct, draw

if TYPE_CHECKING:
    import pyarrow as pa

# The amounts of a template's first ten million rows are the cents up to 99,999.99.
DISTINCT = 10**7

_FIELD = re.compile(r"\$([a-z_]+)")

_CITIES = "Lisbon,Porto,Berlin,Hamburg,Zürich,Lyon,Oslo,Turin,Gdansk,Leeds,Austin,Denver,Osaka,Perth,Quito"
_PEOPLE = "ana,bruno,chen,dora,emil,fatima,goran,hanna,ivan,julia,kofi,lena,marco,nina,otto,priya,ravi,sara"
_FAMILIES = "almeida,berger,costa,dubois,eriksen,fischer,garcia,haas,ivanov,jensen,kaya,lopez,meyer,novak,okafor"
_GOODS = "bolt,bracket,cable,chair,desk,filter,gasket,hinge,lamp,motor,panel,pump,router,shelf,sensor,valve"
_CURRENCIES = "EUR,USD,GBP,CHF,JPY,SEK,BRL"


def filled(template: str, rows: Rows, seed: int, stream: int) -> pa.Array:
    """`template` once a row, each ``$field`` replaced by a literal of its kind.

    ``$amount`` (in cents), ``$number`` (whole) and ``$serial`` (seven digits) differ from row to row and are the
    same wherever they stand in a row; every other field is drawn anew. `stream` sets templates apart.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if "$" not in template:
        return pa.repeat(pa.scalar(template), len(rows))
    pieces: list[pa.Array | pa.Scalar] = []
    own = distinct(seed ^ stream, rows, DISTINCT)
    for position, piece in enumerate(_FIELD.split(template)):
        if position % 2 == 0:
            pieces.append(pa.scalar(piece))
        elif piece == "amount":
            pieces += [pa.array(own // 100).cast(pa.string()), pa.scalar("."), _tables()["cents"].take(own % 100)]
        elif piece == "number":
            pieces.append(pa.array(own).cast(pa.string()))
        elif piece == "serial":
            pieces.append(pc.utf8_lpad(pa.array(own).cast(pa.string()), 7, "0"))
        else:
            table = _tables()[piece]
            pieces.append(table.take(draw(seed, stream * 1000 + position, rows, len(table))))
    return pc.binary_join_element_wise(*pieces, "")


@functools.cache
def _tables() -> dict[str, pa.Array]:
    """Every literal of each field: drawing one is an index."""
    import pyarrow as pa

    tables = {
        "cents": [f"{number:02}" for number in range(100)],
        "price": [f"{cents // 100}.{cents % 100:02}" for cents in range(1, 100_000)],
        "rate": [f"0.{number:04}" for number in range(1, 2500)],
        "percent": [f"{tenths // 10}.{tenths % 10}%" for tenths in range(5, 300)],
        "factor": [f"{number / 1000:.3f}" for number in range(500, 2000)],
        "quantity": [str(number) for number in range(1, 501)],
        "months": [str(number) for number in range(6, 481)],
        "small": [str(number) for number in range(1, 13)],
        "digit": [str(number) for number in range(10)],
        "zero_often": [str(number) for number in range(1, 40)] + ["0"] * 5,
        "year": [str(number) for number in range(1990, 2041)],
        "date": _dates("DATE({},{},{})"),
        "iso_date": _dates("{}-{:02}-{:02}"),
        "city": _CITIES.split(","),
        "person": _PEOPLE.split(","),
        "family": _FAMILIES.split(","),
        "goods": _GOODS.split(","),
        "currency": _CURRENCIES.split(","),
    }
    return {name: pa.array(texts, pa.string()) for name, texts in tables.items()}


def _dates(form: str) -> list[str]:
    days = itertools.product(range(2000, 2031), range(1, 13), range(1, 29))
    return [form.format(*day) for day in days]
