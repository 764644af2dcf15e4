"""A function compiled for the kinds of its arguments, or fetched where that was done before."""

from __future__ import annotations

import functools
import hashlib
import importlib.resources
import sys
from collections.abc import Iterator, Sequence
from types import FunctionType

from xlmill.values.compiler import code_cache
from xlmill.values.compiler.kind import Kind, Scalar
from xlmill.values.compiler.machine_code import MachineCode, compile_module, processor
from xlmill.values.compiler.translation import Resolver, Translation


def compiled(function: FunctionType, kinds: Sequence[Kind], callee: Resolver) -> MachineCode:
    """The machine code of a function for arguments of these kinds; `callee` finds the functions that it calls."""
    # Pythons beside each other do not take turns in throwing out each other's.
    machine = _digest(kinds, processor(), sys.implementation.cache_tag)
    name = f"{function.__module__}.{function.__name__}-{machine}"
    version = _digest(_compiler(), *_parts(function, callee, set()))
    kept = code_cache.fetch(name, version)
    if kept is None:
        text, results = Translation(callee).module(function, kinds)
        code = compile_module(text)
        code_cache.keep(name, version, " ".join(kind.name for kind in results).encode() + b"\n" + code)
    else:
        names, _, code = kept.partition(b"\n")
        results = tuple(Scalar[kind] for kind in names.decode().split())
    return MachineCode(code, kinds, results)


def _parts(function: FunctionType, callee: Resolver, seen: set[FunctionType]) -> Iterator[object]:
    """All that decides what a function does: its code, the constants it names, and the functions it calls."""
    seen.add(function)
    code = function.__code__
    yield code.co_code, code.co_consts, code.co_varnames, code.co_names
    for name in code.co_names:
        value = function.__globals__.get(name)
        if isinstance(value, bool | int | float | bytes):
            yield value
        for each in value if isinstance(value, tuple) else (value,):
            inner = callee(each)
            if inner is not None and inner not in seen:
                yield from _parts(inner, callee, seen)


@functools.cache
def _compiler() -> str:
    """This compiler's own version: its source."""
    sources = importlib.resources.files(__package__).iterdir()
    return _digest(sys.version, *sorted(source.read_text() for source in sources if source.name.endswith(".py")))


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:20]
