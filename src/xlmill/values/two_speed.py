"""Functions over arrays that run interpreted on small inputs and compiled on large ones."""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import FunctionType
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar

import numpy as np

from xlmill.values.compiler.kind import Kind, kind_of

if TYPE_CHECKING:
    from xlmill.values.compiler.machine_code import MachineCode

P = ParamSpec("P")
R = TypeVar("R")

# Loading the compiler takes some 50 ms, once; interpreted, a step over one byte or element costs about a
# microsecond. Below this many steps, interpreting is sooner done.
COMPILED_FROM = 50_000
# Once the compiler is there, one more function costs a few milliseconds, fetched from the disk cache.
COMPILED_FROM_THEN_ON = 5_000

_compiler_lock = threading.Lock()
_always: ContextVar[bool] = ContextVar("_always", default=False)


@contextmanager
def always_compiled() -> Iterator[None]:
    """Within, all work runs compiled, however little it is: as it will where there is much of it."""
    token = _always.set(True)
    try:
        yield
    finally:
        _always.reset(token)


class TwoSpeed(Generic[P, R]):
    """A function in the subset of Python that xlmill.values.compiler translates, at two speeds from one source.

    Call it like any function from another two-speed function. From the outside use `run`, which weighs the
    work: little work runs interpreted, at once; much work, also where many small calls add up to it, runs
    compiled, without the GIL.

    The subset: numbers (int, float, bool), parameters that are one-dimensional arrays, constant bytes; arithmetic,
    comparisons, if, while, for over a range, len, min, max, abs, int, float, and calls of such functions, which
    may return several numbers. Interpreted, arrays are passed as memoryviews, so that elements are plain Python
    numbers: integer arithmetic must stay within 63 bits to mean the same at both speeds, and no negative index
    may be used.
    """

    def __init__(self, function: Callable[P, R]) -> None:
        assert isinstance(function, FunctionType)
        self.function: FunctionType = function
        functools.update_wrapper(self, function)
        self._codes: dict[tuple[Kind, ...], MachineCode] = {}
        self._interpreted = 0  # the work that ran interpreted so far

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.function(*args, **kwargs)  # type: ignore[no-any-return]

    def run(self, work: int, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function; `work` is the number of elements or bytes that it will step over."""
        if self.pays(work):
            return self.compiled(*args, **kwargs)
        return self.interpreted(*args, **kwargs)

    def pays(self, work: int) -> bool:
        """Whether to run so much work compiled: the compiler is paid for, or interpreting would cost as much."""
        if self._codes or _always.get():
            return True
        self._interpreted += work
        return self._interpreted >= (COMPILED_FROM_THEN_ON if "llvmlite" in sys.modules else COMPILED_FROM)

    def interpreted(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function as plain Python."""
        views: list[Any] = [a.data if isinstance(a, np.ndarray) else a for a in args]
        return self.function(*views, **kwargs)  # type: ignore[no-any-return]

    def compiled(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function as machine code; compiled, or fetched from the disk cache, when first needed.

        Arguments are given by position.
        """
        assert not kwargs
        kinds = tuple([kind_of(argument) for argument in args])
        code = self._codes.get(kinds) or self._compile(kinds)
        return code(args)  # type: ignore[no-any-return]

    def _compile(self, kinds: tuple[Kind, ...]) -> MachineCode:
        from xlmill.values.compiler.compilation import compiled

        with _compiler_lock:
            if kinds not in self._codes:
                self._codes[kinds] = compiled(self.function, kinds, _plain)
            return self._codes[kinds]


def two_speed(function: Callable[P, R]) -> TwoSpeed[P, R]:
    """Declare `function` to be in the compiled subset: see `TwoSpeed`."""
    return TwoSpeed(function)


def _plain(value: object) -> FunctionType | None:
    return value.function if isinstance(value, TwoSpeed) else None
