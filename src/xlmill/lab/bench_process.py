"""The process of a bench, as it is seen from outside."""

from __future__ import annotations

import contextlib
import pickle
import queue
import time

from xlmill.lab.bench import Report, Run, Show
from xlmill.lab.own_process import OwnProcess
from xlmill.lab.prediction import Predict
from xlmill.lab.tree import tree_memory
from xlmill.lab.way import Way

# Sampling takes the target's memory lock and some of a core: often enough to see a peak, and at most this share.
_SAMPLE_SECONDS = 0.02
_SAMPLING_SHARE = 0.1

_START_SECONDS = 120.0


class Bench(OwnProcess):
    """A process of its own for one way, so that no way sees what another has left, and one that hangs can be ended.

    `packed` is the work, pickled.
    """

    def __init__(self, way: Way, packed: bytes) -> None:
        self.way = way
        super().__init__("xlmill.lab.bench")
        self._send(packed + pickle.dumps(way))

    def wait_until_ready(self) -> None:
        """Return when the work is in its memory. Raises BenchError."""
        self._answer(_START_SECONDS)

    def run(self, rows: int, seconds: float, *, with_timeline: bool = False, workers: int | None = None) -> Report:
        """Run the first `rows` rows, by other `workers` than usual where those are given.

        Raises BenchError where that takes longer than `seconds`, or fails.
        """
        self._send(pickle.dumps(Run(rows, with_timeline, workers)))
        report: Report = self._answer(seconds)
        return report

    def run_watched(self, rows: int, seconds: float, sampling_share: float = _SAMPLING_SHARE) -> tuple[Report, int]:
        """Like `run`; with the most memory, in bytes, that the process and all below it held meanwhile.

        Watching takes about `sampling_share` of the time.
        """
        self._send(pickle.dumps(Run(rows)))
        deadline = time.monotonic() + seconds
        peak = 0
        while time.monotonic() < deadline:
            began = time.monotonic()
            peak = max(peak, tree_memory(self._watched))
            pause = max(_SAMPLE_SECONDS, (time.monotonic() - began) / sampling_share)
            with contextlib.suppress(queue.Empty):
                report: Report = self._take(pause)
                return report, max(peak, tree_memory(self._watched))
        raise self._late(seconds)

    def predict(self, workers: int, seconds: float) -> dict[str, float]:
        """Seconds that the planner predicts, by strategy. Raises BenchError like `run`."""
        self._send(pickle.dumps(Predict(workers)))
        predicted: dict[str, float] = self._answer(seconds)
        return predicted

    def show(self, first: int, last: int, seconds: float) -> list[str]:
        """Results from `first` to before `last`, for people. Raises BenchError like `run`."""
        self._send(pickle.dumps(Show(first, last)))
        shown: list[str] = self._answer(seconds)
        return shown
