"""The engines that are measured, one module each."""

from __future__ import annotations

from benchmarks.engines.engine import Engine
from benchmarks.engines.formualizer import Formualizer
from benchmarks.engines.ironcalc import Ironcalc
from benchmarks.engines.libreoffice import LibreOffice
from benchmarks.engines.numpy_by_hand import NumpyByHand, NumpyForAnyData
from benchmarks.engines.recalc_engine import RecalcEngine
from benchmarks.engines.xlmill import CommandLine, InMemory

_ALL: tuple[Engine, ...] = (
    InMemory("xlmill", "serial", 1),
    InMemory("xlmill, 2 workers", "threads", 2),
    InMemory("xlmill, to Python values", "serial", 1, as_python=True),
    CommandLine("xlmill run"),
    Formualizer(),
    Ironcalc(),
    RecalcEngine(),
    LibreOffice(),
    NumpyByHand(),
    NumpyForAnyData(),
)

ENGINES = {engine.name: engine for engine in _ALL}

__all__ = ["ENGINES", "Engine"]
