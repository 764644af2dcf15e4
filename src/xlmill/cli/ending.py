"""How a command ends: each failure as one line for people, and an exit status for scripts."""

from __future__ import annotations

import _thread
import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from xlmill.exceptions import XlmillError

DONE = 0
HAS_PROBLEMS = 1  # with --strict: invalid or failed rows
WRONG_USE = 2  # wrong options, unreadable input, unwritable output
DEFECT = 70  # EX_SOFTWARE of sysexits.h, apart from every status that says something of the input
INTERRUPTED = 128 + 2  # as a shell tells of SIGINT, SIGPIPE and SIGTERM
BROKEN_PIPE = 128 + 13
TERMINATED = 128 + 15

DEBUG = "XLMILL_DEBUG"

# Long enough for the callback to be over that ignored an interrupt.
_AGAIN_SECONDS = 0.01


class Terminated(KeyboardInterrupt):
    """SIGTERM came: all that Ctrl-C ends, and in the same way, it ends too."""


@contextmanager
def ends_as_said() -> Iterator[None]:
    """End by SystemExit with the status and, on standard error, the line that a failure deserves.

    With XLMILL_DEBUG set in the environment, exceptions pass through with their tracebacks.
    """
    try:
        yield
        sys.stdout.flush()  # what cannot be written is told here, not when the interpreter is gone
    except BrokenPipeError:
        _settle_stdout()
        sys.exit(BROKEN_PIPE)
    except (Exception, KeyboardInterrupt) as error:
        if os.environ.get(DEBUG):
            raise
        if isinstance(error, OSError):
            _settle_stdout()
        _end(error)


def _end(error: BaseException) -> NoReturn:
    status = WRONG_USE
    if isinstance(error, KeyboardInterrupt):
        _ignore_interrupts()
    if isinstance(error, Terminated):
        status, line = TERMINATED, "ended by SIGTERM"
    elif isinstance(error, KeyboardInterrupt):
        status, line = INTERRUPTED, "interrupted"
    elif isinstance(error, XlmillError):
        line = str(error)
    elif isinstance(error, MemoryError):
        line = "out of memory; a smaller --chunk-size needs less"
    elif isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        line = f"{place}{error.strerror or error}"
    else:
        status = DEFECT
        what = " ".join(f"{type(error).__name__}: {error}".split())
        line = f"this is a defect of xlmill: {what} (set {DEBUG}=1 to see where)"
    print("; ".join([f"xlmill: {line}", *_notes_on(error)]), file=sys.stderr)
    sys.exit(status)


def _ignore_interrupts() -> None:
    """All has been ended; Ctrl-C once more shall not change how that is told."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def warnings_as_lines() -> Iterator[None]:
    """Show warnings as one line for people, without the place in the code that Python tells."""

    def show(message: Warning | str, *place: object, **named: object) -> None:
        print(f"xlmill: {message}", file=sys.stderr)

    with warnings.catch_warnings():
        warnings.showwarning = show
        yield


def _notes_on(error: BaseException) -> list[str]:
    """What was noted on it, or on what it came on top of: Ctrl-C twice is two interrupts."""
    notes: list[str] = getattr(error, "__notes__", [])
    return notes if notes or error.__context__ is None else _notes_on(error.__context__)


def _settle_stdout() -> None:
    """Let what standard output does not take vanish, or the interpreter would try again at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


@contextmanager
def interruptible() -> Iterator[None]:
    """Let SIGTERM end what runs in this block as Ctrl-C does, so that no worker and no half file is left.

    Both end it even where Python would pass over them: it ignores exceptions in callbacks, as when a module has been
    imported or an object is collected.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before, hook = signal.signal(signal.SIGTERM, _terminate), sys.unraisablehook

    def interrupt_again(ignored: sys.UnraisableHookArgs) -> None:
        if not issubclass(ignored.exc_type, KeyboardInterrupt):
            hook(ignored)
            return
        number = signal.SIGTERM if issubclass(ignored.exc_type, Terminated) else signal.SIGINT
        threading.Timer(_AGAIN_SECONDS, _thread.interrupt_main, [number]).start()

    sys.unraisablehook = interrupt_again
    try:
        yield
    finally:
        sys.unraisablehook = hook
        signal.signal(signal.SIGTERM, before)


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    raise Terminated
