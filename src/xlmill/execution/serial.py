"""The strategy without workers: one chunk after another, here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from xlmill.execution.attempt import attempt_in_parts
from xlmill.execution.outcome import C, Outcome, R
from xlmill.execution.strategy import Strategy, Traits, strategy


@strategy
class Serial(Strategy):
    """In this process, one chunk after another.

    Good when: few or tiny tasks; when looking for a mistake with a debugger.
    Bad when: there is much to compute and more than one core, or tasks wait.
    """

    name = "serial"
    traits = Traits(escapes_gil=False, shares_memory=True, isolates=False)

    def start(self) -> None:
        """Nothing to make ready."""

    def map(self, task: Callable[[C], R], chunks: Iterable[C]) -> Iterator[Outcome[C, R]]:
        """Yield the outcome of each chunk as soon as it is computed."""
        for chunk in chunks:
            yield from attempt_in_parts(task, chunk, self.settings.is_idempotent)

    def stop(self) -> None:
        """Nothing to end."""
