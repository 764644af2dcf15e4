"""Chunks handed out ahead, their outcomes in order or as they come: what strategies with futures have in common."""

from __future__ import annotations

import itertools
import queue
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Generator, Iterable
from typing import Generic

from xlmill.execution.outcome import C, Outcome, R


class Ticket(ABC, Generic[C, R]):
    """A chunk that was handed out."""

    @abstractmethod
    def wait(self) -> list[Outcome[C, R]]:
        """Its outcome, when it is there; several, in order, where it had to be split."""

    @abstractmethod
    def cancel(self) -> None:
        """Nobody waits for it any more."""

    def when_done(self, call: Callable[[], None]) -> None:
        """Call back, in any thread, when `wait` would not wait; at once where nobody can tell."""
        call()


def in_order(
    submit: Callable[[C], Ticket[C, R]], chunks: Iterable[C], window: int, is_ordered: bool = True
) -> Generator[Outcome[C, R], None, None]:
    """The outcomes of `chunks`, in their order, with at most `window` of them handed out and not yet yielded.

    If not `is_ordered`, they come as they are done. The first are handed out now, the others as outcomes are taken.
    Closing cancels what is left.
    """
    outcomes = _in_order(submit, chunks, window) if is_ordered else _as_done(submit, chunks, window)
    next(outcomes)
    return outcomes


def _in_order(
    submit: Callable[[C], Ticket[C, R]], chunks: Iterable[C], window: int
) -> Generator[Outcome[C, R], None, None]:
    pending: deque[Ticket[C, R]] = deque()
    source = iter(chunks)

    def fill() -> None:
        for chunk in itertools.islice(source, window - len(pending)):
            pending.append(submit(chunk))

    try:
        fill()
        yield None  # type: ignore[misc]  # a halt for `in_order`, which lets nobody see it
        while pending:
            yield from pending[0].wait()
            pending.popleft()
            fill()
    finally:
        for ticket in pending:
            ticket.cancel()


def _as_done(
    submit: Callable[[C], Ticket[C, R]], chunks: Iterable[C], window: int
) -> Generator[Outcome[C, R], None, None]:
    pending: dict[int, Ticket[C, R]] = {}
    done: queue.SimpleQueue[int] = queue.SimpleQueue()
    source = enumerate(chunks)

    def fill() -> None:
        for number, chunk in itertools.islice(source, window - len(pending)):
            ticket = pending[number] = submit(chunk)
            ticket.when_done(lambda number=number: done.put(number))  # type: ignore[misc]

    try:
        fill()
        yield None  # type: ignore[misc]  # a halt, as above
        while pending:
            number = done.get()
            yield from pending[number].wait()
            del pending[number]
            fill()
    finally:
        for ticket in pending.values():
            ticket.cancel()
