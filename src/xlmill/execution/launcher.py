"""Worker processes started so that the caller's main module plays no part in it."""

from __future__ import annotations

import atexit
import functools
import importlib
import multiprocessing
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from types import ModuleType

from xlmill.exceptions import InputError, WorkersFailedError
from xlmill.execution.channel import hang_up
from xlmill.execution.mark import Mark, shared_mark
from xlmill.execution.strategy import Settings
from xlmill.execution.transfer import pack_function
from xlmill.execution.worker import WorkerSettings, work

NAME = "xlmill-worker-"

_starting = threading.Lock()
_used_methods: set[str] = set()


class SpawnError(WorkersFailedError):
    """The system would not start a process."""


class Launcher:
    """Starts worker processes; raises InputError at once where the settings cannot be kept."""

    def __init__(self, settings: Settings) -> None:
        if settings.start_method == "fork" and len(sys._current_frames()) > 1:
            raise InputError(
                "the start method 'fork' copies locks that other threads hold, and this process has threads; "
                "use 'forkserver' or 'spawn'"
            )
        self._method = settings.start_method
        self._preload = settings.preload
        self._settings = WorkerSettings(
            None if settings.initializer is None else pack_function(settings.initializer),
            settings.memory_limit,
            settings.preload,
            # A fork server forks in its only thread.
            self._method == "forkserver" or threading.current_thread() is threading.main_thread(),
        )

    def launch(self, number: int) -> tuple[BaseProcess, socket.socket, Mark]:
        """A new process, this end of the socket to it, and the mark it shares; raises SpawnError if it cannot be."""
        if multiprocessing.current_process().daemon:
            raise SpawnError("this process is a daemon of multiprocessing, which may not have children")
        _end_strays_at_exit()
        context = multiprocessing.get_context(self._method)
        ours, theirs = socket.socketpair()
        try:
            with theirs, shared_mark() as (mark, shared), _starting, main_module_hidden(), interrupts_held():
                if self._method == "forkserver":
                    # Takes effect when the fork server starts, with the first worker: before SIGTERM is held, to which
                    # the processes of others that it forks must not be deaf.
                    multiprocessing.set_forkserver_preload([work.__module__, "cloudpickle", *self._preload])
                    importlib.import_module("multiprocessing.forkserver").ensure_running()
                process: BaseProcess = context.Process(  # type: ignore[attr-defined]
                    target=work, args=(theirs, shared, self._settings), name=f"{NAME}{number}"
                )
                with held("SIGTERM"):  # a fork server that is asked for a process by halves dies with a traceback
                    process.start()
        except BaseException as error:
            # Ctrl-C may come when the process has just started: then this tells it to go.
            hang_up(ours)
            if not isinstance(error, (OSError, EOFError)):  # EOFError: the fork server died of it
                raise
            problem = str(error) or "the fork server died"
            raise SpawnError(f"a worker process could not be started: {problem}") from error
        _used_methods.add(self._method)
        ours.setblocking(False)
        return process, ours, mark


def has_started(method: str) -> bool:
    """Whether this process has started another by that start method, so that its fork server is there."""
    return method in _used_methods


@functools.cache
def _end_strays_at_exit() -> None:
    """Have workers that nobody stopped killed when the interpreter ends.

    Otherwise multiprocessing waits for them. It arranged for that when `util` was imported, and what was arranged
    later is done earlier.
    """
    importlib.import_module("multiprocessing.util")
    atexit.register(_end_strays)


def _end_strays() -> None:
    for process in multiprocessing.active_children():
        if process.name.startswith(NAME):
            process.kill()


@contextmanager
def main_module_hidden() -> Iterator[None]:
    """Keep multiprocessing from running the caller's script again in each worker.

    It does so for main modules that have a file or a spec; meanwhile they have neither. So a script needs no
    `if __name__ == "__main__"`, and what comes from stdin or a notebook works too. All else in the module
    stays, because other threads may look it up. Several may hide it at the same time.
    """
    _hidden.begin()
    try:
        yield
    finally:
        _hidden.end()


class _Hidden:
    """The main module while it is hidden, and how many want it so."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._times = 0
        self._real: ModuleType | None = None

    def begin(self) -> None:
        with self._lock:
            self._times += 1
            if self._times == 1:
                self._real = sys.modules["__main__"]
                twin = ModuleType("__main__")
                twin.__dict__.update(self._real.__dict__)
                twin.__spec__ = None
                twin.__dict__.pop("__file__", None)
                sys.modules["__main__"] = twin

    def end(self) -> None:
        with self._lock:
            self._times -= 1
            if self._times == 0 and self._real is not None:
                sys.modules["__main__"] = self._real
                self._real = None


_hidden = _Hidden()


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Let processes that start meanwhile be born deaf to Ctrl-C, until they have told Python to ignore it."""
    if hasattr(signal, "pthread_sigmask"):
        from multiprocessing import resource_tracker

        # Starting the tracker unblocks the signal, so it must be running before.
        resource_tracker.ensure_running()
    with held("SIGINT"):
        yield


@contextmanager
def held(name: str) -> Iterator[None]:
    """Have this signal wait, where signals can; processes that start meanwhile are born so."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.Signals[name]})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
