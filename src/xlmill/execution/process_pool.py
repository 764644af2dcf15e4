"""The strategy of worker processes that take chunk after chunk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from xlmill.execution.crew import Crew
from xlmill.execution.outcome import C, Outcome, R
from xlmill.execution.strategy import Settings, Strategy, Traits, strategy
from xlmill.execution.supervisor import Supervision, await_start


@strategy
class ProcessPool(Strategy):
    """Supervised worker processes that start once and take chunks until stopped.

    Good when: many chunks of pure Python, and computing one outweighs pickling it.
    Bad when: the work is small next to starting, or its data large next to computing.
    """

    name = "pool"
    traits = Traits(escapes_gil=True, shares_memory=False, isolates=True)

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._crew: Crew | None = None

    def start(self) -> None:
        """Start the workers, all at once, and wait until they are ready."""
        self._crew = Crew(self.settings)
        try:
            await_start(self._crew)
        except BaseException:
            self.stop()
            raise

    def map(self, task: Callable[[C], R], chunks: Iterable[C]) -> Iterator[Outcome[C, R]]:
        """Yield outcomes in order. Raises InputError at once for a task that cannot be sent to workers."""
        assert self._crew is not None, "start the strategy first"
        return Supervision(self._crew, task, chunks, reuses_workers=True).outcomes()

    def stop(self) -> None:
        """End the workers: those that compute at once, the others as they end by themselves."""
        crew, self._crew = self._crew, None
        if crew is not None:
            crew.stop()
