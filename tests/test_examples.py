"""The scripts in examples/ run as they stand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "examples"
SHOWN = {
    "arrow_and_duckdb": ["1000", "'payment': "],
    "expressions": ["bulk", "#DIV/0!", "27.74", "errors in rows [2, 4]"],
    "pandas_frame": ["0.08", "55.20", "V168.78", "order"],
    "polars_frame": ["0.04", "500.0", "3000.0"],
}


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_an_example_runs_and_shows_its_values(name: str) -> None:
    ended = subprocess.run([sys.executable, FOLDER / f"{name}.py"], capture_output=True, text=True, timeout=120)

    assert ended.returncode == 0, ended.stderr
    assert all(text in ended.stdout for text in SHOWN[name]), ended.stdout


def test_every_example_is_run_and_listed() -> None:
    scripts = {path.stem for path in FOLDER.glob("*.py")}
    listed = (FOLDER / "README.md").read_text(encoding="utf-8")

    assert scripts == set(SHOWN)
    assert all(f"[{name}.py]({name}.py)" in listed for name in scripts)
