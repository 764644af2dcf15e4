"""A function called in a process of its own, so that it finds nothing there that others have left."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any, BinaryIO, TypeVar

from xlmill.lab.own_process import OwnProcess
from xlmill.lab.serving import answer, standard_output

T = TypeVar("T")


def call_apart(function: Callable[[], T], seconds: float) -> T:
    """What `function` returns, which is called in a fresh process; both must travel as pickles.

    Raises BenchError where it raises, dies or takes longer than `seconds`; all processes below it are ended then too.
    """
    with _Caller() as caller:
        return caller.call(function, seconds)


class _Caller(OwnProcess):
    def __init__(self) -> None:
        super().__init__("xlmill.lab.apart")

    def call(self, function: Callable[[], T], seconds: float) -> T:
        self._send(pickle.dumps(function))
        given: T = self._answer(seconds)
        return given


def serve(commands: BinaryIO) -> None:
    """Call the functions that come until `commands` end, and answer on standard output."""
    answers = standard_output()
    while True:
        try:
            function: Callable[[], Any] = pickle.load(commands)
        except EOFError:
            return
        answer(answers, function)
