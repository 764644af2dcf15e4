"""The strategy of a Dask cluster, one that runs already or one of its own on this machine."""

from __future__ import annotations

import contextlib
import functools
import itertools
import logging
import os
import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from xlmill.exceptions import WorkersFailedError
from xlmill.execution.cluster import Engine, map_over
from xlmill.execution.dask_worker import run_chunk
from xlmill.execution.launcher import main_module_hidden
from xlmill.execution.outcome import C, Cause, Fault, Outcome, R
from xlmill.execution.strategy import Settings, Strategy, Traits, strategy
from xlmill.execution.transfer import Part

if TYPE_CHECKING:
    from distributed import Client, Future, LocalCluster

# So many deaths let Dask give up a chunk that was held by workers that died, even if it never ran.
ALLOWED_FAILURES = 1000
CONNECT_SECONDS = 10.0
START_SECONDS = 60.0
STOP_SECONDS = 1.0


@strategy
class DaskCluster(Strategy):
    """Workers of Dask, perhaps on other machines, where the same version of this package must be installed.

    The scheduler is that of `Settings.address`, or of the environment's DASK_SCHEDULER_ADDRESS; otherwise a cluster
    is started here. Of a cluster that runs already, all workers are used.

    Good when: there is more to compute than one machine can, in chunks of a second or more.
    Bad when: one machine suffices, for each chunk costs milliseconds, and starting seconds.
    """

    name = "dask"
    traits = Traits(escapes_gil=True, shares_memory=False, isolates=False, chunk_seconds=1.0, library="distributed")

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._engine: _Dask | None = None

    def start(self) -> None:
        """Connect to the scheduler, or start one with workers. Raises WorkersFailedError if nobody answers."""
        self._engine = _Dask(self.settings)

    def map(self, task: Callable[[C], R], chunks: Iterable[C]) -> Iterator[Outcome[C, R]]:
        """Yield outcomes in order. Raises InputError at once for a task that cannot be sent to workers."""
        assert self._engine is not None, "start the strategy first"
        return map_over(self._engine, self.settings, task, chunks)

    def stop(self) -> None:
        """Disconnect, and end the cluster if it was started here."""
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.close()


class _Attempt:
    """A chunk handed to Dask: what was sent, the note of it on the scheduler, and its future."""

    def __init__(self, client: Client, note: list[str], task: bytes, parts: list[bytes], alone: bool) -> None:
        self.note = note
        self._submit = functools.partial(client.submit, run_chunk, note, task, parts, alone, pure=False)
        self.future: Future = self._submit()

    def submit_again(self) -> None:
        """Have it run, not having been begun."""
        self.future = self._submit()


class _Dask(Engine[_Attempt]):
    """A client of a Dask cluster."""

    def __init__(self, settings: Settings) -> None:
        from distributed import Client

        address = settings.address or os.environ.get("DASK_SCHEDULER_ADDRESS")
        self._cluster = None if address else _start_cluster(settings.workers)
        self._run = f"xlmill-{uuid.uuid4().hex}"
        self._numbers = itertools.count()
        try:
            # Not the default client of this process: that is the user's.
            self._client = Client(address or self._cluster, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            self._close_cluster()
            raise WorkersFailedError(f"no Dask scheduler answers at {address}: {error}") from error
        try:
            self._client.wait_for_workers(1, timeout=START_SECONDS)
        except TimeoutError as error:
            self.close()
            raise WorkersFailedError(f"the Dask scheduler at {address} has no workers") from error
        except BaseException:
            self.close()
            raise
        self.workers = sum(self._client.nthreads().values())

    def submit(self, task: bytes, parts: list[bytes], alone: bool) -> _Attempt:
        import dask

        note = [self._run, str(next(self._numbers))]
        # A chunk is meant to be large; Dask would warn of that.
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1TB"}):
            return _Attempt(self._client, note, task, parts, alone)

    def receive(self, handle: _Attempt) -> list[Part] | Fault:
        from distributed import KilledWorker

        while True:
            try:
                told: list[Part] | None = handle.future.result()
            except KilledWorker:
                if not self._client.get_metadata(handle.note, False):
                    handle.submit_again()  # a bystander, at more deaths than Dask will take
                    continue
                told = None
            except Exception as error:
                raise WorkersFailedError(f"the Dask cluster failed: {type(error).__name__}: {error}") from error
            if told is None:
                return Fault(Cause.KILLED, "its worker died; Dask does not tell of what")
            return told

    def cancel(self, handle: _Attempt) -> None:
        handle.future.cancel()

    def close(self) -> None:
        with contextlib.suppress(OSError):  # the scheduler may be gone
            self._client.set_metadata([self._run], None)
        self._client.close(timeout=STOP_SECONDS)
        self._close_cluster()

    def _close_cluster(self) -> None:
        if self._cluster is not None:
            self._cluster.close(timeout=STOP_SECONDS)


def _start_cluster(workers: int) -> LocalCluster:
    """A cluster on this machine, of processes with one thread each, so that a chunk that dies, dies alone."""
    from distributed import LocalCluster, Nanny

    class HidingNanny(Nanny):  # type: ignore[misc]
        """A nanny whose workers do not run the caller's script again."""

        async def instantiate(self) -> Any:
            with main_module_hidden():
                return await super().instantiate()

    cluster = LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        worker_class=HidingNanny,
        dashboard_address=None,
        silence_logs=logging.CRITICAL,
    )
    cluster.scheduler.allowed_failures = ALLOWED_FAILURES
    return cluster
