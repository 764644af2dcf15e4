"""The measurements as a page for people, and as data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from benchmarks.statistic import Spread, middle
from benchmarks.throughput import XLMILL, Measured, Round
from benchmarks.workloads import WORKLOADS

_HEAD = """\
# Benchmarks

Written by `make bench`; raw samples stand in results.json. Each sample is a process of its own, and the engines take
turns. *First* is the first call in a process, which for xlmill loads compiled code from the disk; *again* is the second
call in the same process. A call begins with the texts (or the table) in Python and ends with all values in Python or
Arrow; for engines that take only workbooks it includes reading the file, for `xlmill run` the start of the process, the
file read and the Parquet file written. *Peak memory* is that of the whole process tree, the input's texts and the
launching process included. No time stands where the answers are not right.
"""

_COLUMNS = (
    "| engine | rows | first, s | min | IQR | rows a second | again | peak memory | answers |\n"
    + "|---|"
    + "--:|" * 7
    + "---|"
)


def page(rounds: list[Round], more: Mapping[str, Any], machine: Mapping[str, str], loads: tuple[float, float]) -> str:
    """RESULTS.md. `more` holds the parts that are not throughput; `loads` the load before and after."""
    parts = [_HEAD, _machine(machine, loads)]
    parts += [_round(one) for one in rounds]
    if "mixes" in more:
        parts.append(_mixes(more["mixes"]))
    if "memory" in more:
        parts.append(_memory(more["memory"]))
    if "starts" in more:
        parts.append(_starts(more["starts"]))
    if "pool" in more:
        parts.append(_pool(more["pool"]))
    if "compiler" in more:
        parts.append(_compiler(more["compiler"]))
    return "\n".join(parts)


def data(rounds: list[Round], more: Mapping[str, Any], machine: Mapping[str, str], loads: tuple[float, float]) -> str:
    """results.json."""
    found = {
        "machine": machine,
        "load": loads,
        "rounds": [{**asdict(one), "checked": str(one.checked)} for one in rounds],
        **{name: _plain(part) for name, part in more.items()},
    }
    return json.dumps(found, indent=1) + "\n"


def _plain(part: Any) -> Any:
    if not isinstance(part, dict):
        return part
    return {name: asdict(value) if isinstance(value, Spread) else value for name, value in part.items()}


def _machine(machine: Mapping[str, str], loads: tuple[float, float]) -> str:
    listed = "; ".join(f"{name} {value}" for name, value in machine.items())
    busy = f"Load before the run {loads[0]:.1f}, after it {loads[1]:.1f}."
    if loads[0] > 0.5:
        busy += " **Other work ran on the machine: the figures are noisy, ratios less so.**"
    return f"{listed}. {busy}\n"


def _round(one: Round) -> str:
    workload = WORKLOADS[one.workload]
    lines = [f"## {one.workload}: {workload.title}", "", f"Checked: {one.checked}.", "", _COLUMNS]
    lines += [_line(measured) for measured in one.engines.values()]
    lines += ["", *_comparisons(one), ""]
    return "\n".join(lines)


def _line(one: Measured) -> str:
    name = f"{one.engine} {one.version}" if not one.engine.startswith(XLMILL) else one.engine
    if one.trouble:
        return f"| {name} | {one.rows:,} | | | | | | | no time: {one.trouble} |"
    spread = Spread.of(one.seconds())
    again = f"{middle(one.rates(1)):,.0f}" if one.rates(1) else ""
    memory = f"{max(one.tree_bytes) / 2**20:,.0f} MiB"
    answers = one.remark or "as checked"
    if one.is_slow:
        answers += "; one sample, for it takes long"
    return (
        f"| {name} | {one.rows:,} | {spread.median:.3g} | {spread.least:.3g} | {spread.iqr:.2g} "
        f"| {middle(one.rates()):,.0f} | {again} | {memory} | {answers} |"
    )


def _comparisons(one: Round) -> list[str]:
    good = {name: found for name, found in one.engines.items() if not found.trouble}
    if XLMILL not in good:
        return []
    mine = good[XLMILL]
    others = {name: found for name, found in good.items() if not name.startswith(XLMILL)}
    told = []
    if others:
        # The ratio is taken within each repeat, whose samples were taken one after the other.
        ratios = {name: (_ratio(mine, found, 0), _ratio(mine, found, 1)) for name, found in others.items()}
        listed = "; ".join(f"{name} {first:.3g} ({again:.3g} again)" for name, (first, again) in ratios.items())
        told.append(f"xlmill on one core, rows a second over those of: {listed}.")
    workers = good.get("xlmill, 2 workers")
    if workers:
        told.append(
            f"Two workers against one: {_ratio(workers, mine, 0):.2f} on first calls, "
            f"{middle([b / a for a, b in zip(workers.seconds(1), mine.seconds(1), strict=True)]):.2f} on second ones."
        )
    return told


def _ratio(mine: Measured, other: Measured, call: int) -> float:
    return middle([a / b for a, b in zip(mine.rates(call), other.rates(), strict=False)])


def _mixes(kept: list[dict[str, Any]]) -> str:
    lines = [
        "## Mixes",
        "",
        "Rows a second of processor time on one core, called again; `plain` is arithmetic of the same length.",
        "",
    ]
    lines += ["| mix | rows a second | of the plain rate | checked |", "|---|--:|--:|---|"]
    lines += [
        f"| {one['workload']} | {one['rate']:,.0f} | {one['share']:.0%} | {one['checked']} |"
        if one["holds"]
        else f"| {one['workload']} | | | no rate: {one['checked']} |"
        for one in kept
    ]
    return "\n".join([*lines, ""])


def _memory(ways: list[dict[str, Any]]) -> str:
    lines = [
        "## Memory",
        "",
        "Of the process tree at its peak. What each row adds is told by another run, of a quarter or half of the rows.",
        "",
    ]
    lines += ["| workload | way | rows | peak | a row adds | a row of the input |", "|---|---|--:|--:|--:|--:|"]
    lines += [
        f"| {way['workload']} | {way['way']} | {way['rows']:,} | {way['peak_bytes'] / 2**20:,.0f} MiB "
        f"| {way['bytes_a_row']:,.0f} bytes | {way['input_bytes_a_row']:,.0f} bytes |"
        for way in ways
    ]
    return "\n".join([*lines, ""])


def _starts(starts: Mapping[str, Spread]) -> str:
    lines = ["## Starting", "", "| process | median, s | min | IQR |", "|---|--:|--:|--:|"]
    lines += [f"| {name} | {one.median:.3f} | {one.least:.3f} | {one.iqr:.3f} |" for name, one in starts.items()]
    return "\n".join([*lines, ""])


def _pool(found: Mapping[str, Spread]) -> str:
    lines = ["## Handing over work", "", "Two warm workers; milliseconds.", ""]
    lines += ["| work and way | median | min | IQR |", "|---|--:|--:|--:|"]
    for name, one in found.items():
        lines.append(f"| {name} | {1000 * one.median:,.2f} | {1000 * one.least:,.2f} | {1000 * one.iqr:,.2f} |")
    return "\n".join([*lines, ""])


def _compiler(found: Mapping[str, Mapping[str, list[float]]]) -> str:
    lines = ["## Compiling", "", "Seconds for 100,000 expressions on one core.", ""]
    lines += ["| workload | compiled code | first call | second call |", "|---|---|--:|--:|"]
    for name, states in found.items():
        for state, (first, second) in states.items():
            lines.append(f"| {name} | {state} | {first:.2f} | {second:.2f} |")
    return "\n".join([*lines, ""])
