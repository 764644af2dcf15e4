from __future__ import annotations

from collections import Counter

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from xlmill.mill.record import Record, packed, unpacked
from xlmill.mill.workload import Computed, Tally

counts = st.dictionaries(st.text(max_size=8), st.integers(1, 1 << 40), max_size=4).map(Counter)
causes = st.dictionaries(st.tuples(st.text(max_size=8), st.text(max_size=8)), st.integers(1, 1 << 40)).map(Counter)
rows = st.lists(
    st.tuples(
        st.sampled_from(["number", "text", "invalid"]),
        st.none() | st.floats(allow_nan=False),
        st.none() | st.text(),
    )
)


@given(
    rows=rows,
    types=counts,
    errors=counts,
    failures=causes,
    templates=st.frozensets(st.integers(-(2**63), 2**63 - 1)),
    problem=st.text(),
    skip=st.integers(0, 9),
)
def test_a_record_comes_back_as_it_was(
    rows: list[tuple[str, float | None, str | None]],
    types: Counter[str],
    errors: Counter[str],
    failures: Counter[tuple[str, str]],
    templates: frozenset[int],
    problem: str,
    skip: int,
) -> None:
    kinds, numbers, texts = zip(*rows, strict=True) if rows else ((), (), ())
    columns = {
        "type": pa.array(kinds, pa.string())[skip:],
        "number": pa.array(numbers, pa.float64())[skip:],
        "text": pa.array(texts, pa.string())[skip:],
    }
    tally = Tally(len(rows), types, errors, templates, failures, problem=problem)
    record = Record(len(columns["type"]), 3, Computed(columns, tally))

    found = unpacked(b"".join(bytes(memoryview(piece)) for piece in packed(record)))

    assert found == record
