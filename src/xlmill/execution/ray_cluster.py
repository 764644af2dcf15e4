"""The strategy of a Ray cluster, one that runs already or one of its own on this machine."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from xlmill.exceptions import WorkersFailedError
from xlmill.execution.attempt import packed_answer
from xlmill.execution.cluster import Engine, map_over
from xlmill.execution.outcome import C, Cause, Fault, Outcome, R
from xlmill.execution.strategy import Settings, Strategy, Traits, strategy
from xlmill.execution.transfer import Part, unpack

if TYPE_CHECKING:
    from ray import ObjectRef


@strategy
class RayCluster(Strategy):
    """Workers of Ray, perhaps on other machines, where the same version of this package must be installed.

    The cluster is that of `Settings.address`, or of the environment's RAY_ADDRESS, or the one that this process is
    connected to; otherwise one is started here. Of a cluster that runs already, all cores are used.

    Good when: there is more to compute than one machine can, in chunks of a second or more.
    Bad when: one machine suffices, for each chunk costs milliseconds, and starting many seconds.
    """

    name = "ray"
    traits = Traits(
        escapes_gil=True, shares_memory=False, isolates=False, chunk_seconds=1.0, may_be_remote=True, package="ray"
    )

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._engine: _Ray | None = None

    def start(self) -> None:
        """Connect to the cluster, or start one. Raises WorkersFailedError where that cannot be."""
        self._engine = _Ray(self.settings)

    def map(self, task: Callable[[C], R], chunks: Iterable[C]) -> Iterator[Outcome[C, R]]:
        """Yield outcomes in order. Raises InputError at once for a task that cannot be sent to workers."""
        assert self._engine is not None, "start the strategy first"
        return map_over(self._engine, self.settings, task, chunks)

    def stop(self) -> None:
        """Disconnect, and end the cluster if it was started here."""
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.close()


class _Ray(Engine["ObjectRef[Any]"]):
    """This process as a driver of a Ray cluster. Ray runs one chunk in a worker, and tells which one cost it."""

    def __init__(self, settings: Settings) -> None:
        import ray

        self._is_ours = not ray.is_initialized()
        self._paths: list[str] = []
        if self._is_ours:
            is_local = settings.address is None and "RAY_ADDRESS" not in os.environ
            if is_local:
                # Ray reports its use to its makers, unless told not to; to start it here is no consent.
                os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
            try:
                ray.init(
                    settings.address,
                    num_cpus=settings.workers if is_local else None,
                    include_dashboard=False if is_local else None,
                    configure_logging=False,
                    log_to_driver=False,
                )
                # Its workers are to find what this process finds, as those of multiprocessing do.
                self._paths = sys.path if is_local else []
            except (OSError, ValueError, RuntimeError) as error:
                raise WorkersFailedError(f"no Ray cluster could be reached or started: {error}") from error
        self.workers = int(ray.cluster_resources().get("CPU", 1))
        # Not tried again by Ray: a chunk that costs a worker is split first.
        self._run_chunk = ray.remote(run_chunk).options(max_retries=0, num_cpus=1)

    def submit(self, task: bytes, parts: list[bytes], alone: bool) -> ObjectRef[Any]:
        return self._run_chunk.remote(task, parts, self._paths)

    def receive(self, handle: ObjectRef[Any]) -> list[Part] | Fault:
        import ray
        from ray import exceptions

        try:
            told: list[Part] = ray.get(handle)
        except exceptions.OutOfMemoryError as error:
            return Fault(Cause.MEMORY, f"Ray ended its worker for want of memory: {error}")
        except (exceptions.WorkerCrashedError, exceptions.NodeDiedError):
            return Fault(Cause.KILLED, "its worker died; Ray does not tell of what")
        except exceptions.RayError as error:
            raise WorkersFailedError(f"the Ray cluster failed: {type(error).__name__}: {error}") from error
        return told

    def cancel(self, handle: ObjectRef[Any]) -> None:
        import ray

        # Not by force: with that, Ray 2.60 may abort this process when the chunk ends at the same moment.
        ray.cancel(handle)

    def close(self) -> None:
        import ray

        if self._is_ours:
            ray.shutdown()


def run_chunk(task: bytes, parts: list[bytes], paths: list[str]) -> list[bytes]:
    """The packed answer of the packed `task` on the packed chunk; this runs in a worker.

    `paths` are where modules are to be looked for besides.
    """
    sys.path += [path for path in paths if path not in sys.path]
    return [bytes(part) for part in packed_answer(_unpacked(task), parts)]


@functools.lru_cache(maxsize=4)
def _unpacked(task: bytes) -> Callable[[Any], Any]:
    function: Callable[[Any], Any] = unpack([task])
    return function
