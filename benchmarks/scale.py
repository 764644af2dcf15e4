"""What a run on a cluster costs here, and a simulation of many machines: `python -m benchmarks.scale`.

First it measures: what one core takes to read, compute and write each part of a workload; what a part costs beside
that on a local Dask cluster; and how long serial and two workers of Dask take for the same, one after the other in
turns. The results are compared before any time is shown. Then it simulates: the measured parts, drawn at random, are
fed to a model of N machines. Nothing of the second table was measured, and it says so.
"""

from __future__ import annotations

import argparse
import heapq
import os
import random
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pyarrow.dataset as ds

from xlmill.engine.run import Run
from xlmill.execution.strategy import Settings, create
from xlmill.io.span import Span, SpanFormat
from xlmill.io.table_format import format_for
from xlmill.io.table_input import TableInput
from xlmill.mill.generate import generate
from xlmill.mill.piece import Piece, Sight, WritePiece, Writing
from xlmill.mill.pipeline import Options
from xlmill.mill.run import run
from xlmill.mill.workload import ExpressionJob

MACHINES = (1, 2, 5, 10, 20, 50, 100)
CHUNKS_PER_WORKER = 4


@dataclass(frozen=True)
class Measured:
    """What was measured: seconds of CPU and bytes for each part; seconds of Dask; wall seconds of whole runs."""

    rows: int
    part_seconds: list[float]
    bytes_in: float
    bytes_out: float
    start: float
    message: float
    serial: list[float]
    dask: list[float]


@dataclass(frozen=True)
class Cluster:
    """The model: machines of `cores` cores, one client, and storage that all share, of so many bytes a second.

    A machine is lost now and then, `days` of its time apart, with all that its cores hold; it is back after `restart`
    seconds.
    """

    machines: int
    cores: int
    storage: float
    days: float
    restart: float = 60.0


def measure(rows: int, part_rows: int, repeats: int, folder: Path) -> Measured:
    source = folder / "in.parquet"
    format_for(source).write(generate(rows), source)
    seconds, bytes_out = cpu_of_parts(source, part_rows, folder)
    serial, dask = [], []
    for _ in range(repeats):
        serial.append(_run("serial", source, part_rows, folder))
        dask.append(_run("dask", source, part_rows, folder))
    one, other = (ds.dataset(folder / f"{name}.parquet").to_table() for name in ("serial", "dask"))
    if not one.equals(other):
        raise SystemExit("dask and serial gave different results, so times say nothing")
    start, message = cost_of_dask()
    return Measured(part_rows, seconds, source.stat().st_size / len(seconds), bytes_out, start, message, serial, dask)


def cpu_of_parts(source: Path, part_rows: int, folder: Path) -> tuple[list[float], float]:
    """Seconds of CPU for each part, here, one after the other; and the bytes of one written."""
    table, apart = TableInput(source), folder / "parts"
    apart.mkdir()
    parquet = table.format
    assert isinstance(parquet, SpanFormat)
    writing = Writing(parquet, format_for("arrow"), apart, True, "out.parquet/", parquet)
    task = WritePiece(ExpressionJob("expression", (), Run()), writing)
    spans = table.spans(part_rows)
    assert spans is not None
    seconds = []
    for number, span in enumerate(spans):
        if number == 0:
            task(Piece(span, 0))  # compiles, or loads what is compiled
        began = time.process_time()
        task(Piece(span, number))
        seconds.append(time.process_time() - began)
    sizes = [path.stat().st_size for path in apart.iterdir()]
    return seconds, statistics.mean(sizes)


def _run(strategy: str, source: Path, part_rows: int, folder: Path) -> float:
    done = run(source, f"{folder}/{strategy}.parquet/", options=Options(strategy, 2, part_rows), seed=1)
    return done.seconds


def cost_of_dask(chunks: int = 300) -> tuple[float, float]:
    """Seconds until a local cluster of two workers is ready, and what each chunk costs of which nothing is asked."""
    cluster = create("dask", Settings(workers=2))
    began = time.perf_counter()
    cluster.start()
    start = time.perf_counter() - began
    try:
        task = Sight(Path(), None, None)
        pieces = [Piece(Span("", 0, 0, 1, number), number) for number in range(chunks)]
        for _ in cluster.map(task, pieces[:20]):
            pass
        began = time.perf_counter()
        for _ in cluster.map(task, pieces):
            pass
        return start, (time.perf_counter() - began) / chunks
    finally:
        cluster.stop()


def simulate(measured: Measured, rows: float, cluster: Cluster, seed: int = 1) -> tuple[float, float]:
    """Seconds that a run of `rows` rows would take, and the share of that in which cores compute.

    The client hands parts out one at a time, `message` seconds each, and no further ahead of the first part that is
    not done than the window. A part takes a core the seconds of a measured one, and the storage its bytes, one part
    after another.
    """
    draw = random.Random(seed)
    parts = max(1, round(rows / measured.rows))
    workers = cluster.machines * cluster.cores
    window = CHUNKS_PER_WORKER * workers
    moving = (measured.bytes_in + measured.bytes_out) / cluster.storage
    free = [(0.0, core) for core in range(workers)]
    client = storage = measured.start
    busy = 0.0
    ends: list[float] = []
    last_in_order: list[float] = []
    for number in range(parts):
        client += measured.message
        if number >= window:
            client = max(client, last_in_order[number - window])
        at, core = heapq.heappop(free)
        begin = max(at, client)
        seconds = draw.choice(measured.part_seconds)
        if draw.random() < seconds / (cluster.days * 86_400):
            begin += draw.random() * seconds + cluster.restart  # lost on the way, and begun again
        storage = max(storage, begin) + moving
        end = max(begin + seconds, storage)
        busy += seconds
        heapq.heappush(free, (end, core))
        ends.append(end)
        last_in_order.append(max(end, last_in_order[-1] if last_in_order else 0.0))
    makespan = max(ends)
    return makespan, busy / (makespan * workers)


def show(measured: Measured, given: argparse.Namespace) -> None:
    part = statistics.median(measured.part_seconds)
    spread = (min(measured.part_seconds), max(measured.part_seconds))
    serial, dask = statistics.median(measured.serial), statistics.median(measured.dask)
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    print(f"MEASURED on this machine ({os.cpu_count()} cores, load {load})")
    print(f"  a part of {measured.rows:,} rows: {part:.2f} s of one core ({spread[0]:.2f} to {spread[1]:.2f}),")
    print(f"  {measured.bytes_in / 1e6:.1f} MB read, {measured.bytes_out / 1e6:.1f} MB written")
    print(
        f"  Dask: {measured.start:.1f} s to start two workers, {measured.message * 1000:.1f} ms a part beside its work"
    )
    times = ", ".join(f"{a:.1f}/{b:.1f}" for a, b in zip(measured.serial, measured.dask, strict=True))
    print(f"  serial {serial:.1f} s, two workers of Dask {dask:.1f} s: {serial / dask:.2f} times (runs: {times})")
    print()
    print(f"SIMULATED, not measured: {given.rows:.0e} rows on machines of {given.cores} cores as fast as this one's,")
    print(f"  storage of {given.storage:g} GB/s shared by all, each machine lost every {given.days:g} days")
    print(f"  {'machines':>8}  {'hours':>7}  {'speedup':>7}  {'cores at work':>13}  {'core hours':>10}")
    base = None
    for machines in MACHINES:
        cluster = Cluster(machines, given.cores, given.storage * 1e9, given.days)
        seconds, share = simulate(measured, given.rows, cluster)
        base = base or seconds
        hours = seconds / 3600
        paid = hours * machines * given.cores
        print(f"  {machines:>8}  {hours:>7.2f}  {base / seconds:>7.1f}  {share:>13.0%}  {paid:>10.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measure-rows", type=int, default=2_000_000, help="rows that are run here")
    parser.add_argument("--part-rows", type=int, default=250_000, help="rows of a part")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each, in turns")
    parser.add_argument("--rows", type=float, default=1e10, help="rows that are simulated")
    parser.add_argument("--cores", type=int, default=8, help="cores of a simulated machine")
    parser.add_argument("--storage", type=float, default=1.0, help="GB a second that the storage moves")
    parser.add_argument("--days", type=float, default=30.0, help="between two losses of one machine")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measured = measure(given.measure_rows, given.part_rows, given.repeats, Path(folder))
    show(measured, given)


if __name__ == "__main__":
    main()
