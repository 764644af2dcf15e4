"""A function of one item as a task over a chunk, what an item raises kept to its place."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from xlmill.execution.attempt import fault_of, portable
from xlmill.execution.chunking import Items
from xlmill.execution.mark import BEGUN, SIZE, Mark
from xlmill.execution.outcome import Cause, Fault

T = TypeVar("T")
R = TypeVar("R")

# Where nobody looks for the item in hand.
_NOWHERE = memoryview(bytearray(SIZE)).cast("Q")


@dataclass(frozen=True, slots=True)
class EachItem(Generic[T, R]):
    """A function as a task; `travels` says that the results go to another process, `cells` where to mark the items."""

    function: Callable[[T], R]
    travels: bool
    cells: memoryview[int] | None = None

    @property
    def __wrapped__(self) -> Callable[[T], R]:
        """What messages are to name."""
        return self.function

    def __call__(self, chunk: Items[T]) -> list[R | Fault]:
        cells = _NOWHERE if self.cells is None else self.cells
        function = self.function
        results: list[R | Fault] = []
        for begun, item in enumerate(chunk.items, 1):
            cells[BEGUN] = begun
            try:
                results.append(function(item))
            except (Exception, SystemExit) as error:
                results.append(self._fault(error))
        return results

    def of(self, item: T) -> R | Fault:
        """The function of one item, or why there is none."""
        try:
            return self.function(item)
        except (Exception, SystemExit) as error:
            return self._fault(error)

    def marking(self, mark: Mark) -> EachItem[T, R]:
        """The same task, saying in `mark` which item it is on."""
        return replace(self, cells=mark.cells)

    def _fault(self, error: BaseException) -> Fault:
        fault = fault_of(error)
        return replace(fault, exception=portable(error)) if self.travels else fault


@dataclass(frozen=True, slots=True)
class EachAwaited(Generic[T, R]):
    """An async function as an async task, which awaits the items of a chunk one after another.

    An item that takes more than `limit` seconds is cancelled, which it may refuse.
    """

    function: Callable[[T], Awaitable[R]]
    limit: float | None = None

    async def __call__(self, chunk: Items[T]) -> list[R | Fault]:
        return [await self.of(item) for item in chunk.items]

    async def of(self, item: T) -> R | Fault:
        """The function of one item, or why there is none."""
        import asyncio

        timer = asyncio.timeout(self.limit)
        try:
            async with timer:
                return await self.function(item)
        except (Exception, SystemExit, asyncio.CancelledError) as error:
            if is_being_cancelled():
                raise
            if self.limit is not None and timer.expired() and isinstance(error, TimeoutError):
                return cancelled_after(self.limit)
            return fault_of(error)


def cancelled_after(limit: float) -> Fault:
    """The fault of an async task that was over its time."""
    return Fault(Cause.TIMEOUT, f"not done within {limit:g} s, and cancelled")


def is_being_cancelled() -> bool:
    """Whether somebody cancels the async task that runs now. If not, what it awaited may have been cancelled."""
    import asyncio

    this = asyncio.current_task()
    return this is not None and this.cancelling() > 0
