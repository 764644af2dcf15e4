"""The user's own functions, sent along with a job to worker processes."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass, replace

from xlmill.execution.transfer import pack_function
from xlmill.functions.registry import Function, register_own
from xlmill.functions.user_function import own_functions
from xlmill.mill.workload import Chunk, Computed, Job


def equipped(job: Job) -> Job:
    """`job` with the user's own functions; raises InputError, which names it, for one that cannot travel."""
    packed = tuple(
        (number, replace(entry, kernel=_not_here), pack_function(entry.kernel)) for number, entry in own_functions()
    )
    return _Equipped(job, packed) if packed else job


@dataclass(frozen=True, slots=True)
class _Equipped:
    """A job that, where it arrives, first makes functions known: trees may have been parsed with their numbers."""

    job: Job
    functions: tuple[tuple[int, Function, bytes], ...]

    def __call__(self, chunk: Chunk) -> Computed:
        return self.job(chunk)

    def __reduce__(self) -> tuple[Callable[..., Job], tuple[object, Job]]:
        return _unpack, (self.functions, self.job)


def _unpack(functions: tuple[tuple[int, Function, bytes], ...], job: Job) -> Job:
    for number, entry, kernel in functions:
        register_own(replace(entry, kernel=pickle.loads(kernel)), number)
    return job


def _not_here() -> None:
    """Stands in the place of a kernel that travels packed."""
