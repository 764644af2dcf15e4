from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import xlmill.cli

Arguments = Callable[..., "Ended"]


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    status: int
    out: str
    err: str


@pytest.fixture
def xlmill_here(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Arguments:
    """Runs the command line in this process; standard input is not to be read."""
    monkeypatch.delenv("XLMILL_DEBUG", raising=False)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: object) -> Ended:
        status = 0
        try:
            xlmill.cli.main([str(argument) for argument in arguments])
        except SystemExit as end:
            status = int(end.code or 0)
        out, err = capfd.readouterr()
        return Ended(status, out, err)

    return run


@pytest.fixture
def environment() -> dict[str, str]:
    """For the command line started as a user would."""
    source = Path(xlmill.cli.__file__).parents[2]
    paths = [str(source), *(path for path in sys.path if "site-packages" in path)]
    kept = {name: value for name, value in os.environ.items() if name != "XLMILL_DEBUG"}
    return {**kept, "PYTHONPATH": os.pathsep.join(paths), "COLUMNS": "200"}


@pytest.fixture
def xlmill_alone(environment: dict[str, str], tmp_path: Path) -> Arguments:
    """Runs the command line in a process of its own, in a folder of its own."""

    def run(*arguments: object, stdin: str = "") -> Ended:
        done = subprocess.run(
            [sys.executable, "-m", "xlmill", *(str(argument) for argument in arguments)],
            input=stdin,
            capture_output=True,
            text=True,
            env=environment,
            cwd=tmp_path,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def expressions(tmp_path: Path) -> Path:
    """Six expressions, one of each type of result save `array`."""
    path = tmp_path / "six.txt"
    path.write_text('=1+2\n="a"&"b"\n=1>2\n=1/0\n\n=1+\n')
    return path
