"""What holds for every format; a new one is tested by being in the registry."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from xlmill.exceptions import InputError
from xlmill.io import TableFormat, format_for, formats
from xlmill.io.batches import as_text


@pytest.fixture(params=sorted(formats()))
def file_format(request: pytest.FixtureRequest) -> TableFormat:
    return format_for(request.param)


@pytest.fixture
def target(tmp_path: Path, file_format: TableFormat) -> Path:
    return tmp_path / f"out{file_format.suffixes[0]}"


def expressions(rows: int, begin: int = 0) -> pa.RecordBatch:
    return pa.record_batch({"expression": [f'=SUM({i},2)&"a,b"' for i in range(begin, begin + rows)]})


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def read_all(file_format: TableFormat, path: Path, batch_rows: int = 1000) -> list[str]:
    batches = file_format.read(path, batch_rows)
    return [text for batch in batches for text in as_text(batch.column("expression")).to_pylist()]


def test_expressions_come_back_in_order_whatever_the_batches(file_format: TableFormat, target: Path) -> None:
    file_format.write([expressions(7), expressions(0), expressions(3, begin=7)], target)

    expected = expressions(10).column(0).to_pylist()

    assert [read_all(file_format, target, rows) for rows in (1, 3, 10, 1000)] == [expected] * 4


def test_every_batch_but_the_last_is_full(file_format: TableFormat, target: Path) -> None:
    file_format.write([expressions(7), expressions(3, begin=7)], target)

    assert [batch.num_rows for batch in file_format.read(target, 4)] == [4, 4, 2]


def test_the_bytes_do_not_depend_on_the_batches(file_format: TableFormat, tmp_path: Path) -> None:
    one, many = (tmp_path / f"{name}{file_format.suffixes[0]}" for name in ("one", "many"))

    file_format.write([expressions(100)], one)
    file_format.write([expressions(10, begin=begin) for begin in range(0, 100, 10)], many)

    assert one.read_bytes() == many.read_bytes()


@pytest.mark.drill(11)
def test_a_failing_source_leaves_the_earlier_file_and_nothing_else(file_format: TableFormat, target: Path) -> None:
    def failing() -> Iterator[pa.RecordBatch]:
        yield expressions(100_000)
        raise KeyboardInterrupt

    target.write_bytes(b"earlier")

    with pytest.raises(KeyboardInterrupt):
        file_format.write(failing(), target)

    assert target.read_bytes() == b"earlier"
    assert names_in(target.parent) == [target.name]


@pytest.mark.drill(11)
def test_a_disk_that_fills_at_any_write_leaves_nothing(
    file_format: TableFormat, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_write = os.write

    for failing_write in range(1, 1000):
        writes = 0

        def write(descriptor: int, data: bytes, failing: int = failing_write) -> int:
            nonlocal writes
            writes += 1
            if writes == failing:
                raise OSError(errno.ENOSPC, "No space left on device")
            return real_write(descriptor, data)

        with monkeypatch.context() as patch:
            patch.setattr(os, "write", write)
            try:
                file_format.write([expressions(100)], target)
            except InputError as error:
                assert str(error) == f"cannot write {target}: the disk is full"
                assert names_in(target.parent) == []
            else:
                break

    assert failing_write > 1
    assert len(read_all(file_format, target)) == 100


@pytest.mark.drill(11)
def test_a_write_cut_short_is_gone_on_with(
    file_format: TableFormat, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: real_write(descriptor, data[:7]))

    file_format.write([expressions(100)], target)

    assert len(read_all(file_format, target)) == 100


def test_a_missing_source_is_said_in_one_line(file_format: TableFormat, target: Path) -> None:
    with pytest.raises(InputError) as caught:
        list(file_format.read(target, 10))

    assert str(caught.value) == f"{target}: no such file"


def test_an_empty_source_and_a_folder_are_refused(file_format: TableFormat, target: Path) -> None:
    target.write_bytes(b"")

    with pytest.raises(InputError):
        list(file_format.read(target, 10))
    with pytest.raises(InputError, match="folder"):
        list(file_format.read(target.parent, 10))
    with pytest.raises(InputError, match="folder"):
        file_format.write([expressions(1)], target.parent)


def test_a_missing_folder_is_named(file_format: TableFormat, target: Path) -> None:
    nowhere = target.parent / "nowhere" / target.name

    with pytest.raises(InputError) as caught:
        file_format.write([expressions(1)], nowhere)

    assert str(caught.value) == f"cannot write {nowhere}: there is no folder {nowhere.parent}"


def test_a_link_stays_a_link_and_permissions_stay(file_format: TableFormat, target: Path) -> None:
    file = target.with_name("file" + target.suffix)
    file.write_bytes(b"earlier")
    file.chmod(0o640)
    target.symlink_to(file)

    file_format.write([expressions(1)], target)

    assert target.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o640
    assert len(read_all(file_format, file)) == 1


def test_a_device_is_written_as_it_is(file_format: TableFormat) -> None:
    file_format.write([expressions(10)], os.devnull)

    assert not Path(os.devnull).is_file()


def test_an_output_without_columns_is_a_mistake_of_the_caller(file_format: TableFormat, target: Path) -> None:
    with pytest.raises(ValueError, match="no batches"):
        file_format.write([], target)

    assert names_in(target.parent) == []


def test_a_long_line_is_one_row_among_others(file_format: TableFormat, target: Path) -> None:
    long = '="' + "x" * 2_000_000 + '"'
    file_format.write([pa.record_batch({"expression": ["=1", long, "=2"]})], target)

    assert read_all(file_format, target) == ["=1", long, "=2"]


def test_a_table_without_rows_keeps_its_columns(file_format: TableFormat, target: Path) -> None:
    if file_format.name in ("txt", "jsonl"):
        return  # such a file has no header, and is empty: see above
    file_format.write([expressions(0)], target)

    (batch,) = file_format.read(target, 10)

    assert batch.num_rows == 0
    assert batch.schema.names == ["expression"]
