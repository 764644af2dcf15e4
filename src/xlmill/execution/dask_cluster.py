"""The strategy of a Dask cluster, one that runs already or one of its own on this machine."""

from __future__ import annotations

import contextlib
import functools
import itertools
import logging
import os
import signal
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from xlmill.exceptions import WorkersFailedError
from xlmill.execution.cluster import Engine, map_over
from xlmill.execution.dask_worker import run_chunk
from xlmill.execution.launcher import interrupts_held, main_module_hidden
from xlmill.execution.outcome import C, Cause, Fault, Outcome, R
from xlmill.execution.strategy import Settings, Strategy, Traits, strategy
from xlmill.execution.transfer import Part

if TYPE_CHECKING:
    from distributed import Client, Future, LocalCluster, Nanny

# So many deaths let Dask give up a chunk that was held by workers that died, even if it never ran.
ALLOWED_FAILURES = 1000
LOOPBACK = "127.0.0.1"
CONNECT_SECONDS = 10.0
START_SECONDS = 60.0
STOP_SECONDS = 1.0
START_TRIES = 5
POLL_SECONDS = 0.02


@strategy
class DaskCluster(Strategy):
    """Workers of Dask, perhaps on other machines, where the same version of this package must be installed.

    The scheduler is that of `Settings.address`, or of the environment's DASK_SCHEDULER_ADDRESS; otherwise a cluster
    is started here. Of a cluster that runs already, all workers are used.

    Good when: there is more to compute than one machine can, in chunks of a second or more.
    Bad when: one machine suffices, for each chunk costs milliseconds, and starting seconds.
    """

    name = "dask"
    traits = Traits(
        escapes_gil=True,
        shares_memory=False,
        isolates=False,
        chunk_seconds=1.0,
        may_be_remote=True,
        package="distributed",
    )

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
                told: list[Part] | None = handle.future.result(timeout=START_SECONDS)
            except TimeoutError:
                if not self._client.nthreads():
                    raise WorkersFailedError("the Dask cluster has lost all its workers for good") from None
                continue
            except KilledWorker:
                if not self._client.get_metadata(handle.note, False):
                    handle.submit_again()  # a bystander, at more deaths than Dask will take
                    continue
                told = None
            except Exception as error:
                raise WorkersFailedError(f"the Dask cluster failed: {type(error).__name__}: {error}") from error
            # Not left to its destructor, in which Ctrl-C would go unheard.
            handle.future.release()
            if told is None:
                return Fault(Cause.KILLED, "its worker died; Dask does not tell of what")
            return told

    def cancel(self, handle: _Attempt) -> None:
        handle.future.release()  # what nobody holds, Dask drops; to cancel it would be to wait for an answer

    def close(self) -> None:
        if self._cluster is None:
            forget = functools.partial(self._client.scheduler.set_metadata, keys=[self._run], value=None)
            with contextlib.suppress(OSError, TimeoutError):  # the scheduler may be gone
                self._client.sync(forget, callback_timeout=STOP_SECONDS)
        else:
            # What they compute nobody awaits, and Dask would wait for it.
            _kill_workers(self._cluster)
        with contextlib.suppress(TimeoutError):
            self._client.close(timeout=STOP_SECONDS)
        self._close_cluster()

    def _close_cluster(self) -> None:
        if self._cluster is not None:
            with contextlib.suppress(TimeoutError):
                self._cluster.close(timeout=STOP_SECONDS)


def _kill_workers(cluster: LocalCluster) -> None:
    """Kill the workers of a cluster started here, those too that are just starting, which Dask cannot end."""
    nannies = list(cluster.workers.values())
    for nanny in nannies:
        nanny.is_over = True
    deadline = time.monotonic() + STOP_SECONDS
    is_quiet = False
    while not is_quiet and time.monotonic() < deadline:
        is_quiet = True
        for nanny in nannies:
            _kill_worker_if_over(nanny)
            is_quiet = is_quiet and (nanny.process is None or nanny.process.status.name not in ("starting", "running"))
        time.sleep(POLL_SECONDS)


def _kill_worker_if_over(nanny: Nanny) -> None:
    """Kill the process of a nanny whose cluster ends, if it has one."""
    process = None if nanny.process is None else nanny.process.process
    if nanny.is_over and process is not None and process.pid is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)


def _start_cluster(workers: int) -> LocalCluster:
    """A cluster on this machine, of processes with one thread each, so that a chunk that dies, dies alone."""
    from distributed import LocalCluster, Nanny, Status

    class Persistent(Nanny):  # type: ignore[misc]
        """A nanny whose workers do not run the caller's script again, and which does not give up starting them.

        Dask's own leaves it at that when a worker is killed so soon that it has not told yet that it runs.
        """

        is_over = False

        async def instantiate(self) -> Any:
            if self.is_over:
                return Status.closed
            for tries_left in reversed(range(START_TRIES)):
                with main_module_hidden(), interrupts_held():
                    try:
                        status = await super().instantiate()
                    except Exception:
                        if self.is_over or not tries_left:
                            raise
                        continue
                    finally:
                        # Dask gives up waiting for a worker that starts while the cluster ends, and leaves it behind.
                        _kill_worker_if_over(self)
                if self.is_over or status is Status.running:
                    break
            return status

    cluster = LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        worker_class=Persistent,
        host=LOOPBACK,
        # Else its web servers listen to the whole network.
        dashboard_address=f"{LOOPBACK}:0",
        worker_dashboard_address=f"{LOOPBACK}:0",
        silence_logs=logging.CRITICAL,
    )
    cluster.scheduler.allowed_failures = ALLOWED_FAILURES
    return cluster
