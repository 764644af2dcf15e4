"""The strategy of a process for each chunk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from xlmill.execution.crew import Crew
from xlmill.execution.outcome import C, Outcome, R
from xlmill.execution.strategy import Settings, Strategy, Traits, strategy
from xlmill.execution.supervisor import Supervision


@strategy
class ProcessPerTask(Strategy):
    """A process for each chunk, as many alive at once as there are to be workers.

    Good when: few, long tasks; a task may hang, leak or crash, and shares nothing with the one before it.
    Bad when: many tasks, for each pays the start of a process.
    """

    name = "process"
    traits = Traits(escapes_gil=True, shares_memory=False, isolates=True, takes_chunks=False)

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._crew: Crew | None = None

    def start(self) -> None:
        """Check the settings; processes start with their chunks."""
        self._crew = Crew(self.settings)

    def map(self, task: Callable[[C], R], chunks: Iterable[C]) -> Iterator[Outcome[C, R]]:
        """Yield outcomes in order. Raises InputError at once for a task that cannot be sent to workers."""
        assert self._crew is not None, "start the strategy first"
        return Supervision(self._crew, task, chunks, reuses_workers=False).outcomes()

    def stop(self) -> None:
        """End the processes that are left."""
        crew, self._crew = self._crew, None
        if crew is not None:
            crew.stop()
