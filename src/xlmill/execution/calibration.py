"""This machine's costs of each strategy, measured once and kept in the user's cache.

Workers that import much start later than empty ones; so the costs are kept for each set of modules to be loaded
beforehand (`Settings.preload`).
"""

from __future__ import annotations

import functools
import hashlib
import json
import logging
import os
import platform
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

from xlmill.cache_folder import cache_folder
from xlmill.execution.chunking import Items
from xlmill.execution.cost_model import SEEDS, StrategyCost, cost_names
from xlmill.execution.launcher import has_started
from xlmill.execution.planner import CANDIDATES
from xlmill.execution.strategy import Settings, Strategy, create
from xlmill.execution.worker import load as load_modules

MESSAGES = 200
LARGE_ITEMS = 4
LARGE_BYTES = 4_000_000
ITEMS = 20_000
PROCESSES = 4
STARTS = 3

# What a fork server takes to import NumPy, pyarrow and what goes with them, where it has not been measured.
IMPORT_SECONDS = 0.6

_log = logging.getLogger(__name__)


def costs(settings: Settings | None = None) -> Mapping[str, StrategyCost]:
    """The costs measured on this machine, if that was done, otherwise the built-in ones; as they are now.

    What has to be paid only once in a process, and has been, is left out.
    """
    settings = settings or Settings()
    known = load(cache_file(settings)) or _assumed(settings)
    if not has_started(settings.start_method):
        return known
    return {name: replace(cost, first=0.0) for name, cost in known.items()}


def _assumed(settings: Settings) -> Mapping[str, StrategyCost]:
    if not settings.preload:
        return SEEDS
    return {name: replace(cost, first=IMPORT_SECONDS if cost.first else 0.0) for name, cost in SEEDS.items()}


def calibrate(settings: Settings | None = None) -> Mapping[str, StrategyCost]:
    """Measure, in about a second, and keep the result for later runs."""
    settings = settings or Settings()
    measured = measure(settings)
    save(cache_file(settings), measured)
    return measured


def measure(settings: Settings) -> Mapping[str, StrategyCost]:
    """The costs of each strategy here and now."""
    measured = {name: _measure(name, seed, settings) if name in CANDIDATES else seed for name, seed in SEEDS.items()}
    # One fork server serves both, and the pool was the first to need it.
    measured["process"] = replace(measured["process"], first=measured["pool"].first)
    return measured


def cache_file(settings: Settings) -> Path:
    """Where the costs of this machine, interpreter, start method and the modules of its workers are kept."""
    version = f"{platform.python_implementation()}-{platform.python_version()}".lower()
    kind = settings.start_method
    if settings.preload:
        kind += f"-{hashlib.sha256(' '.join(settings.preload).encode()).hexdigest()[:8]}"
    return cache_folder() / f"costs-{platform.node() or 'machine'}-{version}-{kind}.json"


def load(file: Path) -> Mapping[str, StrategyCost] | None:
    """The costs in `file`, or None if there are none that can be used."""
    try:
        found = json.loads(file.read_text())
        loaded = {name: StrategyCost(**{key: cost[key] for key in cost_names()}) for name, cost in found.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None  # not measured yet, or by another version
    return loaded if loaded.keys() == SEEDS.keys() else None


def save(file: Path, measured: Mapping[str, StrategyCost]) -> None:
    """Write the costs to `file`; where that cannot be, they are measured again another time."""
    text = json.dumps({name: asdict(cost) for name, cost in measured.items()}, indent=1)
    aside = file.with_suffix(f".{os.getpid()}.tmp")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(text)
        aside.replace(file)  # whole or not at all, also beside another process that does the same
    except OSError as error:
        _log.info("the measured costs are not kept: %s", error)


def _measure(name: str, seed: StrategyCost, settings: Settings) -> StrategyCost:
    quiet = replace(
        settings,
        observer=None,
        # A worker is ready when it has imported what its tasks will need.
        initializer=functools.partial(load_modules, settings.preload),
        task_timeout=None,
        memory_limit=None,
    )
    if name == "process":
        with create(name, replace(quiet, workers=1)) as alone:
            return replace(seed, launch=_seconds_to_map(alone, [Items(0, [0])] * PROCESSES) / PROCESSES)
    was_cold = not has_started(settings.start_method)
    cold = _seconds_to_start(name, replace(quiet, workers=1))
    start = min(_seconds_to_start(name, replace(quiet, workers=1)) for _ in range(STARTS))
    first = create(name, replace(quiet, workers=1))
    first.start()
    try:
        _seconds_to_map(first, [Items(0, [0])])  # the first chunk pays for imports
        message = _seconds_to_map(first, [Items(0, [0])] * MESSAGES) / MESSAGES
        item = max(0.0, _seconds_to_map(first, [Items(0, list(range(ITEMS)))]) - message) / ITEMS
        large: list[Items[object]] = [Items(0, [bytes(LARGE_BYTES)])] * LARGE_ITEMS
        byte = max(0.0, _seconds_to_map(first, large) / LARGE_ITEMS - message) / (2 * LARGE_BYTES)
    finally:
        first.stop()
    both = min(_seconds_to_start(name, replace(quiet, workers=2)) for _ in range(STARTS))
    # Threads start with their chunks.
    each = seed.start_each if first.traits.shares_memory else max(0.0, both - start)
    once = max(0.0, cold - start) if was_cold and seed.first else seed.first
    return replace(seed, first=once, start=start, start_each=each, message=message, item=item, byte=byte)


def _seconds_to_start(name: str, settings: Settings) -> float:
    began = time.perf_counter()
    with create(name, settings):
        return time.perf_counter() - began


def _seconds_to_map(strategy: Strategy, chunks: list[Items[object]]) -> float:
    began = time.perf_counter()
    for outcome in strategy.map(give_back, chunks):
        outcome.value  # noqa: B018 (raises if the machine cannot do this)
    return time.perf_counter() - began


def give_back(chunk: Items[object]) -> list[object]:
    """The task of the measurements: to return what it was given."""
    return chunk.items
