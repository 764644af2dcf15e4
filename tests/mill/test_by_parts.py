"""Runs whose workers read and write by themselves: into folders of parts, and on clusters."""

from __future__ import annotations

import datetime
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pyarrow as pa
import pytest
from pyarrow import parquet

import xlmill
from local_clusters import dask_cluster
from xlmill.exceptions import InputError, MissingExtraError
from xlmill.execution import Event, RowsDone, WorkerLost, is_installed
from xlmill.functions import registry
from xlmill.functions.user_function import own_functions
from xlmill.io import format_for, formats
from xlmill.mill import by_parts
from xlmill.mill.piece import Sight
from xlmill.mill.pipeline import Options
from xlmill.mill.run import run
from xlmill.mill.staging import staging_folder

CLOCK = datetime.datetime(2026, 1, 31, 12)
ROWS = 900
KINDS = ["={0}/7", '="row "&{0}', "={0}>450", "=1/({0}-{0})", "=SUM({0},", "=SEQUENCE(2,2,{0})", "=RAND()", "", "=n*2"]
TYPED = [".parquet", ".arrow"]
SUFFIXES = [format_class.suffixes[0] for format_class in formats().values()]

needs_dask = pytest.mark.skipif(not is_installed("dask"), reason="Dask is not installed")
needs_ray = pytest.mark.skipif(not is_installed("ray"), reason="Ray is not installed")
quiet_dask = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


class Halt(KeyboardInterrupt):
    """What ends a run in these tests."""


def stopping_at(rows: int) -> Callable[[Event], None]:
    def observe(event: Event) -> None:
        if isinstance(event, RowsDone) and event.rows >= rows:
            raise Halt

    return observe


def table_of(rows: range) -> pa.Table:
    return pa.table({"n": list(rows), "expression": [KINDS[row % len(KINDS)].format(row) for row in rows]})


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of seven row groups."""
    path = tmp_path_factory.mktemp("workload") / "in.parquet"
    parquet.write_table(table_of(range(ROWS)), path, row_group_size=130)
    return path


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pytest.importorskip("distributed", reason="Dask is not installed")
    with dask_cluster(tmp_path_factory.mktemp("dask")) as address:
        yield address


@pytest.fixture
def kills() -> Iterator[None]:
    """A function of the user's own that kills its worker where it is given 7."""

    def kill_at_seven(value: float) -> float:
        if value == 7:
            os.kill(os.getpid(), signal.SIGKILL)
        return value

    xlmill.function("KILLS")(kill_at_seven)
    yield
    for _, entry in own_functions():
        del registry._functions[entry.name]
    registry._own_registrations += 1


def options(strategy: str = "serial", chunk_size: int | None = 100, **more: object) -> Options:
    return Options(strategy, 2, chunk_size, **more)  # type: ignore[arg-type]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def in_one_file(source: Path, folder: Path, suffix: str = ".parquet", **more: object) -> bytes:
    """The bytes of a serial run into one file, in a folder of its own."""
    apart = folder / "apart"
    apart.mkdir()
    target = apart / f"one{suffix}"
    run(source, target, options=options(), clock=CLOCK, **more)  # type: ignore[arg-type]
    content = target.read_bytes()
    target.unlink()
    apart.rmdir()
    return content


# Folders of parts


@pytest.mark.parametrize("suffix", [suffix for suffix in SUFFIXES if suffix != ".txt"])
def test_the_parts_of_a_folder_hold_what_one_file_would(suffix: str, source: Path, tmp_path: Path) -> None:
    target = f"{tmp_path}/out{suffix}/"

    done = run(source, target, options=options(), clock=CLOCK)

    assert sorted(contents(Path(target))) == [f"part-{number:06}{suffix}" for number in range(9)]
    assert done.rows == ROWS
    whole = tmp_path / f"whole{suffix}"
    whole.write_bytes(in_one_file(source, tmp_path, suffix))
    read_format = format_for(whole)
    parts = [batch for part in sorted(Path(target).iterdir()) for batch in read_format.read(part, 1000)]
    assert [row for batch in parts for row in batch.to_pylist()] == [
        row for batch in read_format.read(whole, 1000) for row in batch.to_pylist()
    ]


@pytest.mark.parametrize("strategy", ["threads", "pool", "process", "auto"])
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_folder_does_not_depend_on_the_strategy(strategy: str, suffix: str, source: Path, tmp_path: Path) -> None:
    run(source, f"{tmp_path}/serial{suffix}/", options=options(), clock=CLOCK)

    done = run(source, f"{tmp_path}/other{suffix}/", options=options(strategy), clock=CLOCK)

    assert contents(tmp_path / f"other{suffix}") == contents(tmp_path / f"serial{suffix}")
    assert done.plan is not None and done.seconds > 0


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_rows_that_workers_cannot_find_by_themselves_are_sent_to_them(
    suffix: str, source: Path, tmp_path: Path
) -> None:
    lines = tmp_path / f"in{suffix}"
    format_for(lines).write(format_for(source).read(source, 70), lines)

    run(lines, f"{tmp_path}/sent.parquet/", options=options("pool"), clock=CLOCK)

    run(source, f"{tmp_path}/found.parquet/", options=options(), clock=CLOCK)
    assert contents(tmp_path / "sent.parquet") == contents(tmp_path / "found.parquet")


def test_calculated_columns_are_written_in_parts_even_if_their_type_changes_late(tmp_path: Path) -> None:
    source, formulas = tmp_path / "in.parquet", {"kind": '=IF(n>600,"many",n)'}
    parquet.write_table(pa.table({"n": range(ROWS)}), source)

    run(source, f"{tmp_path}/out.parquet/", formulas=formulas, options=options("pool"))

    kinds = parquet.read_table(tmp_path / "out.parquet").column("kind").to_pylist()
    assert kinds == [str(row) if row <= 600 else "many" for row in range(ROWS)]


@pytest.mark.parametrize("suffix", TYPED)
def test_an_input_without_rows_gives_one_part_without_rows(suffix: str, tmp_path: Path) -> None:
    source, target = tmp_path / f"in{suffix}", f"{tmp_path}/out{suffix}/"
    format_for(source).write([pa.record_batch({"expression": pa.array([], pa.string())})], source)

    done = run(source, target, options=options())

    [part] = Path(target).iterdir()
    [batch] = format_for(part).read(part, 10)
    assert (batch.schema.names, batch.num_rows, done.rows) == (["expression", "type", "number", "text"], 0, 0)


def test_a_folder_of_parts_is_replaced_and_any_other_is_not(source: Path, tmp_path: Path) -> None:
    target = f"{tmp_path}/out.csv/"
    run(source, target, options=options(chunk_size=10), clock=CLOCK)
    run(source, target, options=options(), clock=CLOCK)
    assert len(contents(Path(target))) == 9
    (Path(target) / "notes.txt").write_text("mine")

    with pytest.raises(InputError, match="holds other files than parts"):
        run(source, target, options=options(), clock=CLOCK)

    assert (Path(target) / "notes.txt").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_a_folder_is_refused_where_a_file_is_or_a_limit_is_set(source: Path, tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_text("mine")

    with pytest.raises(InputError, match="it is a file"):
        run(source, f"{tmp_path}/out.csv/", options=options())
    with pytest.raises(InputError, match="cannot be written under a time or memory limit"):
        run(source, f"{tmp_path}/other.csv/", options=options("pool", timeout=1.0))


@pytest.mark.usefixtures("kills")
def test_a_row_that_kills_its_workers_is_a_failed_row_of_its_part(tmp_path: Path) -> None:
    source = tmp_path / "in.txt"
    source.write_text("".join("=KILLS(7)\n" if row == 444 else f"=KILLS({row * 0})&{row}\n" for row in range(ROWS)))
    done = run(source, f"{tmp_path}/out.parquet/", options=options("pool"))

    table = parquet.read_table(tmp_path / "out.parquet")
    assert (done.rows, done.failed, done.first_problems) == (ROWS, 1, [(445, "the worker was killed by SIGKILL")])
    assert table.column("type").to_pylist() == ["invalid" if row == 444 else "text" for row in range(ROWS)]
    assert sorted(contents(tmp_path / "out.parquet")) == [f"part-{number:06}.parquet" for number in range(9)]


def test_what_a_worker_cannot_write_ends_the_run(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise InputError("cannot write it: the disk is full")

    monkeypatch.setattr("xlmill.io.parquet_file.ParquetFile.write", fail)

    with pytest.raises(InputError, match="the disk is full"):
        run(source, f"{tmp_path}/out.parquet/", options=options("threads"))

    assert list(tmp_path.iterdir()) == []


# Going on


def interrupt(source: Path, target: str | Path, stop_at: int = 450, **more: object) -> None:
    with pytest.raises(Halt):
        run(source, target, options=options(progress=stopping_at(stop_at), **more), clock=CLOCK)


@pytest.mark.parametrize("strategy", ["serial", "pool"])
def test_a_folder_is_resumed_to_the_byte(strategy: str, source: Path, tmp_path: Path) -> None:
    target = f"{tmp_path}/out.csv/"
    run(source, target, options=options(), clock=CLOCK)
    expected = contents(Path(target))
    interrupt(source, target)
    assert contents(Path(target)) == expected  # the earlier one stays until the new one is whole

    done = run(source, target, options=options(strategy, chunk_size=33), clock=CLOCK, resume=True)

    assert (done.rows, done.resumed) == (ROWS, 500)
    assert contents(Path(target)) == expected
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_parts_that_could_be_gone_on_with_are_not_thrown_away(source: Path, tmp_path: Path) -> None:
    target = f"{tmp_path}/out.csv/"
    interrupt(source, target)

    with pytest.raises(InputError, match=r"500 rows of an unfinished run into .* are kept: say --resume"):
        run(source, target, options=options(), clock=CLOCK)

    assert run(source, target, options=options(), clock=CLOCK, resume=True).resumed == 500


def test_another_run_does_not_go_on_with_parts_but_may_replace_them(source: Path, tmp_path: Path) -> None:
    target = f"{tmp_path}/out.csv/"
    interrupt(source, target)

    with pytest.raises(InputError, match="cannot go on: the seed was 0, and is 4"):
        run(source, target, options=options(), clock=CLOCK, seed=4, resume=True)

    done = run(source, target, options=options(), clock=CLOCK, seed=4)
    assert (done.rows, done.resumed) == (ROWS, 0)
    assert not staging_folder(target).exists()


# Folders as inputs


def test_a_folder_is_read_as_if_it_were_one_file(source: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in.parquet"
    folder.mkdir()
    for number, begin in enumerate(range(0, ROWS, 250)):
        parquet.write_table(table_of(range(begin, min(begin + 250, ROWS))), folder / f"{number}.parquet")
    (folder / "_SUCCESS").write_text("")

    run(folder, tmp_path / "out.parquet", options=options(), clock=CLOCK)
    run(folder, f"{tmp_path}/parts.parquet/", options=options("pool"), clock=CLOCK)

    assert (tmp_path / "out.parquet").read_bytes() == in_one_file(source, tmp_path)
    expected = parquet.read_table(tmp_path / "out.parquet")
    assert parquet.read_table(tmp_path / "parts.parquet").equals(expected)


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ({}, "there is no file in this folder that ends in"),
        ({"a.csv": "expression\n=1\n", "b.txt": "=1\n"}, "files of several formats: .csv, .txt"),
        (
            {"a.csv": "expression\n=1\n", "b.csv": "expression,n\n=1,2\n"},
            "b.csv has other columns than the files before",
        ),
    ],
)
def test_a_folder_that_cannot_be_read_is_told(names: dict[str, str], told: str, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, content in names.items():
        (folder / name).write_text(content)

    with pytest.raises(InputError, match=told):
        run(folder, tmp_path / "out.csv")


def test_a_changed_file_of_a_folder_is_another_input(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.txt").write_text("".join(f"={row}\n" for row in range(300)))
    interrupt(folder, tmp_path / "out.csv", 300)
    os.utime(folder / "b.txt", (1, 1))

    with pytest.raises(InputError, match="the input has other contents"):
        run(folder, tmp_path / "out.csv", options=options(), clock=CLOCK, resume=True)


# Clusters


def test_a_missing_extra_is_told_before_anything_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda library: None)

    for strategy in ("dask", "ray"):
        with pytest.raises(MissingExtraError, match=rf'pip install "xlmill\[{strategy}\]"'):
            run(tmp_path / "not there", tmp_path / "out.csv", options=options(strategy))


def test_an_address_is_for_clusters() -> None:
    for strategy in ("auto", "pool"):
        with pytest.raises(InputError, match=f"'dask' and 'ray', not '{strategy}'"):
            xlmill.evaluate_many(["=1"], strategy=strategy, address="tcp://127.0.0.1:1")


@quiet_dask
@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
@pytest.mark.parametrize("of", [".parquet", ".arrow", ".txt", ".csv"])
def test_one_file_written_on_a_cluster_is_that_of_a_serial_run(
    of: str, suffix: str, source: Path, address: str, tmp_path: Path
) -> None:
    own = tmp_path / f"in{of}"
    if of == ".txt":
        own.write_text("".join(f"={row}*RAND()\n" for row in range(ROWS)))
    else:
        format_for(own).write(format_for(source).read(source, 130), own)
    expected = in_one_file(own, tmp_path, suffix)

    done = run(own, tmp_path / f"out{suffix}", options=options("dask", address=address), clock=CLOCK)

    assert (tmp_path / f"out{suffix}").read_bytes() == expected
    assert done.rows == ROWS
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([own.name, f"out{suffix}"])


@quiet_dask
def test_a_folder_written_on_a_cluster_is_that_of_a_serial_run(source: Path, address: str, tmp_path: Path) -> None:
    run(source, f"{tmp_path}/serial.csv/", options=options(), clock=CLOCK)

    run(source, f"{tmp_path}/dask.csv/", options=options("dask", address=address), clock=CLOCK)

    assert contents(tmp_path / "dask.csv") == contents(tmp_path / "serial.csv")


@quiet_dask
def test_workers_that_do_not_find_the_files_are_sent_the_rows(
    source: Path, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_parts, "Sight", lambda folder, file, size: Sight(folder, file, -1))

    run(source, tmp_path / "out.csv", options=options("dask", address=address), clock=CLOCK)

    assert (tmp_path / "out.csv").read_bytes() == in_one_file(source, tmp_path, ".csv")
    with pytest.raises(InputError, match=r"do not find .*in\.parquet or .*must be one that all machines share"):
        run(source, f"{tmp_path}/out.parquet/", options=options("dask", address=address), clock=CLOCK)
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


@quiet_dask
def test_what_a_cluster_began_is_resumed_without_one(source: Path, address: str, tmp_path: Path) -> None:
    expected = in_one_file(source, tmp_path)
    with pytest.raises(Halt) as caught:
        run(
            source,
            tmp_path / "out.parquet",
            options=options("dask", address=address, progress=stopping_at(450)),
            clock=CLOCK,
        )
    assert caught.value.__notes__ == ["500 rows are done and kept: the same run with --resume goes on from there"]

    done = run(source, tmp_path / "out.parquet", options=options(), clock=CLOCK, resume=True)

    assert (done.rows, done.resumed) == (ROWS, 500)
    assert (tmp_path / "out.parquet").read_bytes() == expected
    assert [path.name for path in tmp_path.iterdir()] == ["out.parquet"]


@quiet_dask
def test_a_cluster_goes_on_with_what_was_begun_without_one(source: Path, address: str, tmp_path: Path) -> None:
    expected = in_one_file(source, tmp_path)
    interrupt(source, tmp_path / "out.parquet")

    done = run(source, tmp_path / "out.parquet", options=options("dask", address=address), clock=CLOCK, resume=True)

    assert done.resumed == 500
    assert (tmp_path / "out.parquet").read_bytes() == expected
    assert [path.name for path in tmp_path.iterdir()] == ["out.parquet"]


@quiet_dask
def test_expressions_in_memory_are_evaluated_on_the_cluster_at_an_address(address: str) -> None:
    expressions = [KINDS[row % 4].format(row) for row in range(ROWS)]

    results = xlmill.evaluate_many(expressions, strategy="dask", address=address)

    assert results.table.equals(xlmill.evaluate_many(expressions, strategy="serial").table)


def workers_of_dask() -> list[psutil.Process]:
    """The processes that compute for a cluster started here."""
    return [each for each in psutil.Process().children() if "spawn_main" in " ".join(each.cmdline())]


def killing_at(rows: int) -> Callable[[Event], None]:
    """An observer that kills a worker once when so many rows are done."""
    killed: list[psutil.Process] = []

    def observe(event: Event) -> None:
        if isinstance(event, RowsDone) and event.rows >= rows and not killed:
            killed.append(workers_of_dask()[0])
            killed[0].kill()

    return observe


@needs_dask
@quiet_dask
@pytest.mark.drill
@pytest.mark.parametrize(
    ("rows", "part_rows"), [(20_000, 500), pytest.param(1_000_000, 25_000, marks=pytest.mark.slow)]
)
def test_a_worker_of_dask_killed_half_way_changes_nothing(
    rows: int, part_rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DASK_SCHEDULER_ADDRESS", raising=False)
    source = tmp_path / "in.parquet"
    format_for(source).write(xlmill_generated(rows), source)
    expected = in_one_file(source, tmp_path)

    for target in (f"{tmp_path}/out.parquet", f"{tmp_path}/out.parquet/"):
        done = run(source, target, options=options("dask", part_rows, progress=killing_at(rows // 2)), clock=CLOCK)
        assert (done.rows, done.failed) == (rows, 0)
        if target.endswith("/"):
            assert parquet.read_table(target).equals(parquet.read_table(pa.BufferReader(expected)))
        else:
            assert Path(target).read_bytes() == expected
            Path(target).unlink()


def xlmill_generated(rows: int) -> Iterator[pa.RecordBatch]:
    from xlmill.mill.generate import generate

    return generate(rows)


@needs_dask
@quiet_dask
@pytest.mark.drill
@pytest.mark.usefixtures("kills")
def test_a_row_that_kills_workers_of_dask_is_blamed_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DASK_SCHEDULER_ADDRESS", raising=False)
    source, lost = tmp_path / "in.txt", []
    source.write_text("".join("=KILLS(7)\n" if row == 444 else f"=KILLS({row * 0})&{row}\n" for row in range(ROWS)))
    done = run(source, tmp_path / "out.parquet", options=options("dask", progress=lost.append))

    types = parquet.read_table(tmp_path / "out.parquet").column("type").to_pylist()
    assert types == ["invalid" if row == 444 else "text" for row in range(ROWS)]
    assert (done.failed, [row for row, _ in done.first_problems]) == (1, [445])
    assert sum(isinstance(event, WorkerLost) for event in lost) <= 6


@needs_ray
@pytest.mark.slow
def test_ray_gives_what_a_serial_run_gives(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    expected = in_one_file(source, tmp_path)
    run(source, f"{tmp_path}/serial.csv/", options=options(), clock=CLOCK)
    import ray

    ray.init(num_cpus=2, include_dashboard=False, configure_logging=False, log_to_driver=False)
    try:
        run(source, tmp_path / "out.parquet", options=options("ray"), clock=CLOCK)
        run(source, f"{tmp_path}/ray.csv/", options=options("ray"), clock=CLOCK)
    finally:
        ray.shutdown()

    assert (tmp_path / "out.parquet").read_bytes() == expected
    assert contents(tmp_path / "ray.csv") == contents(tmp_path / "serial.csv")
