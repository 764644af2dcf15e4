"""The process of a bench, as it is seen from outside: started, told what to run, watched, ended."""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from types import TracebackType
from typing import Any, Self

import psutil

from xlmill.lab.bench import Refusal, Report, Run, Show
from xlmill.lab.tree import tree_memory
from xlmill.lab.way import Way

# The caller's paths come first: they say where xlmill itself and the caller's modules are.
_START = """
import os, pickle, sys
commands = os.fdopen(os.dup(0), "rb")
sys.path[:] = pickle.load(commands)
from xlmill.lab.bench import serve
serve(commands)
"""

# Sampling takes the target's memory lock and some of a core: often enough to see a peak, and at most this share.
_SAMPLE_SECONDS = 0.02
_SAMPLING_SHARE = 0.1

_START_SECONDS = 120.0
_STOP_SECONDS = 1.0

_ENDED = object()


class BenchError(Exception):
    """A way cannot be measured: it failed, died or did not end in time. Its text says which."""


class Bench:
    """A process of its own for one way, so that no way sees what another has left, and one that hangs can be ended.

    `packed` is the work, pickled. With `with`, the process and all below it are gone at the end.
    """

    def __init__(self, way: Way, packed: bytes) -> None:
        self.way = way
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed in `close`)
        self._process = subprocess.Popen(
            [sys.executable, "-c", _START],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            # A group of its own: Ctrl-C is handled here, and all of the group can be ended at once.
            start_new_session=sys.platform != "win32",
        )
        self._watched = psutil.Process(self._process.pid)
        self._answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._listen, name="xlmill-bench", daemon=True)
        self._reader.start()
        self._send(pickle.dumps(sys.path) + packed + pickle.dumps(way))

    def wait_until_ready(self) -> None:
        """Return when the work is in its memory. Raises BenchError."""
        self._answer(_START_SECONDS)

    def run(self, rows: int, seconds: float) -> Report:
        """Run the first `rows` rows. Raises BenchError where that takes longer than `seconds`, or fails."""
        self._send(pickle.dumps(Run(rows)))
        report: Report = self._answer(seconds)
        return report

    def run_watched(self, rows: int, seconds: float) -> tuple[Report, int]:
        """Like `run`; with the most memory, in bytes, that the process and all below it held meanwhile."""
        self._send(pickle.dumps(Run(rows)))
        deadline = time.monotonic() + seconds
        peak = 0
        while time.monotonic() < deadline:
            began = time.monotonic()
            peak = max(peak, tree_memory(self._watched))
            pause = max(_SAMPLE_SECONDS, (time.monotonic() - began) / _SAMPLING_SHARE)
            with contextlib.suppress(queue.Empty):
                report: Report = self._take(pause)
                return report, max(peak, tree_memory(self._watched))
        raise self._late(seconds)

    def show(self, first: int, last: int, seconds: float) -> list[str]:
        """Results from `first` to before `last`, for people. Raises BenchError like `run`."""
        self._send(pickle.dumps(Show(first, last)))
        shown: list[str] = self._answer(seconds)
        return shown

    def close(self) -> None:
        """End the process and all below it."""
        assert self._process.stdin is not None and self._process.stdout is not None
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):  # dead already, or busy
            self._process.stdin.close()
            self._process.wait(_STOP_SECONDS)
        self._kill()
        self._process.wait()
        self._reader.join()
        self._process.stdout.close()
        self._errors.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._kill()
        self.close()

    def _answer(self, seconds: float) -> Any:
        try:
            return self._take(seconds)
        except queue.Empty:
            raise self._late(seconds) from None

    def _take(self, seconds: float) -> Any:
        answer = self._answers.get(timeout=seconds)
        if answer is _ENDED:
            raise BenchError(f"the process that ran it ended: {self._last_words()}")
        if isinstance(answer, Refusal):
            raise BenchError(answer.problem)
        return answer

    def _late(self, seconds: float) -> BenchError:
        self._kill()
        return BenchError(f"not done within {seconds:.0f} s, and ended")

    def _send(self, message: bytes) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(message)
            self._process.stdin.flush()
        except OSError:
            raise BenchError(f"the process that ran it is no more: {self._last_words()}") from None

    def _listen(self) -> None:
        assert self._process.stdout is not None
        try:
            while True:
                self._answers.put(pickle.load(self._process.stdout))
        except (EOFError, pickle.UnpicklingError):  # the latter: it died while answering
            self._answers.put(_ENDED)

    def _last_words(self) -> str:
        self._kill()
        code = self._process.wait()
        self._errors.seek(0)
        lines = self._errors.read().decode("utf-8", "replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), f"exit code {code}")

    def _kill(self) -> None:
        if sys.platform == "win32":
            with contextlib.suppress(psutil.NoSuchProcess):
                for process in [*self._watched.children(recursive=True), self._watched]:
                    process.kill()
        else:
            with contextlib.suppress(ProcessLookupError):  # none of the group is left
                os.killpg(self._process.pid, signal.SIGKILL)
