"""Python objects as bytes that travel between processes.

Everything goes by pickle protocol 5 with its large buffers out of band, so that an array is sent from where
it lies. Functions and classes of a script, a notebook or a lambda travel by value, by cloudpickle, because a
worker never imports the caller's main module.
"""

from __future__ import annotations

import functools
import importlib.util
import inspect
import io
import pickle
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any, TypeAlias

from xlmill.exceptions import InputError

Part: TypeAlias = bytes | bytearray | memoryview


def pack(value: object) -> list[Part]:
    """`value` as a pickle and the buffers that belong to it. Raises what pickling raises."""
    buffers: list[pickle.PickleBuffer] = []
    try:
        body = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    except Exception:  # what must travel by value; if it cannot do that either, cloudpickle says so
        return _pack_by_value(value)
    # What belongs to the main module went by name, and another process has another main module.
    return _pack_by_value(value) if b"__main__" in body else [body, *(buffer.raw() for buffer in buffers)]


def _pack_by_value(value: object) -> list[Part]:
    import cloudpickle

    buffers: list[pickle.PickleBuffer] = []
    body = io.BytesIO()
    cloudpickle.Pickler(body, protocol=5, buffer_callback=buffers.append).dump(value)
    return [body.getbuffer(), *(buffer.raw() for buffer in buffers)]


def unpack(parts: Sequence[Part]) -> Any:
    """The value that `pack` took apart."""
    return pickle.loads(parts[0], buffers=parts[1:])


def pack_function(function: Callable[..., object]) -> bytes:
    """`function` as bytes; raises InputError, which names it, if it cannot travel to another process."""
    import cloudpickle

    try:
        with _by_value(function):
            return bytes(cloudpickle.dumps(function, protocol=5))
    except Exception as error:
        raise InputError(
            f"{name_of(function)} cannot be sent to worker processes: {type(error).__name__}: {error}. "
            "Make what it refers to inside the function, or use the strategy 'threads' or 'serial'."
        ) from error


def name_of(function: Callable[..., object]) -> str:
    """What to call `function` in a message."""
    function = _innermost(function)
    for candidate in (function, type(function)):
        name = getattr(candidate, "__qualname__", None)
        if name is not None:
            return f"{candidate.__module__}.{name}"
    return repr(function)


def _innermost(function: Callable[..., object]) -> Callable[..., object]:
    """What `function` wraps: the caller's own."""
    function = inspect.unwrap(function)
    return _innermost(function.func) if isinstance(function, functools.partial) else function


@contextmanager
def _by_value(function: Callable[..., object]) -> Iterator[None]:
    """Let functions of modules that no worker could import, as those made by exec, travel by value."""
    import cloudpickle

    module = sys.modules.get(getattr(_innermost(function), "__module__", None) or "")
    if module is None or module.__name__ == "__main__" or _is_importable(module):
        yield
        return
    cloudpickle.register_pickle_by_value(module)
    try:
        yield
    finally:
        cloudpickle.unregister_pickle_by_value(module)


def _is_importable(module: ModuleType) -> bool:
    try:
        return importlib.util.find_spec(module.__name__) is not None
    except (ImportError, ValueError):  # ValueError: the module has no spec
        return False
