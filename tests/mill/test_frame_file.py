from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmill.mill.frame_file import FrameFile

Frames = list[tuple[bytes, int]]

frames = st.lists(st.tuples(st.binary(min_size=1, max_size=40), st.integers(0, 1 << 40)), min_size=1, max_size=6)


@contextmanager
def written(content: Frames) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "frames"
        with closing(FrameFile(path, create=True)) as file:
            for payload, rows in content:
                half = len(payload) // 2
                file.append([payload[:half], payload[half:]], rows)
        yield path


def read(path: Path) -> Frames:
    with closing(FrameFile(path, create=False)) as file:
        return list(file.frames())


@given(content=frames)
def test_frames_are_read_as_they_were_written(content: Frames) -> None:
    with written(content) as path:
        assert read(path) == content
        with closing(FrameFile(path, create=False)) as file:
            assert file.rows() == sum(rows for _, rows in content)


@given(content=frames, data=st.data())
def test_a_file_cut_anywhere_gives_the_frames_before(content: Frames, data: st.DataObject) -> None:
    with written(content) as path:
        size = data.draw(st.integers(0, path.stat().st_size))
        os.truncate(path, size)

        found = read(path)

        ends = [sum(20 + len(payload) for payload, _ in content[:count]) for count in range(1, len(content) + 1)]
        assert found == content[: sum(end <= size for end in ends)]
        assert path.stat().st_size == sum(20 + len(payload) for payload, _ in found)


@given(content=frames, data=st.data())
def test_a_byte_changed_anywhere_costs_its_frame_and_those_behind(content: Frames, data: st.DataObject) -> None:
    with written(content) as path:
        damaged = bytearray(path.read_bytes())
        place = data.draw(st.integers(0, len(damaged) - 1))
        damaged[place] ^= data.draw(st.integers(1, 255))
        path.write_bytes(damaged)

        found = read(path)

        assert found == content[: len(found)] and len(found) < len(content)


@given(content=frames, tail=st.one_of(st.binary(max_size=60), st.just(bytes(4096))))
def test_what_was_not_written_as_a_frame_is_cut_off_and_written_over(content: Frames, tail: bytes) -> None:
    with written(content) as path:
        with path.open("ab") as file:
            file.write(tail)

        with closing(FrameFile(path, create=False)) as file:
            assert list(file.frames()) == content
            file.append([b"more"], 1)

        assert read(path) == [*content, (b"more", 1)]


def test_a_file_is_open_once_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "frames"

    with closing(FrameFile(path, create=True)), pytest.raises(BlockingIOError):
        FrameFile(path, create=False)

    FrameFile(path, create=False).close()


def test_a_frame_that_the_disk_does_not_take_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(FrameFile(tmp_path / "frames", create=True)) as file:
        file.append([b"kept"], 1)
        real = os.write
        monkeypatch.setattr(
            "os.write", lambda descriptor, data: real(descriptor, data[:3]) if len(data) > 3 else full()
        )

        with pytest.raises(OSError, match="full"):
            file.append([b"abcdefg"], 1)

        monkeypatch.undo()
        assert list(file.frames()) == [(b"kept", 1)]


def full() -> int:
    raise OSError(28, "full")
