"""What strategies that hand chunks to another engine have in common: packing, attempts, and who is to blame."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Generic, TypeVar

from xlmill.exceptions import WorkersFailedError
from xlmill.execution.in_order import Ticket, in_order
from xlmill.execution.outcome import C, Cause, Fault, Outcome, R, pieces
from xlmill.execution.progress import WorkerLost
from xlmill.execution.strategy import Settings
from xlmill.execution.transfer import Part, pack, pack_function, unpack

H = TypeVar("H")

# A chunk that cost a worker is cut into so many: of a million rows, four workers die until one row is suspected, where
# halving would take twenty.
SUSPECTS = 32


class Engine(ABC, Generic[H]):
    """A cluster as it is used here: it computes packed chunks, each with a handle, and tries none of them twice."""

    workers: int

    @abstractmethod
    def submit(self, task: bytes, parts: list[bytes], alone: bool) -> H:
        """Hand out the packed chunk `parts` for the packed `task`; `alone`: beside no other in its process."""

    @abstractmethod
    def receive(self, handle: H) -> list[Part] | Fault:
        """The packed answer, when it is there; or the fault if the worker died that computed it."""

    @abstractmethod
    def cancel(self, handle: H) -> None:
        """Nobody waits for it any more."""

    @abstractmethod
    def close(self) -> None:
        """Leave the cluster, and end it if it was started here."""


def map_over(
    engine: Engine[H], settings: Settings, task: Callable[[C], R], chunks: Iterable[C]
) -> Iterator[Outcome[C, R]]:
    """Yield outcomes in order. Raises InputError at once for a task that cannot be sent to workers."""
    supervision = _Supervision[C, R, H](engine, settings, pack_function(task))
    window = settings.window or replace(settings, workers=max(settings.workers, engine.workers)).chunks_in_flight
    return in_order(supervision.ticket, chunks, window)


class _Supervision(Generic[C, R, H]):
    """One map over a cluster."""

    def __init__(self, engine: Engine[H], settings: Settings, task: bytes) -> None:
        self._engine = engine
        self._settings = settings
        self._task = task
        self._quarantined = 0

    def ticket(self, chunk: C, alone: bool = False) -> _Ticket[C, R, H]:
        """Hand out `chunk`."""
        return _Ticket(self, chunk, alone)

    def submit(self, chunk: C, alone: bool) -> H | Fault:
        """The handle of a chunk handed out, or why it cannot travel."""
        try:
            parts = [bytes(part) for part in pack(chunk)]
        except Exception as error:
            problem = f"the chunk cannot be sent to a worker: {type(error).__name__}: {error}"
            return Fault(Cause.UNPICKLABLE, problem, exception=error)
        return self._engine.submit(self._task, parts, alone)

    def receive(self, chunk: C, handle: H | Fault) -> Outcome[C, R]:
        """The outcome of one attempt."""
        told = handle if isinstance(handle, Fault) else self._engine.receive(handle)
        if isinstance(told, Fault):
            if told.cause is not Cause.UNPICKLABLE:
                self._settings.tell(WorkerLost(0, told, len(chunk)))
            return Outcome(chunk, None, told, ended=time.monotonic())
        try:
            began, ended, result, fault = unpack(told)
        except Exception as error:
            problem = f"the result cannot be read: {type(error).__name__}: {error}"
            return Outcome(chunk, None, Fault(Cause.UNPICKLABLE, problem, exception=error))
        return Outcome(chunk, result, fault, 1, began, ended)

    def calls_for_retry(self, fault: Fault) -> bool:
        """Whether another attempt, or one with less, may give a result."""
        return self._settings.is_idempotent and fault.spares_parts

    def quarantine(self, fault: Fault) -> None:
        """Take note of a row that is given up; raises WorkersFailedError when there are too many."""
        self._quarantined += fault.cause is not Cause.EXCEPTION
        limit = self._settings.quarantine_limit
        if self._quarantined > limit:
            raise WorkersFailedError(f"more than {limit} rows cost their workers; the last: {fault}")

    def cancel(self, handle: H | Fault) -> None:
        """Nobody waits for it any more."""
        if not isinstance(handle, Fault):
            self._engine.cancel(handle)


class _Ticket(Ticket[C, R], Generic[C, R, H]):
    """A chunk that was handed out to a cluster, and its parts where it had to be split."""

    def __init__(self, supervision: _Supervision[C, R, H], chunk: C, alone: bool) -> None:
        self._supervision = supervision
        self._chunk = chunk
        self._handle = supervision.submit(chunk, alone)
        self._parts: list[_Ticket[C, R, H]] = []

    def wait(self) -> list[Outcome[C, R]]:
        supervision, chunk = self._supervision, self._chunk
        attempts = 0
        while True:
            outcome = supervision.receive(chunk, self._handle)
            fault = outcome.fault
            if fault is None:
                return [outcome]
            # On trial, alone: whatever it does to its worker from now on must be its own doing.
            if supervision.calls_for_retry(fault) and len(chunk) > 1:
                self._parts = [supervision.ticket(part, alone=True) for part in pieces(chunk, SUSPECTS)]
                return [outcome for part in self._parts for outcome in part.wait()]
            attempts += 1
            if not supervision.calls_for_retry(fault) or attempts == fault.cause.attempts:
                supervision.quarantine(fault)
                return [replace(outcome, fault=replace(fault, attempts=attempts))]
            self._handle = supervision.submit(chunk, alone=True)

    def cancel(self) -> None:
        self._supervision.cancel(self._handle)
        for part in self._parts:
            part.cancel()
