"""What was measured, as plain data: all that is shown of a comparison comes from here."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from xlmill.exceptions import InputError
from xlmill.lab.findings import (
    READERS,
    ArticleExperiment,
    Claim,
    FaultRow,
    Predicted,
    Regret,
    Span,
    Sweep,
)
from xlmill.lab.timed_run import Timing

FORMAT = "xlmill comparison"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Sample:
    """One measured run: its timing, and the processor seconds of all its processes.

    `round` counts the repeats from 0; `place` tells which run of its round it was. `parent_peak` is the most memory,
    in bytes, that the process was resident in that started the workers.
    """

    round: int
    place: int
    timing: Timing
    processor: float | None
    parent_peak: int | None


@dataclass(slots=True)
class WayRecord:
    """One way to run the workload, and what was measured of it.

    `rows` are the rows measured: fewer than the workload has where all would not have been done within the budget.
    `pilot` is then an earlier, smaller run, of so many rows and seconds, by which to extrapolate. `peak_memory` is
    in bytes. `failure` says why nothing was measured.
    """

    strategy: str
    workers: int
    start_method: str | None
    chunk_rows: int | None
    rows: int = 0
    pilot: tuple[int, float] | None = None
    peak_memory: int | None = None
    failure: str | None = None
    samples: list[Sample] = field(default_factory=list)


@dataclass(slots=True)
class Record:
    """A comparison: the workload, the machine, the rules, and a record for each way, the baseline first.

    `rounds` of `repeat` were done within `budget` seconds; `seed` drew their order and draws the bootstrap.
    `given` and `has_columns` are those of the `Subject`. `suite` is the suite that it belongs to, if any. What was not
    measured of the rest is empty, and absent in JSON.
    """

    workload: str
    rows: int
    unit: str
    machine: dict[str, Any]
    memory_measure: str
    repeat: int
    budget: float
    seed: int
    made: str
    rounds: int = 0
    seconds: float = 0.0
    ways: list[WayRecord] = field(default_factory=list)
    given: str = ""
    has_columns: bool = False
    suite: str | None = None
    sweeps: list[Sweep] = field(default_factory=list)
    timeline: list[Span] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    article: list[ArticleExperiment] = field(default_factory=list)
    faults: list[FaultRow] = field(default_factory=list)
    predicted: list[Predicted] = field(default_factory=list)
    regret: Regret | None = None

    def to_json(self) -> str:
        """The record as JSON."""
        found = asdict(self)
        for key in ("suite", *READERS):
            if not found[key]:
                del found[key]
        return json.dumps({"format": FORMAT, "version": VERSION, **found}, indent=1)


def read_record(file: Path) -> Record:
    """The record that a comparison left in `file`. Raises InputError where it is none."""
    try:
        found = json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}") from error
    except ValueError:
        found = None
    if not isinstance(found, dict) or found.pop("format", None) != FORMAT:
        raise InputError(f"{file} is not what `xlmill compare --json` writes")
    version = found.pop("version", None)
    if version != VERSION:
        raise InputError(f"{file} is of version {version}, and this xlmill reads version {VERSION}: compare anew")
    try:
        found["ways"] = [_way(way) for way in found["ways"]]
        found.update({key: read(found[key]) for key, read in READERS.items() if key in found})
        return Record(**found)
    except (KeyError, TypeError) as error:
        raise InputError(f"{file} is damaged: {error}") from error


def _way(found: dict[str, Any]) -> WayRecord:
    samples = [Sample(**{**sample, "timing": Timing(**sample["timing"])}) for sample in found.pop("samples")]
    pilot = found.pop("pilot")
    return WayRecord(**found, samples=samples, pilot=None if pilot is None else (pilot[0], pilot[1]))
