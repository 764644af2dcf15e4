"""How many rows a second each engine calculates, workload by workload, and whether its answers are right."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from benchmarks.answers import disagreements
from benchmarks.check import Check, check
from benchmarks.engines import ENGINES
from benchmarks.engines.engine import Oracle
from benchmarks.process import ChildFailedError, run
from benchmarks.sample import Sample
from benchmarks.workloads import WORKLOADS, Workload, read_expressions

Say = Callable[[str], None]

# Rows for the engines that need more than some seconds for all of them, by workload; else OTHERS' rows.
FEWER_ROWS = {
    "w1": {"formualizer": 200_000, "ironcalc": 1_000_000, "recalc-engine": 100_000, "LibreOffice": 50_000},
    "w2": {"formualizer": 200_000, "ironcalc": 200_000, "recalc-engine": 100_000, "LibreOffice": 200_000},
    "w3": {"formualizer": 20_000, "ironcalc": 5_000, "recalc-engine": 10_000, "LibreOffice": 5_000},
    "w4": {"formualizer": 100_000, "ironcalc": 100_000, "recalc-engine": 10_000, "LibreOffice": 20_000},
}
OTHERS_ROWS = 20_000

XLMILL = "xlmill"
# xlmill's answers to the whole workload are held against the first of these that can do it.
REFERENCES = {"w1": "ironcalc", "w2": "NumPy by hand", "w3": "formualizer"}
REFERENCE = "formualizer"
# An engine whose sample takes longer than this, in seconds, is not sampled again.
PATIENCE = 20.0
# Only xlmill has something to gain from being called again in one process: compiled code is loaded by then.
CALLS = {"xlmill": 2, "xlmill, 2 workers": 2}


@dataclass(slots=True)
class Measured:
    """One engine on one workload: its samples, and what is wrong with its answers (empty: nothing).

    One that `is_slow` is sampled once.
    """

    engine: str
    version: str
    rows: int
    samples: list[Sample] = field(default_factory=list)
    tree_bytes: list[int] = field(default_factory=list)
    is_slow: bool = False
    trouble: str = ""
    differing: int = 0
    remark: str = ""

    def seconds(self, call: int = 0) -> list[float]:
        """The seconds of a call in each process, the first or the second."""
        return [sample.seconds[call] for sample in self.samples if len(sample.seconds) > call]

    def rates(self, call: int = 0) -> list[float]:
        """Rows a second, sample by sample."""
        return [self.rows / seconds for seconds in self.seconds(call)]


@dataclass(slots=True)
class Round:
    """A workload measured with every engine that can do it; `checked` says what xlmill's answers were held against."""

    workload: str
    checked: Check
    input_bytes: int
    engines: dict[str, Measured]


def measure(name: str, folder: Path, repeats: int, say: Say, engines: tuple[str, ...] = tuple(ENGINES)) -> Round:
    """Measure a workload, each engine in turn, `repeats` times, every time in a new process."""
    workload = WORKLOADS[name]
    found = {engine.engine: engine for engine in _who_can(workload, engines)}
    # Code is compiled once on a machine and then kept on the disk; the part `compiler` tells what that takes.
    say(f"{name}: compile what is not compiled yet")
    _take(Measured(XLMILL, "", workload.rows), workload, folder)
    for repeat in range(repeats):
        for one in found.values():
            if one.trouble or one.is_slow:
                continue
            say(f"{name}, {repeat + 1} of {repeats}: {one.engine}")
            _take(one, workload, folder)
    checked = _checked(workload, folder, found)
    for one in found.values():
        if not one.trouble:
            _compare(one, workload, folder, checked)
    return Round(name, checked, workload.file(folder, workload.rows).stat().st_size, found)


def _who_can(workload: Workload, names: tuple[str, ...]) -> Iterator[Measured]:
    for name in names:
        engine = ENGINES[name]
        version = engine.version()
        if version is None or not engine.can(workload):
            continue
        rows = workload.rows
        if not name.startswith(XLMILL) and not name.startswith("NumPy by hand"):
            rows = FEWER_ROWS.get(workload.name, {}).get(name, OTHERS_ROWS)
        yield Measured(name, version, rows)


def _answers_file(folder: Path, workload: str, engine: str) -> Path:
    return folder / f"{workload}-{engine.replace(' ', '-').replace(',', '')}.answers"


def _take(one: Measured, workload: Workload, folder: Path) -> None:
    path = workload.file(folder, one.rows)
    answers = _answers_file(folder, workload.name, one.engine)
    calls = str(CALLS.get(one.engine, 1))
    try:
        ended = run(["-m", "benchmarks.sample", one.engine, workload.name, str(path), str(answers), "--calls", calls])
    except ChildFailedError as failure:
        one.trouble = str(failure)
        return
    told = json.loads(ended.output.splitlines()[-1])
    sample = Sample(tuple(told["seconds"]), told["digest"])
    if one.samples and sample.digest != one.samples[0].digest:
        one.trouble = "the answers changed from one process to the next"
    one.samples.append(sample)
    one.tree_bytes.append(ended.tree_bytes)
    one.is_slow = ended.seconds > PATIENCE and not one.engine.startswith(XLMILL)


def read_answers(folder: Path, workload: str, engine: str) -> pa.Table:
    """The answers that the last sample of an engine left."""
    return pa.ipc.open_file(pa.memory_map(str(_answers_file(folder, workload, engine)))).read_all()


def _checked(workload: Workload, folder: Path, found: dict[str, Measured]) -> Check:
    """xlmill's answers against those of an independent engine."""
    reference = REFERENCES.get(workload.name, REFERENCE)
    if found[XLMILL].trouble or reference not in found or found[reference].trouble:
        return Check(f"{reference}, which gave no answers", 0, not_looked_into=workload.rows)
    ours = read_answers(folder, workload.name, XLMILL)
    theirs = read_answers(folder, workload.name, reference)
    return _explained(workload, folder, found[reference], ours, theirs)


def _explained(workload: Workload, folder: Path, other: Measured, ours: pa.Table, theirs: pa.Table) -> Check:
    xlmill, engine = ENGINES[XLMILL], ENGINES[other.engine]
    if workload.expressions is None or not isinstance(engine, Oracle) or not isinstance(xlmill, Oracle):
        differing = len(disagreements(ours, theirs, engine.tells_booleans))
        return Check(other.engine, min(len(ours), len(theirs)), not_looked_into=differing)
    expressions = read_expressions(workload.file(folder, other.rows))
    return check(expressions, ours, theirs, xlmill, engine)


def _compare(one: Measured, workload: Workload, folder: Path, checked: Check) -> None:
    """Find what is wrong with an engine's answers, which xlmill's own check makes the measure."""
    if not checked.holds:
        one.trouble = "xlmill's answers are not confirmed"
        return
    theirs = read_answers(folder, workload.name, one.engine)
    ours = read_answers(folder, workload.name, XLMILL)
    one.differing = len(disagreements(ours, theirs, ENGINES[one.engine].tells_booleans))
    if one.differing and one.engine.startswith(XLMILL):
        one.trouble = f"{one.differing:,} answers differ from those of xlmill in memory"
    elif one.differing:
        outcome = _explained(workload, folder, one, ours, theirs)
        if outcome.holds:
            one.remark = f"{one.differing:,} differ for reviewed reasons"
        else:
            one.trouble = f"{one.differing:,} of {one.rows:,} answers differ"
