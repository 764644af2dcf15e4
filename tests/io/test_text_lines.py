from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmill.exceptions import InputError
from xlmill.io import format_for, input_file, text_lines, value_column

TXT = format_for("txt")


def lines_of(data: bytes, folder: Path) -> list[bytes]:
    path = folder / "in.txt"
    path.write_bytes(data)
    return [line for batch in TXT.read(path, 100) for line in batch.column("expression").to_pylist()]


@given(
    lines=st.lists(st.binary(max_size=12).map(lambda b: b.replace(b"\n", b"").rstrip(b"\r")), min_size=1),
    ending=st.sampled_from([b"\n", b"\r\n"]),
    block_bytes=st.integers(1, 50),
)
def test_every_line_is_a_row_byte_by_byte(
    lines: list[bytes], ending: bytes, block_bytes: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("lines")
    mark = b"\xef\xbb\xbf"  # so that no first line looks like a mark, or like UTF-16

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_lines, "BLOCK_BYTES", block_bytes)
        read = lines_of(mark + b"".join(line + ending for line in lines), folder)

    assert read == lines


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"=1\n=2\n", [b"=1", b"=2"]),
        (b"=1\n=2", [b"=1", b"=2"]),
        (b"=1\r\n=2\r\n", [b"=1", b"=2"]),
        (b"=1\r\n\n=2", [b"=1", b"", b"=2"]),
        (b"\xef\xbb\xbf=1\n", [b"=1"]),
        (b"\n", [b""]),
        (b"\xff\x00\n=2", [b"\xff\x00", b"=2"]),
        (b'="a\rb"\n', [b'="a\rb"']),
    ],
)
def test_line_endings_marks_and_bytes_that_are_no_text(data: bytes, lines: list[bytes], tmp_path: Path) -> None:
    assert lines_of(data, tmp_path) == lines


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\xff\xfe=\x001\x00"])
def test_an_empty_file_and_utf_16_are_refused(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is empty|UTF-16"):
        lines_of(data, tmp_path)


def test_a_line_beyond_every_measure_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(input_file, "LONGEST_LINE_BYTES", 1000)
    monkeypatch.setattr(text_lines, "BLOCK_BYTES", 100)

    with pytest.raises(InputError, match="a line is longer"):
        lines_of(b"=1\n" + b"x" * 2000, tmp_path)


def test_output_is_the_value_column_a_line_a_row(tmp_path: Path) -> None:
    types = pa.array(["number", "number", "text", "error", "boolean", "empty", "array"])
    numbers = pa.array([1.0, 0.1, None, None, 1.0, None, None])
    texts = pa.array([None, None, "a\r\nb", "#N/A", None, None, "[[1,2]]"])
    batch = pa.record_batch({"expression": ["="] * 7, "value": value_column(types, numbers, texts)})

    TXT.write([batch], tmp_path / "out.txt")

    assert (tmp_path / "out.txt").read_bytes() == b"1\n0.1\na b\n#N/A\nTRUE\n\n[[1,2]]\n"


def test_several_columns_without_a_value_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"write \.csv or \.jsonl"):
        TXT.write([pa.record_batch({"a": [1], "b": [2]})], tmp_path / "out.txt")
