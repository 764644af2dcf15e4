"""Runs that end before they are done, and the runs that go on with them."""

from __future__ import annotations

import datetime
import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from properties import examples
from xlmill.exceptions import InputError
from xlmill.execution.progress import Event, RowsDone
from xlmill.io import format_for, formats
from xlmill.mill.frame_file import FrameFile
from xlmill.mill.journal import journal_path
from xlmill.mill.pipeline import Options
from xlmill.mill.run import run
from xlmill.mill.summary import Summary

CLOCK = datetime.datetime(2026, 1, 31, 12)
ROWS = 900
SUFFIXES = [format_class.suffixes[0] for format_class in formats().values()]

# Every type of result, broken rows, and what depends on the clock, the seed and the row.
KINDS = [
    "=SUM({0},1)/3",
    '="row "&{0}',
    "={0}>450",
    "=1/({0}-{0})",
    "=SUM({0},",
    "=SEQUENCE(2,2,{0})",
    "=RAND()*{0}",
    "=NOW()+{0}",
    "",
    "=IF(TRUE,A1)",
    "=bonus*{0}",
]


class Halt(KeyboardInterrupt):
    """What ends a run in these tests."""


def stopping_at(rows: int) -> Callable[[Event], None]:
    """An observer that ends the run when so many rows are done."""

    def observe(event: Event) -> None:
        if isinstance(event, RowsDone) and event.rows >= rows:
            raise Halt

    return observe


def write_workload(path: Path) -> Path:
    table = pa.record_batch(
        {
            "bonus": pa.array([None if row % 5 == 0 else row / 8 for row in range(ROWS)]),
            "note": pa.array([None if row % 3 == 0 else f"n{row}" for row in range(ROWS)]),
            "expression": [KINDS[row % len(KINDS)].format(row) for row in range(ROWS)],
        }
    )
    format_for(path).write([table], path)
    return path


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_workload(tmp_path_factory.mktemp("workload") / "in.csv")


def options(chunk_size: int = 100, strategy: str = "serial", stop_at: int | None = None) -> Options:
    return Options(strategy, 2, chunk_size, progress=None if stop_at is None else stopping_at(stop_at))


def interrupt(source: Path, target: Path, stop_at: int = 450, chunk_size: int = 100, **more: object) -> Halt:
    """A run that ends when `stop_at` rows are done, the last of them not yet written."""
    with pytest.raises(Halt) as caught:
        run(source, target, options=options(chunk_size, stop_at=stop_at), **{"clock": CLOCK, **more})
    return caught.value


def resume(source: Path, target: Path, opts: Options | None = None, **more: object) -> Summary:
    return run(source, target, options=opts or options(), resume=True, **{"clock": CLOCK, **more})


def undisturbed(source: Path, folder: Path, name: str = "out.csv", **more: object) -> bytes:
    """The bytes of a run of its own, in a folder of its own."""
    with tempfile.TemporaryDirectory(dir=folder) as apart:
        target = Path(apart) / name
        run(source, target, options=options(), **{"clock": CLOCK, **more})
        return target.read_bytes()


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# What a resumed run gives


@pytest.mark.drill(12)
@pytest.mark.parametrize("suffix", [suffix for suffix in SUFFIXES if suffix != ".txt"])
def test_every_format_is_the_same_to_the_byte(suffix: str, source: Path, tmp_path: Path) -> None:
    target = tmp_path / f"out{suffix}"
    expected = undisturbed(source, tmp_path, target.name)
    interrupt(source, target)
    assert names_in(tmp_path) == {f".{target.name}.journal"}

    done = resume(source, target, options(chunk_size=70))

    assert target.read_bytes() == expected
    assert (done.rows, done.resumed) == (ROWS, 500)
    assert names_in(tmp_path) == {target.name}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_lines_can_be_resumed_into_every_format(suffix: str, tmp_path: Path) -> None:
    lines, target = tmp_path / "in.txt", tmp_path / f"out{suffix}"
    lines.write_text("".join(f"={row}/7\n" for row in range(ROWS)))
    expected = undisturbed(lines, tmp_path, target.name)
    interrupt(lines, target)

    resume(lines, target)

    assert target.read_bytes() == expected


@examples(0.25)
@given(
    stops=st.lists(st.integers(1, ROWS), min_size=1, max_size=3),
    sizes=st.lists(st.integers(1, 400), min_size=4, max_size=4),
    suffix=st.sampled_from([".csv", ".jsonl", ".parquet", ".arrow"]),
)
def test_it_matters_neither_where_runs_end_nor_how_they_cut(
    stops: list[int], sizes: list[int], suffix: str, source: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("resumed")
    target = folder / f"out{suffix}"
    expected = undisturbed(source, folder, target.name)
    for stop, size in zip(stops, sizes[1:], strict=False):
        with pytest.raises(Halt):
            run(source, target, options=options(max(size, 5), stop_at=stop), clock=CLOCK, resume=True)

    resume(source, target, options(max(sizes[0], 5)))

    assert target.read_bytes() == expected
    assert names_in(folder) == {target.name}


@pytest.mark.parametrize("strategy", ["auto", "threads", "pool", "process"])
def test_another_strategy_may_go_on(strategy: str, source: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.parquet"
    expected = undisturbed(source, tmp_path, target.name)
    interrupt(source, target, stop_at=700)

    done = resume(source, target, options(strategy=strategy))

    assert target.read_bytes() == expected
    assert done.resumed == 700


@pytest.mark.parametrize("strategy", ["threads", "pool", "process"])
def test_what_another_strategy_began_can_be_resumed(strategy: str, source: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    with pytest.raises(Halt):
        run(source, target, options=options(strategy=strategy, stop_at=300), clock=CLOCK)

    done = resume(source, target)

    assert target.read_bytes() == undisturbed(source, tmp_path)
    assert done.resumed == 300


def test_the_summary_counts_all_rows_as_if_they_were_done_at_once(source: Path, tmp_path: Path) -> None:
    whole = run(source, tmp_path / "whole.csv", options=options(), clock=CLOCK)
    interrupt(source, tmp_path / "out.csv")

    done = resume(source, tmp_path / "out.csv")

    assert (done.rows, done.types, done.errors, done.failed) == (whole.rows, whole.types, whole.errors, whole.failed)
    assert (done.templates, done.first_problems) == (whole.templates, whole.first_problems)
    assert (whole.resumed, done.resumed, done.to_dict()["resumed"]) == (0, 500, 500)


def test_now_reads_what_it_read_in_the_first_run(tmp_path: Path) -> None:
    source, target = tmp_path / "in.txt", tmp_path / "out.txt"
    source.write_text("=NOW()\n" * ROWS)
    interrupt(source, target, clock=None)

    resume(source, target, clock=None)

    assert len(set(target.read_text().splitlines())) == 1


def test_a_run_that_had_computed_everything_is_only_written(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    interrupt(source, target, stop_at=ROWS)

    done = resume(source, target, options(strategy="pool"))

    assert (done.resumed, done.plan.reason if done.plan else "") == (ROWS, "all rows were done before")
    assert target.read_bytes() == undisturbed(source, tmp_path)


def test_what_ended_a_run_says_how_to_go_on(source: Path, tmp_path: Path) -> None:
    halt = interrupt(source, tmp_path / "out.csv")

    assert halt.__notes__ == ["500 rows are done and kept: the same run with --resume goes on from there"]


def test_a_run_that_ends_before_a_chunk_is_done_leaves_nothing(source: Path, tmp_path: Path) -> None:
    def stop_at_once(event: Event) -> None:
        raise Halt

    with pytest.raises(Halt) as caught:
        run(source, tmp_path / "out.csv", options=Options("serial", progress=stop_at_once))

    assert names_in(tmp_path) == set()
    assert not hasattr(caught.value, "__notes__")


# Calculated columns

FORMULAS = {"total": "=bonus*2", "label": '="x"&note', "drawn": "=RAND()"}


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".arrow"])
def test_calculated_columns_are_resumed(suffix: str, source: Path, tmp_path: Path) -> None:
    target = tmp_path / f"out{suffix}"
    expected = undisturbed(source, tmp_path, target.name, formulas=FORMULAS)
    interrupt(source, target, formulas=FORMULAS)

    done = resume(source, target, formulas=FORMULAS)

    assert target.read_bytes() == expected
    assert done.resumed == 500


@pytest.mark.parametrize("stop_at", [300, 800])
def test_a_column_whose_type_changes_late_is_resumed(stop_at: int, tmp_path: Path) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.parquet"
    source.write_text("n\n" + "".join(f"{row}\n" for row in range(ROWS)))
    formulas = {"kind": '=IF(n>600,"many",n)'}
    expected = undisturbed(source, tmp_path, target.name, formulas=formulas)
    interrupt(source, target, stop_at, formulas=formulas)

    done = resume(source, target, formulas=formulas)

    assert target.read_bytes() == expected
    assert names_in(tmp_path) == {"in.csv", "out.parquet"}
    assert done.rows == ROWS


# Journals that are torn


@pytest.mark.drill(12)
@examples(0.25)
@given(data=st.data())
def test_a_torn_journal_costs_only_what_is_torn(
    data: st.DataObject, source: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("torn")
    target = folder / "out.csv"
    expected = undisturbed(source, folder)
    interrupt(source, target)
    journal = journal_path(target)
    content = bytearray(journal.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        content[place] ^= data.draw(st.integers(1, 255))
    else:
        del content[place:]
        content += data.draw(st.binary(max_size=30))
    journal.write_bytes(content)

    done = resume(source, target)

    assert target.read_bytes() == expected
    assert done.resumed in (0, 100, 200, 300, 400)
    assert names_in(folder) == {"out.csv"}


# What cannot be resumed


def edit_a_cell(source: Path) -> None:
    source.write_text(source.read_text().replace("row ", "ROW ", 1))


@pytest.mark.drill(13)
@pytest.mark.parametrize(
    ("change", "now", "told"),
    [
        (lambda source: None, {"seed": 4}, "the seed was 0, and is 4"),
        (lambda source: None, {"column": "note"}, "the column was not given, and is note"),
        (lambda source: None, {"clock": datetime.datetime(2027, 1, 1)}, "the clock was 46053.5, and is 46388.0"),
        (lambda source: None, {"formulas": {"a": "=bonus"}}, "the formula a was not given, and is =bonus"),
        (edit_a_cell, {}, "the input has other contents"),
        (lambda source: source.write_bytes(source.read_bytes() + b"1,,=1\n"), {}, "bytes, and has"),
        (lambda source: os.utime(source, (1, 1)), {}, "the input was changed or copied since"),
    ],
)
def test_another_run_does_not_go_on(
    change: Callable[[Path], None], now: dict[str, object], told: str, source: Path, tmp_path: Path
) -> None:
    own, target = tmp_path / "in.csv", tmp_path / "out.csv"
    shutil.copy2(source, own)
    interrupt(own, target)
    before = journal_path(target).read_bytes()
    change(own)

    with pytest.raises(InputError, match=r"cannot go on: .*Without --resume it begins anew") as caught:
        resume(own, target, **now)

    assert told in str(caught.value)
    assert journal_path(target).read_bytes() == before


@pytest.mark.drill(13)
def test_another_version_does_not_go_on(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupt(source, tmp_path / "out.csv")
    monkeypatch.setattr("xlmill.mill.journal.__version__", "9.1")

    with pytest.raises(InputError, match=r"it was begun by xlmill .*, and this is 9\.1"):
        resume(source, tmp_path / "out.csv")


def test_a_renamed_input_is_the_same_input(source: Path, tmp_path: Path) -> None:
    shutil.copy2(source, tmp_path / "in.csv")
    interrupt(tmp_path / "in.csv", tmp_path / "out.csv")
    (tmp_path / "in.csv").rename(tmp_path / "moved.csv")

    assert resume(tmp_path / "moved.csv", tmp_path / "out.csv").resumed == 500


def test_neither_a_stream_nor_a_device_is_resumed(source: Path, tmp_path: Path) -> None:
    device = tmp_path / "device.csv"
    device.symlink_to(os.devnull)

    for start, end in [("-", tmp_path / "out.csv"), (source, "-"), (source, device)]:
        with pytest.raises(InputError, match="only a run from a file into a file can be resumed"):
            run(start, end, resume=True)


def test_a_run_that_still_goes_on_is_not_resumed(source: Path, tmp_path: Path) -> None:
    interrupt(source, tmp_path / "out.csv")

    with closing(FrameFile(journal_path(tmp_path / "out.csv"), create=False)):
        for again in (True, False):
            with pytest.raises(InputError, match=r"another run is writing .*out\.csv now"):
                run(source, tmp_path / "out.csv", clock=CLOCK, resume=again)


# Nothing to resume, and runs that begin anew


def test_with_nothing_to_resume_a_run_begins(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"

    done = resume(source, target)

    assert (done.rows, done.resumed) == (ROWS, 0)
    assert target.read_bytes() == undisturbed(source, tmp_path)


def test_a_finished_run_that_is_resumed_runs_once_more(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    run(source, target, options=options(), clock=CLOCK)
    first = target.read_bytes()

    done = resume(source, target)

    assert (done.resumed, target.read_bytes()) == (0, first)


def test_a_run_without_resume_warns_and_begins_anew(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    interrupt(source, target)

    with pytest.warns(UserWarning, match=r"500 rows of an unfinished run into .*out\.csv are kept: --resume"):
        done = run(source, target, options=options(), clock=CLOCK)

    assert done.resumed == 0
    assert target.read_bytes() == undisturbed(source, tmp_path)
    assert names_in(tmp_path) == {"out.csv"}


@pytest.mark.filterwarnings("ignore:500 rows of an unfinished run")
@pytest.mark.parametrize(("again", "kept"), [(200, 500), (600, 600)])
def test_a_run_that_begins_anew_replaces_the_journal_when_it_has_done_more(
    again: int, kept: int, source: Path, tmp_path: Path
) -> None:
    target = tmp_path / "out.csv"
    interrupt(source, target, stop_at=500)

    halt = interrupt(source, target, stop_at=again)

    assert halt.__notes__[0].startswith(f"{kept} rows are done")
    assert names_in(tmp_path) == {".out.csv.journal"}
    assert resume(source, target).resumed == kept
    assert target.read_bytes() == undisturbed(source, tmp_path)


def test_a_run_of_something_else_begins_without_a_word(source: Path, tmp_path: Path) -> None:
    interrupt(source, tmp_path / "out.csv", seed=7)

    halt = interrupt(source, tmp_path / "out.csv", stop_at=200)
    run(source, tmp_path / "out.csv", options=options(), clock=CLOCK)

    assert not hasattr(halt, "__notes__")  # what is kept is not its own
    assert names_in(tmp_path) == {"out.csv"}


# Leftovers


def test_what_killed_runs_left_is_cleared_away_and_other_files_stay(source: Path, tmp_path: Path) -> None:
    for name in [".out.csv.0123abcd.part", ".out.csv.journal", ".out.csv.journal.new"]:
        (tmp_path / name).write_bytes(b"left")
    others = {".other.csv.0123abcd.part", ".out.csv.part", "out.csv.0123abcd.part", ".out.csv.notes.part"}
    for name in others:
        (tmp_path / name).write_bytes(b"mine")

    resume(source, tmp_path / "out.csv")

    assert names_in(tmp_path) == others | {"out.csv"}


def test_what_a_living_run_writes_is_not_cleared_away(source: Path, tmp_path: Path) -> None:
    living = tmp_path / ".out.csv.0123abcd.part"
    with closing(FrameFile(living, create=True)):
        run(source, tmp_path / "out.csv", options=options())

    assert names_in(tmp_path) == {"out.csv", living.name}


# A disk that is full


@contextmanager
def disk_full_from_write(first: int, count: int | None, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Let the `first` write to a file fail, and those behind it, or only `count` of them; tells how many there were."""
    real, writes = os.write, [0]

    def write(descriptor: int, data: memoryview) -> int:
        writes[0] += 1
        if writes[0] >= first and (count is None or writes[0] < first + count):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(descriptor, data)

    with monkeypatch.context() as patch:
        patch.setattr("xlmill.io.output_file.os.write", write)
        yield writes


@pytest.mark.drill(11)
@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".arrow"])
@pytest.mark.parametrize("count", [None, 1])
def test_a_disk_that_is_full_at_any_write_loses_nothing(
    suffix: str, count: int | None, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / f"out{suffix}"
    expected = undisturbed(source, tmp_path, target.name)
    first, failures = 0, 0
    while True:
        first += 1
        with disk_full_from_write(first, count, monkeypatch) as writes:
            try:
                resume(source, target)
            except InputError as error:
                assert "the disk is full" in str(error)
                assert not target.exists()
                failures += 1
        if not target.exists():
            resume(source, target)
        assert target.read_bytes() == expected
        assert names_in(tmp_path) == {target.name}
        target.unlink()
        if writes[0] < first:
            break
    assert failures > 3


@pytest.mark.drill(11)
def test_a_journal_that_finds_no_room_ends_no_run(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = undisturbed(source, tmp_path)

    def full(*pieces: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(FrameFile, "append", full)

    run(source, tmp_path / "out.csv", options=options(), clock=CLOCK)

    assert (tmp_path / "out.csv").read_bytes() == expected
    assert names_in(tmp_path) == {"out.csv"}
