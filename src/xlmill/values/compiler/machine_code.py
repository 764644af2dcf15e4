"""From a module in LLVM's language to code that this processor runs."""

from __future__ import annotations

import ctypes
import functools
import struct
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from xlmill.values.compiler.c_math import addresses
from xlmill.values.compiler.kind import Kind, Scalar
from xlmill.values.compiler.translation import ENTRY

_OPTIMIZATION: Final = 2
_ENTRY_TYPE: Final = ctypes.CFUNCTYPE(None, ctypes.c_void_p)  # ctypes lets go of the GIL during the call
_address: Final = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(
    ("PyCapsule_GetPointer", ctypes.pythonapi)
)


def _target() -> Any:
    """The processor to make code for; an engine takes its own and disposes of it."""
    import llvmlite.binding as llvm

    _initialize()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=_OPTIMIZATION,
        jit=True,
    )


@functools.cache
def _initialize() -> None:
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    for name, address in addresses().items():
        llvm.add_symbol(name, address)


@functools.cache
def processor() -> str:
    """What machine code depends on: LLVM's version, the platform, and what this processor can do."""
    import llvmlite.binding as llvm

    features = llvm.get_host_cpu_features().flatten()
    return f"{llvm.llvm_version_info} {llvm.get_default_triple()} {llvm.get_host_cpu_name()} {features}"


def compile_module(text: str) -> bytes:
    """The object code of a module."""
    import llvmlite.binding as llvm

    target = _target()
    module = llvm.parse_assembly(text)
    module.triple = target.triple
    module.data_layout = str(target.target_data)
    options = llvm.create_pipeline_tuning_options(speed_level=_OPTIMIZATION)
    builder = llvm.create_pass_builder(target, options)
    builder.getModulePassManager().run(module, builder)
    code: bytes = target.emit_object(module)
    return code


class MachineCode:
    """A compiled function that Python can call with arguments of the kinds it was compiled for."""

    def __init__(self, code: bytes, kinds: Sequence[Kind], results: Sequence[Scalar]) -> None:
        import llvmlite.binding as llvm

        # The engine owns the memory that the code stands in.
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _target())
        self._engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        self._engine.finalize_object()
        self._enter: Callable[[Any], None] = _ENTRY_TYPE(self._engine.get_function_address(ENTRY))
        self._given = struct.Struct("=" + "".join("d" if kind is Scalar.FLOAT else "q" for kind in kinds))
        self._results = struct.Struct("=" + "".join("d" if kind is Scalar.FLOAT else "q" for kind in results))
        self._is_bool = [kind is Scalar.BOOL for kind in results]
        self._size = max(self._given.size, self._results.size, 8)

    def __call__(self, arguments: Sequence[object]) -> Any:
        """Call with positional arguments; gives what the function returns."""
        # Held until the call is over: what describes an array goes with its capsule.
        held = [a.__array_struct__ if isinstance(a, np.ndarray) else a for a in arguments]
        given = [_address(h, None) if isinstance(a, np.ndarray) else a for h, a in zip(held, arguments, strict=True)]
        slots = ctypes.create_string_buffer(self._size)
        self._given.pack_into(slots, 0, *given)
        self._enter(slots)
        results = [
            bool(result) if is_bool else result
            for result, is_bool in zip(self._results.unpack_from(slots), self._is_bool, strict=True)
        ]
        if not results:
            return None
        return results[0] if len(results) == 1 else tuple(results)
