from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmill.exceptions import InputError
from xlmill.io import format_for, jsonl_file, value_column

JSONL = format_for("jsonl")

text = st.text(st.characters(codec="utf-8"), max_size=8)
number = st.floats(allow_nan=False, allow_infinity=False)


def table_of(data: bytes, folder: Path, batch_rows: int = 100) -> pa.Table:
    path = folder / "in.jsonl"
    path.write_bytes(data)
    return pa.Table.from_batches(JSONL.read(path, batch_rows))


@given(rows=st.lists(st.tuples(text | st.none(), number | st.none(), st.booleans() | st.none()), min_size=1))
def test_rows_come_back_as_they_were(
    rows: list[tuple[str | None, float | None, bool | None]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    names, types = ['text "1"', "n", "b"], [pa.string(), pa.float64(), pa.bool_()]
    columns = [pa.array([row[i] for row in rows], types[i]) for i in range(3)]
    batch = pa.record_batch(columns, names=names)
    path = tmp_path_factory.mktemp("jsonl") / "trip.jsonl"

    JSONL.write([batch], path)
    table = pa.Table.from_batches(JSONL.read(path, 100))

    assert table.to_pydict() == batch.to_pydict()
    assert [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1]] == batch.to_pylist()


@pytest.mark.parametrize("block_bytes", [16, 1 << 20])
def test_cells_of_different_kinds_make_a_column_of_text(
    block_bytes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jsonl_file, "BLOCK_BYTES", block_bytes)
    data = b'{"a":1,"n":1}\n{"a":"x","n":2.5}\n\n{"a":true}\n{"a":null,"d":"2024-01-31"}\n{"a":[1,"y"]}\n'

    table = table_of(data, tmp_path)

    assert table.to_pydict() == {
        "a": ["1", "x", "true", None, '[1, "y"]'],
        "n": [1.0, 2.5, None, None, None],
        "d": [None, None, None, "2024-01-31", None],
    }


def test_expressions_are_bytes_whatever_they_look_like(tmp_path: Path) -> None:
    assert table_of(b'{"expression":"2024-01-31"}\n', tmp_path).to_pydict() == {"expression": [b"2024-01-31"]}
    assert table_of(b'{"expression":5}\n', tmp_path).to_pydict() == {"expression": [b"5"]}
    assert table_of(b'{"expression":"=\xff"}\n{"expression":"=1"}\n', tmp_path).num_rows == 2


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"a":1}\n\n{"a":\n', "line 3: "),
        (b'{"a":1}\n[1]\n', "line 2: not a JSON object"),
        (b'{"a":"\xff"}\n', "column 'a' is not UTF-8"),
        (b"{}\n{}\n", "no row has a key"),
        (b"", "is empty"),
    ],
)
def test_what_is_no_table_is_refused_in_one_line(data: bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message) as caught:
        table_of(data, tmp_path)

    assert "\n" not in str(caught.value)


def test_values_keep_their_json_kinds(tmp_path: Path) -> None:
    types = pa.array(["number", "boolean", "text", "error", "array", "empty", "invalid"])
    numbers = pa.array([-5.0, 1.0, None, None, None, None, None])
    texts = pa.array([None, None, "=x\ty", "#DIV/0!", '[[1,"a"]]', None, "no formula"])

    JSONL.write([pa.record_batch({"value": value_column(types, numbers, texts)})], tmp_path / "out.jsonl")
    rows = [json.loads(line)["value"] for line in (tmp_path / "out.jsonl").read_text().splitlines()]

    assert rows == [-5, True, "=x\ty", "#DIV/0!", [[1, "a"]], None, "no formula"]
