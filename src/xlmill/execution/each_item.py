"""A function of one item as a task over a chunk, what an item raises kept to its place."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from xlmill.execution.attempt import fault_of, portable
from xlmill.execution.chunking import Items
from xlmill.execution.outcome import Fault

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class EachItem(Generic[T, R]):
    """A function as a task; `travels` says that the results go to another process."""

    function: Callable[[T], R]
    travels: bool

    @property
    def __wrapped__(self) -> Callable[[T], R]:
        """What messages are to name."""
        return self.function

    def __call__(self, chunk: Items[T]) -> list[R | Fault]:
        return [self.of(item) for item in chunk.items]

    def of(self, item: T) -> R | Fault:
        """The function of one item, or why there is none."""
        try:
            return self.function(item)
        except (Exception, SystemExit) as error:
            fault = fault_of(error)
            return replace(fault, exception=portable(error)) if self.travels else fault


@dataclass(frozen=True, slots=True)
class EachAwaited(Generic[T, R]):
    """An async function as an async task, which awaits the items of a chunk one after another."""

    function: Callable[[T], Awaitable[R]]

    async def __call__(self, chunk: Items[T]) -> list[R | Fault]:
        return [await self.of(item) for item in chunk.items]

    async def of(self, item: T) -> R | Fault:
        """The function of one item, or why there is none."""
        try:
            return await self.function(item)
        except (Exception, SystemExit, asyncio.CancelledError) as error:
            if is_being_cancelled():
                raise
            return fault_of(error)


def is_being_cancelled() -> bool:
    """Whether somebody cancels the async task that runs now. If not, what it awaited may have been cancelled."""
    this = asyncio.current_task()
    return this is not None and this.cancelling() > 0
