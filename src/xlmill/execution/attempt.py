"""One task tried on one chunk, its exceptions turned into faults."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from xlmill.execution.outcome import C, Cause, Fault, Outcome, R, pieces
from xlmill.execution.transfer import Part, pack, unpack

# Seconds it began and ended, on the monotonic clock; the result; the fault, if there is no result.
Answer: TypeAlias = tuple[float, float, R | None, Fault | None]


def attempt(task: Callable[[C], R], chunk: C, worker: int = 0) -> Outcome[C, R]:
    """Run `task` on `chunk` in this thread. Ctrl-C passes through; everything else is told in the outcome."""
    began = time.monotonic()
    try:
        result = task(chunk)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # sys.exit() in a task must not end the run
        return Outcome(chunk, None, fault_of(error), worker, began, time.monotonic())
    return Outcome(chunk, result, None, worker, began, time.monotonic())


def attempt_in_parts(
    task: Callable[[C], R], chunk: C, is_idempotent: bool = True, worker: int = 0
) -> list[Outcome[C, R]]:
    """Run `task` on `chunk`, and on its halves again and again until the rows to blame are alone."""
    outcome = attempt(task, chunk, worker)
    if not calls_for_parts(outcome, is_idempotent):
        return [outcome]
    left, right = pieces(chunk, 2)
    return attempt_in_parts(task, left, True, worker) + attempt_in_parts(task, right, True, worker)


def calls_for_parts(outcome: Outcome[C, R], is_idempotent: bool) -> bool:
    """Whether parts of the chunk may succeed, and may be tried, where all of it did not."""
    fault = outcome.fault
    return fault is not None and is_idempotent and fault.spares_parts and len(outcome.chunk) > 1


def answer(task: Callable[[C], R], chunk: C) -> Answer[R]:
    """Run `task` on `chunk` in a process of its own; what is returned can travel, save perhaps the result."""
    outcome = attempt(task, chunk)
    fault = outcome.fault
    if fault is not None:
        fault = replace(fault, exception=portable(fault.exception))
    return outcome.began, outcome.ended, outcome.result, fault


def packed_answer(task: Callable[[C], R], parts: Sequence[Part]) -> list[Part]:
    """Run `task` on the packed chunk `parts`; an answer, packed. What cannot be pickled is a fault."""
    arrived = time.monotonic()
    try:
        chunk = unpack(parts)
    except Exception as error:
        return _unpicklable(arrived, arrived, error)
    told = began, ended, _, _ = answer(task, chunk)
    try:
        return pack(told)
    except Exception as error:
        return _unpicklable(began, ended, error)


def _unpicklable(began: float, ended: float, error: Exception) -> list[Part]:
    fault = replace(fault_of(error), cause=Cause.UNPICKLABLE, exception=None)
    return pack((began, ended, None, fault))


def portable(error: BaseException | None) -> BaseException | None:
    """`error` if it can be pickled and unpickled, otherwise None. Its text travels in any case."""
    try:
        return error if isinstance(unpack(pack(error)), BaseException) else None
    except Exception:  # whatever its __reduce__ or __init__ may raise
        return None


def fault_of(error: BaseException) -> Fault:
    """The fault that tells of `error`, an exception now being handled."""
    cause = Cause.MEMORY if isinstance(error, MemoryError) else Cause.EXCEPTION
    return Fault(cause, "".join(traceback.format_exception(error)).rstrip(), exception=error)
