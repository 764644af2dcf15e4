"""What runs in a worker process: it takes chunks one after another until its supervisor is gone."""

from __future__ import annotations

import contextlib
import importlib
import os
import pickle
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from xlmill.execution.attempt import fault_of, packed_answer
from xlmill.execution.channel import Channel, Message, Tag
from xlmill.execution.mark import Mark, RowByRow, SharedMark
from xlmill.execution.transfer import pack, unpack

PARENT_POLL_SECONDS = 0.5
LIBRARY_BYTES = 1 << 30
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """What a worker must know to start.

    `initializer` is pickled; `memory_limit` is in bytes; `preload` are modules that tasks will need;
    `parent_thread_lasts` says that the thread that starts the worker lives as long as its process.
    """

    initializer: bytes | None
    memory_limit: int | None
    preload: tuple[str, ...]
    parent_thread_lasts: bool


def work(end: socket.socket, shared: SharedMark, settings: WorkerSettings) -> None:
    """Serve the supervisor at the other end of the socket until it closes it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the supervisor's to handle
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})
    _die_with_parent(settings.parent_thread_lasts)
    end.setblocking(True)
    channel = Channel(end)
    try:
        try:
            if settings.initializer is not None:
                pickle.loads(settings.initializer)()
            if settings.memory_limit is not None:
                load(settings.preload)  # so that it is known what a worker takes before its first row
                _limit_memory(settings.memory_limit)
        except Exception as error:
            channel.put(Message(Tag.REFUSED, 0, pack(fault_of(error).message)))
            return
        channel.put(Message(Tag.READY))
        _serve(channel, shared.open())
    except EOFError:
        return  # the supervisor stopped, or is dead


def load(modules: Iterable[str]) -> None:
    """Import the modules, as far as they are there; where a fork server did so for all, this is done at once."""
    for module in modules:
        with contextlib.suppress(ImportError):
            importlib.import_module(module)


def _serve(channel: Channel, mark: Mark) -> None:
    task: Callable[[Any], Any] | None = None
    while True:
        message = channel.get()
        assert message is not None  # this end blocks
        if message.tag is Tag.TASK:
            try:
                task = unpack(message.parts)
                if isinstance(task, RowByRow):
                    task = task.marking(mark)
            except Exception as error:
                channel.put(Message(Tag.REFUSED, message.number, pack(fault_of(error).message)))
            else:
                channel.put(Message(Tag.READY, message.number))
        else:
            assert task is not None  # a chunk never comes before a task
            mark.begin(message.number)
            channel.put(Message(Tag.ANSWER, message.number, packed_answer(task, message.parts)))


def _limit_memory(limit: int) -> None:
    """Let large allocations fail at once; the supervisor watches what is really used, and ends who uses more.

    Address space is what can be limited; the interpreter and its libraries hold gigabytes of it unused, and libraries
    that a task loads later want some more.
    """
    if sys.platform == "win32":
        return  # the supervisor watches
    import resource

    import psutil

    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    wanted = psutil.Process().memory_info().vms + limit + LIBRARY_BYTES
    if sys.platform == "linux" and (hard == resource.RLIM_INFINITY or wanted < hard):
        resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))


def _die_with_parent(parent_thread_lasts: bool) -> None:
    """See to it that this process ends when its supervisor does, even in the middle of a task."""
    if sys.platform == "linux" and parent_thread_lasts:
        import ctypes

        # The kernel sends the signal when the *thread* ends that started this process. It reaches even a task
        # that never gives up the GIL.
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    threading.Thread(target=_watch_parent, name="xlmill-parent-watch", daemon=True).start()


def _watch_parent() -> None:
    import multiprocessing

    parent = multiprocessing.parent_process()
    assert parent is not None
    starter = os.getppid()
    # A forked sibling may hold the other end of the parent's sentinel: hence also getppid.
    while parent.is_alive() and os.getppid() == starter:
        parent.join(PARENT_POLL_SECONDS)
    os._exit(1)
