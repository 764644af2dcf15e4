"""What the results of a run depend on: an unfinished run goes on only where all of it is the same."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from xlmill.functions.user_function import own_functions

# A sample is so many blocks, evenly spread, the first and the last among them: a megabyte, read in a millisecond
# or two however large the file.
_BLOCKS = 16
_BLOCK_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class InputMark:
    """Files as they were found: how they are read, bytes, time of the last change in nanoseconds, hash of a sample.

    Of several files, those of a folder, the sample is their names, sizes and times of change.
    """

    format: str
    size: int
    modified: int
    sample: str

    @classmethod
    def of(cls, paths: Sequence[Path], format_name: str) -> InputMark:
        """The mark of a file, or of several. Raises OSError where one cannot be read."""
        return cls._of_file(paths[0], format_name) if len(paths) == 1 else cls._of_files(paths, format_name)

    @classmethod
    def _of_files(cls, paths: Sequence[Path], format_name: str) -> InputMark:
        digest = hashlib.blake2b(digest_size=16)
        size, modified = 0, 0
        for path in paths:
            found = path.stat()
            digest.update(f"{path.name}\0{found.st_size}\0{found.st_mtime_ns}\0".encode())
            size += found.st_size
            modified = max(modified, found.st_mtime_ns)
        return cls(format_name, size, modified, digest.hexdigest())

    @classmethod
    def _of_file(cls, path: Path, format_name: str) -> InputMark:
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            digest = hashlib.blake2b(digest_size=16)
            last = max(0, found.st_size - _BLOCK_BYTES)
            for position in sorted({last * block // (_BLOCKS - 1) for block in range(_BLOCKS)}):
                file.seek(position)
                digest.update(file.read(_BLOCK_BYTES))
        return cls(format_name, found.st_size, found.st_mtime_ns, digest.hexdigest())

    def change(self, now: InputMark) -> str | None:
        """What is different of the file `now`, in words; None if nothing is."""
        if now.format != self.format:
            return f"the input was {self.format}, and is {now.format}"
        if now.size != self.size:
            return f"the input had {self.size:,} bytes, and has {now.size:,}"
        if now.sample != self.sample:
            return "the input has other contents"
        if now.modified != self.modified:
            # The sample may have missed it. A copy that keeps the time of change is the same file here.
            return "the input was changed or copied since, by its time of change"
        return None


@dataclass(frozen=True, slots=True)
class Identity:
    """What decides every value of an output; strategy, workers and chunk size are not among it.

    `clock` is a serial date where one was given; what NOW reads otherwise is kept apart. Limits belong to it, for they
    decide which rows fail. Of the user's own functions there are only the names: that they still do the same is the
    user's word.
    """

    input: InputMark
    column: str | None
    formulas: tuple[tuple[str, str], ...]
    seed: int
    clock: float | None
    timeout: float | None
    memory_limit: int | None
    functions: tuple[str, ...]
    hosts: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        mark: InputMark,
        column: str | None,
        formulas: Mapping[str, str] | None,
        seed: int,
        clock: float | None,
        timeout: float | None,
        memory_limit: int | None,
        hosts: Iterable[str] = (),
    ) -> Identity:
        """The identity of a run that begins now, with the functions added so far."""
        functions = tuple(sorted(entry.name for _, entry in own_functions()))
        given = tuple((formulas or {}).items())
        return cls(mark, column, given, seed, clock, timeout, memory_limit, functions, tuple(sorted(hosts)))

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Identity:
        """From what `to_dict` gave, perhaps by way of JSON. Raises TypeError or KeyError for anything else."""
        formulas = tuple((name, formula) for name, formula in data["formulas"])
        functions, hosts = tuple(data["functions"]), tuple(data["hosts"])
        mark = InputMark(**data["input"])
        return cls(**{**data, "input": mark, "formulas": formulas, "functions": functions, "hosts": hosts})

    def change(self, now: Identity) -> str | None:
        """The first thing that is different `now`, in words; None if nothing is."""
        of_input = self.input.change(now.input)
        if of_input is not None:
            return of_input
        for what, before, after in [
            ("column", self.column, now.column),
            ("seed", self.seed, now.seed),
            ("clock", self.clock, now.clock),
            ("time limit", self.timeout, now.timeout),
            ("memory limit", self.memory_limit, now.memory_limit),
        ]:
            if before != after:
                return f"the {what} was {_shown(before)}, and is {_shown(after)}"
        if now.formulas != self.formulas:
            return _change_of_formulas(dict(self.formulas), dict(now.formulas))
        for what, names in [
            ("functions of your own", set(self.functions) ^ set(now.functions)),
            ("allowed hosts", set(self.hosts) ^ set(now.hosts)),
        ]:
            if names:
                return f"{what} are others: {', '.join(sorted(names))}"
        return None


def _change_of_formulas(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    for name in [*before, *after]:
        if before.get(name) != after.get(name):
            return f"the formula {name} was {_shown(before.get(name))}, and is {_shown(after.get(name))}"
    return "the formulas stand in another order"


def _shown(value: object) -> str:
    return "not given" if value is None else str(value)
