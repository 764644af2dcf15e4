"""Functions over arrays that run interpreted on small inputs and compiled on large ones."""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Callable
from types import FunctionType
from typing import Any, Generic, ParamSpec, TypeVar

import numpy as np

P = ParamSpec("P")
R = TypeVar("R")

# Loading the compiler costs about half a second, once; interpreted, a step over one byte or element costs about
# a microsecond. Below this many steps, interpreting is sooner done.
COMPILED_FROM = 200_000
# Once the compiler is there, one more function costs some ten milliseconds, fetched from the disk cache.
COMPILED_FROM_THEN_ON = 20_000

_compiler_lock = threading.Lock()


class TwoSpeed(Generic[P, R]):
    """A function in the subset of Python that Numba compiles, at two speeds from one source.

    Call it like any function from another two-speed function. From the outside use `run`, which weighs the
    work: little work runs interpreted, at once; much work, also where many small calls add up to it, runs
    compiled, without the GIL.

    Interpreted, arrays are passed as memoryviews, so that elements are plain Python numbers: integer
    arithmetic must stay within 63 bits to mean the same at both speeds, and no negative index may be used.
    """

    def __init__(self, function: Callable[P, R]) -> None:
        self.function = function
        functools.update_wrapper(self, function)
        self._dispatcher: Callable[P, R] | None = None
        self._callee: Callable[P, R] | None = None
        self._interpreted = 0  # the work that ran interpreted so far

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.function(*args, **kwargs)

    def run(self, work: int, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function; `work` is the number of elements or bytes that it will step over."""
        if self.pays(work):
            return self.compiled(*args, **kwargs)
        return self.interpreted(*args, **kwargs)

    def pays(self, work: int) -> bool:
        """Whether to run so much work compiled: the compiler is paid for, or interpreting would cost as much."""
        if self._dispatcher is not None:
            return True
        self._interpreted += work
        return self._interpreted >= (COMPILED_FROM_THEN_ON if "numba" in sys.modules else COMPILED_FROM)

    def interpreted(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function as plain Python."""
        views: list[Any] = [a.data if isinstance(a, np.ndarray) else a for a in args]
        return self.function(*views, **kwargs)

    @property
    def compiled(self) -> Callable[P, R]:
        """The compiled function; compiled, or fetched from the disk cache, when first needed."""
        if self._dispatcher is None:
            with _compiler_lock:
                if self._dispatcher is None:
                    import numba

                    twin = self._twin()
                    self._dispatcher = numba.njit(nogil=True, cache=True, error_model="numpy")(twin)
        return self._dispatcher

    def _inner(self) -> Callable[P, R]:
        """The function as other compiled functions call it: without the wrappers that Python would need."""
        if self._callee is None:
            import numba

            self._callee = numba.njit(
                nogil=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True
            )(self._twin())
        return self._callee

    def _twin(self) -> FunctionType:
        """The same code, whose names of two-speed functions mean their compiled forms."""
        assert isinstance(self.function, FunctionType)
        namespace = dict(self.function.__globals__)
        for name in self.function.__code__.co_names:
            callee = namespace.get(name)
            if isinstance(callee, TwoSpeed):
                namespace[name] = callee._inner()
        twin = FunctionType(self.function.__code__, namespace, self.function.__name__, self.function.__defaults__)
        twin.__module__ = self.function.__module__
        twin.__qualname__ = self.function.__qualname__
        return twin


def two_speed(function: Callable[P, R]) -> TwoSpeed[P, R]:
    """Declare `function` to be in the compiled subset: see `TwoSpeed`."""
    return TwoSpeed(function)
