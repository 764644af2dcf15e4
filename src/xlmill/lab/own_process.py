"""A process that was started to measure, as it is seen from outside: told what to do, watched, ended."""

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
from types import TracebackType
from typing import Any, Self

import psutil

from xlmill.lab.serving import Refusal

# The caller's paths come first: they say where xlmill itself and the caller's modules are.
_START = """
import os, pickle, sys
commands = os.fdopen(os.dup(0), "rb")
sys.path[:] = pickle.load(commands)
from {module} import serve
serve(commands)
"""

_STOP_SECONDS = 1.0

_ENDED = object()


class BenchError(Exception):
    """Something cannot be measured: it failed, died or did not end in time. Its text says which."""


class LateError(BenchError):
    """It did not end in time."""


class EndedError(BenchError):
    """Its process ended before it was done."""


class OwnProcess:
    """A process that runs `serve` of a module, and answers each command that is sent to it.

    With `with`, the process and all below it are gone at the end.
    """

    def __init__(self, module: str) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed in `close`)
        self._process = subprocess.Popen(
            [sys.executable, "-c", _START.format(module=module)],
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
        self._send(pickle.dumps(sys.path))

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
            raise EndedError(f"the process that ran it ended: {self._last_words()}")
        if isinstance(answer, Refusal):
            raise BenchError(answer.problem)
        return answer

    def _late(self, seconds: float) -> LateError:
        self._kill()
        return LateError(f"not done within {seconds:.0f} s, and ended")

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
