"""The package as a whole: what it shows to the outside."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import xlmill
import xlmill.exceptions

SOURCE = Path(xlmill.__file__)


def test_all_is_sorted_and_complete() -> None:
    declared = {
        alias.asname
        for node in ast.walk(ast.parse(SOURCE.read_text()))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname
    }

    assert xlmill.__all__ == sorted(xlmill.__all__)
    assert set(xlmill.__all__) == declared


def test_everything_that_is_raised_is_public() -> None:
    raised = {name for name, value in vars(xlmill.exceptions).items() if isinstance(value, type)}

    assert raised <= set(xlmill.__all__)


def test_every_public_name_is_there_and_documented() -> None:
    for name in xlmill.__all__:
        assert getattr(xlmill, name).__doc__ or name == "__version__"


def test_importing_the_package_loads_no_library() -> None:
    script = (
        "import sys; before = set(sys.modules); import xlmill\n"
        "print(sorted({name.partition('.')[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)))"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout == "['xlmill']\n"


def test_the_version_is_the_project_s() -> None:
    project = tomllib.loads((SOURCE.parents[2] / "pyproject.toml").read_text())["project"]

    assert xlmill.__version__ == project["version"]
