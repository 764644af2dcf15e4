"""Parquet and Arrow: what went in comes out."""

from __future__ import annotations

import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmill.exceptions import InputError
from xlmill.io import format_for

text = st.text(st.characters(codec="utf-8"), max_size=8)
rows_of_all_kinds = st.lists(
    st.tuples(
        st.floats(allow_nan=False) | st.none(),
        st.integers(-(2**63), 2**63 - 1) | st.none(),
        st.booleans() | st.none(),
        text | st.none(),
        st.binary(max_size=8) | st.none(),
        st.dates() | st.none(),
        st.lists(st.floats(allow_nan=False), max_size=3) | st.none(),
    )
)
TYPES = [
    pa.float64(),
    pa.int64(),
    pa.bool_(),
    pa.string(),
    pa.binary(),
    pa.date32(),
    pa.list_(pa.float64()),
]


@pytest.mark.parametrize("suffix", [".parquet", ".arrow"])
@given(rows=rows_of_all_kinds, batch_rows=st.integers(1, 5))
def test_every_kind_of_column_comes_back(
    suffix: str, rows: list[tuple[object, ...]], batch_rows: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    columns = [pa.array([row[i] for row in rows], TYPES[i]) for i in range(len(TYPES))]
    batch = pa.record_batch(columns, names=list("abcdefg"))
    path = tmp_path_factory.mktemp("typed") / f"trip{suffix}"

    format_for(path).write([batch], path)
    table = pa.Table.from_batches(format_for(path).read(path, batch_rows))

    assert table.to_pydict() == batch.to_pydict()
    assert table.schema.types == TYPES


@pytest.mark.parametrize("suffix", [".parquet", ".arrow"])
def test_other_layouts_of_text_arrive_as_plain_text(suffix: str, tmp_path: Path) -> None:
    words = pa.array(["a", None, "a"])
    columns = [words.cast(pa.large_string()), words.dictionary_encode(), words.cast(pa.string_view())]
    table = pa.table(columns, names=["large", "dictionary", "view"])
    path = tmp_path / f"in{suffix}"
    if suffix == ".parquet":
        parquet.write_table(table, path)
    else:
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)

    (batch,) = format_for(path).read(path, 10)

    assert batch.schema.types == [pa.string()] * 3
    assert batch.to_pydict() == {name: ["a", None, "a"] for name in table.schema.names}


@pytest.mark.parametrize("suffix", [".parquet", ".arrow"])
@pytest.mark.parametrize("damage", [b"", b"no such format", b"PAR1" * 10, b"ARROW1\0\0" + b"\0" * 40])
def test_a_damaged_file_is_refused_in_one_line(suffix: str, damage: bytes, tmp_path: Path) -> None:
    path = tmp_path / f"in{suffix}"
    path.write_bytes(damage)

    with pytest.raises(InputError, match="no readable") as caught:
        list(format_for(path).read(path, 10))

    assert "\n" not in str(caught.value)


def test_a_file_cut_off_is_refused(tmp_path: Path) -> None:
    for suffix in (".parquet", ".arrow"):
        path = tmp_path / f"in{suffix}"
        format_for(path).write([pa.record_batch({"a": [datetime.date(2024, 1, 31)] * 1000})], path)
        path.write_bytes(path.read_bytes()[:-20])

        with pytest.raises(InputError):
            list(format_for(path).read(path, 10))


def test_the_streaming_form_of_arrow_is_read_too(tmp_path: Path) -> None:
    batch = pa.record_batch({"a": [1, 2]})
    with pa.OSFile(str(tmp_path / "s.arrow"), "wb") as sink, pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)

    (read,) = format_for("arrow").read(tmp_path / "s.arrow", 10)

    assert read.equals(batch)


@pytest.mark.parametrize("name", ["parquet", "arrow"])
def test_standard_input_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="standard input"):
        list(format_for(name).read("-", 10))
