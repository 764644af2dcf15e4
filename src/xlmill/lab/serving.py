"""What a process does that was started to measure: it answers on standard output what it is told on standard input."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from xlmill.lab.timed_run import TaskFaultError


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no answer."""

    problem: str


def answer(answers: BinaryIO, give: Callable[[], object]) -> None:
    """Put what `give` returns among the answers, or why there is nothing."""
    try:
        given = give()
    except TaskFaultError as fault:
        given = Refusal(str(fault))
    except Exception as error:
        given = Refusal(f"{type(error).__name__}: {error}")
    pickle.dump(given, answers)
    answers.flush()


def standard_output() -> BinaryIO:
    """Standard output for our own use; what the user's function prints goes to standard error, and it reads nothing."""
    answers = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return answers
