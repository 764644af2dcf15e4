"""Dask clusters in processes of their own, as a user would find them."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

# Those that run now, each the process at the root of it.
clusters: list[subprocess.Popen[str]] = []

# Two workers of one thread each, or as many as said; it ends with its standard input.
DASK = """
import sys
from distributed import LocalCluster
if __name__ == "__main__":
    cluster = LocalCluster(n_workers={workers}, threads_per_worker={threads}, dashboard_address=None, silence_logs=50)
    print(cluster.scheduler_address, flush=True)
    sys.stdin.read()
    cluster.close()
"""


@contextlib.contextmanager
def dask_cluster(folder: Path, workers: int = 2, threads: int = 1, modules: Path | None = None) -> Iterator[str]:
    """A cluster in processes of its own, whose workers find `modules` too; its address."""
    script = folder / "cluster.py"
    script.write_text(DASK.format(workers=workers, threads=threads))
    paths = os.pathsep.join([*([str(modules)] if modules else []), *sys.path])
    cluster = subprocess.Popen(
        [sys.executable, str(script)],
        env={**os.environ, "PYTHONPATH": paths},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert cluster.stdout is not None
    clusters.append(cluster)
    try:
        yield cluster.stdout.readline().strip()
    finally:
        cluster.communicate()
        clusters.remove(cluster)
