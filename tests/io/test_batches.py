from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmill.io import as_text, batches
from xlmill.io.batches import rebatch

texts = st.lists(st.lists(st.text("ab", max_size=30)), min_size=1)


def as_batches(parts: list[list[str]]) -> list[pa.RecordBatch]:
    return [pa.record_batch({"t": pa.array(part, pa.string())}) for part in parts]


@given(parts=texts, batch_rows=st.integers(1, 7), batch_bytes=st.integers(1, 80))
def test_batches_depend_on_the_rows_alone(parts: list[list[str]], batch_rows: int, batch_bytes: int) -> None:
    rows = [text for part in parts for text in part]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "BATCH_BYTES", batch_bytes)
        one = [b.to_pydict()["t"] for b in rebatch(as_batches([rows]), batch_rows)]
        many = [b.to_pydict()["t"] for b in rebatch(as_batches(parts), batch_rows)]

    assert one == many
    assert [text for batch in many for text in batch] == rows
    for batch in many:
        assert len(batch) <= batch_rows
        assert len(batch) <= 1 or sum(map(len, batch)) <= batch_bytes


def test_rows_that_need_no_joining_are_not_copied() -> None:
    whole = pa.record_batch({"n": pa.array(range(10))})

    parts = list(rebatch([whole], 4))

    assert [part.num_rows for part in parts] == [4, 4, 2]
    assert {part.column(0).buffers()[1].address for part in parts} == {whole.column(0).buffers()[1].address}


def test_metadata_of_columns_and_tables_stays() -> None:
    schema = pa.schema([pa.field("t", pa.large_string(), metadata={"k": "v"})], metadata={"table": "x"})

    (batch,) = rebatch([pa.record_batch([pa.array(["a"], pa.large_string())], schema=schema)], 5)

    assert batch.schema.metadata == {b"table": b"x"}
    assert batch.schema.field("t").metadata == {b"k": b"v"}
    assert batch.schema.field("t").type == pa.string()


def test_bytes_that_are_no_text_become_the_replacement_character() -> None:
    assert as_text(pa.array([b"a", b"\xff", None, b"\xc3\xbc"])).to_pylist() == ["a", "�", None, "ü"]
