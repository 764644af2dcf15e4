"""`xlmill doctor`: what this machine gives, and what it costs."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import click

from xlmill.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from xlmill.execution.cost_model import StrategyCost

_LIBRARIES = ("numpy", "llvmlite", "pyarrow", "scipy", "psutil")


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def doctor_command(as_json: bool) -> None:
    """What this machine gives: cores, memory, start methods, and the measured cost of each strategy.

    The measurement takes a few seconds; it is kept, and later runs plan by it.
    """
    facts = examine()
    if as_json:
        print(json.dumps(facts))
    else:
        _show(facts)


def examine() -> dict[str, Any]:
    """The facts, as plain data; memory in bytes, costs in seconds."""
    import importlib.metadata
    import multiprocessing
    import platform

    import psutil

    from xlmill.execution.calibration import cache_file, calibrate
    from xlmill.execution.cores import cpu_quota, memory_limit, usable_cores
    from xlmill.execution.strategy import Settings
    from xlmill.mill.pipeline import Options

    # First those that have imported what expressions need: the fork server starts with the first worker.
    of_expressions, settings = Options().settings(), Settings()
    memory = psutil.virtual_memory()
    affinity = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
    return {
        "versions": {
            "xlmill": __version__,
            "python": f"{platform.python_implementation()} {platform.python_version()}",
            **{name: importlib.metadata.version(name) for name in _LIBRARIES},
        },
        "platform": platform.platform(),
        "cores": {"usable": usable_cores(), "machine": os.cpu_count(), "affinity": affinity, "cgroup": cpu_quota()},
        "memory": {"total": memory.total, "available": memory.available, "cgroup": memory_limit()},
        "start_methods": {"default": settings.start_method, "known": multiprocessing.get_all_start_methods()},
        "costs": _costs(calibrate(of_expressions)),
        "costs_of_functions": _costs(calibrate(settings)),
        "costs_file": str(cache_file(of_expressions)),
        "compiled_code": _compiled_code(),
    }


def _costs(measured: Mapping[str, StrategyCost]) -> dict[str, dict[str, float]]:
    """Of the strategies that were measured, for the others are only assumed."""
    from xlmill.execution.planner import CANDIDATES

    return {
        name: {
            "first": cost.first,
            "start": cost.start,
            "each": cost.start_each,
            "launch": cost.launch,
            "message": cost.message,
            "item": cost.item,
        }
        for name, cost in measured.items()
        if name in CANDIDATES
    }


def _compiled_code() -> dict[str, Any]:
    """Where compiled functions are kept, whether they can be, and how many there are."""
    from xlmill.values.compiler import code_cache

    folder = code_cache.writable_folder()
    return {
        "folder": str(folder or code_cache.folders()[-1]),
        "is_writable": folder is not None,
        "functions": code_cache.count(),
    }


def _show(facts: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    from xlmill.cli.size import size_text

    console = Console(highlight=False, soft_wrap=True)
    cores, memory, methods, code = facts["cores"], facts["memory"], facts["start_methods"], facts["compiled_code"]
    table = Table(show_header=False, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("versions", ", ".join(f"{name} {version}" for name, version in facts["versions"].items()))
    table.add_row("platform", facts["platform"])
    limits = [
        f"{cores['machine']} in the machine",
        *([f"{cores['affinity']} by affinity"] if cores["affinity"] is not None else []),
        f"{cores['cgroup']:g} by control group" if cores["cgroup"] is not None else "no control group's quota",
    ]
    table.add_row("usable cores", f"{cores['usable']} ({', '.join(limits)})")
    limit = "" if memory["cgroup"] is None else f", {size_text(memory['cgroup'])} by control group"
    table.add_row("memory", f"{size_text(memory['total'])}, {size_text(memory['available'])} available{limit}")
    known = [f"{name} (default)" if name == methods["default"] else name for name in methods["known"]]
    table.add_row("start methods", ", ".join(known))
    writable = "" if code["is_writable"] else "; it cannot be written, so every process compiles again"
    table.add_row("compiled code", f"{code['folder']}{writable}")
    table.add_row("costs kept in", facts["costs_file"])
    console.print(table)
    _show_costs("Workers for expressions, which have imported xlmill", facts["costs"], console)
    _show_costs("Workers for other functions, which start empty", facts["costs_of_functions"], console)


def _show_costs(title: str, costs: dict[str, dict[str, float]], console: Console) -> None:
    from rich.table import Table

    columns = {
        "once a process": "first",
        "first worker": "start",
        "each further": "each",
        "process a chunk": "launch",
        "message": "message",
        "item": "item",
    }
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("strategy", style="bold")
    for heading in columns:
        table.add_column(heading, justify="right")
    for name, cost in costs.items():
        table.add_row(name, *(_time(cost[key]) for key in columns.values()))
    console.print(f"\n{title}")
    console.print(table)


def _time(seconds: float) -> str:
    from xlmill.execution.planner import seconds_text

    return seconds_text(seconds) if seconds else "–"
