"""What became of a chunk: its result, or the fault that kept it from having one."""

from __future__ import annotations

import enum
import signal as signals
from dataclasses import dataclass, field
from typing import Generic, Protocol, Self, TypeVar


class Splittable(Protocol):
    """What a strategy must know of a chunk: how many rows it has, and how to cut it.

    `cut` is asked for at least one row and for fewer than all; the two hold the same rows in the same order.
    """

    def __len__(self) -> int: ...

    def cut(self, rows: int) -> tuple[Self, Self]:
        """The first `rows` rows and the rest."""
        ...


C = TypeVar("C", bound=Splittable)
R = TypeVar("R")


class ChunkError(Exception):
    """Raised by a task for a reason that no part of its chunk could escape: the chunk is not split to look for one."""


def pieces(chunk: C, count: int) -> list[C]:
    """`chunk` cut into at most `count` parts, of as many rows each or one more; none of them is empty."""
    parts = []
    for left in range(min(count, len(chunk)), 1, -1):
        part, chunk = chunk.cut(len(chunk) // left)
        parts.append(part)
    return [*parts, chunk]


class Cause(enum.StrEnum):
    """Why a chunk has no result."""

    EXCEPTION = "exception"  # the task raised
    UNPICKLABLE = "unpicklable"  # the chunk or its result cannot travel between processes
    TIMEOUT = "timeout"  # it took longer than the time limit, and was ended
    MEMORY = "memory"  # it took more memory than the limit, or than there was
    KILLED = "killed"  # its worker was killed by a signal: a crash, an operator, the system short of memory
    EXIT = "exit"  # its worker ended itself, as by os._exit

    @property
    def attempts(self) -> int:
        """How many workers a single row may cost before it is given up.

        A row whose worker died may have been an innocent bystander, so it gets a second, fresh worker. A row
        that raised, or was over time all by itself, would do so again.
        """
        return 2 if self in (Cause.KILLED, Cause.EXIT, Cause.MEMORY) else 1


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a chunk has no result, with what is known of it.

    `signal` and `exit_code` say how a worker ended; `attempts` how often the chunk was tried; `message` tells
    it to people, and is the traceback where the task raised. `exception` is what the task raised, if it could
    be brought here.
    """

    cause: Cause
    message: str
    signal: int | None = None
    exit_code: int | None = None
    attempts: int = 1
    exception: BaseException | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return self.message

    @property
    def spares_parts(self) -> bool:
        """Whether parts of the chunk may have results though all of it has none."""
        return not isinstance(self.exception, ChunkError)


@dataclass(frozen=True, slots=True)
class Outcome(Generic[C, R]):
    """A chunk and what became of it: a `result`, or, if `fault` is not None, a fault.

    `chunk` is the chunk that was given, or a part of it where it had to be split. `worker` numbers the worker
    (0 is the calling thread); `began` and `ended` are seconds on the machine's monotonic clock.
    """

    chunk: C
    result: R | None
    fault: Fault | None = None
    worker: int = 0
    began: float = 0.0
    ended: float = 0.0

    @property
    def value(self) -> R:
        """The result of a chunk that has one."""
        if self.fault is not None:
            raise ValueError(f"this chunk has no result: {self.fault}")
        return self.result  # type: ignore[return-value]


def fault_of_exit(exit_code: int | None) -> Fault:
    """The fault of a worker that ended by itself; `exit_code` is minus the signal where one killed it."""
    if exit_code is not None and exit_code < 0:
        number = -exit_code
        try:
            name = signals.Signals(number).name
        except ValueError:
            name = f"signal {number}"
        return Fault(Cause.KILLED, f"the worker was killed by {name}", signal=number)
    return Fault(Cause.EXIT, f"the worker ended itself with exit code {exit_code}", exit_code=exit_code)
