"""The standard library's bare processes, used as a newcomer would, for comparison."""

from __future__ import annotations

import itertools
import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from xlmill.execution.attempt import answer
from xlmill.execution.outcome import C, Outcome, R, fault_of_exit
from xlmill.execution.strategy import Settings, Strategy, Traits, strategy


@strategy
class BareProcesses(Strategy):
    """A multiprocessing.Process and a Pipe for each task, and no supervision.

    A newcomer starts them all at once. Here at most the window is alive at once, so that a million tasks do not
    take the machine down; set `Settings.window` to the number of tasks to see that.

    Good when: few, long tasks.
    Bad when: many tasks; one that never ends; and it holds no limits.
    """

    name = "mp-process"
    traits = Traits(escapes_gil=True, shares_memory=False, isolates=False, takes_chunks=False)

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._context: Any = multiprocessing.get_context(settings.start_method)
        self._running: deque[tuple[Any, BaseProcess, Connection]] = deque()

    def start(self) -> None:
        """Nothing to make ready: processes start with their tasks."""

    def map(self, task: Callable[[C], R], chunks: Iterable[C]) -> Iterator[Outcome[C, R]]:
        """Yield outcomes in order. A process that dies gives a fault, and its task is not tried again."""
        source = iter(chunks)
        while True:
            room = self.settings.chunks_in_flight - len(self._running)
            for chunk in itertools.islice(source, room):
                self._running.append((chunk, *self._launch(task, chunk)))
            if not self._running:
                return
            chunk, process, receiver = self._running.popleft()
            yield self._await(chunk, process, receiver)

    def stop(self) -> None:
        """End the processes that are left."""
        for _, process, receiver in self._running:
            process.terminate()
            process.join()
            process.close()
            receiver.close()
        self._running.clear()

    def _launch(self, task: Callable[[C], R], chunk: C) -> tuple[BaseProcess, Connection]:
        receiver, sender = self._context.Pipe(duplex=False)
        process = self._context.Process(target=_run, args=(sender, task, chunk))
        process.start()
        sender.close()
        return process, receiver

    def _await(self, chunk: C, process: BaseProcess, receiver: Connection) -> Outcome[C, R]:
        with receiver:
            try:
                began, ended, result, fault = receiver.recv()
            except EOFError:
                process.join()
                return Outcome(chunk, None, fault_of_exit(process.exitcode))
        number = process.pid or 0
        process.join()
        process.close()
        return Outcome(chunk, result, fault, number, began, ended)


def _run(sender: Connection, task: Callable[[C], R], chunk: C) -> None:
    sender.send(answer(task, chunk))
